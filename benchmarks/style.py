"""Style transfer, its speed and what its weights do: python -m benchmarks.style

Peers measured in the same run, in turn with the painter: the same painter over VGG-19, and the same
step in eager PyTorch where it is installed.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from gradio_client import Client, handle_file
from PIL import Image

from benchmarks import page, report
from faceweb.config import ASSETS, StyleConfig
from faceweb.engine import Engine
from faceweb.media.image import read_picture
from faceweb.networks import device
from faceweb.networks.perceptual import DESIGN, WIDTHS
from faceweb.networks.vgg19 import build_vgg19
from faceweb.style.image import Scene
from faceweb.style.model import StyleModel, Targets
from faceweb.style.transfer import StyleTransfer
from faceweb.types import StyleStep, StyleWeights

CORES = len(os.sched_getaffinity(0))
HEIGHT, WIDTH, RATE, PRODUCT = 240, 320, 0.03, 2048
WEIGHTS = StyleWeights(1.0, 1.0, 0.1, (1.0,) * len(WIDTHS))
CONTENTS = ("chelsea", "coffee", "rocket", "collins", "chelsea", "coffee")
STYLES = ("stained_glass", "mosaic", "flow_field", "woodblock", "pointillism", "weave")
TABLE: list[tuple[str, str, str]] = []


def show(figure: str, value: float | str, target: str, **details) -> None:
    """Prints a figure, now and again in the table at the end."""
    report.emit(figure, value, target, **details)
    TABLE.append((figure, f"{value:.3g}" if isinstance(value, float) else value, target))


def in_turn(actions: dict[str, Callable], repeats: int) -> dict[str, float]:
    """Median milliseconds of actions that take turns, after two rounds that are not counted."""
    took: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(repeats + 2):
        for name, action in actions.items():
            began = time.perf_counter()
            action()
            took[name].append(1e3 * (time.perf_counter() - began))
    return {f"{name}_ms": statistics.median(each[2:]) for name, each in took.items()}


def files(content: str, style: str) -> tuple[Path, Path]:
    """Where two of the pictures lie that come with the page."""
    return ASSETS / "examples" / f"{content}.jpg", ASSETS / "styles" / f"{style}.jpg"


def example(content: str, style: str) -> Scene:
    """Two of the pictures that come with the page."""
    content_picture, style_picture = map(read_picture, files(content, style))
    return Scene(content_picture, (style_picture,))


def paint(style_model: StyleModel, scene: Scene, config: StyleConfig) -> StyleStep:
    """The last step of a painting."""
    *_, last = StyleTransfer(style_model, scene, config).run()
    return last


def first_picture(repeats: int) -> None:
    """Seconds from the click to the first picture on the warm page."""
    port, paths = str(page.PORT), files("chelsea", "stained_glass")
    with tempfile.TemporaryDirectory() as folder:
        process, _ = page.start([sys.executable, "app.py", "--port", port, "--data-dir", folder])
        try:
            client = Client(f"http://127.0.0.1:{port}/", verbose=False)
            pictures = [handle_file(str(path)) for path in paths]
            client.predict(*pictures, size=64, steps=5, api_name="/stylize")
            seconds = [until_picture(client, pictures) for _ in range(repeats)]
        finally:
            page.stop(process)
    slowest = max(seconds)
    show("first picture after the click, s", statistics.median(seconds), "<= 1", slowest=slowest)


def until_picture(client: Client, pictures: list) -> float:
    """Seconds until a painting that is started is first seen; it is stopped then."""
    began = time.perf_counter()
    job = client.submit(*pictures, api_name="/stylize")
    while not any("j" in (record or {}) for record, *_ in job.outputs()):
        if job.done():
            raise RuntimeError(f"/stylize ended without a picture: {job.exception()}")
        time.sleep(0.005)
    seconds = time.perf_counter() - began
    job.cancel()
    time.sleep(1)  # the page is idle before the next click
    return seconds


def default_run(style_model: StyleModel) -> None:
    """Seconds of a painting as the page's defaults make it."""
    scene, config = example("rocket", "stained_glass"), StyleConfig()
    paint(style_model, scene, StyleConfig(steps=5))
    began = time.perf_counter()
    last = paint(style_model, scene, config)
    seconds = time.perf_counter() - began
    details = {"steps": last.steps, "shape": list(last.shape)}
    show(f"default run at {config.size} px, s", seconds, "<= 25", **details)


def pictures() -> list[np.ndarray]:
    """A content and a style of the size at which steps are timed, float32 in [0, 1]."""
    images = map(Image.open, files("chelsea", "stained_glass"))
    return [np.asarray(image.resize((WIDTH, HEIGHT)), np.float32) / 255 for image in images]


def targets_of(style_model: StyleModel) -> Targets:
    """What the steps that are timed shall match."""
    content, style = pictures()
    return style_model.targets(content, style_model.statistics([style], [1.0]))


def stepping(style_model: StyleModel) -> Callable:
    """A painting's next step, whenever it is called."""
    start, targets = style_model.begin(pictures()[0]), targets_of(style_model)
    return going_on(lambda state: style_model.step(state, targets, WEIGHTS, RATE), start)


def going_on(step: Callable, state) -> Callable:
    """A call that makes the next step from where the last one led."""

    def action() -> None:
        nonlocal state
        state, _ = step(state)

    return action


def beside_vgg19(style_model: StyleModel, place: device.Device, repeats: int) -> None:
    """Milliseconds a step, beside VGG-19 with random weights."""
    keras.utils.set_random_seed(0)
    peer = StyleModel(build_vgg19(), place)
    took = in_turn({"ours": stepping(style_model), "vgg19": stepping(peer)}, repeats)
    figure = f"a step at {WIDTH} px, VGG-19's time over ours"
    show(figure, took["vgg19_ms"] / took["ours_ms"], ">= 8", **took)


def beside_torch(style_model: StyleModel, repeats: int) -> None:
    """Milliseconds a step, beside eager PyTorch in its faster layout."""
    figure, target = f"a step at {WIDTH} px, PyTorch's time over ours", ">= 1"
    try:
        import torch

        from benchmarks.style_torch import peers
    except ImportError:
        show(figure, "not measured: pip install torch", target)
        return
    torch.set_num_threads(CORES)
    content, style = pictures()
    targets = targets_of(style_model)
    theirs, most = peers(style_model, targets, WEIGHTS, [content, (content + style) / 2])
    actions = {"ours": stepping(style_model)}
    for name, peer in theirs.items():
        actions[name] = going_on(partial(peer.step, rate=RATE), peer.begin(content))
    took = in_turn(actions, repeats)
    show(
        figure,
        min(took[f"{name}_ms"] for name in theirs) / took["ours_ms"],
        target,
        **took,
        largest_relative_difference=f"{most:.1g}",
        threads=CORES,
        torch=torch.__version__,
    )


def convolutions() -> list[tuple[int, int, int, int]]:
    """(height, width) of its output and channels in and out of every convolution."""
    found, before = [], 3
    for block, (width, count) in enumerate(zip(WIDTHS, DESIGN.convolutions, strict=True)):
        for left in reversed(range(count)):
            sides = (-(-side // 2**block) + 2 * left for side in (HEIGHT, WIDTH))
            found.append((*sides, before, width))
            before = width
    return found


def operations() -> float:
    """Floating-point operations of a step, 2 a multiply-add, without what is not a product.

    A convolution of c into d channels onto h x w pixels costs 9 h w c d multiply-adds forward and
    as many back to its input; a Gram matrix over M positions c^2 M forward and, since its slope is
    symmetric, c^2 M back.
    """
    made = sum(9 * h * w * c * d for h, w, c, d in convolutions())
    positions = [-(-HEIGHT // 2**i) * -(-WIDTH // 2**i) for i in range(len(WIDTHS))]
    grams = sum(m * c * c for m, c in zip(positions, WIDTHS, strict=True))
    return 2.0 * 2 * (made + grams)


def lone_convolutions() -> tuple[Callable, Callable]:
    """All convolutions of a step and nothing between them, forward and back."""
    normal, made = tf.random.normal, []
    for h, w, c, d in convolutions():
        made.append((normal((1, h + 2, w + 2, c)), normal((3, 3, c, d)), normal((1, h, w, d))))

    def forward() -> None:
        for x, kernel, _ in made:
            tf.nn.conv2d(x, kernel, 1, "VALID")

    def back() -> None:
        for x, kernel, gradient in made:
            tf.nn.conv2d_transpose(gradient, kernel, x.shape, 1, "VALID")

    return forward, back


def throughput(style_model: StyleModel, repeats: int) -> None:
    """Operations a second of a step and of a large matrix product, and what a step spends where."""
    content, matrix = pictures()[0], tf.random.normal((PRODUCT, PRODUCT))
    forward, back = lone_convolutions()
    took = in_turn(
        {
            "step": stepping(style_model),
            "forward": lambda: style_model.statistics([content], [1.0]),
            "convolutions": forward,
            "convolutions_back": back,
            "product": lambda: tf.matmul(matrix, matrix).numpy(),
        },
        repeats,
    )
    step, product = operations() / took["step_ms"] / 1e6, 2 * PRODUCT**3 / took["product_ms"] / 1e6
    details = {"step_gflops": step, "product_gflops": product, "gflop": operations() / 1e9}
    show("a step's GFLOP/s over those of a large product", step / product, "", **details)
    busy = took["convolutions_ms"] + took["convolutions_back_ms"]
    between, slow = took["step_ms"] - busy, busy - operations() / product / 1e6
    limit = "what lies between them" if between > slow else "their own rate"
    figure = f"share of a step in its convolutions; most is lost to {limit}"
    show(figure, busy / took["step_ms"], "", **took, between_ms=between, own_rate_loss_ms=slow)


def tenfold(style_model: StyleModel) -> None:
    """What ten times the weight of the style does to both costs."""
    good = 0
    for content, style in zip(CONTENTS, STYLES, strict=True):
        scene = example(content, style)
        before, after = (
            paint(style_model, scene, StyleConfig(size=192, beta=beta)).losses
            for beta in (1.0, 10.0)
        )
        good += after.style < before.style and after.content > before.content
        show(
            f"beta x 10, {content} as {style}: J_style, J_content times",
            f"{after.style / before.style:.3g}, {after.content / before.content:.3g}",
            "< 1, > 1",
            j_style=[before.style, after.style],
            j_content=[before.content, after.content],
        )
    show("beta x 10: pairs with lower J_style and higher J_content", good, f"{len(STYLES)}")


def processor() -> str:
    """The processor's name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "CPU"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(CORES)
    place = device.select("cpu")
    report.about(processor())
    show("processes that wanted a core before this run", os.getloadavg()[0], "~ 0")
    first_picture(3)
    engine = Engine("cpu")
    engine.load()
    style_model = engine.style_model()
    default_run(style_model)
    beside_vgg19(style_model, place, 7)
    beside_torch(style_model, options.repeats)
    throughput(style_model, options.repeats)
    tenfold(style_model)
    wide = max(len(figure) for figure, *_ in TABLE)
    for figure, value, target in (("figure", "measured", "target"), *TABLE):
        print(f"{figure:{wide}}  {value!s:>12}  {target}")


if __name__ == "__main__":
    main()
