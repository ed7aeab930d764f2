"""Solid textures: a block of colour whose every slice looks like one picture."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import gradio as gr
import numpy as np

from faceweb.config import SolidConfig
from faceweb.i18n import read_text
from faceweb.serving.gradio_patches import localize
from faceweb.signals.volume import AXES
from faceweb.style.image import to_bytes
from faceweb.style.solid_texture import solid_scene
from faceweb.style.transfer import StyleTransfer
from faceweb.types import StyleStep
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
from faceweb.ui.controls import QUICK, number, slider, spread_config
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.sessions.style import StyleRun, StyleRuns
from faceweb.ui.stream_panel import AGAIN, Event, Start, hide, stream_panel, stream_run
from faceweb.ui.views import video as video_view

TITLE = "Solid"
LABELS = {
    "side": "Side, voxels",
    "steps": "Steps a size",
    "smooth": "γ: smoothness",
    "seed": "Seed",
}
TURN = 35
TRY, EXAMPLE = "grow a block of mosaic", "mosaic.jpg"
SLICES = ("Above", "Front", "Side")


@dataclass(frozen=True)
class SolidTextureTab:
    """The sub-tab's events; a run's subject is the block when it last stopped, or None."""

    services: Services
    runs: StyleRuns = field(default_factory=partial(StyleRuns, "block"))

    @handler
    @spread_config
    def solid(self, style, config: SolidConfig, request: gr.Request = None) -> Iterator[tuple]:
        """Grows a block of colour whose every slice looks like a picture, streaming it.

        Side is 32, 48 or 64 voxels. Returns a record (j, j_style, j_variation, steps, finished,
        seconds, side, seed), its costs, and while it grows its pictures, as HTML, the finished
        cube as HTML, and the block (side, side, side, 3) uint8 as `voxels` in an npz. A session
        grows one at a time.
        """
        scene = solid_scene(require(style, "a style"), config.side)
        style_model = self.services.ready().solid_style_model()
        run = StyleRun(StyleTransfer(style_model, scene, config.style), what="block")
        return self._grow(self.runs.put(request, run), request)

    @handler
    def resume(self, request: gr.Request) -> Iterator[tuple]:
        """Goes on with the block that was stopped, or beyond its end."""
        return self._grow(self.runs.require(request), request)

    def stop(self, request: gr.Request):
        """Stops; the best so far stays."""
        run = self.runs.of(request)
        if run is not None and (run.running or not run.history):
            run.stop()

    @localize
    def show_result(self, request: gr.Request):
        """The block to be turned and cut, unless the next one is under way."""
        run, voxels = self.runs.of(request), self._voxels(request)
        if run is None or run.running or voxels is None:
            return gr.update(visible=False), *[gr.skip()] * (1 + 2 * len(AXES))
        side = len(voxels)
        cuts = [video_view.slice_image(voxels, axis, side // 2) for axis in range(len(AXES))]
        sliders = [gr.Slider(maximum=side - 1, value=side // 2) for _ in AXES]
        return gr.update(visible=True), TURN, *cuts, *sliders

    @localize
    def rotate(self, degrees: float, request: gr.Request):
        """The block from another side."""
        voxels = self._voxels(request)
        return gr.skip() if voxels is None else video_view.cube(voxels, float(degrees))

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

    def _voxels(self, request: gr.Request) -> np.ndarray | None:
        """The visitor's block (d, h, w, 3) uint8 when it last stopped."""
        run = self.runs.of(request)
        return None if run is None else run.subject

    def _slice(self, axis: int, index: float, request: gr.Request):
        voxels = self._voxels(request)
        if voxels is None or not 0 <= index < len(voxels):
            return gr.skip()
        return video_view.slice_image(voxels, axis, int(index))

    def _grow(self, run: StyleRun, request: gr.Request) -> Iterator[tuple]:
        waiting = gr.skip(), video_view.waiting(), gr.skip(), None
        return stream_run(self.runs, run, request, waiting, _show, _show_result)


def _show(run: StyleRun, step: StyleStep) -> tuple:
    shown = video_view.solid(run, step, to_bytes(step.picture))
    return _record(run, step), shown, gr.skip(), gr.skip()


def _show_result(run: StyleRun, step: StyleStep) -> tuple:
    voxels = run.subject = to_bytes(step.picture)
    file = io.BytesIO()
    np.savez_compressed(file, voxels=voxels)
    return (
        _record(run, step),
        video_view.numbers(run, step),
        video_view.cube(voxels, TURN),
        offer_download(file.getvalue(), "faceweb-block.npz", "the block stays here"),
    )


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the sub-tab."""
    handlers = SolidTextureTab(services)
    gr.HTML(f'<p class="intro">{read_text("solid_intro")}</p>', padding=False)
    example = try_it(TRY, "solid-try")
    with gr.Row(elem_classes="columns"):
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
        with gr.Column(scale=5, min_width=320, elem_id="solid-panel"):
            with gr.Row():
                start = gr.Button("Grow a block", variant="primary", elem_id="solid-start", scale=2)
                stop = gr.Button("Stop", elem_id="solid-stop", min_width=80)
                go_on = gr.Button("Continue", elem_id="solid-continue", min_width=80)
            with gr.Column(visible=False, elem_id="solid-hung") as hung:
                cube, turn, cuts, sliders, save = _viewer()
            live = gr.HTML(video_view.solid_empty(), elem_id="solid-live", padding=False)
    explain_tab("solid", read_text("solid_how"))
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    inputs = [style, side, steps, seed, rate, smooth]
    tried = example.click(lambda: locate_example(EXAMPLE), None, style, **QUICK, **AGAIN)
    stream_panel(
        shared.page,
        [
            Start(start.click, handlers.solid, inputs, {"api_name": "solid"}),
            Start(tried.then, handlers.solid, inputs),
            Start(go_on.click, handlers.resume),
        ],
        [record, live, cube, save],
        PAINT_QUEUE,
        leave=handlers.runs.remove,
        scroll_to="#solid-panel",
        before=Event(hide, hung),
        after=Event(handlers.show_result, [hung, turn, *cuts, *sliders]),
        stop=(stop, handlers.stop, QUICK),
    )
    shows = (handlers.rotate, handlers.above, handlers.front, handlers.side)
    for show, slid, shown in zip(shows, [turn, *sliders], [cube, *cuts], strict=True):
        slid.input(show, slid, shown, trigger_mode="always_last", **QUICK)


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


def _record(run: StyleRun, step: StyleStep) -> dict:
    told = records.sized_run(run, step)
    kept = ("j", "j_style", "j_variation", "steps", "finished", "seconds", "seed")
    return {name: told[name] for name in kept} | {"side": step.shape[0]}
