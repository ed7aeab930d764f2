"""On a photo: the strongest units' maps, one unit's heat, and the same live."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import gradio as gr
import numpy as np

from faceweb.i18n import say
from faceweb.interpret.feature_maps import FeatureMaps, feature_maps
from faceweb.interpret.top_patches import check_unit
from faceweb.serving.gradio_patches import localize
from faceweb.ui.boundary import CAMERA_QUEUE, CAMERA_SECONDS, DEVICE_QUEUE, Services, handler
from faceweb.ui.components import clickable, photo_input, pick_unit, require
from faceweb.ui.controls import QUICK
from faceweb.ui.tabs.inside.choice import CHANGED, LAYER, NETWORK, QUEUED, Choice, fits, whole
from faceweb.ui.views import inside as inside_view

SHOWN, LIVE_SHOWN = 24, 12
LIVE_SIDE, FRAME_SECONDS = 256, 0.2
EMPTY = "Add a photo, or click an example: the strongest units appear here."


@dataclass(frozen=True)
class FeatureMapsTab:
    """The sub-tab's events."""

    services: Services

    @handler
    def feature_maps(
        self,
        photo: np.ndarray,
        network: str = NETWORK,
        layer: str = LAYER,
        unit: float = 0,
    ):
        """Which units of a layer fire on a photo, and where?

        Returns a record (layer, shape, receptive field: size, stride and offset in pixels,
        strongest units from the strongest down, what the network was shown), the maps as HTML and
        one unit as HTML. The face network is shown the largest face, aligned, or else the middle.
        """
        found = self._find(require(photo, "a photo"), network, layer)
        number = whole(unit)
        check_unit(self.services.ready().inspector(network).extractor, layer, number)
        shown = inside_view.maps(found, SHOWN, number), inside_view.unit(found, number)
        return _record(found, network, number), *shown

    @handler
    def again(self, photo: np.ndarray | None, network: str, layer: str, unit: float):
        """The same for another photo, layer or unit; nothing where there is no photo."""
        if photo is None:
            return gr.skip(), _empty(), ""
        known = fits(self.services.ready().inspector(network).extractor, layer, unit)
        return self.feature_maps(photo, network, layer, unit if known else 0)

    @handler
    def one(self, photo: np.ndarray | None, network: str, layer: str, unit: float):
        """One unit on the photo."""
        if photo is None or not fits(
            self.services.ready().inspector(network).extractor, layer, unit
        ):
            return ""
        return inside_view.unit(self._find(photo, network, layer), int(unit))

    @handler
    def live(self, frame: np.ndarray | None, network: str, layer: str, unit: float):
        """One frame of the live camera; nothing of it is written to a file."""
        if frame is None or not self.services.engine.status.ready:
            return gr.skip()
        found = self._find(frame, network, layer, LIVE_SIDE)
        number = whole(unit)
        check_unit(self.services.ready().inspector(network).extractor, layer, number)
        return inside_view.unit(found, number) + inside_view.maps(found, LIVE_SHOWN, number)

    def _find(self, photo: np.ndarray, network: str, layer: str, *side: int) -> FeatureMaps:
        inspector = self.services.ready().inspector(network)
        return feature_maps(inspector.extractor, self.services.ready().faces(), photo, layer, *side)


def build(services: Services, choice: Choice) -> tuple[tuple[Callable, list, list], Callable]:
    """Lays out and wires the sub-tab.

    Returns:
        What shows the photo to the layer, its inputs and outputs; and what lets the answer follow
        the choice, to be called once all is wired that such a change must empty.
    """
    handlers = FeatureMapsTab(services)
    start = gr.Button("Show the photo to this layer", variant="primary", elem_id="inside-look")
    detail = gr.HTML("", elem_id="inside-unit", padding=False)
    grid = clickable(_empty(), "inside-maps")
    with gr.Accordion("Live camera", open=False, elem_id="inside-live"):
        camera = photo_input("Camera", sources=["webcam"], streaming=True, elem_id="inside-camera")
        seen = gr.HTML("", elem_id="inside-seen", padding=False)
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    inputs = [choice.photo, choice.network, choice.layer, choice.unit]
    outputs = [record, grid, detail]
    start.click(handlers.feature_maps, inputs, outputs, api_name="feature_maps", **DEVICE_QUEUE)
    grid.select(pick_unit, None, choice.unit, **QUICK)
    camera.stream(
        handlers.live,
        [camera, *inputs[1:]],
        seen,
        stream_every=FRAME_SECONDS,
        time_limit=CAMERA_SECONDS,
        **QUEUED,
        **CAMERA_QUEUE,
    )

    def follow() -> None:
        choice.unit.change(handlers.one, inputs, detail, **CHANGED, **DEVICE_QUEUE)
        shown = choice.photo.change(handlers.again, inputs, outputs, **CHANGED, **DEVICE_QUEUE)
        shown.failure(_nothing, None, outputs, **QUICK)

    return (handlers.again, inputs, outputs), follow


def _empty() -> str:
    return f'<p class="empty">{say(EMPTY)}</p>'


@localize
def _nothing():
    return None, _empty(), ""


def _record(found: FeatureMaps, network: str, unit: int) -> dict:
    facts = found.facts
    peaks = found.maps.max(axis=(0, 1))
    return {
        "network": network,
        "layer": facts.name,
        "shape": list(facts.shape),
        "receptive_field": asdict(facts.field),
        "strongest": found.strongest,
        "unit": unit,
        "activation": float(peaks[unit]),
        "shown": found.view.what,
    }
