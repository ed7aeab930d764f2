"""What the pages of clips and of solid textures say and draw.

The sentences stand in templates/video/; here is chosen and computed what they are told of.
"""

import base64
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from faceweb.i18n import each_retold, say
from faceweb.media.video import write_clip
from faceweb.signals.render_cube import clear_cube
from faceweb.types import Clip, StyleStep
from faceweb.ui import images
from faceweb.ui.sessions.style import StyleRun
from faceweb.ui.views.render import render
from faceweb.ui.views.style import CURVES, curves, formula

STRIP = 8
MOTION = ("variation", "J_motion")


def clip_empty() -> Markup:
    """Before a clip was painted."""
    return render("video/clip_empty")


def solid_empty() -> Markup:
    """Before a block was grown."""
    return render("video/solid_empty")


def waiting() -> Markup:
    """Before the first step."""
    return render("video/waiting")


def video(clip: Clip, alt: str, controls: bool = False) -> Markup:
    """A clip that plays over and over, in the page itself."""
    data, suffix = write_clip(clip.frames, clip.rate)
    source = Markup(f"data:video/{suffix[1:]};base64,{base64.b64encode(data).decode()}")
    return render("video/video", alt=alt, controls=controls, source=source)


def choice(clip: Clip, title: str, note: str) -> Markup:
    """The clip that would be painted."""
    shown = video(clip, title)
    return render("video/choice", clip=clip, video=shown, title=title, note=each_retold(note))


def strip(frames: np.ndarray) -> Markup:
    """Some of the frames, side by side."""
    places = np.linspace(0, len(frames) - 1, STRIP).round().astype(int)
    shown = [images.photo(frames[k], say("frame {number}", number=k + 1), "frame") for k in places]
    return render("video/strip", frames=shown)


def painting(
    run: StyleRun, step: StyleStep, pictures: Markup, cost: Markup, shown: Sequence[tuple[str, str]]
) -> Markup:
    """A clip or a block under way, with what is known of it.

    Args:
        run: that makes it.
        step: of it.
        pictures: of what it looks like.
        cost: its formula.
        shown: the costs that have curves.
    """
    return render(
        "video/painting",
        run=run,
        step=step,
        pictures=pictures,
        solid=len(set(step.shape)) == 1,
        notes=[each_retold(note) for note in (run.note, step.note) if note],
        cost=cost,
        curves=curves(run.history, shown),
    )


def clip(run: StyleRun, step: StyleStep, frames: np.ndarray) -> Markup:
    """A clip under way."""
    cost = formula(run, step, "motion")
    return painting(run, step, strip(frames), cost, (*CURVES, MOTION))


def final_clip(
    run: StyleRun,
    step: StyleStep,
    films: tuple[Clip, Clip, Clip],
    errors: tuple[float, float] | None,
) -> Markup:
    """A clip that is done, beside what it was and which way everything in it moves."""
    content, result, ways = films
    shown = render(
        "video/films",
        painted=video(result, say("the painted clip"), True),
        before=video(content, say("the clip as it was")),
        moving=video(ways, say("which way everything moves")),
        errors=errors,
    )
    return painting(run, step, shown, formula(run, step, "motion"), (*CURVES, MOTION))


def solid(run: StyleRun, step: StyleStep, block: np.ndarray) -> Markup:
    """A block under way."""
    middles = []
    for axis, side in enumerate(("from above", "from the front", "from the side")):
        name, middle = say(side), block.take(len(block) // 2, axis)
        middles.append((images.picture(middle, name, "grain slice"), name))
    cube = images.picture(clear_cube(block), say("the block so far"), "block")
    pictures = render("video/solid", cube=cube, middles=middles)
    return painting(run, step, pictures, _cost(step), CURVES[::2])


def cube(block: np.ndarray, turn: float) -> Markup:
    """A finished block, turned."""
    picture = images.picture(clear_cube(block, turn), say("the block"), "block")
    return render("video/pane", picture=picture)


def slice_image(block: np.ndarray, axis: int, index: int) -> Markup:
    """One slice of a finished block."""
    alt = say("slice {number}", number=index)
    picture = images.picture(block.take(index, axis), alt, "grain slice")
    return render("video/pane", picture=picture)


def numbers(run: StyleRun, step: StyleStep) -> Markup:
    """The numbers of a block that can be turned and cut above."""
    return painting(run, step, Markup(), _cost(step), CURVES[::2])


def _cost(step: StyleStep) -> Markup:
    return render("video/formula", weights=step.weights, losses=step.losses)
