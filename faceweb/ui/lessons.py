"""The trainings under way, one lesson a visitor."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import gradio as gr

from faceweb.errors import TrainingError
from faceweb.features.avatar_album import Split
from faceweb.features.train import Training, TrainStep, race
from faceweb.ui.sessions import Sessions

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
    """

    trainings: tuple[Training, ...]
    split: Split
    data: str
    used: float = field(default_factory=time.monotonic)
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


class Lessons(Sessions[Lesson]):
    """All visitors' lessons."""

    def required(self, request: gr.Request) -> Lesson:
        """The visitor's lesson.

        Raises:
            TrainingError: there is none.
        """
        lesson = self.of(request)
        if lesson is None:
            raise TrainingError("There is no training to go on with: start one first.")
        return lesson
