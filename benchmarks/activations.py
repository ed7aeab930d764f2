"""Looking into networks, its speed and its exactness: python -m benchmarks.activations

The pass over 1,000 pictures needs a tar of them (--pictures) and is left out without one. Its peer,
in the same run, is the same pass taken one layer at a time.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

from benchmarks import report
from faceweb.config import ASSETS, AscentConfig
from faceweb.engine import Engine
from faceweb.interpret import atlas
from faceweb.interpret.activation_maximization import maximize_activation
from faceweb.interpret.corpus import Corpus, bundled_corpus, corpus_views, in_folder
from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.interpret.inspector import Inspector
from faceweb.interpret.top_patches import PLACES, Index, scan_corpus
from faceweb.ui.boundary import Services
from faceweb.ui.tabs.inside import feature_maps

PICTURES = Path("../shared/data/caltech101-128.tar")
EXACT, MANY = 60, 1000
DREAM_LAYERS = {"perceptual": ("conv3_1", "conv4_1", "conv5_1"), "face": ("level4_3", "level5_3")}
LIVE_LAYERS = (("perceptual", "conv3_1"), ("perceptual", "conv5_1"), ("face", "level5_3"))


class OneLayer:
    """A feature extractor of a single layer: a pass over it visits that layer alone."""

    def __init__(self, extractor: FeatureExtractor, layer: str) -> None:
        self._extractor, self.layers, self.size = extractor, (layer,), extractor.size

    def units(self, layer: str) -> int:
        return self._extractor.units(layer)

    def peaks(self, pictures: np.ndarray, most: int) -> dict:
        return self._extractor.peaks(pictures, most, self.layers)


def scan(extractor, engine: Engine, corpus: Corpus) -> Index:
    """The top k of a whole corpus."""
    for step in scan_corpus(extractor, engine.faces(), corpus):
        index = step.index
    return index


def brute(
    extractor: FeatureExtractor, engine: Engine, corpus: Corpus, layer: str
) -> list[list[tuple]]:
    """Per unit (value, view, row, column), found by sorting everything one view after another."""
    every, number = [], 0
    for _, picture in corpus.pictures(range(len(corpus))):
        for view in corpus_views(engine.faces(), picture, extractor.size):
            found = extractor.activations(view.floats[None], layer)[0]
            flat = found.reshape(-1, found.shape[-1])
            best = flat.argmax(axis=0)
            where = np.unravel_index(best, found.shape[:2])
            every.append((flat.max(axis=0), np.full(len(best), number), *where))
            number += 1
    columns = [np.stack(part) for part in zip(*every, strict=True)]
    return [
        sorted(zip(*(part[:, unit] for part in columns), strict=True), key=lambda w: (-w[0], w[1]))
        for unit in range(columns[0].shape[1])
    ]


def exactness(inspector: Inspector, engine: Engine, network: str) -> None:
    """Counts what of the top k differs from brute force, by place and beyond rounding."""
    corpus = bundled_corpus()
    corpus = Corpus(corpus.title, corpus.items[:EXACT], corpus.fingerprint + "60")
    index = scan(inspector.extractor, engine, corpus)
    places = swapped = wrong = 0
    for layer in inspector.extractor.layers:
        top_k = index.top_k[layer]
        for unit, wanted in enumerate(brute(inspector.extractor, engine, corpus, layer)):
            for place, (value, *where) in enumerate(wanted[:PLACES]):
                if value <= 0:
                    continue
                places += 1
                mine = [int(part[place, unit]) for part in top_k[1:]]
                if mine != [int(part) for part in where]:
                    near = abs(top_k.values[place, unit] - value) <= 1e-5 * value
                    swapped, wrong = swapped + near, wrong + (not near)
    report.emit(
        f"top nine of every unit of every layer against brute force, {network}: wrong",
        wrong,
        "0",
        places=places,
        ties_within_1e_5=swapped,
        pictures=len(corpus),
    )


def unpack(archive: Path, folder: Path) -> Corpus:
    """The first 1,000 pictures of a tar, in a folder."""
    with tarfile.open(archive) as tar:
        count = 0
        for member in tar:
            if member.isfile() and member.name.endswith(".jpg"):
                data = tar.extractfile(member)
                if data is not None:
                    (folder / f"{count:04}.jpg").write_bytes(data.read())
                    count += 1
            if count == MANY:
                break
    return in_folder(folder)


def many(archive: Path) -> None:
    """The pass over 1,000 pictures, in a process of its own for its memory, and layer by layer."""
    with tempfile.TemporaryDirectory() as folder:
        unpack(archive, Path(folder))
        command = [sys.executable, "-m", "benchmarks.activations", "--pass-over", folder]
        subprocess.run(command, check=True)
        engine = Engine("cpu")
        engine.load()
        extractor = engine.inspector("perceptual").extractor
        corpus = in_folder(Path(folder))
        seconds = {"all": 0.0, "one at a time": 0.0}
        for name, probes in (("all", [extractor]), ("one at a time", list(singles(extractor)))):
            for each in probes:
                each.peaks(np.zeros((1, 64, 64, 3), np.float32), 1)
            began = time.perf_counter()
            for each in probes:
                scan(each, engine, corpus)
            seconds[name] = time.perf_counter() - began
    ratio = seconds["one at a time"] / seconds["all"]
    report.emit("all layers at once against one at a time, times", ratio, ">= 4", **seconds)


def singles(extractor: FeatureExtractor) -> Iterator[OneLayer]:
    """The layers of a feature extractor, each on its own."""
    return (OneLayer(extractor, layer) for layer in extractor.layers)


def pass_over(folder: Path) -> None:
    """One pass in this process, the seconds and the most memory it ever held."""
    engine = Engine("cpu")
    engine.load()
    extractor, corpus = engine.inspector("perceptual").extractor, in_folder(folder)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    index = scan(extractor, engine, corpus)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.emit(
        f"the pass over {len(corpus)} pictures, all layers of the painter's network, s",
        seconds,
        "<= 90",
        memory_mb=memory,
        memory_before_mb=before,
        memory_target_mb=1500,
        skipped=index.skipped,
    )


def frame(engine: Engine) -> None:
    """Milliseconds for a live frame: maps, drawing and all, as the page's handler does it."""
    picture = Image.open(ASSETS / "examples" / "coffee.jpg").resize((640, 480))
    pixels = np.asarray(picture)
    handlers = feature_maps.FeatureMapsTab(Services(engine, None, None))
    for network, layer in LIVE_LAYERS:
        took = report.time_action(lambda n=network, la=layer: handlers.live(pixels, n, la, 3), 20)
        milliseconds = {name: 1e3 * value for name, value in took.items()}
        median = milliseconds.pop("median")
        report.emit(f"live frame 640x480, {network} {layer}, ms", median, "<= 120", **milliseconds)


def dreams(engine: Engine) -> None:
    """Seconds of one dream, and how far dreams of sixteen units exceed their best patches."""
    for network, layers in DREAM_LAYERS.items():
        inspector = engine.inspector(network)
        index = scan(inspector.extractor, engine, bundled_corpus())
        for layer in layers:
            plate = atlas.plate(network, layer)
            units = list(plate.units)
            list(maximize_activation(inspector, layer, units[:1], AscentConfig(steps=16)))
            ratios, seconds = [], []
            for unit in units:
                began = time.perf_counter()
                *_, last = maximize_activation(inspector, layer, [unit], AscentConfig())
                seconds.append(time.perf_counter() - began)
                natural = index.top_k[layer].values[0, unit]
                ratios.append(float(last.activations[0] / natural))
            report.emit(
                f"dream of {network} {layer}, {inspector.maximization.side} px, 128 steps, s",
                statistics.median(seconds),
                "<= 10",
                units=len(units),
                at_least_3_times_the_best_patch=sum(ratio >= 3 for ratio in ratios),
                least=min(ratios),
                median=statistics.median(ratios),
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="a tar of JPEGs")
    parser.add_argument("--pass-over", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pass_over:
        pass_over(options.pass_over)
        return
    engine = Engine("cpu")
    engine.load()
    report.about(engine.status.device)
    for network in DREAM_LAYERS:
        exactness(engine.inspector(network), engine, network)
    frame(engine)
    dreams(engine)
    if options.pictures.is_file():
        many(options.pictures)


if __name__ == "__main__":
    main()
