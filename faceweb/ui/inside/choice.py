"""What every sub-tab of Inside works on: a network, a layer, a unit and a photo."""

from dataclasses import dataclass

import gradio as gr

from faceweb.config import PROBED
from faceweb.errors import LayerError

LABELS = {
    "perceptual": "The painter's network",
    "face": "The face recogniser",
    "vgg19": "VGG-19 (80 MB download)",
}
NETWORK = PROBED[0]
LAYERS = {"perceptual": "conv4_1", "face": "level3_4", "vgg19": "block3_conv1"}
LAYER = LAYERS[NETWORK]
PRIVATE = {"api_visibility": "private"}
QUICK = {"show_progress": "hidden", **PRIVATE}


@dataclass(frozen=True)
class Choice:
    """The controls that say it."""

    network: gr.Radio
    layer: gr.Dropdown
    unit: gr.Number
    photo: gr.Image


def whole(number: float | None, what: str = "unit") -> int:
    """A unit's number as a program or a visitor sent it.

    Raises:
        LayerError: it is missing or no whole number.
    """
    if not isinstance(number, int | float) or number != number or int(number) != number:
        raise LayerError(f"The {what} must be a whole number from 0. Received: {number}.")
    return int(number)
