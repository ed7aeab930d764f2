"""The trainings under way, one run a visitor."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import gradio as gr

from faceweb.errors import TrainingError
from faceweb.metric_learning.dataset import HoldOut
from faceweb.metric_learning.training import Training, TrainStep, race
from faceweb.ui.sessions.base import Sessions, session_of

# How long Continue waits for a run that was told to stop.
PATIENCE = 5.0


@dataclass(eq=False)
class TrainingRun:
    """One training, or several in a race.

    Attributes:
        trainings: what is run, stopped and run on, side by side.
        split: who is learnt from and measured.
        data: what is learnt from, in words.
        gallery: fingerprint of the gallery that is learnt from, or "".
        used: when it last moved, on the monotonic clock.
        shown: what the page showed of it last.
        erased: whether what it learnt from was forgotten, so that nothing of it may be shown.
    """

    trainings: tuple[Training, ...]
    split: HoldOut
    data: str
    gallery: str = ""
    used: float = field(default_factory=time.monotonic)
    shown: str = ""
    erased: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def running(self) -> bool:
        return self._lock.locked()

    def run(self, again: bool = False) -> Iterator[tuple[TrainStep, ...]]:
        """Learns until finished or stopped.

        Args:
            again: whether it goes on in spite of an earlier stop.

        Raises:
            TrainingError: it is under way already.
        """
        if not self._lock.acquire(timeout=PATIENCE):
            raise TrainingError("This training is under way: press Stop before you continue it.")
        try:
            for training in self.trainings if again else ():
                training.rest()
            for steps in race(list(self.trainings)):
                self.used = time.monotonic()
                yield steps
        finally:
            self._lock.release()

    def stop(self) -> None:
        """Lets every training end after one step."""
        for training in self.trainings:
            training.stop()


@dataclass(eq=False)
class RunRequest:
    """A button or a program that asked for a run.

    Attributes:
        begun: whether its turn came.
        void: whether it is no longer wanted.
        over: whether it is done, however it ended.
        gallery: fingerprint of the gallery that is read for it, or "".
        erased: whether somebody of that gallery was forgotten meanwhile.
    """

    begun: bool = False
    void: bool = False
    over: bool = False
    gallery: str = ""
    erased: bool = False


class TrainingRuns(Sessions[TrainingRun]):
    """All visitors' runs, and the requests that wait in the queue or get ready."""

    def __init__(self) -> None:
        super().__init__()
        self._requests: dict[str, list[RunRequest]] = {}
        # Of programs too, which press nothing.
        self._runs: list[RunRequest] = []

    def ask(self, request: gr.Request) -> None:
        """Notes that a run was asked for, in the place of all before, which are stopped."""
        self.halt(request)
        waiting = [
            asked for asked in self._requests.get(session_of(request), []) if not asked.begun
        ]
        self._requests[session_of(request)] = [*waiting, RunRequest()]

    def begin(self, request: gr.Request, gallery: str = "") -> RunRequest:
        """The request that a run which now begins was asked for by; `end` it when it is over.

        Args:
            request: of the visitor; a program's run was asked for by nothing before.
            gallery: fingerprint of the gallery that is read for it, or "".
        """
        mine = self._requests.get(session_of(request), [])
        asked = next((asked for asked in mine if not asked.begun), RunRequest())
        asked.begun, asked.gallery = True, gallery
        self._runs.append(asked)
        return asked

    def end(self, asked: RunRequest) -> None:
        """The run is over, however it ended."""
        asked.over = True
        self._runs.remove(asked)

    def idle(self, request: gr.Request) -> bool:
        """Whether the visitor has no run, and none waits or gets ready."""
        return self.of(request) is None and not self._pending(request)

    def halt(self, request: gr.Request) -> bool:
        """Stops the visitor's run, and voids what waits or gets ready.

        Returns:
            Whether anything ran, waited or got ready.
        """
        wanted, run = self._pending(request), self.of(request)
        for asked in wanted:
            asked.void = True
        if run is not None:
            run.stop()
        return bool(wanted) or (run is not None and run.running)

    def forget(self, gallery: str) -> None:
        """Stops and forgets every run that learnt or is about to learn from a gallery.

        Args:
            gallery: its fingerprint.
        """
        # First what is read, so that none of it is put among the runs unnoticed.
        for asked in list(self._runs):
            asked.erased |= asked.gallery == gallery
        for session, run in list(self._kept.items()):
            if run.gallery == gallery:
                run.erased = True
                self._take(session)

    def _pending(self, request: gr.Request) -> list[RunRequest]:
        mine = self._requests.get(session_of(request), [])
        return [asked for asked in mine if not asked.void and not asked.over]

    def drop(self, request: gr.Request) -> None:
        """Stops and forgets what a visitor has, who stays; what it still sends shows nothing."""
        run = self.of(request)
        if run is not None:
            run.erased = True
        super().drop(request)

    def remove(self, request: gr.Request) -> None:
        """Stops and forgets what a visitor had who leaves the page."""
        self.halt(request)
        self._requests.pop(session_of(request), None)
        super().remove(request)

    def require(self, request: gr.Request) -> TrainingRun:
        """The visitor's run.

        Raises:
            TrainingError: there is none.
        """
        run = self.of(request)
        if run is None:
            raise TrainingError("There is no training to go on with: start one first.")
        return run
