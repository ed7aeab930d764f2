"""What visitors have under way in the style tabs: start, stop, continue, history, leaving."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from faceweb.errors import PictureError
from faceweb.style.transfer import Controls, StyleTransfer
from faceweb.types import StyleLosses, StyleStep
from faceweb.ui.sessions.base import Sessions

# How long Continue waits for a run that was told to stop.
PATIENCE = 5.0


@dataclass(eq=False)
class StyleRun:
    """One visitor's painting, whatever is painted.

    Attributes:
        transfer: paints; it goes on from where it was left.
        subject: what the tab that started it has to know about it later.
        what: is painted, in words.
        note: what the visitor should know of their files, or "".
        controls: the weights, which the sliders move.
        history: (step, losses) for the curves.
        stages: the last step of every size but the current one.
        last: the last step, or None before the first one.
        seconds: how long it has been painted.
        used: when it was last painted at, on the monotonic clock.
    """

    transfer: StyleTransfer
    subject: Any = None
    what: str = "painting"
    note: str = ""
    controls: Controls = field(init=False)
    history: list[tuple[int, StyleLosses]] = field(default_factory=list)
    stages: list[StyleStep] = field(default_factory=list)
    last: StyleStep | None = None
    seconds: float = 0.0
    used: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _began: float = 0.0

    def __post_init__(self) -> None:
        self.controls = Controls(self.transfer.config)

    @property
    def running(self) -> bool:
        return self._lock.locked()

    @property
    def stopped(self) -> bool:
        """Whether no step after this one shall be asked for."""
        return self._stopped.is_set()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keeps the run to one visitor at a time; a stop is obeyed by the end of it.

        Raises:
            PictureError: it is being painted already.
        """
        if not self._lock.acquire(timeout=PATIENCE):
            raise PictureError(f"This {self.what} is under way: press Stop before you continue it.")
        try:
            self._began = time.perf_counter() - self.seconds
            yield
        finally:
            # Not at the start: a stop that came before it is obeyed after one step.
            self._stopped.clear()
            self._lock.release()

    def add(self, step: StyleStep) -> None:
        """Notes a step that was made."""
        self.used = time.monotonic()
        self.seconds = time.perf_counter() - self._began
        if step.losses.finite:
            self.history.append((step.step, step.losses))
        if self.last is not None and self.last.shape != step.shape:
            self.stages.append(self.last)
        self.last = step

    def stop(self) -> None:
        """Stop: the run under way, or the next, ends at its next step handed out."""
        self._stopped.set()


class StyleRuns(Sessions[StyleRun]):
    """All visitors' runs of one kind."""

    def __init__(self, what: str = "painting") -> None:
        super().__init__()
        self._what = what

    def require(self, request: gr.Request) -> StyleRun:
        """The visitor's run.

        Raises:
            PictureError: there is none.
        """
        run = self.of(request)
        if run is None:
            raise PictureError(f"There is no {self._what} to go on with: start one first.")
        return run
