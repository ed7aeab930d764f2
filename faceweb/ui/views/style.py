"""What the style tab says and draws: the painting with its formula, costs and stages."""

from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image

from faceweb.config import StyleConfig
from faceweb.i18n import each_retold, say
from faceweb.style.image import LARGEST
from faceweb.style.recipe import Recipe
from faceweb.types import StyleLosses, StyleStep
from faceweb.ui import images
from faceweb.ui.sessions.style import StyleRun
from faceweb.ui.views.render import count_noun

CURVES = (("j", "J"), ("content", "J_content"), ("style", "J_style"))
THUMB = 120
OTHER_SETTINGS = (
    "The settings are not the recipe's any more: its moves of the sliders are left out. "
)
# Standard deviation below which a style is of one colour, in values of 0 to 255.
FLAT = 2.0


def painting(run: StyleRun, step: StyleStep, hung: bool = False) -> str:
    """The painting as it is, with everything that is known of it; once `hung` without itself."""
    picture = "" if hung else images.photo(step.picture, say("the painting so far"))
    height, width = step.shape
    share = step.step / step.steps
    left = say(", about {time} left", time=duration(step.remaining))
    made = say(
        "Step {step} of {steps} at {width} x {height}, {seconds} s{left}.",
        step=step.step,
        steps=step.steps,
        width=width,
        height=height,
        seconds=f"{run.seconds:.0f}",
        left=left if step.step < step.steps else "",
    )
    notes = [note for note in (run.note, each_retold(step.note)) if note]
    note = "".join(f'<p class="warning">{escape(note)}</p>' for note in notes)
    return f"""<section class="answer painting">{picture}
<div class="bar"><i style="width:{100 * share:.1f}%"></i></div>
<p class="note">{made}
</p>{note}{formula(run, step)}{curves(run.history)}{stages([*run.stages, step])}</section>"""


def formula(run: StyleRun, step: StyleStep) -> str:
    """The cost with today's numbers in it."""
    weights, losses, sliders = step.weights, step.losses, run.controls.config
    rows = [
        ("&alpha;", "J<sub>content</sub>", sliders.alpha, weights.alpha, losses.content),
        ("&beta;", "J<sub>style</sub>", sliders.beta, weights.beta, losses.style),
        ("&gamma;", "J<sub>variation</sub>", sliders.smooth, weights.variation, losses.variation),
    ]
    terms = " + ".join(f"{raw:.3g} &times; {cost:.3g}" for *_, raw, cost in rows)
    table = "".join(
        f"<tr><td>{sign} {slider:g}</td><td>{raw:.3g}</td><td>{name}</td><td>{cost:.4g}</td></tr>"
        for sign, name, slider, raw, cost in rows
    )
    heads = "".join(f"<th>{say(head)}</th>" for head in ("slider", "raw weight", "cost", "now"))
    why = say(
        "A slider at 1 stands for the raw weight at which a term pulls with a gradient of norm 1 "
        "at the start."
    )
    return f"""<p class="formula">J = &alpha; J<sub>content</sub>(C, G) + &beta;
J<sub>style</sub>(S, G) + &gamma; J<sub>variation</sub>(G) = {terms} = {losses.j:.3g}</p>
<details><summary>{say("Weights")}</summary><table class="weights"><tr>{heads}</tr>{table}</table>
<p class="note">{why}</p></details>"""


def curves(
    history: Sequence[tuple[int, StyleLosses]], shown: Sequence[tuple[str, str]] = CURVES
) -> str:
    """Costs over the steps, each on a logarithmic axis of its own height."""
    if not history:
        return ""
    return '<div class="curves">' + "".join(_curve(history, *curve) for curve in shown) + "</div>"


def _curve(history: Sequence[tuple[int, StyleLosses]], name: str, label: str) -> str:
    steps = np.array([step for step, _ in history], float)
    values = np.log10(np.maximum([getattr(losses, name) for _, losses in history], 1e-9))
    low, high = values.min(), values.max()
    xs = 200 * (steps - steps[0]) / max(steps[-1] - steps[0], 1)
    ys = 58 - 50 * (values - low) / max(high - low, 1e-3)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    base, _, index = label.partition("_")
    shown = f"{base}<sub>{index}</sub>" if index else base
    return (
        f'<figure class="curve {name}"><svg viewBox="0 0 200 64" preserveAspectRatio="none" '
        f'role="img" aria-label="{say("{cost} over the steps", cost=label)}">'
        f'<polyline points="{points}"/></svg>'
        f"<figcaption>{shown} <b>{10 ** values[-1]:.3g}</b></figcaption></figure>"
    )


def stages(steps: Sequence[StyleStep]) -> str:
    """The last picture of every size, coarse to fine."""
    figures = ""
    for step in steps:
        alt = say("stage at {width} pixels", width=step.shape[1])
        figures += f"<figure>{images.photo(_small(step.picture), alt)}"
        figures += f"<figcaption>{step.shape[1]} px</figcaption></figure>"
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
        said += say(
            "The mask is {w} x {h}: it was stretched over the content, {width} x {height}. ",
            w=w,
            h=h,
            width=width,
            height=height,
        )
    if style.std(axis=(0, 1)).max() < FLAT:
        said += say("The style is of one colour, so there is nothing but its colour to take. ")
    return said


def recipe_note(recipe: Recipe) -> str:
    """What a recipe brought with it."""
    moves = count_noun(len(recipe.moves), "move", "moves") if recipe.moves else say("no move")
    return say(
        "{size} px, {steps} steps, {moves} of the sliders. Choose the pictures it was made from "
        "and press Paint.",
        size=recipe.config.size,
        steps=recipe.steps_made,
        moves=moves,
    )


def refusal(sentence: str) -> str:
    """A picture that cannot be painted, said before anybody presses Paint."""
    return f'<p class="warning">{escape(sentence)}</p>'


def limits() -> str:
    """Before there is a content."""
    bounds = say(
        "{size} px on the longer side, up to {largest} under Advanced.",
        size=StyleConfig().size,
        largest=LARGEST,
    )
    return f'<p class="note">{bounds}</p>'


def expectation(sizes: list[tuple[int, int]], config: StyleConfig, seconds: float | None) -> str:
    """How large a painting will be and how long it will take, where that is known."""
    height, width = sizes[-1]
    time = "" if seconds is None else say(", about {time} on this machine", time=duration(seconds))
    takes = say(
        "{width} x {height} px, {steps} steps at each of {sizes}{time}. Up to {largest} px under "
        "Advanced.",
        width=width,
        height=height,
        steps=config.steps,
        sizes=count_noun(len(sizes), "size", "sizes"),
        time=time,
        largest=LARGEST,
    )
    return f'<p class="note">{takes}</p>'


def duration(seconds: float) -> str:
    """Seconds below two minutes, else minutes."""
    if seconds < 120:
        return say("{seconds} s", seconds=f"{max(seconds, 1):.0f}")
    return say("{minutes} minutes", minutes=f"{seconds / 60:.0f}")


def easel_empty() -> str:
    """Before anything was painted."""
    return (
        '<div class="blank"><p>Choose two pictures and press <b>Paint</b>, or click an example. '
        "The painting grows here; move \u03b1 and \u03b2 while it does.</p></div>"
    )


def waiting() -> str:
    """Before the first picture."""
    mixing = say("Mixing the paint: the first strokes come in a second.")
    return f'<div class="blank"><p>{mixing}</p></div>'
