"""Clips: a few seconds of film repainted, all frames at once, so that they do not flicker."""

import gradio as gr
import numpy as np
from PIL import Image

from faceweb.config import ASSETS
from faceweb.features.moving import MOVING
from faceweb.rank_config import ClipConfig
from faceweb.ui import draw
from faceweb.ui.clickable import clickable
from faceweb.ui.controls import into_view, number, slider
from faceweb.ui.dimensions import clip_words
from faceweb.ui.dimensions.clip_actions import BUNDLED, LIVE, NAMES, Handlers
from faceweb.ui.examples import STYLES, STYLES_NOTE, example_row, located, try_it
from faceweb.ui.handlers import PAINT_QUEUE, Services, Shared
from faceweb.ui.howto.fold import fold
from faceweb.ui.photos import photo_input
from faceweb.ui.tongue import both, say

TITLE = "Clips"
INTRO = """Repaint a few seconds of film so that it does not flicker. A film is a volume whose
third axis is time. Painted frame by frame it flickers; here all its frames are painted at once,
and whatever changes along their motion costs. <span class="formula">J(G) = α J<sub>content</sub> +
β J<sub>style</sub> + γ J<sub>motion</sub></span>"""
NOTE = """Click one of these, made of the page's own photos, or add up to 4 s of MP4, WebM, MOV or
GIF; 64 frames at most are kept, without the sound."""
CARD = 240
TRY, EXAMPLE = "paint a film of a cup as mosaic", "mosaic.jpg"
PHOTOS = {"pan": "coffee", "turn": "chelsea", "ball": "rocket"}
LABELS = {
    "alpha": "α: content",
    "beta": "β: style",
    "motion": "γ: motion",
    "size": "Longer side, pixels",
    "steps": "Steps a size",
    "rate": "Step size",
    "seed": "Seed",
}
HOW = """**The volume.** The frames, one behind the other, are shown to the painter's network with
one axis more, time. J_content compares its maps frame by frame, J_style the Gram matrices over all
frames together with those of the style picture (Gatys et al. 2016).

**The motion.** Optical flow says where every pixel was in the frame before (Lucas & Kanade 1981,
coarse to fine). <span class="formula">J<sub>motion</sub> = mean of (G<sub>t</sub>(p) −
G<sub>t−1</sub>(p + flow(p)))²</span> over the pixels that both frames show (Ruder et al. 2016,
"Artistic Style Transfer for Videos"): strokes then move with what they are on.

**The warping error** is the same sum for the finished clip (Lai et al. 2018): how far two frames
differ once the motion is undone. A clip that was filmed has one as well, from shadows and from what
the flow misses; a painted clip has more contrast, so more of it."""
# The clip that would be painted bears the outline, a visitor's own one none of these.
MARK = """(content, bundled) => {
  for (const card of document.querySelectorAll("#clips-cards .unit"))
    card.classList.toggle("chosen", !content && card.dataset.pick === bundled);
}"""
PRIVATE = {"api_visibility": "private"}
QUICK = {"queue": False, "show_progress": "hidden", **PRIVATE}


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the sub-tab."""
    handlers = Handlers(services)
    gr.HTML(f'<p class="intro">{INTRO}</p>', padding=False)
    example = try_it(TRY, "clips-try")
    controls: dict[str, gr.components.Component] = {}
    with gr.Row(elem_classes="studio"):
        with gr.Column(scale=4, min_width=320):
            cards = clickable(both(_cards), "clips-cards")
            preview = gr.HTML(f'<p class="note">{NOTE}</p>', elem_id="clips-preview", padding=False)
            content = gr.File(label="Or your own clip", height=110, elem_id="clips-content")
            style = photo_input("Style S", height=200, elem_id="clips-style")
            example_row(STYLES, [style], "clips-styles-examples", STYLES_NOTE, "Or click a style")
        with gr.Column(scale=5, min_width=320, elem_id="clips-easel"):
            with gr.Row():
                for name in LIVE:
                    controls[name] = _slider(name)
            with gr.Row():
                start = gr.Button("Paint", variant="primary", elem_id="clips-start", scale=2)
                stop = gr.Button("Stop", elem_id="clips-stop", min_width=80)
                go_on = gr.Button("Continue", elem_id="clips-continue", min_width=80)
            with gr.Column(visible=False, elem_id="clips-hung") as hung:
                save = gr.DownloadButton("Download the clip", elem_id="clips-download")
            live = gr.HTML(clip_words.CLIP_EMPTY, elem_id="clips-live", padding=False)
    with gr.Accordion("Advanced", open=False, elem_id="clips-advanced"), gr.Row():
        for name in ("size", "steps", "rate"):
            controls[name] = _slider(name)
        controls["seed"] = number(ClipConfig, "seed", label=LABELS["seed"], min_width=110)
    fold("clips", HOW)
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    bundled = gr.Textbox(BUNDLED, visible=False)
    inputs = [content, style, *(controls[name] for name in NAMES), bundled]
    streamed = {
        "outputs": [record, live, save],
        "show_progress": "minimal",
        "trigger_mode": "multiple",
        **PAINT_QUEUE,
    }
    paints = {"fn": handlers.stylize_volume, "inputs": inputs}
    tried = example.click(
        lambda: (None, BUNDLED, handlers.show(None, BUNDLED), located(EXAMPLE)),
        None,
        [content, bundled, preview, style],
        trigger_mode="multiple",
        **QUICK,
    )
    for begun, paint in (
        (start.click, {**paints, "api_name": "stylize_volume"}),
        (tried.then, {**paints, **PRIVATE}),
        (go_on.click, {"fn": handlers.resume, **PRIVATE}),
    ):
        hidden = begun(
            lambda: gr.update(visible=False), None, hung, trigger_mode="multiple", **QUICK
        )
        hidden.then(None, None, None, js=into_view("#clips-easel"), **PRIVATE)
        painted = hidden.then(**paint, **streamed)
        for end in (painted.success, painted.failure):
            end(handlers.hung, None, hung, **QUICK)
    stop.click(handlers.stop, None, None, **QUICK)
    weights = [controls[name] for name in LIVE]
    for weight in weights:
        weight.change(handlers.move, weights, None, **QUICK)
    cards.select(handlers.bundle, None, [content, bundled, preview], **PRIVATE)
    content.change(None, [content, bundled], None, js=MARK, **PRIVATE)
    bundled.change(None, [content, bundled], None, js=MARK, **PRIVATE)
    added = content.upload(
        handlers.show, [content, bundled], preview, show_progress="minimal", **PRIVATE
    )
    added.failure(None, None, content, js="() => null", **QUICK)
    shared.page.unload(handlers.films.remove)


def _slider(name: str) -> gr.Slider:
    return slider(
        ClipConfig,
        name,
        label=LABELS[name],
        elem_id=f"clips-{name}",
        min_width=130,
    )


def _cards() -> str:
    """The bundled clips, each to be chosen."""
    cells = "".join(
        f'<button type="button" class="unit{" chosen" * (name == BUNDLED)}" data-pick="{name}">'
        f"{_thumbnail(PHOTOS[name])}"
        f"<strong>{say(title).capitalize()}</strong></button>"
        for name, title in MOVING.items()
    )
    return f'<div class="sounds clip-cards">{cells}</div>'


def _thumbnail(name: str) -> str:
    with Image.open(ASSETS / "examples" / f"{name}.jpg") as photo:
        photo.thumbnail((CARD, CARD))
        return draw.photo(np.asarray(photo), "", "card-photo")
