"""Inflate: a picture shown to the 2-D network, and standing still to the 3-D one made of it."""

import math
from dataclasses import dataclass

import gradio as gr
import numpy as np

from faceweb.i18n import read_text, say
from faceweb.signals.inflation import Inflation, inflation
from faceweb.style.video import FEWEST_FRAMES
from faceweb.ui import images
from faceweb.ui.boundary import DEVICE_QUEUE, Services, Shared, handler
from faceweb.ui.components import (
    INSIDE,
    INSIDE_NOTE,
    example_row,
    locate_example,
    photo_input,
    require,
    try_it,
)
from faceweb.ui.controls import PRIVATE, into_view
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.tabs.dimensions.volumes import LAYERS

TITLE = "Inflate"
LAYER = "conv3_1"
SHOWN = 8
TRY = "a cat standing still"
# The target, and where the scale of the bars begins.
BELOW, LEAST = 1e-4, 1e-8


@dataclass(frozen=True)
class InflationTab:
    """The sub-tab's events."""

    services: Services

    @handler
    def inflate(self, photo: np.ndarray, layer: str = LAYER):
        """Is a still seen by the inflated network as its picture is by the network itself?

        The picture is shown once, and standing still for 16 frames. Returns a record (layer,
        difference: the largest on interior frames, differences: the largest of each frame,
        activation: the layer's largest) and both networks' maps as HTML.
        """
        photo = require(photo, "a photo")
        engine = self.services.ready()
        pictures = engine.inspector("perceptual").extractor
        found = inflation(pictures, engine.volume_extractor(), photo, layer)
        record = {
            "layer": layer,
            "difference": found.interior,
            "differences": [float(value) for value in found.differences],
            "activation": float(found.flat.max()),
        }
        return record, compare(found)

    @handler
    def again(self, photo: np.ndarray | None, layer: str):
        """The same for another photo or layer; nothing where there is no photo."""
        return (gr.skip(), empty()) if photo is None else self.inflate(photo, layer)


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the sub-tab."""
    handlers = InflationTab(services)
    gr.HTML(f'<p class="intro">{read_text("inflate_intro")}</p>', padding=False)
    first = try_it(TRY, "inflate-try")
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=3, min_width=260):
            photo = photo_input("Photo", height=220, elem_id="inflate-photo")
            example = example_row(INSIDE, [photo], "inflate-examples", INSIDE_NOTE)
            layer = gr.Radio(list(LAYERS), value=LAYER, label="Layer", elem_id="inflate-layer")
            start = gr.Button("Compare", variant="primary", elem_id="inflate-start")
        with gr.Column(scale=7, min_width=320):
            shown = gr.HTML(empty(), elem_id="inflate-shown", padding=False)
    explain_tab("inflate", read_text("inflate_how"))
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    inputs, outputs = [photo, layer], [record, shown]
    start.click(handlers.inflate, inputs, outputs, api_name="inflate", **DEVICE_QUEUE)
    quiet = {"show_progress": "minimal", **PRIVATE, **DEVICE_QUEUE}
    tried = first.click(lambda: locate_example(INSIDE[0][0]), None, photo, queue=False, **PRIVATE)
    for filled in (example, tried):
        filled.then(handlers.again, inputs, outputs, **quiet).then(
            None, None, None, js=into_view("#inflate-shown"), **PRIVATE
        )
    layer.input(handlers.again, inputs, outputs, **quiet)


def empty() -> str:
    """Before there is a photo."""
    click = say(
        "Click an example, or add a photo and press <b>Compare</b>: what the 2-D and the 3-D "
        "network see of it, side by side."
    )
    return f'<div class="blank"><p>{click}</p></div>'


def compare(found: Inflation) -> str:
    """The largest difference, frame by frame too, and the strongest units' maps in pairs."""
    peaks = found.flat.max(axis=(0, 1))
    units = np.argsort(-peaks, kind="stable")[:SHOWN]
    middle = found.still[len(found.still) // 2]
    pairs = "".join(
        f"<figure><div>{images.unit_map(found.flat[..., unit])}"
        f"{images.unit_map(middle[..., unit])}</div>"
        f"<figcaption>{say('unit {number}', number=unit)}</figcaption></figure>"
        for unit in units
    )
    verdict = say(
        """is the largest difference on {which}, {verdict} 1e-4; the layer's answers go up to
{most}.""",
        which=say("interior frames" if len(found.differences) > 2 else "every frame"),
        verdict=say("below" if found.interior < BELOW else "not below"),
        most=f"{found.flat.max():.3g}",
    )
    about = say(
        """Left the 2-D network's map of the picture, right a frame of the 3-D network's map of
the same picture standing still for {frames} frames; the strongest units of
{layer}.""",
        frames=FEWEST_FRAMES,
        layer=found.layer,
    )
    return f"""<section class="answer inflated"><div class="outcome"><strong>{found.interior:.1e}
</strong><span>{verdict}</span></div>{bars(found.differences)}
<p class="note">{about}</p><div class="pairs">{pairs}</div></section>"""


def bars(differences: np.ndarray) -> str:
    """The largest difference of each frame, on a logarithmic scale up to the target, as SVG."""
    width, height, floor = 320, 92, 74
    span = math.log10(BELOW / LEAST)
    shares = np.log10(np.maximum(differences, LEAST) / LEAST) / span
    step = width / len(shares)
    drawn = "".join(
        f'<rect x="{place * step + 1.5:.1f}" y="{floor - 60 * share:.1f}" '
        f'width="{step - 3:.1f}" height="{60 * share:.1f}"/>'
        for place, share in enumerate(shares.clip(0, 1.15))
    )
    label = say("largest difference of each frame")
    first = say("frame {number}", number=1)
    caption = say("Largest difference of each\nof the layer's frames, logarithmic from 1e-8")
    return f"""<figure><svg class="bars frames" viewBox="0 0 {width} {height}" role="img"
aria-label="{label}">{drawn}<line x1="0" x2="{width}" y1="14" y2="14"/>
<text x="0" y="10">1e-4</text><text x="0" y="{height - 4}">{first}</text><text x="{width}"
y="{height - 4}" text-anchor="end">{len(shares)}</text></svg>\
<figcaption>{caption}</figcaption></figure>"""
