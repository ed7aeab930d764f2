"""Sound: a spectrogram is a signal of 513 channels, restyled by filters that slide along time."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path

import gradio as gr

from faceweb.config import SoundConfig
from faceweb.errors import MediaError
from faceweb.i18n import both, read_text, say
from faceweb.media.audio import RATE, read_sound, write_sound
from faceweb.serving.gradio_patches import localize
from faceweb.signals.samples import INSTRUMENTS
from faceweb.style.sound import CHANNELS, SoundStyleModel, sound_scene
from faceweb.style.transfer import StyleTransfer
from faceweb.types import Signal, StyleStep
from faceweb.ui.boundary import PAINT_QUEUE, Services, Shared, handler
from faceweb.ui.components import clickable, offer_download, pick_choice
from faceweb.ui.controls import PRIVATE, PROMPT, QUICK, number, slider, spread_config
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.sessions.style import StyleRun, StyleRuns
from faceweb.ui.stream_panel import AGAIN, Event, Start, hide, stream_panel, stream_run
from faceweb.ui.views import sound as sound_view

NAMES = tuple(item.name for item in fields(SoundConfig))
LIVE = ("alpha", "beta")
LONGEST_TEXTURE = 10.0
NO_FILE = "press Continue to try again"
NO_CONTENT = "Add a content first: upload or record a sound, or click a bundled one."
NO_STYLE = "Add a style first: upload or record a sound, or click a bundled one."


@dataclass(frozen=True, eq=False)
class Sound:
    """What is known of a sound under way.

    Attributes:
        style_model: knows the phases, so it alone makes a sound of the last spectrogram.
        texture: whether it has no content.
        title: what it is called.
    """

    style_model: SoundStyleModel
    texture: bool
    title: str


@dataclass(frozen=True)
class SoundTab:
    """The sub-tab's events."""

    services: Services
    runs: StyleRuns = field(default_factory=partial(StyleRuns, "sound"))

    @handler
    @spread_config
    def stylize_audio(
        self, content, style, config: SoundConfig, request: gr.Request = None
    ) -> Iterator[tuple]:
        """Repaints a sound in the manner of another, streaming its spectrogram.

        A texture takes no content: it grows out of noise, as long as the style, 10 s at most.
        Returns a record (j, j_content, j_style, j_style_start, content_correlation, steps,
        finished, seconds, texture, seed), spectrograms and costs as HTML, and the sound as WAV. A
        session makes one sound at a time: another one stops the first.
        """
        heard, note = _read_sound(style, NO_STYLE)
        if config.texture:
            kept = Signal(heard.samples[: int(LONGEST_TEXTURE * RATE)], RATE)
        else:
            kept, said = _read_sound(content, NO_CONTENT)
            note = f"{said} {note}".strip()
        scene = sound_scene(kept, heard)
        random = self.services.ready().sound_style_model(CHANNELS)
        style_model = SoundStyleModel(random, scene, config.style)
        title = sound_view.title("" if config.texture else _name(content), _name(style))
        sound = Sound(style_model, config.texture, title)
        transfer = StyleTransfer(style_model, scene, config.style)
        run = self.runs.put(request, StyleRun(transfer, sound, "sound", note))
        return self._make(run, request)

    @handler
    def resume(self, request: gr.Request) -> Iterator[tuple]:
        """Goes on with the sound that was stopped, or beyond its end."""
        return self._make(self.runs.require(request), request)

    @handler
    def move(self, alpha, beta, request: gr.Request):
        """Lets the sound under way obey the sliders from its next step on."""
        run = self.runs.of(request)
        if run is not None:
            run.controls.move(alpha=0.0 if run.subject.texture else alpha, beta=beta)

    @handler
    def stop(self, request: gr.Request):
        """Stops; the best so far can be heard."""
        run = self.runs.of(request)
        if run is None or not (run.running or not run.history):
            raise MediaError("No sound is being made, so there is nothing to stop.")
        run.stop()

    def show_result(self, request: gr.Request):
        """Shows the finished sound, unless the next one is under way."""
        run = self.runs.of(request)
        return gr.update(visible=run is not None and not run.running)

    @handler
    def choose_bundled(self, event: gr.EventData):
        """The bundled sound that was clicked at, as a file."""
        return _file(pick_choice(event))

    @handler
    def example(self, event: gr.EventData):
        """Content, style and whether it is a texture, of the example that was clicked at."""
        content, _, style = pick_choice(event).partition("/")
        return _file(content) if content else gr.skip(), _file(style), not content

    def _make(self, run: StyleRun, request: gr.Request) -> Iterator[tuple]:
        waiting = gr.skip(), sound_view.waiting(), None
        return stream_run(self.runs, run, request, waiting, _show, _show_result)


def _show(run: StyleRun, step: StyleStep) -> tuple:
    sound = run.subject
    return (
        sound_view.record(run, step, sound.texture),
        sound_view.painting(run, step, sound.texture, sound.title),
        gr.skip(),
    )


def _show_result(run: StyleRun, step: StyleStep) -> tuple:
    sound = run.subject
    stopped = say(", stopped") if step.step < step.steps else ""
    made = write_sound(sound.style_model.synthesize(step.picture))
    return (
        sound_view.record(run, step, sound.texture),
        sound_view.painting(run, step, sound.texture, sound.title, stopped),
        offer_download(made, "faceweb-sound.wav", NO_FILE),
    )


def _read_sound(path: str | None, missing: str) -> tuple[Signal, str]:
    if not path:
        raise MediaError(missing)
    return read_sound(Path(path))


def _name(path: str) -> str:
    return Path(path).stem


def _file(name: str) -> str | None:
    if name not in INSTRUMENTS:
        raise MediaError("There is no such bundled sound: choose one by a click.")
    return offer_download(write_sound(INSTRUMENTS[name]()), f"{name}.wav", "upload a sound instead")


TITLE = "Sound"
MAKE = {False: "Restyle", True: "Grow a texture"}
LABELS = {"alpha": "α: content", "beta": "β: style"}
MODES = [("Style transfer", False), ("Texture: more of the style", True)]
# Both are seen on paper and on ink.
WAVES = {"waveform_color": "#a79f93", "waveform_progress_color": "#2a958b"}
# An example is outlined as long as its sounds are those that stand there.
UNMARK = """() => {
  for (const card of document.querySelectorAll("#sound-cards .unit.chosen"))
    card.classList.remove("chosen");
}"""


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the sub-tab."""
    handlers = SoundTab(services)
    gr.HTML(f'<p class="intro">{read_text("sound_intro")}</p>', padding=False)
    gr.HTML('<p class="step-label">Click an example: it starts at once</p>', padding=False)
    cards = clickable(both(sound_view.cards, False), "sound-cards")
    controls: dict[str, gr.components.Component] = {}
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=4, min_width=300):
            controls["texture"] = gr.Radio(MODES, value=False, label="Or your own sounds")
            gr.HTML(f'<p class="note">{read_text("sound_limits")}</p>', padding=False)
            with gr.Column() as kept:
                content = _sound("Content: what is played", "sound-content")
                of_content = clickable(both(sound_view.chips, "bundled content"), "sound-contents")
            style = _sound("Style: what it shall sound like", "sound-style")
            of_style = clickable(both(sound_view.chips, "bundled style"), "sound-styles")
        with gr.Column(scale=6, min_width=320, elem_id="sound-panel"):
            with gr.Row():
                for name, label in LABELS.items():
                    controls[name] = slider(
                        SoundConfig, name, label=label, elem_id=f"sound-{name}", min_width=150
                    )
            with gr.Row():
                start = gr.Button(MAKE[False], variant="primary", elem_id="sound-start", scale=2)
                stop = gr.Button("Stop", elem_id="sound-stop", min_width=80)
                go_on = gr.Button("Continue", elem_id="sound-continue", min_width=80)
            with gr.Column(visible=False, elem_id="sound-hung") as hung:
                result = gr.Audio(
                    label="The new sound",
                    type="filepath",
                    interactive=False,
                    buttons=["download"],
                    waveform_options=WAVES,
                    elem_id="sound-result",
                )
            live = gr.HTML(sound_view.empty(), elem_id="sound-live", padding=False)
    with gr.Accordion("Advanced", open=False, elem_id="sound-advanced"), gr.Row():
        controls["steps"] = slider(SoundConfig, "steps", elem_id="sound-steps")
        controls["rate"] = slider(SoundConfig, "rate", label="Step size")
        controls["seed"] = number(SoundConfig, "seed", label="Seed of noise and phases")
    explain_tab("sound", read_text("sound_how"))
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    settings = [content, style, *(controls[name] for name in NAMES)]
    chosen = cards.select(
        handlers.example,
        None,
        [content, style, controls["texture"]],
        show_progress="hidden",
        **PRIVATE,
        **AGAIN,
    )
    stream_panel(
        shared.page,
        [
            Start(start.click, handlers.stylize_audio, settings, {"api_name": "stylize_audio"}),
            Start(chosen.success, handlers.stylize_audio, settings),
            Start(go_on.click, handlers.resume),
        ],
        [record, live, result],
        PAINT_QUEUE,
        leave=handlers.runs.remove,
        scroll_to="#sound-panel",
        before=Event(hide, hung),
        after=Event(handlers.show_result, hung),
        stop=(stop, handlers.stop, PROMPT),
    )
    for name in LIVE:
        # Queued: what it refuses is shown.
        controls[name].change(
            handlers.move, [controls[n] for n in LIVE], None, show_progress="hidden", **PRIVATE
        )
    for chips, sound in ((of_content, content), (of_style, style)):
        chips.select(handlers.choose_bundled, None, sound, show_progress="hidden", **PRIVATE)
        chips.select(None, None, None, js=UNMARK, **QUICK)
        for changed in (sound.upload, sound.stop_recording, sound.clear):
            # What is shown is not of the sound that was just chosen.
            changed(_clear, None, [live, hung], **QUICK)
            changed(None, None, None, js=UNMARK, **QUICK)
    weighed = [kept, controls["alpha"], controls["beta"], start]
    controls["texture"].change(_modes, controls["texture"], weighed, **QUICK)
    shared.page.load(localize(sound_view.cards), None, cards, **QUICK)


def _sound(label: str, name: str) -> gr.Audio:
    return gr.Audio(
        label=label,
        sources=["upload", "microphone"],
        type="filepath",
        buttons=[],
        waveform_options=WAVES,
        elem_id=name,
    )


@localize
def _clear():
    return sound_view.empty(), gr.update(visible=False)


@localize
def _modes(texture: bool):
    """A texture has no content, so nothing is weighed: β alone would change no step."""
    return *[gr.update(visible=not texture)] * 3, gr.update(value=say(MAKE[texture]))
