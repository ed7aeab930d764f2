"""What filters learnt of visitors' traces: one run a visitor, until they leave."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np

from faceweb.config import TraceConfig
from faceweb.errors import MediaError
from faceweb.interpret.corpus import Recording
from faceweb.interpret.top_patches import Index, Patch, check_unit, patches_of, scan_corpus
from faceweb.signals.ecg import Beats, FilterStep, activations, heartbeats, learn
from faceweb.types import Signal
from faceweb.ui.sessions.base import Sessions

if TYPE_CHECKING:
    from faceweb.interpret.feature_extractor import FeatureExtractor
    from faceweb.signals.autoencoder import Autoencoder

MOST = 9


@dataclass(frozen=True, eq=False)
class Source:
    """A trace as it came.

    Attributes:
        signal: in its own unit, at its own rate.
        note: what is to be said about it.
        name: what it is called on the page.
        times, odd: seconds at which its beats are and which are ectopic, where that is known.
    """

    signal: Signal
    note: str = ""
    times: np.ndarray | None = None
    odd: np.ndarray | None = None
    name: str = ""


@dataclass(eq=False)
class EcgRun:
    """Filters learnt from one trace, and all they say about it.

    Attributes:
        source: the trace as it came.
        trace: prepared.
        config: in how many steps, by which seed.
        autoencoder: what learns.
        extractor: what looks into it.
        errors: of the steps so far.
        beats: once the filters are learnt.
        maps: what each layer says, (t', filters).
        index: where it says most.
        seconds: that learning took.
        used: when it was last looked at, on the monotonic clock.
    """

    source: Source
    trace: Signal
    config: TraceConfig
    autoencoder: "Autoencoder"
    extractor: "FeatureExtractor"
    errors: tuple[float, ...] = ()
    beats: Beats | None = None
    maps: dict[str, np.ndarray] = field(default_factory=dict)
    index: Index | None = None
    seconds: float = 0.0
    used: float = field(default_factory=time.monotonic)
    running: bool = False
    _stopped: threading.Event = field(default_factory=threading.Event)

    def learn(self) -> Iterator[FilterStep]:
        """Learns the filters and looks through the trace, unless it is stopped.

        Raises:
            MediaError: the trace is too short, or has fewer than three beats.
        """
        self.running, began = True, time.perf_counter()
        try:
            config = self.config
            for step in learn(self.autoencoder, self.trace, config.steps, config.seed):
                self.errors, self.used = step.errors, time.monotonic()
                self.seconds = time.perf_counter() - began
                yield step
                if self._stopped.is_set():
                    return
            self._look()
        finally:
            self.running = False

    def stop(self) -> None:
        """Ends the learning at the next report."""
        self._stopped.set()

    def strongest(self, layer: str, unit: int) -> list[Patch]:
        """The segments that a filter says most about, strongest first, nine at most.

        Raises:
            LayerError: the layer has no such filter.
        """
        check_unit(self.extractor, layer, unit)
        self.used = time.monotonic()
        found = patches_of(self.extractor, None, self._recording, self.index, layer, [unit])
        return found[unit]

    @property
    def _recording(self) -> Recording:
        return Recording(self.trace.samples[:, None])

    def _look(self) -> None:
        beats = heartbeats(self.extractor, self.trace)
        *_, last = scan_corpus(self.extractor, None, self._recording, most=MOST)
        self.index = last.index
        self.maps = {
            layer: activations(self.extractor, self.trace, layer) for layer in self.extractor.layers
        }
        self.beats = beats


class EcgRuns(Sessions[EcgRun]):
    """All visitors' runs."""

    def require(self, request: gr.Request) -> EcgRun:
        """The visitor's run, once its filters are learnt.

        Raises:
            MediaError: there is none.
        """
        run = self.of(request)
        if run is None or run.beats is None:
            raise MediaError("There are no filters to look at yet: press Learn filters first.")
        return run
