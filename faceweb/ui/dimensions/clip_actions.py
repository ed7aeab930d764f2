"""What the clips' sub-tab does: choose a clip, paint it, stop, go on."""

from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path

import gradio as gr
import numpy as np

from faceweb.errors import MediaError
from faceweb.features.clip_file import read_clip, write_clip
from faceweb.features.clips import clip_scene, first_frames, shrunk
from faceweb.features.moving import MOVING, moving
from faceweb.features.stylize import Painting
from faceweb.numerics.flow import estimated_flow, way_colours
from faceweb.numerics.warping import warping_error
from faceweb.rank_config import ClipConfig
from faceweb.types import Clip, StyleStep
from faceweb.ui import records
from faceweb.ui.clickable import picked
from faceweb.ui.controls import takes
from faceweb.ui.dimensions import clip_words
from faceweb.ui.downloads import offered
from faceweb.ui.easels import Easel, Easels
from faceweb.ui.handlers import Services, guarded
from faceweb.ui.photos import required
from faceweb.ui.tongue import say

NAMES = tuple(item.name for item in fields(ClipConfig))
LIVE = ("alpha", "beta", "motion")
BUNDLED = next(iter(MOVING))


@dataclass(eq=False, kw_only=True)
class Film(Easel):
    """A clip under way: `clip` is its content, at the size it is painted at."""

    clip: Clip


@dataclass(frozen=True)
class Handlers:
    """The sub-tab's events."""

    services: Services
    films: Easels = field(default_factory=partial(Easels, "clip"))

    @guarded
    @takes(ClipConfig, before=("content", "style"), after={"bundled": BUNDLED})
    def stylize_volume(self, content, style, *values):
        """Repaints a clip in the manner of a picture, all frames at once, streaming them.

        Content is an MP4, WebM, MOV or GIF, of which the first 4 s are used; without one it is the
        bundled clip of that name (pan, turn or ball). Motion weighs what changes along the motion.
        Returns a record (j, j_content, j_style, j_variation, steps, finished, seconds, frames,
        size, rate, warping_error: content, result; note, seed), the frames or the clip with its
        costs as HTML, and the clip as MP4. A session paints one clip at a time: another one stops
        the first.
        """
        *settings, bundled, request = values
        config = ClipConfig(**dict(zip(NAMES, settings, strict=True)))
        style = required(style, "a style")
        clip, note, _ = _clip(content, bundled)
        clip, start = shrunk(clip, config.size), config.style
        scene = clip_scene(clip, style, start)
        painter = self.services.workshop().clip_painter()
        film = Film(
            Painting(painter, scene, start),
            scene,
            start,
            "inflated",
            "",
            start,
            note=note,
            what="clip",
            clip=clip,
        )
        yield from self._paint(self.films.put(request, film), request)

    @guarded
    def resume(self, request: gr.Request):
        """Goes on with the clip that was stopped, or beyond its end."""
        yield from self._paint(self.films.required(request), request)

    @guarded
    @takes(ClipConfig, names=LIVE)
    def move(self, alpha, beta, motion, request):
        """Lets the clip under way obey the sliders from its next step on."""
        film = self.films.of(request)
        if film is not None:
            film.config = replace(film.config, alpha=alpha, beta=beta, smooth=motion)

    def stop(self, request: gr.Request):
        """Stops; the best so far is played."""
        film = self.films.of(request)
        if film is not None and (film.running or not film.history):
            film.stop()

    def hung(self, request: gr.Request):
        """Offers the finished clip, unless the next one is under way."""
        film = self.films.of(request)
        return gr.update(visible=film is not None and not film.running)

    @guarded
    def bundle(self, event: gr.EventData):
        """The bundled clip that was clicked at: no file, its name, and itself."""
        name = picked(event)
        return None, name, self.show(None, name)

    @guarded
    def show(self, content, bundled):
        """The clip that would be painted, and what was done to it."""
        clip, note, title = _clip(content, bundled)
        return clip_words.chosen(clip, title, note)

    def _paint(self, film: Film, request: gr.Request):
        yield gr.skip(), clip_words.waiting(), None
        for step in film.paint():
            frames = first_frames(step.picture, film.clip)
            yield _record(film, step, None), clip_words.clip(film, step, frames), gr.skip()
        if self.films.of(request) is not film:
            return
        errors, ways = _flicker(film, step)
        data, suffix = write_clip(frames, film.clip.rate)
        result = Clip(frames, film.clip.rate)
        yield (
            _record(film, step, errors),
            clip_words.finished(film, step, (film.clip, result, ways), errors),
            offered(data, f"faceweb-clip{suffix}", "the clip plays here"),
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
    found = moving(bundled)
    return found.clip, "", say(found.title).capitalize()


def _flicker(film: Film, step: StyleStep) -> tuple[tuple[float, float] | None, Clip]:
    """How far content and painting differ from frame to frame once the content's flow is undone,
    and that flow in colours."""
    count = len(film.clip.frames)
    content = film.scene.canvas(film.start, step.shape).content[:count]
    flow, valid = estimated_flow(content)
    ways = Clip(way_colours(flow, content), film.clip.rate)
    try:
        before, after = (
            warping_error(np.asarray(frames, np.float32), flow, valid)
            for frames in (content, step.picture[:count])
        )
    except ValueError:
        # No pixel can be seen in two frames: there is nothing to compare.
        return None, ways
    return (before, after), ways


def _record(film: Film, step: StyleStep, errors: tuple[float, float] | None) -> dict:
    return records.framed(film, step) | {
        "frames": len(film.clip.frames),
        "rate": film.clip.rate,
        "warping_error": errors and {"content": errors[0], "result": errors[1]},
        "note": film.note,
    }
