"""What the style tab says and draws: the painting with its formula, costs and stages."""

from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image

from faceweb.config import StyleConfig
from faceweb.features.recipe import Recipe
from faceweb.features.scene import LARGEST
from faceweb.types import StyleCosts, StyleStep
from faceweb.ui import draw
from faceweb.ui.easels import Easel
from faceweb.ui.words import counted

CURVES = (("j", "J"), ("content", "J_content"), ("style", "J_style"))
THUMB = 120
OTHER_SETTINGS = (
    "The settings are not the recipe's any more: its moves of the sliders are left out. "
)
# Standard deviation below which a style is of one colour, in values of 0 to 255.
FLAT = 2.0


def painting(easel: Easel, step: StyleStep, hung: bool = False) -> str:
    """The painting as it is, with everything that is known of it; once `hung` without itself."""
    picture = "" if hung else draw.photo(step.picture, "the painting so far")
    height, width = step.shape
    share = step.step / step.steps
    left = f", about {duration(step.remaining)} left" if step.step < step.steps else ""
    notes = [note for note in (easel.note, step.note) if note]
    note = "".join(f'<p class="warning">{escape(note)}</p>' for note in notes)
    return f"""<section class="answer painting">{picture}
<div class="bar"><i style="width:{100 * share:.1f}%"></i></div>
<p class="note">Step {step.step} of {step.steps} at {width} x {height}, {easel.seconds:.0f} s{left}.
</p>{note}{formula(easel, step)}{curves(easel.history)}{stages([*easel.stages, step])}</section>"""


def formula(easel: Easel, step: StyleStep) -> str:
    """The cost with today's numbers in it."""
    weights, costs, sliders = step.weights, step.costs, easel.config
    rows = [
        ("&alpha;", "J<sub>content</sub>", sliders.alpha, weights.alpha, costs.content),
        ("&beta;", "J<sub>style</sub>", sliders.beta, weights.beta, costs.style),
        ("&gamma;", "J<sub>variation</sub>", sliders.smooth, weights.variation, costs.variation),
    ]
    terms = " + ".join(f"{raw:.3g} &times; {cost:.3g}" for *_, raw, cost in rows)
    table = "".join(
        f"<tr><td>{sign} {slider:g}</td><td>{raw:.3g}</td><td>{name}</td><td>{cost:.4g}</td></tr>"
        for sign, name, slider, raw, cost in rows
    )
    return f"""<p class="formula">J = &alpha; J<sub>content</sub>(C, G) + &beta;
J<sub>style</sub>(S, G) + &gamma; J<sub>variation</sub>(G) = {terms} = {costs.j:.3g}</p>
<details><summary>Weights</summary><table class="weights"><tr><th>slider</th><th>raw weight</th>
<th>cost</th><th>now</th></tr>{table}</table><p class="note">A slider at 1 stands for the raw weight
at which a term pulls with a gradient of norm 1 at the start.</p></details>"""


def curves(
    history: Sequence[tuple[int, StyleCosts]], shown: Sequence[tuple[str, str]] = CURVES
) -> str:
    """Costs over the steps, each on a logarithmic axis of its own height."""
    if not history:
        return ""
    return '<div class="curves">' + "".join(_curve(history, *curve) for curve in shown) + "</div>"


def _curve(history: Sequence[tuple[int, StyleCosts]], name: str, label: str) -> str:
    steps = np.array([step for step, _ in history], float)
    values = np.log10(np.maximum([getattr(costs, name) for _, costs in history], 1e-9))
    low, high = values.min(), values.max()
    xs = 200 * (steps - steps[0]) / max(steps[-1] - steps[0], 1)
    ys = 58 - 50 * (values - low) / max(high - low, 1e-3)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    base, _, index = label.partition("_")
    shown = f"{base}<sub>{index}</sub>" if index else base
    return (
        f'<figure class="curve {name}"><svg viewBox="0 0 200 64" preserveAspectRatio="none" '
        f'role="img" aria-label="{label} over the steps"><polyline points="{points}"/></svg>'
        f"<figcaption>{shown} <b>{10 ** values[-1]:.3g}</b></figcaption></figure>"
    )


def stages(steps: Sequence[StyleStep]) -> str:
    """The last picture of every size, coarse to fine."""
    figures = "".join(
        f"<figure>{draw.photo(_small(step.picture), f'stage at {step.shape[1]} pixels')}"
        f"<figcaption>{step.shape[1]} px</figcaption></figure>"
        for step in steps
    )
    return f'<div class="stages">{figures}</div>'


def _small(picture: np.ndarray) -> np.ndarray:
    image = Image.fromarray(picture)
    image.thumbnail((THUMB, THUMB))
    return np.asarray(image)


def about_pictures(mask: np.ndarray | None, content: np.ndarray, style: np.ndarray) -> str:
    """What a visitor should know of their pictures before they wonder, or ""."""
    said = ""
    if mask is not None and mask.shape[:2] != content.shape[:2]:
        (height, width), (h, w) = content.shape[:2], mask.shape[:2]
        said += f"The mask is {w} x {h}: it was stretched over the content, {width} x {height}. "
    if style.std(axis=(0, 1)).max() < FLAT:
        said += "The style is of one colour, so there is nothing but its colour to take. "
    return said


def loaded(recipe: Recipe) -> str:
    """What a recipe brought with it."""
    moves = counted(len(recipe.moves), "move", "moves") if recipe.moves else "no move"
    return (
        f"{recipe.config.size} px, {recipe.steps_made} steps, {moves} of the sliders. Choose the "
        "pictures it was made from and press Paint."
    )


def refused(sentence: str) -> str:
    """A picture that cannot be painted, said before anybody presses Paint."""
    return f'<p class="warning">{escape(sentence)}</p>'


def limits() -> str:
    """Before there is a content."""
    size = StyleConfig().size
    return f'<p class="note">{size} px on the longer side, up to {LARGEST} under Advanced.</p>'


def expected(sizes: list[tuple[int, int]], config: StyleConfig, seconds: float | None) -> str:
    """How large a painting will be and how long it will take, where that is known."""
    height, width = sizes[-1]
    time = "" if seconds is None else f", about {duration(seconds)} on this machine"
    return (
        f'<p class="note">{width} x {height} px, {config.steps} steps at each of '
        f"{counted(len(sizes), 'size', 'sizes')}{time}. Up to {LARGEST} px under Advanced.</p>"
    )


def duration(seconds: float) -> str:
    """Seconds below two minutes, else minutes."""
    return f"{max(seconds, 1):.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def easel_empty() -> str:
    """Before anything was painted."""
    return (
        '<div class="blank"><p>Choose two pictures and press <b>Paint</b>, or click an example. '
        "The painting grows here; move \u03b1 and \u03b2 while it does.</p></div>"
    )


def waiting() -> str:
    """Before the first picture."""
    return '<div class="blank"><p>Mixing the paint: the first strokes come in a second.</p></div>'
