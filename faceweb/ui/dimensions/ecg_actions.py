"""What the page of heartbeats does: learn filters from a trace, look at a beat or a filter."""

from dataclasses import dataclass, field, fields
from pathlib import Path

import gradio as gr

from faceweb.errors import LayerError, MediaError
from faceweb.features.filters import prepared
from faceweb.features.heartbeat import BUNDLED_NOTE, SIMULATED_NOTE, bundled, simulated
from faceweb.features.trace_file import read_trace
from faceweb.rank_config import TraceConfig
from faceweb.ui.clickable import CHOOSE, LONGEST, picked, where
from faceweb.ui.controls import takes
from faceweb.ui.dimensions import ecg_words
from faceweb.ui.dimensions.readings import Reading, Readings, Source
from faceweb.ui.handlers import Services, guarded
from faceweb.ui.tongue import say

NAMES = tuple(item.name for item in fields(TraceConfig))
# A rate of 0 stands for one that the file says.
EXTRAS = {"file": None, "rate": 0}


@dataclass(frozen=True)
class Handlers:
    """The sub-tab's events."""

    services: Services
    readings: Readings = field(default_factory=Readings)

    @guarded
    @takes(TraceConfig, after=EXTRAS)
    def ecg(self, *values):
        """Learns filters from a heart's trace and marks the beats that they find unusual.

        Not for medical use. A file (CSV or EDF; rate is values a second, 0 where the file has
        times) goes before the source, which is simulated (with ectopic beats, by its seed) or
        bundled. Returns a record (beats: time, distance, unusual; rate, seconds, error, filters:
        the first layer's taps; truth: ectopic, marked, mistaken, of a simulated one; source,
        steps, seed), the trace as HTML, its unusual beats and its filters as HTML.
        """
        *settings, file, rate, request = values
        given = dict(zip(NAMES, settings, strict=True))
        config = TraceConfig(**given | ({"source": "file"} if file else {}))
        source = _source(config, file, rate)
        workshop = self.services.workshop()
        autoencoder = workshop.autoencoder(config.seed)
        reading = Reading(
            source, prepared(source.signal), config, autoencoder, workshop.probe(autoencoder)
        )
        self.readings.put(request, reading)
        for step in reading.learn():
            yield gr.skip(), ecg_words.learning(reading, step), "", ""
        if reading.beats is None or self.readings.of(request) is not reading:
            return
        yield (
            ecg_words.record(reading),
            ecg_words.answer(reading),
            ecg_words.beat_panel(reading),
            self._filters(reading, reading.probe.layers[0]),
        )

    @guarded
    def choose(self, event: gr.EventData, request: gr.Request):
        """The beat, or the filter, that was clicked at; a row of a map is a filter."""
        reading = self.readings.required(request)
        kind, _, name = picked(event).partition(":")
        if kind == "map" and name in reading.maps:
            count = reading.maps[name].shape[1]
            return gr.skip(), self._filters(reading, name, int(where(event)[1] * count))
        if kind == "layer" and name in reading.maps:
            return gr.skip(), self._filters(reading, name)
        if kind == "unit":
            layer, _, name = name.partition("/")
        if not name.isdecimal() or len(name) > LONGEST:
            raise LayerError(CHOOSE)
        number = int(name)
        if kind == "beat" and 1 <= number <= len(reading.beats.places):
            return ecg_words.beat_panel(reading, number), gr.skip()
        if kind == "filter":
            return gr.skip(), self._filters(reading, reading.probe.layers[0], number)
        if kind == "unit" and layer in reading.maps:
            return gr.skip(), self._filters(reading, layer, number)
        raise LayerError(CHOOSE)

    @staticmethod
    def _filters(reading: Reading, layer: str, unit: int | None = None) -> str:
        """A layer's filters and one of them, the strongest where None."""
        if unit is None:
            unit = next(iter(reading.index.strongest(layer, 1)), 0)
        return ecg_words.filter_panel(reading, layer, unit, reading.strongest(layer, unit))


def _source(config: TraceConfig, file: str | None, rate: float | None) -> Source:
    if config.source == "bundled":
        return Source(bundled(), BUNDLED_NOTE, name=say("The bundled trace"))
    if config.source == "simulated":
        signal, places, odd = simulated(config.seed)
        times, name = places / signal.rate, say("Simulated, seed {seed}", seed=f"{config.seed:.0f}")
        return Source(signal, SIMULATED_NOTE, times, odd, name)
    if not file:
        raise MediaError("Choose a CSV or EDF file first, or take a simulated trace.")
    return Source(*read_trace(Path(file), rate or None), name=Path(file).name)
