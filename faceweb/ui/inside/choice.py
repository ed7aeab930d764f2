"""What every sub-tab of Inside works on: a network, a layer, a unit and a photo."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gradio as gr

from faceweb.config import PROBED
from faceweb.errors import LayerError

if TYPE_CHECKING:
    from faceweb.models.probe import Probe

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
# Changes in quick succession each have their answer: Gradio's own mode for changes, which asks
# again for the last one only, went on asking for ever.
CHANGED = {"trigger_mode": "multiple", **QUICK}


@dataclass(frozen=True)
class Choice:
    """The controls that say it."""

    network: gr.Radio
    layer: gr.Textbox
    unit: gr.Number
    photo: gr.Image


def fits(probe: "Probe", layer: str, unit: float | None) -> bool:
    """Whether a layer has such a unit; while a layer changes, the unit is still the last one's."""
    return layer in probe.layers and unit in range(probe.units(layer))


def whole(number: float | None, what: str = "unit") -> int:
    """A unit's number as a program or a visitor sent it.

    Raises:
        LayerError: it is missing or no whole number.
    """
    real = isinstance(number, int | float) and math.isfinite(number)
    if not real or int(number) != number:
        raise LayerError(f"The {what} must be a whole number from 0. Received: {number}.")
    return int(number)
