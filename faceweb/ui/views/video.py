"""What the pages of clips and of solid textures say and draw."""

import base64
from collections.abc import Sequence
from html import escape

import numpy as np

from faceweb.i18n import each_retold, say
from faceweb.media.video import write_clip
from faceweb.signals.render_cube import clear_cube
from faceweb.types import Clip, StyleStep
from faceweb.ui import images
from faceweb.ui.sessions.style import StyleRun
from faceweb.ui.views.render import duration
from faceweb.ui.views.style import CURVES, curves, formula

STRIP = 8
CLIP_EMPTY = """<div class="blank"><p>Click a clip and a style, then <b>Paint</b>. All frames are
painted at once, so that they hold together; the film grows here.</p></div>"""
SOLID_EMPTY = """<div class="blank"><p>Click a style, then <b>Grow a block</b>. It begins as
noise, and every slice of it comes to look like the picture.</p></div>"""
MOTION = ("variation", "J_motion")


def waiting() -> str:
    """Before the first step."""
    mixing = say("Mixing the paint: the first strokes come in a few seconds.")
    return f"""<div class="blank"><p>{mixing}</p>
</div>"""


def video(clip: Clip, alt: str, controls: bool = False) -> str:
    """A clip that plays over and over, in the page itself."""
    data, suffix = write_clip(clip.frames, clip.rate)
    source = f"data:video/{suffix[1:]};base64,{base64.b64encode(data).decode()}"
    return (
        f'<video class="film" autoplay loop muted playsinline{" controls" * controls} '
        f'aria-label="{escape(alt)}" src="{source}"></video>'
    )


def choice(clip: Clip, title: str, note: str) -> str:
    """The clip that would be painted."""
    count, height, width = clip.frames.shape[:3]
    said = say(
        "{title}: {count} frames of {width} x {height}, {rate} a second. ",
        title=title,
        count=count,
        width=width,
        height=height,
        rate=f"{clip.rate:.3g}",
    )
    said += each_retold(note)
    return f"""<figure class="chosen-clip">{video(clip, title)}<figcaption class="note">
{escape(said.strip())}</figcaption></figure>"""


def strip(frames: np.ndarray) -> str:
    """Some of the frames, side by side."""
    places = np.linspace(0, len(frames) - 1, STRIP).round().astype(int)
    cells = ""
    for k in places:
        alt = say("frame {number}", number=k + 1)
        cells += f"<figure>{images.photo(frames[k], alt, 'frame')}</figure>"
    return f'<div class="filmstrip">{cells}</div>'


def painting(
    run: StyleRun, step: StyleStep, pictures: str, cost: str, shown: Sequence[tuple[str, str]]
) -> str:
    """A clip or a block under way, with what is known of it.

    Args:
        run: that makes it.
        step: of it.
        pictures: HTML of what it looks like.
        cost: its formula as HTML.
        shown: the costs that have curves.
    """
    solid = len(set(step.shape)) == 1
    left = ""
    if step.step < step.steps:
        about = say(", about {time} left", time=duration(step.remaining))
        left = about if run.running else say(", stopped")
    made = say(
        "Step {step} of {steps} at {sides}, {seconds} s{left}.",
        step=step.step,
        steps=step.steps,
        sides=say(
            "{sides}, {count} slices" if solid else "{sides}, {count} frames",
            sides=" x ".join(str(side) for side in step.shape[1:][::-1]),
            count=step.shape[0],
        ),
        seconds=f"{run.seconds:.0f}",
        left=left,
    )
    notes = "".join(
        f'<p class="warning">{escape(each_retold(n))}</p>' for n in (run.note, step.note) if n
    )
    return f"""<section class="answer painting">{pictures}
<div class="bar"><i style="width:{100 * step.step / step.steps:.1f}%"></i></div>
<p class="note">{made}</p>{notes}
{cost}{curves(run.history, shown)}</section>"""


def clip(run: StyleRun, step: StyleStep, frames: np.ndarray) -> str:
    """A clip under way."""
    return painting(run, step, strip(frames), _moving(run, step), (*CURVES, MOTION))


def final_clip(
    run: StyleRun,
    step: StyleStep,
    films: tuple[Clip, Clip, Clip],
    errors: tuple[float, float] | None,
) -> str:
    """A clip that is done, beside what it was and which way everything in it moves."""
    content, result, ways = films
    painted = video(result, say("the painted clip"), True)
    before = video(content, say("the clip as it was"))
    moving = video(ways, say("which way everything moves"))
    way = say("""what moves,
and which way: <i class="way right">right</i>, <i class="way down">down left</i>,
<i class="way up">up left</i>""")
    was = say("as it\nwas")
    shown = f"""<div class="films"><figure>{painted}<figcaption>
{say("painted")}</figcaption></figure><div><figure>{before}<figcaption>{was}</figcaption></figure>\
<figure>{moving}<figcaption>{way}</figcaption></figure></div></div>"""
    return painting(run, step, shown + _flicker(errors), _moving(run, step), (*CURVES, MOTION))


def _flicker(errors: tuple[float, float] | None) -> str:
    if errors is None:
        return ""
    before, after = errors
    painted, was = say("warping error, painted"), say("as it was")
    how = say("""How far neighbouring
frames differ once the motion is undone: 0 would be no flicker at all.""")
    return f"""<dl class="facts gained"><div><dt>{painted}</dt><dd>{after:.2g}</dd>
</div><div><dt>{was}</dt><dd>{before:.2g}</dd></div></dl><p class="note">{how}</p>"""


def solid(run: StyleRun, step: StyleStep, block: np.ndarray) -> str:
    """A block under way."""
    cube = images.picture(clear_cube(block), say("the block so far"), "block")
    middles = ""
    for axis, side in enumerate(("from above", "from the front", "from the side")):
        name, middle = say(side), block.take(len(block) // 2, axis)
        middles += f"<figure>{images.picture(middle, name, 'grain slice')}"
        middles += f"<figcaption>{name}</figcaption></figure>"
    pictures = f'<div class="solid">{cube}<div class="middles">{middles}</div></div>'
    return painting(run, step, pictures, _slice(step), CURVES[::2])


def cube(block: np.ndarray, turn: float) -> str:
    """A finished block, turned."""
    pixels = images.picture(clear_cube(block, turn), say("the block"), "block")
    return f'<figure class="pane">{pixels}</figure>'


def slice_image(block: np.ndarray, axis: int, index: int) -> str:
    """One slice of a finished block."""
    alt = say("slice {number}", number=index)
    pixels = images.picture(block.take(index, axis), alt, "grain slice")
    return f'<figure class="pane">{pixels}</figure>'


def numbers(run: StyleRun, step: StyleStep) -> str:
    """The numbers of a block that can be turned and cut above."""
    return painting(run, step, "", _slice(step), CURVES[::2])


def _moving(run: StyleRun, step: StyleStep) -> str:
    return formula(run, step, "motion")


def _slice(step: StyleStep) -> str:
    weights, losses = step.weights, step.losses
    return f"""<p class="formula">J = &beta; J<sub>style</sub>(S, G) + &gamma;
J<sub>variation</sub>(G) = {weights.beta:.3g} &times; {losses.style:.3g} +
{weights.variation:.3g} &times; {losses.variation:.3g} = {losses.j:.3g}</p>"""
