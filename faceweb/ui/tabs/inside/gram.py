"""Channels that fire together: the Gram matrix of a layer on a photo, and the photo repainted."""

from dataclasses import dataclass

import gradio as gr
import numpy as np

from faceweb.config import RepaintConfig
from faceweb.i18n import ENGLISH, read_text, speaking
from faceweb.interpret import atlas
from faceweb.interpret.corpus import bundled_corpus
from faceweb.interpret.describe import describe
from faceweb.interpret.gram import ChannelCorrelation, correlate_channels, repaint
from faceweb.interpret.top_patches import check_unit, patches_of
from faceweb.ui.boundary import PAINT_QUEUE, Services, handler
from faceweb.ui.components import clickable, pick_unit, require, try_it, where
from faceweb.ui.controls import QUICK, default, slider
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.tabs.inside.choice import (
    CHANGED,
    LAYER,
    NETWORK,
    QUEUED,
    Choice,
    borrow_photo,
    clear_on_change,
    stops,
    whole,
)
from faceweb.ui.views import inside as inside_view

WANTED, STEPS = default(RepaintConfig, "wanted"), default(RepaintConfig, "steps")


@dataclass(frozen=True)
class GramTab:
    """The sub-tab's events."""

    services: Services

    @handler
    def gram(
        self,
        photo: np.ndarray,
        network: str = NETWORK,
        layer: str = LAYER,
        unit_a: float = 0,
        unit_b: float = 1,
    ):
        """Which channels of a layer fire together on a photo, and how do two of them? Streamed.

        Returns a record (correlation of units a and b in [-1, 1], the eight units whose correlation
        with a is farthest from 0 as partners, what both see in words), the matrix as HTML and the
        pair as HTML.
        """
        found = self._find(require(photo, "a photo"), network, layer)
        pair = whole(unit_a, "unit a"), whole(unit_b, "unit b")
        yield from self._answers(found, network, layer, pair)

    @handler
    def cell(self, photo, network, layer, event: gr.EventData):
        """The two units of the matrix's cell that was clicked at, and the same answer."""
        found = self._find(require(photo, "a photo"), network, layer)
        column, row = (int(share * len(found.order)) for share in where(event))
        pair = int(found.order[row]), int(found.order[column])
        for record, _, told in self._answers(found, network, layer, pair):
            yield *pair, record, told

    @handler
    def begin(self, network, layer):
        """A second unit of the layer."""
        plate = atlas.plate(network, layer)
        return plate.units[1] if plate else 1

    @handler
    def repaint(
        self,
        photo: np.ndarray,
        network: str = NETWORK,
        layer: str = LAYER,
        unit_a: float = 0,
        unit_b: float = 1,
        wanted: float = WANTED,
        steps: float = STEPS,
    ):
        """Repaints a photo until two units correlate as wanted, streamed.

        Returns a record (correlation before and now, wanted, how far all other pairs moved on
        average, steps) and the photo beside the repainted one as HTML.
        """
        config = RepaintConfig(wanted=wanted, steps=steps)
        inspector, networks = (
            self.services.ready().inspector(network),
            self.services.ready().faces(),
        )
        pair = whole(unit_a, "unit a"), whole(unit_b, "unit b")
        for step in repaint(inspector, networks, require(photo, "a photo"), layer, pair, config):
            record = {
                "before": step.before,
                "correlation": step.now,
                "wanted": config.wanted,
                "others": step.others,
                "steps": step.step,
            }
            yield record, inside_view.repaint_step(step, pair)

    def _find(self, photo: np.ndarray, network: str, layer: str) -> ChannelCorrelation:
        inspector = self.services.ready().inspector(network)
        return correlate_channels(inspector.extractor, self.services.ready().faces(), photo, layer)

    def _answers(self, found: ChannelCorrelation, network: str, layer: str, pair: tuple[int, int]):
        """The record, the matrix and the pair; the matrix first where patches must be found."""
        inspector, networks, corpus = (
            self.services.ready().inspector(network),
            self.services.ready().faces(),
            bundled_corpus(),
        )
        for unit in pair:
            check_unit(inspector.extractor, layer, unit)
        (first, second), matrix = pair, inside_view.gram(found)
        for step in self.services.indexes.look(inspector, networks, corpus):
            index = step.index
            if not step.finished:
                yield gr.skip(), matrix, inside_view.progress(step, corpus)
        nine = patches_of(inspector.extractor, networks, corpus, index, layer, pair)
        told = describe(nine[first]), describe(nine[second])
        with speaking(ENGLISH):
            lead = inside_view.describe_correlation(found, first, second, told)
        record = {
            "network": network,
            "layer": layer,
            "units": list(pair),
            "correlation": round(float(found.correlation[pair]), 5),
            "partners": [
                {"unit": unit, "correlation": round(value, 5)}
                for unit, value in found.partners(first)
            ],
            "words": lead,
        }
        small = inside_view.small_nine(nine[first]), inside_view.small_nine(nine[second])
        yield record, matrix, inside_view.pair(found, first, second, told, small)


def build(services: Services, choice: Choice) -> None:
    """Lays out and wires the sub-tab."""
    handlers = GramTab(services)
    gr.HTML(f'<p class="note">{read_text("pairs_intro")}</p>', padding=False)
    example = try_it("draw the matrix of a cat", "inside-gram-try")
    with gr.Row(elem_classes="act"):
        plate = atlas.plate(NETWORK, LAYER)
        second = plate.units[1] if plate else 1
        other = gr.Number(second, label="Second unit", elem_id="inside-other", scale=1)
        start = gr.Button(
            "Draw the matrix", variant="primary", elem_id="inside-gram-start", scale=3
        )
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=4, min_width=280):
            matrix = clickable("", "inside-gram")
        with gr.Column(scale=6, min_width=300):
            pair = clickable("", "inside-pair")
    with gr.Row(elem_classes="act"):
        wanted = slider(RepaintConfig, "wanted", label="Correlation that is wanted", scale=3)
        paint = gr.Button("Repaint the photo so", elem_id="inside-repaint", scale=2)
        stop = gr.Button("Stop", min_width=80)
    repainted = gr.HTML("", elem_id="inside-repainted", padding=False)
    with gr.Accordion("How long", open=False):
        steps = slider(RepaintConfig, "steps")
    explain_tab("pairs")
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    looked = [choice.photo, choice.network, choice.layer]
    inputs, outputs = [*looked, choice.unit, other], [record, matrix, pair]
    answer = [choice.unit, other, record, pair]
    drawn = start.click(handlers.gram, inputs, outputs, api_name="gram", **PAINT_QUEUE)
    tried = example.click(borrow_photo, None, choice.photo, **QUICK)
    drawn_too = tried.then(handlers.gram, inputs, outputs, **QUEUED, **PAINT_QUEUE)
    cell = matrix.select(handlers.cell, looked, answer, **QUEUED, **PAINT_QUEUE)
    picked = pair.select(pick_unit, None, other, **QUICK)
    partner = picked.success(handlers.gram, inputs, outputs, **QUEUED, **PAINT_QUEUE)
    run = paint.click(
        handlers.repaint,
        [*inputs, wanted, steps],
        [record, repainted],
        api_name="repaint",
        show_progress="minimal",
        **PAINT_QUEUE,
    )
    stops(stop, [run], "inside-repainted")
    changes = choice.photo.change, choice.layer.change
    clear_on_change(changes, [matrix, pair], (None, None), [drawn, cell, partner])
    # The example itself changes the photo, which must not end what it asked for.
    clear_on_change([choice.layer.change], [matrix, pair], (None, None), [drawn_too])
    clear_on_change([*changes, choice.unit.change, other.change], [repainted], run=[run])
    choice.layer.change(handlers.begin, looked[1:], other, queue=False, **CHANGED)
