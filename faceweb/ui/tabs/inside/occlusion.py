"""Occlude: a patch slides over the picture, and a unit or a distance answers."""

from dataclasses import dataclass

import gradio as gr
import numpy as np

from faceweb.config import OcclusionConfig
from faceweb.i18n import read_text, say
from faceweb.interpret.occlusion import OcclusionStep, occlude_pair, occlude_unit
from faceweb.ui.boundary import PAINT_QUEUE, Services, handler
from faceweb.ui.components import photo_input, require, try_it
from faceweb.ui.controls import QUICK, default, slider
from faceweb.ui.controls import choice as radio
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.tabs.inside.choice import (
    LAYER,
    NETWORK,
    PRIVATE,
    Choice,
    borrow_photo,
    clear_on_change,
    stops,
    whole,
)
from faceweb.ui.views import inside as inside_view

UNIT_NOTE = """The ring is where the unit was strongest; its activation there is watched. What is
put in place of the photo matters: a grey patch has edges of its own, a blurred one has not."""
PAIR_NOTE = """The distance d(a, b) of two faces, while one of them is covered patch by patch."""
PATCH, FILL = default(OcclusionConfig, "patch"), default(OcclusionConfig, "fill")


@dataclass(frozen=True)
class OcclusionTab:
    """The sub-tab's events."""

    services: Services

    @handler
    def occlude(
        self,
        photo: np.ndarray,
        network: str = NETWORK,
        layer: str = LAYER,
        unit: float = 0,
        patch: float = PATCH,
        fill: str = FILL,
    ):
        """What does covering a photo patch by patch do to a unit? Streamed.

        Returns a record (activation before, lowest and highest with a patch, patches) and the map
        as HTML.
        """
        config = OcclusionConfig(patch=patch, fill=fill)
        inspector, networks = (
            self.services.ready().inspector(network),
            self.services.ready().faces(),
        )
        number = whole(unit)
        photo = require(photo, "a photo")
        for step in occlude_unit(inspector.extractor, networks, photo, layer, number, config):
            what = say("unit {number} of {layer}", number=number, layer=layer)
            part = inside_view.occlusion_step(step, what)
            yield _record("activation", step), inside_view.occlusion_maps([part], UNIT_NOTE)

    @handler
    def occlude_faces(
        self, photo_a: np.ndarray, photo_b: np.ndarray, patch: float = PATCH, fill: str = FILL
    ):
        """What does covering either of two faces patch by patch do to their distance? Streamed.

        Returns a record (distance before; lowest and highest with a patch, and patches, a face) and
        both maps as HTML.
        """
        config = OcclusionConfig(patch=patch, fill=fill)
        a, b = require(photo_a, "a photo"), require(photo_b, "a second photo")
        for first, second in occlude_pair(self.services.ready().faces(), a, b, config):
            steps = [step for step in (first, second) if step is not None]
            parts = [
                inside_view.occlusion_step(
                    step, say("d(a, b), face {letter} covered", letter=letter)
                )
                for step, letter in zip(steps, "ab", strict=False)
            ]
            record = {"faces": [_record("distance", step) for step in steps]}
            yield record, inside_view.occlusion_maps(parts, PAIR_NOTE)


def build(services: Services, choice: Choice) -> None:
    """Lays out and wires the sub-tab."""
    handlers = OcclusionTab(services)
    gr.HTML(f'<p class="note">{read_text("cover_intro")}</p>', padding=False)
    example = try_it("cover a cat, patch by patch", "inside-cover-try")
    with gr.Row():
        patch = slider(OcclusionConfig, "patch", label="Patch, share of the shorter side")
        fill = radio(OcclusionConfig, "fill", label="Filled with")
    with gr.Row(elem_classes="act"):
        start = gr.Button("Cover the photo", variant="primary", elem_id="inside-cover", scale=3)
        stop = gr.Button("Stop", min_width=80)
    shown = gr.HTML("", elem_id="inside-covered", padding=False)
    with gr.Accordion("Two faces and their distance", open=False, elem_id="inside-two"):
        second = photo_input("Second photo", height=220, elem_id="inside-second")
        with gr.Row(elem_classes="act"):
            both = gr.Button("Cover both faces", elem_id="inside-cover-pair", scale=3)
            enough = gr.Button("Stop", min_width=80)
        pair = gr.HTML("", elem_id="inside-covered-pair", padding=False)
    explain_tab("cover")
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    how = {"show_progress": "minimal", **PAINT_QUEUE}
    run = start.click(
        handlers.occlude,
        [choice.photo, choice.network, choice.layer, choice.unit, patch, fill],
        [record, shown],
        api_name="occlude",
        **how,
    )
    tried = example.click(borrow_photo, None, choice.photo, **QUICK)
    run_too = tried.then(
        handlers.occlude,
        [choice.photo, choice.network, choice.layer, choice.unit, patch, fill],
        [record, shown],
        **PRIVATE,
        **how,
    )
    faces = both.click(
        handlers.occlude_faces,
        [choice.photo, second, patch, fill],
        [record, pair],
        api_name="occlude_faces",
        **how,
    )
    stops(stop, [run, run_too], "inside-covered")
    stops(enough, [faces], "inside-covered-pair")
    chosen = choice.layer.change, choice.unit.change, choice.photo.change
    clear_on_change(chosen, [shown], run=[run])
    # The example itself changes the photo, which must not end what it asked for.
    clear_on_change([choice.layer.change, choice.unit.change], [shown], run=[run_too])
    clear_on_change([choice.photo.change, second.change], [pair], run=[faces])


def _record(what: str, step: OcclusionStep) -> dict:
    return {
        what: step.before,
        "lowest": step.lowest,
        "highest": step.highest,
        "patches": step.done,
        "of": step.total,
    }
