"""What the sound's page says and draws."""

from functools import cache
from html import escape

import numpy as np

from faceweb.i18n import each_retold, say
from faceweb.signals.samples import INSTRUMENTS
from faceweb.style.sound import compress, correlate_with_content, spectra
from faceweb.types import StyleStep
from faceweb.ui.records import style_run
from faceweb.ui.sessions.style import StyleRun
from faceweb.ui.svg import spectrogram, thumbnail
from faceweb.ui.views.render import duration
from faceweb.ui.views.style import CURVES, curves

# A content in the manner of a style; a texture has no content.
EXAMPLES = (
    ("melody", "drum loop"),
    ("drum loop", "bell"),
    ("birds", "rain"),
    ("", "birds"),
)


def empty() -> str:
    """Before anything was made."""
    click = say("""Click an example above, or choose two sounds and press
<b>Restyle</b>. The new sound's spectrogram grows here; then you can play it.""")
    return f'<div class="blank wide"><p>{click}</p></div>'


def waiting() -> str:
    """Before the first step."""
    listening = say("Listening: the first steps come in a second.")
    return f'<div class="blank wide"><p>{listening}</p></div>'


def title(content: str, style: str) -> str:
    """What an example makes."""
    if not content:
        return say("more {style}", style=_name(style))
    return say("{content} as {style}", content=_name(content), style=_name(style))


def cards(pictures: bool = True) -> str:
    """The examples as buttons, with their spectrograms."""
    return '<div class="sounds">' + "".join(_card(*pair, pictures) for pair in EXAMPLES) + "</div>"


def chips(name: str) -> str:
    """The bundled sounds as small buttons; `name` says what they are for."""
    buttons = "".join(
        f'<button type="button" class="partner" data-pick="{each}">{say(each)}</button>'
        for each in INSTRUMENTS
    )
    return f'<div class="partners" role="group" aria-label="{say(name)}">{buttons}</div>'


def painting(
    run: StyleRun, step: StyleStep, texture: bool, named: str, last: str | None = None
) -> str:
    """The sound as it is, with everything that is known of it.

    Args:
        run: that makes it.
        step: of it.
        texture: whether there is no content.
        named: what it is called.
        last: what is done after the last step, "" where nothing is left to do.
    """
    notes = "".join(f'<p class="warning">{escape(note)}</p>' for note in _notes(run, step))
    about = say(", about {time} left", time=duration(step.remaining))
    left = about if step.step < step.steps else ""
    made = say(
        "Step {step} of {steps}, {seconds} s{left}.",
        step=step.step,
        steps=step.steps,
        seconds=f"{run.seconds:.0f}",
        left=left if last is None else last,
    )
    shares = "" if texture else spectrogram(run.transfer.scene.content, say("Content"))
    own = say("Texture" if texture else "Result")
    if last is None:
        own = say("{what} so far", what=own)
    style = spectrogram(run.transfer.scene.styles[0], say("Style"))
    result = spectrogram(step.picture, own, "result")
    shown = CURVES[::2] if texture else CURVES
    return f"""<section class="answer painting sound"><p class="lead">{escape(named)}</p>
<div class="spectrograms">{shares}{style}{result}</div>
<div class="bar"><i style="width:{100 * step.step / step.steps:.1f}%"></i></div>
<p class="note">{made}</p>{notes}
<dl class="facts gained">{_gain(run, step, texture)}</dl>
{_formula(step, texture)}{curves(run.history, shown)}</section>"""


def record(run: StyleRun, step: StyleStep, texture: bool) -> dict:
    """The same as a JSON record."""
    kept = None if texture else round(correlate_with_content(run.transfer.scene, step.picture), 4)
    return style_run(run, step) | {
        "j_style_start": run.history[0][1].style if run.history else None,
        "content_correlation": kept,
        "texture": texture,
    }


def _gain(run: StyleRun, step: StyleStep, texture: bool) -> str:
    first = run.history[0][1].style if run.history else step.losses.style
    times = first / max(step.losses.style, 1e-12)
    down = say("{times} times", times=f"{times:,.3g}")
    facts = f"""<div><dt>{say("style cost came down")}</dt><dd>{down}</dd></div>
<div><dt>{say("from, to")}</dt><dd>{first:.3g} → {step.losses.style:.3g}</dd></div>"""
    if texture:
        return facts
    kept = correlate_with_content(run.transfer.scene, step.picture)
    return f"{facts}<div><dt>{say('correlation with the content')}</dt><dd>{kept:.2f}</dd></div>"


def _formula(step: StyleStep, texture: bool) -> str:
    weights, losses = step.weights, step.losses
    style = f"{weights.beta:.3g} &times; {losses.style:.3g}"
    if texture:
        said = f"J = &beta; J<sub>style</sub>(S, G) = {style}"
    else:
        said = (
            "J = &alpha; J<sub>content</sub>(C, G) + &beta; J<sub>style</sub>(S, G) = "
            f"{weights.alpha:.3g} &times; {losses.content:.3g} + {style}"
        )
    return f'<p class="formula">{said} = {losses.j:.3g}</p>'


def _notes(run: StyleRun, step: StyleStep) -> list[str]:
    return [each_retold(note) for note in (run.note, step.note) if note]


def _name(sound: str) -> str:
    """A bundled sound's name in the language that is spoken, a visitor's as it is."""
    return say(sound) if sound in INSTRUMENTS else sound


def _card(content: str, style: str, pictures: bool) -> str:
    shown = ""
    for name in filter(None, (content, style)):
        alt = say("spectrogram of {name}", name=say(name))
        shown += _thumbnail(name, alt) if pictures else '<img class="bands" alt="">'
    return (
        f'<button type="button" class="unit" data-pick="{content}/{style}"><div>{shown}</div>'
        f"<strong>{title(content, style)}</strong></button>"
    )


@cache
def _thumbnail(name: str, alt: str) -> str:
    return thumbnail(_values(name), alt)


def _values(name: str) -> np.ndarray:
    values = compress(spectra(INSTRUMENTS[name]().samples))
    return values / values.max()
