"""Solid textures: a block of colour whose every slice looks like one picture."""

import io
from dataclasses import dataclass, field, fields
from functools import partial

import gradio as gr
import numpy as np

from faceweb.config import SolidConfig
from faceweb.i18n import read_text
from faceweb.serving.gradio_patches import localize
from faceweb.signals.volume import AXES
from faceweb.style.solid_texture import solid_scene
from faceweb.style.transfer import StyleTransfer
from faceweb.ui import records
from faceweb.ui.boundary import PAINT_QUEUE, Services, Shared, handler
from faceweb.ui.components import (
    STYLES,
    STYLES_NOTE,
    example_row,
    locate_example,
    offer_download,
    photo_input,
    require,
    try_it,
)
from faceweb.ui.controls import accept_config, into_view, number, slider
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.sessions.style import StyleRun, StyleRuns
from faceweb.ui.views import video as video_view

TITLE = "Solid"
NAMES = tuple(item.name for item in fields(SolidConfig))
LABELS = {
    "side": "Side, voxels",
    "steps": "Steps a size",
    "smooth": "γ: smoothness",
    "seed": "Seed",
}
TURN = 35
TRY, EXAMPLE = "grow a block of mosaic", "mosaic.jpg"
SLICES = ("Above", "Front", "Side")
PRIVATE = {"api_visibility": "private"}
QUICK = {"queue": False, "show_progress": "hidden", **PRIVATE}


@dataclass(eq=False, kw_only=True)
class Block(StyleRun):
    """A block under way: `voxels` (d, h, w, 3) uint8 are what it was when it last stopped."""

    voxels: np.ndarray | None = None


@dataclass(frozen=True)
class Handlers:
    """The sub-tab's events."""

    services: Services
    blocks: StyleRuns = field(default_factory=partial(StyleRuns, "block"))

    @handler
    @accept_config(SolidConfig, before=("style",))
    def solid(self, style, *values):
        """Grows a block of colour whose every slice looks like a picture, streaming it.

        Side is 32, 48 or 64 voxels. Returns a record (j, j_style, j_variation, steps, finished,
        seconds, side, seed), its costs, and while it grows its pictures, as HTML, the finished
        cube as HTML, and the block (side, side, side, 3) uint8 as `voxels` in an npz. A session
        grows one at a time.
        """
        *settings, request = values
        config = SolidConfig(**dict(zip(NAMES, settings, strict=True)))
        style, start = require(style, "a style"), config.style
        scene = solid_scene(style, config.side)
        painting = StyleTransfer(self.services.ready().solid_style_model(), scene, start)
        block = Block(painting, scene, start, "perceptual", "", start, what="block")
        yield from self._grow(self.blocks.put(request, block), request)

    @handler
    def resume(self, request: gr.Request):
        """Goes on with the block that was stopped, or beyond its end."""
        yield from self._grow(self.blocks.require(request), request)

    def stop(self, request: gr.Request):
        """Stops; the best so far stays."""
        block = self.blocks.of(request)
        if block is not None and (block.running or not block.history):
            block.stop()

    @localize
    def show_result(self, request: gr.Request):
        """The block to be turned and cut, unless the next one is under way."""
        block = self.blocks.of(request)
        if block is None or block.running or block.voxels is None:
            return gr.update(visible=False), *[gr.skip()] * (1 + 2 * len(AXES))
        side = len(block.voxels)
        cuts = [video_view.slice_image(block.voxels, axis, side // 2) for axis in range(len(AXES))]
        sliders = [gr.Slider(maximum=side - 1, value=side // 2) for _ in AXES]
        return gr.update(visible=True), TURN, *cuts, *sliders

    @localize
    def rotate(self, degrees: float, request: gr.Request):
        """The block from another side."""
        block = self.blocks.of(request)
        if block is None or block.voxels is None:
            return gr.skip()
        return video_view.cube(block.voxels, float(degrees))

    @localize
    def above(self, index: float, request: gr.Request):
        """A slice along the first axis."""
        return self._slice(0, index, request)

    @localize
    def front(self, index: float, request: gr.Request):
        """A slice along the second axis."""
        return self._slice(1, index, request)

    @localize
    def side(self, index: float, request: gr.Request):
        """A slice along the third axis."""
        return self._slice(2, index, request)

    def _slice(self, axis: int, index: float, request: gr.Request):
        block = self.blocks.of(request)
        if block is None or block.voxels is None or not 0 <= index < len(block.voxels):
            return gr.skip()
        return video_view.slice_image(block.voxels, axis, int(index))

    def _grow(self, block: Block, request: gr.Request):
        yield gr.skip(), video_view.waiting(), gr.skip(), None
        for step in block.paint():
            voxels = (step.picture * 255 + 0.5).astype(np.uint8)
            yield _record(block, step), video_view.solid(block, step, voxels), gr.skip(), gr.skip()
        if self.blocks.of(request) is not block:
            return
        block.voxels = voxels
        file = io.BytesIO()
        np.savez_compressed(file, voxels=voxels)
        yield (
            _record(block, step),
            video_view.numbers(block, step),
            video_view.cube(voxels, TURN),
            offer_download(file.getvalue(), "faceweb-block.npz", "the block stays here"),
        )


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the sub-tab."""
    handlers = Handlers(services)
    gr.HTML(f'<p class="intro">{read_text("solid_intro")}</p>', padding=False)
    example = try_it(TRY, "solid-try")
    with gr.Row(elem_classes="studio"):
        with gr.Column(scale=4, min_width=320):
            style = photo_input("Style S", height=220, elem_id="solid-style")
            example_row(STYLES, [style], "solid-styles-examples", STYLES_NOTE, "Or click a style")
            side, steps, smooth = (
                slider(SolidConfig, name, label=LABELS[name], elem_id=f"solid-{name}")
                for name in ("side", "steps", "smooth")
            )
            with gr.Row():
                seed = number(SolidConfig, "seed", label=LABELS["seed"], min_width=110)
                rate = slider(SolidConfig, "rate", label="Step size", min_width=130)
        with gr.Column(scale=5, min_width=320, elem_id="solid-easel"):
            with gr.Row():
                start = gr.Button("Grow a block", variant="primary", elem_id="solid-start", scale=2)
                stop = gr.Button("Stop", elem_id="solid-stop", min_width=80)
                go_on = gr.Button("Continue", elem_id="solid-continue", min_width=80)
            with gr.Column(visible=False, elem_id="solid-hung") as hung:
                cube, turn, cuts, sliders, save = _viewer()
            live = gr.HTML(video_view.SOLID_EMPTY, elem_id="solid-live", padding=False)
    explain_tab("solid", read_text("solid_how"))
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    streamed = {
        "outputs": [record, live, cube, save],
        "show_progress": "minimal",
        "trigger_mode": "multiple",
        **PAINT_QUEUE,
    }
    asked = {"fn": handlers.solid, "inputs": [style, side, steps, seed, rate, smooth]}
    tried = example.click(
        lambda: locate_example(EXAMPLE), None, style, trigger_mode="multiple", **QUICK
    )
    for begun, grow in (
        (start.click, {**asked, "api_name": "solid"}),
        (tried.then, {**asked, **PRIVATE}),
        (go_on.click, {"fn": handlers.resume, **PRIVATE}),
    ):
        hidden = begun(
            lambda: gr.update(visible=False), None, hung, trigger_mode="multiple", **QUICK
        )
        hidden.then(None, None, None, js=into_view("#solid-easel"), **PRIVATE)
        grown = hidden.then(**grow, **streamed)
        for end in (grown.success, grown.failure):
            end(handlers.show_result, None, [hung, turn, *cuts, *sliders], **QUICK)
    stop.click(handlers.stop, None, None, **QUICK)
    shows = (handlers.rotate, handlers.above, handlers.front, handlers.side)
    for show, slid, shown in zip(shows, [turn, *sliders], [cube, *cuts], strict=True):
        slid.input(show, slid, shown, trigger_mode="always_last", **QUICK)
    shared.page.unload(handlers.blocks.remove)


def _viewer() -> tuple:
    """The cube with its slider, three slices with theirs, and the download."""
    cuts, sliders = [], []
    cube = gr.HTML("", elem_id="solid-cube", padding=False)
    turn = gr.Slider(0, 360, value=TURN, step=5, label="Turn the block, °", elem_id="solid-turn")
    with gr.Row(elem_classes="panes slice-panes"):
        for name, axis in zip(SLICES, AXES, strict=True):
            with gr.Column(min_width=100):
                cuts.append(gr.HTML("", elem_id=f"solid-{axis}", padding=False))
                sliders.append(
                    gr.Slider(0, 31, value=16, step=1, label=name, elem_id=f"solid-{axis}-slider")
                )
    save = gr.DownloadButton("Download the block (npz)", elem_id="solid-download")
    return cube, turn, cuts, sliders, save


def _record(block: Block, step) -> dict:
    told = records.sized_run(block, step)
    kept = ("j", "j_style", "j_variation", "steps", "finished", "seconds", "seed")
    return {name: told[name] for name in kept} | {"side": step.shape[0]}
