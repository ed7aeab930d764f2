"""What the sound's page says and draws.

The sentences stand in templates/sound/; here is chosen and computed what they are told of.
"""

from functools import cache

import numpy as np
from markupsafe import Markup

from faceweb.i18n import each_retold, say
from faceweb.signals.samples import INSTRUMENTS
from faceweb.style.sound import compress, correlate_with_content, spectra
from faceweb.types import StyleStep
from faceweb.ui.records import style_run
from faceweb.ui.sessions.style import StyleRun
from faceweb.ui.svg import spectrogram, thumbnail
from faceweb.ui.views.render import render
from faceweb.ui.views.style import CURVES, curves

# A content in the manner of a style; a texture has no content.
EXAMPLES = (
    ("melody", "drum loop"),
    ("drum loop", "bell"),
    ("birds", "rain"),
    ("", "birds"),
)


def empty() -> Markup:
    """Before anything was made."""
    return render("sound/empty")


def waiting() -> Markup:
    """Before the first step."""
    return render("sound/waiting")


def title(content: str, style: str) -> str:
    """What an example makes."""
    if not content:
        return say("more {style}", style=_name(style))
    return say("{content} as {style}", content=_name(content), style=_name(style))


def cards(pictures: bool = True) -> Markup:
    """The examples as buttons, with their spectrograms."""
    return render("sound/cards", cards=[_card(*pair, pictures) for pair in EXAMPLES])


def chips(name: str) -> Markup:
    """The bundled sounds as small buttons; `name` says what they are for."""
    return render("sound/chips", label=say(name), sounds=INSTRUMENTS)


def painting(
    run: StyleRun, step: StyleStep, texture: bool, named: str, last: str | None = None
) -> Markup:
    """The sound as it is, with everything that is known of it.

    Args:
        run: that makes it.
        step: of it.
        texture: whether there is no content.
        named: what it is called.
        last: what is done after the last step, "" where nothing is left to do.
    """
    scene, losses = run.transfer.scene, step.losses
    own = say("Texture" if texture else "Result")
    if last is None:
        own = say("{what} so far", what=own)
    drawn = [] if texture else [spectrogram(scene.content, say("Content"))]
    drawn += [spectrogram(scene.styles[0], say("Style")), spectrogram(step.picture, own, "result")]
    return render(
        "sound/painting",
        step=step,
        seconds=run.seconds,
        texture=texture,
        named=named,
        last=last,
        spectrograms=Markup().join(drawn),
        notes=[each_retold(note) for note in (run.note, step.note) if note],
        first=run.history[0][1].style if run.history else losses.style,
        kept=None if texture else correlate_with_content(scene, step.picture),
        weights=step.weights,
        losses=losses,
        curves=curves(run.history, CURVES[::2] if texture else CURVES),
    )


def record(run: StyleRun, step: StyleStep, texture: bool) -> dict:
    """The same as a JSON record."""
    kept = None if texture else round(correlate_with_content(run.transfer.scene, step.picture), 4)
    return style_run(run, step) | {
        "j_style_start": run.history[0][1].style if run.history else None,
        "content_correlation": kept,
        "texture": texture,
    }


def _name(sound: str) -> str:
    """A bundled sound's name in the language that is spoken, a visitor's as it is."""
    return say(sound) if sound in INSTRUMENTS else sound


def _card(content: str, style: str, pictures: bool) -> dict[str, object]:
    shown = []
    for name in filter(None, (content, style)):
        alt = say("spectrogram of {name}", name=say(name))
        shown.append(_thumbnail(name, alt) if pictures else None)
    return {
        "content": content,
        "style": style,
        "title": title(content, style),
        "pictures": shown,
    }


@cache
def _thumbnail(name: str, alt: str) -> Markup:
    return thumbnail(_values(name), alt)


def _values(name: str) -> np.ndarray:
    values = compress(spectra(INSTRUMENTS[name]().samples))
    return values / values.max()
