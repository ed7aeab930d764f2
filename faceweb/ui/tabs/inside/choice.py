"""What every sub-tab of Inside works on: a network, a layer, a unit and a photo."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gradio as gr
from gradio.events import Dependency

from faceweb.config import PROBED
from faceweb.errors import LayerError
from faceweb.i18n import in_script, say
from faceweb.ui.components import INSIDE, locate_example
from faceweb.ui.controls import PRIVATE

if TYPE_CHECKING:
    from faceweb.interpret.feature_extractor import FeatureExtractor

LABELS = {
    "perceptual": "The painter's network",
    "face": "The face recogniser",
    "vgg19": "VGG-19 (80 MB download)",
}
NETWORK = PROBED[0]
LAYERS = {"perceptual": "conv4_1", "face": "level3_4", "vgg19": "block3_conv1"}
LAYER = LAYERS[NETWORK]

# Unlike QUICK of the controls, it waits in the queue.
QUEUED = {"show_progress": "hidden", **PRIVATE}
# Changes in quick succession each have their answer: Gradio's own mode for changes, which asks
# again for the last one only, went on asking for ever.
CHANGED = {"trigger_mode": "multiple", **QUEUED}


@dataclass(frozen=True)
class Choice:
    """The controls that say it."""

    network: gr.Radio
    layer: gr.Textbox
    unit: gr.Number
    photo: gr.Image


def clear_on_change(
    events: Sequence[Callable],
    shown: Sequence[gr.blocks.Block],
    values: Sequence[Callable[[], str] | None] = (None,),
    run: Sequence[Dependency] = (),
) -> Dependency:
    """Empties an answer when something changes that it does not hold for, and ends what makes it.

    Args:
        events: listeners of the changes.
        shown: what is emptied.
        values: what then says what stands there; None where nothing does.
        run: what still made the answer.
    """
    # Done by the browser, without a request that another click could overtake.
    scripts = (in_script(words) if words else "''" for words in values)
    empty = f"() => [{', '.join(scripts)}]"
    return gr.on(
        list(events), None, None, list(shown), js=empty, cancels=list(run), queue=False, **CHANGED
    )


def borrow_photo() -> str:
    """The first example's photo, for who has none at hand."""
    return locate_example(INSIDE[0][0])


def stops(button: gr.Button, run: Sequence[Dependency], shown: str) -> None:
    """Lets a button end what runs, and say so where the answer says how much is left.

    Args:
        button: to be pressed.
        run: what it ends.
        shown: id of the answer.
    """
    stopped = in_script(lambda: say(", stopped"))
    write = f"""() => {{
  for (const left of document.querySelectorAll("#{shown} .left")) left.textContent = {stopped};
}}"""
    button.click(None, None, None, cancels=list(run), js=write, **PRIVATE)


def fits(extractor: "FeatureExtractor", layer: str, unit: float | None) -> bool:
    """Whether a layer has such a unit; while a layer changes, the unit is still the last one's."""
    return layer in extractor.layers and unit in range(extractor.units(layer))


def whole(number: float | None, what: str = "unit") -> int:
    """A unit's number as a program or a visitor sent it.

    Raises:
        LayerError: it is missing or no whole number.
    """
    real = isinstance(number, int | float) and not isinstance(number, bool)
    if not real or not math.isfinite(number) or int(number) != number:
        raise LayerError(f"The {what} must be a whole number from 0. Received: {number}.")
    return int(number)
