"""What the sound's page does: restyle, stop, go on, hand over bundled sounds."""

from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path

import gradio as gr

from faceweb.errors import MediaError
from faceweb.features.instruments import INSTRUMENTS
from faceweb.features.sound_file import RATE, read_sound, write_sound
from faceweb.features.sound_style import CHANNELS, SoundPainter, sound_scene
from faceweb.features.stylize import Painting
from faceweb.rank_config import SoundConfig
from faceweb.types import Signal
from faceweb.ui.clickable import picked
from faceweb.ui.controls import takes
from faceweb.ui.dimensions import sound_words
from faceweb.ui.downloads import offered
from faceweb.ui.easels import Easel, Easels
from faceweb.ui.handlers import Services, guarded
from faceweb.ui.tongue import say

NAMES = tuple(item.name for item in fields(SoundConfig))
LIVE = ("alpha", "beta")
LONGEST_TEXTURE = 10.0
NO_FILE = "press Continue to try again"
NO_CONTENT = "Add a content first: upload or record a sound, or click a bundled one."
NO_STYLE = "Add a style first: upload or record a sound, or click a bundled one."


@dataclass(eq=False, kw_only=True)
class Tape(Easel):
    """A sound under way: what makes it, whether it has no content, and what it is called."""

    maker: SoundPainter
    texture: bool
    title: str


@dataclass(frozen=True)
class Handlers:
    """The sub-tab's events."""

    services: Services
    tapes: Easels = field(default_factory=partial(Easels, "sound"))

    @guarded
    @takes(SoundConfig, before=("content", "style"))
    def stylize_audio(self, content, style, *values):
        """Repaints a sound in the manner of another, streaming its spectrogram.

        A texture takes no content: it grows out of noise, as long as the style, 10 s at most.
        Returns a record (j, j_content, j_style, j_style_start, content_correlation, steps,
        finished, seconds, texture, seed), spectrograms and costs as HTML, and the sound as WAV. A
        session makes one sound at a time: another one stops the first.
        """
        *settings, request = values
        config = SoundConfig(**dict(zip(NAMES, settings, strict=True)))
        start = config.style
        heard, note = _read(style, NO_STYLE)
        if config.texture:
            kept = Signal(heard.samples[: int(LONGEST_TEXTURE * RATE)], RATE)
        else:
            kept, said = _read(content, NO_CONTENT)
            note = f"{said} {note}".strip()
        scene = sound_scene(kept, heard)
        maker = SoundPainter(self.services.workshop().sound_painter(CHANNELS), scene, start)
        tape = Tape(
            Painting(maker, scene, start),
            scene,
            start,
            "random",
            "",
            start,
            note=note,
            what="sound",
            maker=maker,
            texture=config.texture,
            title=sound_words.title("" if config.texture else _name(content), _name(style)),
        )
        yield from self._make(self.tapes.put(request, tape), request)

    @guarded
    def resume(self, request: gr.Request):
        """Goes on with the sound that was stopped, or beyond its end."""
        yield from self._make(self.tapes.required(request), request)

    @guarded
    @takes(SoundConfig, names=LIVE)
    def move(self, alpha, beta, request):
        """Lets the sound under way obey the sliders from its next step on."""
        tape = self.tapes.of(request)
        if tape is not None:
            alpha = 0.0 if tape.texture else alpha
            tape.config = replace(tape.config, alpha=alpha, beta=beta)

    @guarded
    def stop(self, request: gr.Request):
        """Stops; the best so far can be heard."""
        tape = self.tapes.of(request)
        if tape is None or not (tape.running or not tape.history):
            raise MediaError("No sound is being made, so there is nothing to stop.")
        tape.stop()

    def hung(self, request: gr.Request):
        """Shows the finished sound, unless the next one is under way."""
        tape = self.tapes.of(request)
        return gr.update(visible=tape is not None and not tape.running)

    @guarded
    def bundled(self, event: gr.EventData):
        """The bundled sound that was clicked at, as a file."""
        return _file(picked(event))

    @guarded
    def example(self, event: gr.EventData):
        """Content, style and whether it is a texture, of the example that was clicked at."""
        content, _, style = picked(event).partition("/")
        return _file(content) if content else gr.skip(), _file(style), not content

    def _make(self, tape: Tape, request: gr.Request):
        yield gr.skip(), sound_words.waiting(), None
        for step in tape.paint():
            yield *self._told(tape, step), gr.skip()
        if self.tapes.of(request) is not tape:
            return
        record, _ = self._told(tape, step)
        stopped = say(", stopped") if step.step < step.steps else ""
        done = sound_words.painting(tape, step, tape.texture, tape.title, stopped)
        sound = write_sound(tape.maker.heard(step.picture))
        yield record, done, offered(sound, "faceweb-sound.wav", NO_FILE)

    @staticmethod
    def _told(tape: Tape, step):
        texture = tape.texture
        return (
            sound_words.record(tape, step, texture),
            sound_words.painting(tape, step, texture, tape.title),
        )


def _read(path: str | None, missing: str) -> tuple[Signal, str]:
    if not path:
        raise MediaError(missing)
    return read_sound(Path(path))


def _name(path: str) -> str:
    return Path(path).stem


def _file(name: str) -> str | None:
    if name not in INSTRUMENTS:
        raise MediaError("There is no such bundled sound: choose one by a click.")
    return offered(write_sound(INSTRUMENTS[name]()), f"{name}.wav", "upload a sound instead")
