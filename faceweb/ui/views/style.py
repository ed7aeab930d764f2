"""What the style tab says and draws: the painting with its formula, costs and stages.

The sentences stand in templates/style/; here is chosen and computed what they are told of.
"""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from PIL import Image

from faceweb.config import StyleConfig
from faceweb.i18n import each_retold, say
from faceweb.style.image import LARGEST
from faceweb.style.recipe import Recipe
from faceweb.types import StyleLosses, StyleStep
from faceweb.ui import images
from faceweb.ui.sessions.style import StyleRun
from faceweb.ui.views.render import count_noun, render

CURVES = (("j", "J"), ("content", "J_content"), ("style", "J_style"))
THUMB = 120
OTHER_SETTINGS = (
    "The settings are not the recipe's any more: its moves of the sliders are left out. "
)
# Standard deviation below which a style is of one colour, in values of 0 to 255.
FLAT = 2.0


def painting(run: StyleRun, step: StyleStep, hung: bool = False) -> Markup:
    """The painting as it is, with everything that is known of it; once `hung` without itself."""
    return render(
        "style/painting",
        run=run,
        step=step,
        picture="" if hung else images.photo(step.picture, say("the painting so far")),
        notes=[note for note in (run.note, each_retold(step.note)) if note],
        formula=formula(run, step),
        curves=curves(run.history),
        stages=stages([*run.stages, step]),
    )


def formula(run: StyleRun, step: StyleStep, third: str = "variation") -> Markup:
    """The cost with today's numbers in it; `third` names what stands for the variation."""
    return render("style/formula", run=run, step=step, third=third)


def curves(
    history: Sequence[tuple[int, StyleLosses]], shown: Sequence[tuple[str, str]] = CURVES
) -> Markup:
    """Costs over the steps, each on a logarithmic axis of its own height."""
    drawn = [(name, label, *_curve(history, name)) for name, label in shown] if history else []
    return render("style/curves", curves=drawn)


def _curve(history: Sequence[tuple[int, StyleLosses]], name: str) -> tuple[str, float]:
    """The points of one cost's curve, and its last value."""
    steps = np.array([step for step, _ in history], float)
    values = np.log10(np.maximum([getattr(losses, name) for _, losses in history], 1e-9))
    low, high = values.min(), values.max()
    xs = 200 * (steps - steps[0]) / max(steps[-1] - steps[0], 1)
    ys = 58 - 50 * (values - low) / max(high - low, 1e-3)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return points, 10 ** values[-1]


def stages(steps: Sequence[StyleStep]) -> Markup:
    """The last picture of every size, coarse to fine."""
    shown = []
    for step in steps:
        width = step.shape[1]
        alt = say("stage at {width} pixels", width=width)
        shown.append((images.photo(_small(step.picture), alt), width))
    return render("style/stages", stages=shown)


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


def refusal(sentence: str) -> Markup:
    """A picture that cannot be painted, said before anybody presses Paint."""
    return render("style/refusal", sentence=sentence)


def limits() -> Markup:
    """Before there is a content."""
    return render("style/limits", size=StyleConfig().size, largest=LARGEST)


def expectation(sizes: list[tuple[int, int]], config: StyleConfig, seconds: float | None) -> Markup:
    """How large a painting will be and how long it will take, where that is known."""
    height, width = sizes[-1]
    return render(
        "style/expectation",
        width=width,
        height=height,
        steps=config.steps,
        sizes=len(sizes),
        seconds=seconds,
        largest=LARGEST,
    )


def easel_empty() -> Markup:
    """Before anything was painted."""
    return render("style/empty")


def waiting() -> Markup:
    """Before the first picture."""
    return render("style/waiting")
