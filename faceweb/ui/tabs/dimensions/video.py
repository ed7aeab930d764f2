"""Clips: a few seconds of film repainted, all frames at once, so that they do not flicker."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path

import gradio as gr
import numpy as np
from PIL import Image

from faceweb.config import ASSETS, ClipConfig
from faceweb.errors import MediaError
from faceweb.i18n import both, read_text, say
from faceweb.media.video import read_clip, write_clip
from faceweb.signals.samples import MOVING, make_clip
from faceweb.style.optical_flow import estimate_flow, warping_error, way_colours
from faceweb.style.transfer import StyleTransfer
from faceweb.style.video import clip_scene, first_frames, shrink
from faceweb.types import Clip, StyleStep
from faceweb.ui import images, records
from faceweb.ui.boundary import PAINT_QUEUE, Services, Shared, handler
from faceweb.ui.components import (
    STYLES,
    STYLES_NOTE,
    clickable,
    example_row,
    locate_example,
    offer_download,
    photo_input,
    pick_choice,
    require,
    try_it,
)
from faceweb.ui.controls import PRIVATE, QUICK, number, slider, spread_config
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.sessions.style import StyleRun, StyleRuns
from faceweb.ui.stream_panel import AGAIN, Event, Start, hide, stream_panel, stream_run
from faceweb.ui.views import video as video_view

NAMES = tuple(item.name for item in fields(ClipConfig))
LIVE = ("alpha", "beta", "motion")
BUNDLED = next(iter(MOVING))


@dataclass(frozen=True)
class VideoTab:
    """The sub-tab's events."""

    services: Services
    runs: StyleRuns = field(default_factory=partial(StyleRuns, "clip"))

    @handler
    @spread_config
    def stylize_volume(
        self,
        content,
        style,
        config: ClipConfig,
        bundled: str = BUNDLED,
        request: gr.Request = None,
    ) -> Iterator[tuple]:
        """Repaints a clip in the manner of a picture, all frames at once, streaming them.

        Content is an MP4, WebM, MOV or GIF, of which the first 4 s are used; without one it is the
        bundled clip of that name (pan, turn or ball). Motion weighs what changes along the motion.
        Returns a record (j, j_content, j_style, j_variation, steps, finished, seconds, frames,
        size, rate, warping_error: content, result; note, seed), the frames or the clip with its
        costs as HTML, and the clip as MP4. A session paints one clip at a time: another one stops
        the first.
        """
        style = require(style, "a style")
        clip, note, _ = _clip(content, bundled)
        clip = shrink(clip, config.size)
        scene = clip_scene(clip, style, config.style)
        style_model = self.services.ready().clip_style_model()
        transfer = StyleTransfer(style_model, scene, config.style)
        run = self.runs.put(request, StyleRun(transfer, clip, "clip", note))
        return self._paint(run, request)

    @handler
    def resume(self, request: gr.Request) -> Iterator[tuple]:
        """Goes on with the clip that was stopped, or beyond its end."""
        return self._paint(self.runs.require(request), request)

    @handler
    def move(self, alpha, beta, motion, request: gr.Request):
        """Lets the clip under way obey the sliders from its next step on."""
        run = self.runs.of(request)
        if run is not None:
            run.controls.move(alpha=alpha, beta=beta, smooth=motion)

    def stop(self, request: gr.Request):
        """Stops; the best so far is played."""
        run = self.runs.of(request)
        if run is not None and (run.running or not run.history):
            run.stop()

    def show_result(self, request: gr.Request):
        """Offers the finished clip, unless the next one is under way."""
        run = self.runs.of(request)
        return gr.update(visible=run is not None and not run.running)

    @handler
    def bundle(self, event: gr.EventData):
        """The bundled clip that was clicked at: no file, its name, and itself."""
        name = pick_choice(event)
        return None, name, self.show(None, name)

    @handler
    def show(self, content, bundled):
        """The clip that would be painted, and what was done to it."""
        clip, note, title = _clip(content, bundled)
        return video_view.choice(clip, title, note)

    def _paint(self, run: StyleRun, request: gr.Request) -> Iterator[tuple]:
        waiting = gr.skip(), video_view.waiting(), None
        return stream_run(self.runs, run, request, waiting, _show, _show_result)


def _show(run: StyleRun, step: StyleStep) -> tuple:
    frames = first_frames(step.picture, run.subject)
    return _record(run, step, None), video_view.clip(run, step, frames), gr.skip()


def _show_result(run: StyleRun, step: StyleStep) -> tuple:
    clip, frames = run.subject, first_frames(step.picture, run.subject)
    errors, ways = _flicker(run, step)
    data, suffix = write_clip(frames, clip.rate)
    films = (clip, Clip(frames, clip.rate), ways)
    return (
        _record(run, step, errors),
        video_view.final_clip(run, step, films, errors),
        offer_download(data, f"faceweb-clip{suffix}", "the clip plays here"),
    )


def _clip(content: str | None, bundled: str) -> tuple[Clip, str, str]:
    """A clip, what was done to it, and its title."""
    if content:
        return *read_clip(Path(content)), Path(content).name
    if bundled not in MOVING:
        raise MediaError(
            f"There is no bundled clip {bundled!r}: choose one of {', '.join(MOVING)}, or upload "
            "one."
        )
    found = make_clip(bundled)
    return found.clip, "", say(found.title).capitalize()


def _flicker(run: StyleRun, step: StyleStep) -> tuple[tuple[float, float] | None, Clip]:
    """How far content and painting differ from frame to frame once the content's flow is undone,
    and that flow in colours."""
    clip, transfer = run.subject, run.transfer
    count = len(clip.frames)
    content = transfer.scene.canvas(transfer.config, step.shape).content[:count]
    flow, valid = estimate_flow(content)
    ways = Clip(way_colours(flow, content), clip.rate)
    try:
        before, after = (
            warping_error(np.asarray(frames, np.float32), flow, valid)
            for frames in (content, step.picture[:count])
        )
    except ValueError:
        # No pixel can be seen in two frames: there is nothing to compare.
        return None, ways
    return (before, after), ways


def _record(run: StyleRun, step: StyleStep, errors: tuple[float, float] | None) -> dict:
    return records.sized_run(run, step) | {
        "frames": len(run.subject.frames),
        "rate": run.subject.rate,
        "warping_error": errors and {"content": errors[0], "result": errors[1]},
        "note": run.note,
    }


TITLE = "Clips"
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
# The clip that would be painted bears the outline, a visitor's own one none of these.
MARK = """(content, bundled) => {
  for (const card of document.querySelectorAll("#clips-cards .unit"))
    card.classList.toggle("chosen", !content && card.dataset.pick === bundled);
}"""


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the sub-tab."""
    handlers = VideoTab(services)
    gr.HTML(f'<p class="intro">{read_text("clips_intro")}</p>', padding=False)
    example = try_it(TRY, "clips-try")
    controls: dict[str, gr.components.Component] = {}
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=4, min_width=320):
            cards = clickable(both(_cards), "clips-cards")
            preview = gr.HTML(
                f'<p class="note">{read_text("clips_note")}</p>',
                elem_id="clips-preview",
                padding=False,
            )
            content = gr.File(label="Or your own clip", height=110, elem_id="clips-content")
            style = photo_input("Style S", height=200, elem_id="clips-style")
            example_row(STYLES, [style], "clips-styles-examples", STYLES_NOTE, "Or click a style")
        with gr.Column(scale=5, min_width=320, elem_id="clips-panel"):
            with gr.Row():
                for name in LIVE:
                    controls[name] = _slider(name)
            with gr.Row():
                start = gr.Button("Paint", variant="primary", elem_id="clips-start", scale=2)
                stop = gr.Button("Stop", elem_id="clips-stop", min_width=80)
                go_on = gr.Button("Continue", elem_id="clips-continue", min_width=80)
            with gr.Column(visible=False, elem_id="clips-hung") as hung:
                save = gr.DownloadButton("Download the clip", elem_id="clips-download")
            live = gr.HTML(video_view.clip_empty(), elem_id="clips-live", padding=False)
    with gr.Accordion("Advanced", open=False, elem_id="clips-advanced"), gr.Row():
        for name in ("size", "steps", "rate"):
            controls[name] = _slider(name)
        controls["seed"] = number(ClipConfig, "seed", label=LABELS["seed"], min_width=110)
    explain_tab("clips", read_text("clips_how"))
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    bundled = gr.Textbox(BUNDLED, visible=False)
    inputs = [content, style, *(controls[name] for name in NAMES), bundled]
    tried = example.click(
        lambda: (None, BUNDLED, handlers.show(None, BUNDLED), locate_example(EXAMPLE)),
        None,
        [content, bundled, preview, style],
        **QUICK,
        **AGAIN,
    )
    stream_panel(
        shared.page,
        [
            Start(start.click, handlers.stylize_volume, inputs, {"api_name": "stylize_volume"}),
            Start(tried.then, handlers.stylize_volume, inputs),
            Start(go_on.click, handlers.resume),
        ],
        [record, live, save],
        PAINT_QUEUE,
        leave=handlers.runs.remove,
        scroll_to="#clips-panel",
        before=Event(hide, hung),
        after=Event(handlers.show_result, hung),
        stop=(stop, handlers.stop, QUICK),
    )
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
        return images.photo(np.asarray(photo), "", "card-photo")
