"""Attribution: Grad-CAM and integrated gradients, of a unit or of the distance of two faces."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np

from faceweb.config import AttributionConfig
from faceweb.i18n import read_text, say
from faceweb.ui.boundary import PAINT_QUEUE, Services, handler
from faceweb.ui.components import photo_input, require, try_it
from faceweb.ui.controls import PRIVATE, QUICK, default, slider
from faceweb.ui.controls import choice as radio
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.tabs.inside.choice import (
    LAYER,
    NETWORK,
    Choice,
    borrow_photo,
    clear_on_change,
    stops,
    whole,
)
from faceweb.ui.views import inside as inside_view

if TYPE_CHECKING:
    from faceweb.interpret.attribution import AttributionStep

UNIT_NOTE = """The ring is where the unit was strongest; its activation there is explained."""
PAIR_NOTE = """The distance d(a, b) is explained by either face while the other stays: what lowers
it makes them one person, what raises it parts them."""
FACE = "face"
BASELINE, STEPS = default(AttributionConfig, "baseline"), default(AttributionConfig, "steps")


@dataclass(frozen=True)
class AttributionTab:
    """The sub-tab's events."""

    services: Services

    @handler
    def attribute(
        self,
        photo: np.ndarray,
        network: str = NETWORK,
        layer: str = LAYER,
        unit: float = 0,
        baseline: str = BASELINE,
        steps: int = STEPS,
    ):
        """Which parts of a photo raise a unit, by Grad-CAM and integrated gradients? Streamed.

        Returns a record (activation, baseline: the activation there, source: the layer that
        Grad-CAM weighs, sum: of the integrated gradients, gap: how far the sum is from the
        difference of both activations, points, of) and both maps as HTML.
        """
        from faceweb.interpret.attribution import attribute_unit

        config = AttributionConfig(baseline=baseline, steps=steps)
        engine, number = self.services.ready(), whole(unit)
        inspector, photo = engine.inspector(network), require(photo, "a photo")
        for step in attribute_unit(
            inspector.attribution,
            engine.faces(),
            photo,
            layer,
            number,
            config,
        ):
            what = say("unit {number} of {layer}", number=number, layer=layer)
            part = inside_view.attribution_step(step, what)
            yield _record("activation", step), inside_view.attribution_maps([part], UNIT_NOTE)

    @handler
    def attribute_faces(
        self,
        photo_a: np.ndarray,
        photo_b: np.ndarray,
        baseline: str = BASELINE,
        steps: int = STEPS,
    ):
        """Which parts of two faces make their distance, by Grad-CAM and integrated gradients?

        Streamed. Returns a record (faces: distance, baseline, source, sum, gap, points, of; as
        /attribute) and the maps of both faces as HTML.
        """
        from faceweb.interpret.attribution import attribute_pair

        config = AttributionConfig(baseline=baseline, steps=steps)
        a, b = require(photo_a, "a photo"), require(photo_b, "a second photo")
        engine = self.services.ready()
        inspector = engine.inspector(FACE)
        for pair in attribute_pair(inspector.attribution, engine.faces(), a, b, config):
            begun = [step for step in pair if step is not None]
            parts = [
                inside_view.attribution_step(step, say("d(a, b) by face {letter}", letter=letter))
                for step, letter in zip(begun, "ab", strict=False)
            ]
            record = {"faces": [_record("distance", step) for step in begun]}
            yield record, inside_view.attribution_maps(parts, PAIR_NOTE)


def build(services: Services, choice: Choice) -> None:
    """Lays out and wires the sub-tab."""
    tab = AttributionTab(services)
    gr.HTML(f'<p class="note">{read_text("attribution_intro")}</p>', padding=False)
    example = try_it("explain a unit on a cat", "inside-attribution-try")
    with gr.Row():
        baseline = radio(AttributionConfig, "baseline", label="Baseline")
        steps = slider(AttributionConfig, "steps", label="Points from the baseline to the photo")
    with gr.Row(elem_classes="act"):
        start = gr.Button("Explain the unit", variant="primary", elem_id="inside-attribute")
        stop = gr.Button("Stop", min_width=80)
    shown = gr.HTML("", elem_id="inside-attributed", padding=False)
    with gr.Accordion("Two faces and their distance", open=False):
        second = photo_input("Second photo", height=220, elem_id="inside-attribution-second")
        with gr.Row(elem_classes="act"):
            both = gr.Button("Explain the distance", elem_id="inside-attribute-pair", scale=3)
            enough = gr.Button("Stop", min_width=80)
        pair = gr.HTML("", elem_id="inside-attributed-pair", padding=False)
    explain_tab("attribution", read_text("attribution_how"))
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    how = {"show_progress": "minimal", **PAINT_QUEUE}
    inputs = [choice.photo, choice.network, choice.layer, choice.unit, baseline, steps]
    run = start.click(tab.attribute, inputs, [record, shown], api_name="attribute", **how)
    tried = example.click(borrow_photo, None, choice.photo, **QUICK)
    run_too = tried.then(tab.attribute, inputs, [record, shown], **PRIVATE, **how)
    faces = both.click(
        tab.attribute_faces,
        [choice.photo, second, baseline, steps],
        [record, pair],
        api_name="attribute_faces",
        **how,
    )
    stops(stop, [run, run_too], "inside-attributed")
    stops(enough, [faces], "inside-attributed-pair")
    chosen = choice.layer.change, choice.unit.change, choice.photo.change
    clear_on_change(chosen, [shown], run=[run])
    # The example itself changes the photo, which must not end what it asked for.
    clear_on_change([choice.layer.change, choice.unit.change], [shown], run=[run_too])
    clear_on_change([choice.photo.change, second.change], [pair], run=[faces])


def _record(what: str, step: "AttributionStep") -> dict:
    return {
        what: step.score,
        "baseline": step.baseline,
        "source": step.cam.layer,
        "sum": float(step.gradients.sum()),
        "gap": step.gap,
        "points": step.done,
        "of": step.steps,
    }
