"""The trainings under way, one lesson a visitor."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import gradio as gr

from faceweb.errors import TrainingError
from faceweb.features.avatar_album import Split
from faceweb.features.train import Training, TrainStep, race
from faceweb.ui.sessions import Sessions, session_of

# How long Continue waits for a run that was told to stop.
PATIENCE = 5.0


@dataclass(eq=False)
class Lesson:
    """One training, or several in a race.

    Attributes:
        trainings: what is run, stopped and run on, side by side.
        split: who is learnt from and measured.
        data: what is learnt from, in words.
        used: when it last moved, on the monotonic clock.
        shown: what the page showed of it last.
    """

    trainings: tuple[Training, ...]
    split: Split
    data: str
    used: float = field(default_factory=time.monotonic)
    shown: str = ""
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def running(self) -> bool:
        return self._turn.locked()

    def run(self, again: bool = False) -> Iterator[tuple[TrainStep, ...]]:
        """Learns until finished or stopped.

        Args:
            again: whether it goes on in spite of an earlier stop.

        Raises:
            TrainingError: it is under way already.
        """
        if not self._turn.acquire(timeout=PATIENCE):
            raise TrainingError("This training is under way: press Stop before you continue it.")
        try:
            for training in self.trainings if again else ():
                training.rest()
            for steps in race(list(self.trainings)):
                self.used = time.monotonic()
                yield steps
        finally:
            self._turn.release()

    def stop(self) -> None:
        """Lets every training end after one step."""
        for training in self.trainings:
            training.stop()


@dataclass(eq=False)
class Press:
    """A button that asked for a run: whether that has begun, and whether it is no longer wanted."""

    begun: bool = False
    void: bool = False


class Lessons(Sessions[Lesson]):
    """All visitors' lessons, and the presses that wait in the queue or get ready."""

    def __init__(self) -> None:
        super().__init__()
        self._presses: dict[str, list[Press]] = {}

    def press(self, request: gr.Request) -> None:
        """Notes that a run was asked for, in the place of all before, which are stopped."""
        self.halt(request)
        waiting = [press for press in self._presses.get(session_of(request), []) if not press.begun]
        self._presses[session_of(request)] = [*waiting, Press()]

    def begin(self, request: gr.Request) -> Press:
        """The press that a run which now begins was asked for by; a program's run has none."""
        for press in self._presses.get(session_of(request), []):
            if not press.begun:
                press.begun = True
                return press
        return Press()

    def halt(self, request: gr.Request) -> None:
        """Stops the visitor's lesson, and voids what waits or gets ready."""
        for press in self._presses.get(session_of(request), []):
            press.void = True
        lesson = self.of(request)
        if lesson is not None:
            lesson.stop()

    def remove(self, request: gr.Request) -> None:
        """Stops and forgets what a visitor had who leaves the page."""
        self.halt(request)
        self._presses.pop(session_of(request), None)
        super().remove(request)

    def required(self, request: gr.Request) -> Lesson:
        """The visitor's lesson.

        Raises:
            TrainingError: there is none.
        """
        lesson = self.of(request)
        if lesson is None:
            raise TrainingError("There is no training to go on with: start one first.")
        return lesson
