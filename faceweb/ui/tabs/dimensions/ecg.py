"""ECG: filters learnt from one heart's trace, and the beats that they find unusual."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import gradio as gr

from faceweb.config import ASSETS, TraceConfig
from faceweb.errors import LayerError, MediaError
from faceweb.i18n import in_script, read_text, say
from faceweb.media.ecg import read_trace
from faceweb.signals.ecg import BUNDLED_NOTE, SIMULATED_NOTE, load_bundled, prepare, simulate
from faceweb.ui.boundary import PAINT_QUEUE, Services, Shared, handler
from faceweb.ui.components import CHOOSE, LONGEST, pick_choice, try_it, where
from faceweb.ui.controls import PRIVATE, QUICK, default, number, slider, spread_config
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.sessions.ecg import EcgRun, EcgRuns, Source
from faceweb.ui.stream_panel import ONCE, Start, stream_panel
from faceweb.ui.views import ecg as ecg_view

# Stands for the rate that the file says.
OWN_RATE = 0


@dataclass(frozen=True)
class EcgTab:
    """The sub-tab's events."""

    services: Services
    runs: EcgRuns = field(default_factory=EcgRuns)

    @handler
    @spread_config
    def ecg(
        self,
        config: TraceConfig,
        file: str | None = None,
        rate: float = OWN_RATE,
        request: gr.Request = None,
    ):
        """Learns filters from a heart's trace and marks the beats that they find unusual.

        Not for medical use. A file (CSV or EDF; rate is values a second, 0 where the file has
        times) goes before the source, which is simulated (with ectopic beats, by its seed) or
        bundled. Returns a record (beats: time, distance, unusual; rate, seconds, error, filters:
        the first layer's taps; truth: ectopic, marked, mistaken, of a simulated one; source,
        steps, seed), the trace as HTML, its unusual beats and its filters as HTML.
        """
        config = replace(config, source="file") if file else config
        source = _source(config, file, rate)
        autoencoder = self.services.ready().autoencoder(config.seed)
        run = EcgRun(source, prepare(source.signal), config, autoencoder, autoencoder.extractor)
        self.runs.put(request, run)
        for step in run.learn():
            yield gr.skip(), ecg_view.progress(run, step), "", ""
        if run.beats is None or self.runs.of(request) is not run:
            return
        yield (
            ecg_view.record(run),
            ecg_view.answer(run),
            ecg_view.beat_panel(run),
            self._filters(run, run.extractor.layers[0]),
        )

    @handler
    def choose(self, event: gr.EventData, request: gr.Request):
        """The beat, or the filter, that was clicked at; a row of a map is a filter."""
        run = self.runs.require(request)
        kind, _, name = pick_choice(event).partition(":")
        if kind == "map" and name in run.maps:
            count = run.maps[name].shape[1]
            return gr.skip(), self._filters(run, name, int(where(event)[1] * count))
        if kind == "layer" and name in run.maps:
            return gr.skip(), self._filters(run, name)
        if kind == "unit":
            layer, _, name = name.partition("/")
        if not name.isdecimal() or len(name) > LONGEST:
            raise LayerError(CHOOSE)
        number = int(name)
        if kind == "beat" and 1 <= number <= len(run.beats.places):
            return ecg_view.beat_panel(run, number), gr.skip()
        if kind == "filter":
            return gr.skip(), self._filters(run, run.extractor.layers[0], number)
        if kind == "unit" and layer in run.maps:
            return gr.skip(), self._filters(run, layer, number)
        raise LayerError(CHOOSE)

    @staticmethod
    def _filters(run: EcgRun, layer: str, unit: int | None = None) -> str:
        """A layer's filters and one of them, the strongest where None."""
        if unit is None:
            unit = next(iter(run.index.strongest(layer, 1)), 0)
        return ecg_view.filter_panel(run, layer, unit, run.strongest(layer, unit))


def _source(config: TraceConfig, file: str | None, rate: float | None) -> Source:
    if config.source == "bundled":
        return Source(load_bundled(), BUNDLED_NOTE, name=say("The bundled trace"))
    if config.source == "simulated":
        signal, places, odd = simulate(config.seed)
        times, name = places / signal.rate, say("Simulated, seed {seed}", seed=f"{config.seed:.0f}")
        return Source(signal, SIMULATED_NOTE, times, odd, name)
    if not file:
        raise MediaError("Choose a CSV or EDF file first, or take a simulated trace.")
    return Source(*read_trace(Path(file), rate or None), name=Path(file).name)


TITLE = "ECG"
NOT_MEDICAL = '<p class="not-medical" role="note">Not for medical use</p>'
SOURCES = {
    "simulated": "Simulated, with ectopic beats",
    "bundled": "Bundled, 2.8 s",
    "file": "My CSV or EDF",
}
TRY = "find the odd beats of a simulated heart"
# A program's file goes before its source; on the page the source is chosen by hand.
CHOSEN = """(source, seed, steps, file, rate) =>
  [source, seed, steps, source === "file" ? file : null, rate]"""


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the sub-tab."""
    handlers = EcgTab(services)
    gr.HTML(f'{NOT_MEDICAL}<p class="intro">{read_text("ecg_intro")}</p>', padding=False)
    example = try_it(TRY, "ecg-try")
    with gr.Row(elem_classes="ecg-ask"):
        source = gr.Radio(
            [(label, name) for name, label in SOURCES.items()],
            value=default(TraceConfig, "source"),
            label="Trace",
            elem_id="ecg-source",
            scale=8,
            min_width=300,
        )
        seed = number(
            TraceConfig,
            "seed",
            label="Seed: another heart",
            scale=2,
            min_width=140,
            elem_id="ecg-seed",
        )
        start = gr.Button(
            "Learn filters", variant="primary", scale=2, min_width=150, elem_id="ecg-start"
        )
    with gr.Row(visible=False) as own:
        file = gr.File(
            label="CSV of values, or of times in seconds and values; or EDF",
            type="filepath",
            height=120,
            scale=3,
            min_width=280,
            elem_id="ecg-file",
        )
        rate = gr.Number(
            OWN_RATE,
            label="Values a second",
            info="of one column; 0 where the file has times",
            scale=1,
            min_width=160,
            elem_id="ecg-rate",
        )
    answer = _clickable(ecg_view.empty(), "ecg-answer")
    with gr.Row(elem_classes="columns"):
        with gr.Column(min_width=300):
            beats = _clickable("", "ecg-beats")
        with gr.Column(min_width=300):
            filters = _clickable("", "ecg-filters")
    with gr.Accordion("Advanced", open=False):
        steps = slider(TraceConfig, "steps", label="Steps of learning", elem_id="ecg-steps")
    explain_tab("ecg", read_text("ecg_how"))
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    tried = example.click(None, None, source, js="() => 'simulated'", **QUICK)
    inputs, learns = [source, seed, steps, file, rate], {"js": CHOSEN}
    stream_panel(
        shared.page,
        [
            Start(start.click, handlers.ecg, inputs, {"api_name": "ecg", **learns}),
            Start(tried.then, handlers.ecg, inputs, {**learns, **PRIVATE}),
        ],
        [record, answer, beats, filters],
        PAINT_QUEUE,
        leave=handlers.runs.remove,
        scroll_to="#ecg-answer",
        trigger=ONCE,
    )
    # What is shown is not of the file that was just chosen.
    cleared = f"() => [{in_script(ecg_view.empty)}, '', '']"
    file.upload(None, None, [answer, beats, filters], js=cleared, **QUICK)
    for part in (answer, beats, filters):
        part.select(handlers.choose, None, [beats, filters], show_progress="hidden", **PRIVATE)
    source.change(_show_inputs, source, [own, seed], **QUICK)


def _clickable(value: str, name: str) -> gr.HTML:
    """HTML whose parts bear `data-pick`; what bears `data-at` scrolls the trace as well."""
    script = (ASSETS / "trace.js").read_text()
    return gr.HTML(value, js_on_load=script, elem_id=name, padding=False)


def _show_inputs(source: str):
    """What a source asks for."""
    return gr.update(visible=source == "file"), gr.update(visible=source == "simulated")
