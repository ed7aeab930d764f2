"""Inside: what the networks see, layer by layer and unit by unit, on the visitor's own pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gradio as gr

from faceweb.config import PROBED
from faceweb.i18n import both, read_text
from faceweb.interpret import atlas
from faceweb.interpret.top_patches import check_layer, check_unit
from faceweb.ui.boundary import (
    DEVICE_QUEUE,
    DOWNLOAD_QUEUE,
    Services,
    Shared,
    handler,
    show_download,
)
from faceweb.ui.components import (
    INSIDE,
    INSIDE_NOTE,
    clickable,
    example_row,
    photo_input,
    pick_choice,
    pick_unit,
    try_it,
)
from faceweb.ui.controls import QUICK, into_view
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.tabs.inside import (
    activation_maximization,
    attribution,
    feature_maps,
    gram,
    occlusion,
    top_patches,
)
from faceweb.ui.tabs.inside.choice import (
    LABELS,
    LAYER,
    LAYERS,
    NETWORK,
    PRIVATE,
    QUEUED,
    Choice,
    borrow_photo,
    whole,
)
from faceweb.ui.views import inside as inside_view

if TYPE_CHECKING:
    from faceweb.interpret.feature_extractor import FeatureExtractor

TITLE = "Inside"
TRY = "show a cat to this network"
ATLAS = """What sixteen of this layer's units would like to see. Click one to look into it."""

# The chosen unit bears a ring wherever it stands.
MARK = """(unit) => {
  for (const part of document.querySelectorAll("#inside-atlas .unit, #inside-maps .unit"))
    part.classList.toggle("chosen", part.dataset.pick === String(unit));
}"""


@dataclass(frozen=True)
class InsideTab:
    """What the head of the tab does: choose a network, a layer and a unit."""

    services: Services

    @handler
    def network(self, network: str = NETWORK):
        """Makes a network ready, by a download where it must be; returns a layer to begin with."""
        self.services.ready().inspector(network, show_download)
        return LAYERS[network]

    def back(self, layer: str):
        """The network that the chosen layer is of, where another one could not be had."""
        return next((name for name in PROBED if layer in atlas.layers(name)), NETWORK)

    @handler
    def layer(self, network: str, layer: str, shown: str):
        """A layer's place, facts and plate, and a unit to begin with; nothing where it is shown."""
        extractor = self.services.ready().inspector(network).extractor
        # Quick clicks ask for the last layer twice: the unit chosen in between stays. The layer may
        # also still be one of the network before.
        early = layer not in extractor.layers and layer in LAYERS.values()
        if layer == shown or early:
            return [gr.skip()] * 5
        check_layer(extractor, layer)
        plate = atlas.plate(network, layer)
        unit = plate.units[0] if plate else 0
        return *self._facts(extractor, layer), inside_view.atlas(plate, unit), unit, layer

    @handler
    def wake(self):
        """Waits for the networks."""
        self.services.ready().inspector(NETWORK)

    @handler
    def begin(self, network: str, layer: str):
        """The first layer's place and facts; another one's are shown by who chose it."""
        if layer != LAYER:
            return [gr.skip()] * 3
        return *self._facts(self.services.ready().inspector(network).extractor, layer), layer

    @handler
    def check_typed(self, network: str, layer: str, unit: float | None):
        """Says so where the layer has no unit of a number that was typed."""
        check_unit(self.services.ready().inspector(network).extractor, layer, whole(unit))

    @handler
    def choose_layer(self, event: gr.EventData):
        """The layer that was clicked at."""
        return pick_choice(event)

    def _facts(self, extractor: "FeatureExtractor", layer: str) -> tuple[str, str]:
        size = extractor.size or (288, 384)
        every = [extractor.facts(each, size) for each in extractor.layers]
        fact = every[extractor.layers.index(layer)]
        return inside_view.strip(extractor.layers, layer, every), inside_view.facts(fact, size)


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the tab."""
    handlers = InsideTab(services)
    plate, layers = atlas.plate(NETWORK, LAYER), atlas.layers(NETWORK)
    gr.HTML(f'<p class="intro">{read_text("inside_intro")}</p>', padding=False)
    example = try_it(TRY, "inside-try")
    network = gr.Radio(
        [(LABELS[name], name) for name in PROBED],
        value=NETWORK,
        label="Network",
        elem_id="inside-network",
    )
    strip = clickable(both(inside_view.strip, layers, LAYER), "inside-strip")
    facts = gr.HTML(inside_view.facts(None), elem_id="inside-facts", padding=False)
    gr.HTML(f'<p class="note">{ATLAS}</p>', padding=False)
    first = plate.units[0] if plate else 0
    sheet = clickable(inside_view.atlas(plate, first), "inside-atlas")
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=3, min_width=260):
            photo = photo_input("Photo", height=240, elem_id="inside-photo")
            example_row(INSIDE, [photo], "inside-examples", INSIDE_NOTE)
            with gr.Row():
                # Chosen by the strip. A dropdown that is set twice in quick succession goes on
                # telling of changes for ever.
                layer = gr.Textbox(
                    LAYER, label="Layer", interactive=False, elem_id="inside-layer", min_width=140
                )
                unit = gr.Number(first, label="Unit", elem_id="inside-unit-number", min_width=90)
                # Before whatever else a choice asks for, which takes time.
                unit.change(None, unit, None, js=MARK, **QUEUED)
        with gr.Column(scale=7, min_width=320):
            show = _views(services, Choice(network, layer, unit, photo))
    explain_tab("inside", read_text("inside_how"))
    shown = gr.State("")
    outputs = [strip, facts, sheet, unit, shown]
    head = {"inputs": [network, layer, shown], "outputs": outputs, **QUEUED}
    first_seen = [strip, facts, shown]
    # Asked for once the networks are awake: choices made while they woke are then known.
    awake = shared.page.load(handlers.wake, None, None, concurrency_limit=None, **QUEUED)
    awake.success(handlers.begin, [network, layer], first_seen, concurrency_limit=None, **QUEUED)
    chosen = network.input(
        handlers.network,
        network,
        layer,
        api_name="network",
        # A second click while a download runs counts, once that has ended.
        trigger_mode="always_last",
        **DOWNLOAD_QUEUE,
    )
    chosen.failure(handlers.back, layer, network, **QUICK)
    strip.select(handlers.choose_layer, None, layer, **QUICK)
    unit.submit(handlers.check_typed, [network, layer, unit], None, **QUEUED)
    example.click(borrow_photo, None, photo, **QUICK).then(
        None, None, None, js=into_view("#inside-views"), **PRIVATE
    )
    sheet.select(pick_unit, None, unit, **QUICK).then(
        None, None, None, js=into_view("#inside-views"), **PRIVATE
    )
    layer.change(handlers.layer, **head, **DEVICE_QUEUE, trigger_mode="multiple").then(
        *show, **QUEUED, **DEVICE_QUEUE
    )


def _views(services: Services, choice: Choice) -> tuple[Callable, list, list]:
    """Lays out the sub-tabs; returns what shows the photo to the layer, its inputs and outputs."""
    with gr.Tabs(elem_classes="quiet", elem_id="inside-views"):
        with gr.Tab("Maps"):
            show, follow_maps = feature_maps.build(services, choice)
        with gr.Tab("Patches"):
            follow_patches = top_patches.build(services, choice)
        with gr.Tab("Dream"):
            activation_maximization.build(services, choice)
        with gr.Tab("Pairs"):
            gram.build(services, choice)
        with gr.Tab("Cover"):
            occlusion.build(services, choice)
        with gr.Tab("Why"):
            attribution.build(services, choice)
    # Gradio asks for what follows a change one after the other: what ends a run must not wait for
    # what takes time, or it would end the next run.
    follow_maps()
    follow_patches()
    return show
