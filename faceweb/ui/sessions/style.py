"""The paintings under way, one a visitor: what the sliders move and Stop stops."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import gradio as gr

from faceweb.config import StyleConfig
from faceweb.errors import PictureError
from faceweb.style.image import Scene
from faceweb.style.recipe import Recipe, replay_recipe
from faceweb.style.transfer import StyleTransfer
from faceweb.types import StyleLosses, StyleStep
from faceweb.ui.sessions.base import Sessions

# How long Continue waits for a run that was told to stop.
PATIENCE = 5.0


@dataclass(eq=False)
class StyleRun:
    """One visitor's painting.

    Attributes:
        painting: what is run, stopped and run on.
        scene: what is painted.
        start: how, as it was started.
        network: whose taps the costs compare.
        fingerprint: checksum of that network's weights.
        config: what the sliders say now.
        replay: a recipe that is followed until a slider is moved.
        note: what the visitor should know of their pictures, or "".
        history: (step, costs) for the curves.
        stages: the last picture of every size.
        seconds: how long it has been painted.
        used: when it was last painted at, on the monotonic clock.
        what: is painted, in words.
    """

    painting: StyleTransfer
    scene: Scene
    start: StyleConfig
    network: str
    fingerprint: str
    config: StyleConfig
    replay: Recipe | None = None
    note: str = ""
    history: list[tuple[int, StyleLosses]] = field(default_factory=list)
    stages: list[StyleStep] = field(default_factory=list)
    seconds: float = 0.0
    used: float = field(default_factory=time.monotonic)
    what: str = "painting"
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def running(self) -> bool:
        return self._lock.locked()

    def paint(self) -> Iterator[StyleStep]:
        """Runs the painting on.

        Raises:
            PictureError: it is being painted already.
        """
        if not self._lock.acquire(timeout=PATIENCE):
            raise PictureError(f"This {self.what} is under way: press Stop before you continue it.")
        try:
            yield from self._painted()
        finally:
            self._lock.release()

    @property
    def recipe(self) -> Recipe:
        """What was done so far."""
        moves = tuple(self.painting.moves)
        shares = tuple(self.scene.shares)
        done = self.painting.done
        return Recipe(self.start, self.network, self.fingerprint, done, moves, shares)

    def _painted(self) -> Iterator[StyleStep]:
        began, before = time.perf_counter(), self.seconds
        last = None
        for step in self._run():
            self.used = time.monotonic()
            self.seconds = before + time.perf_counter() - began
            if step.losses.finite:
                self.history.append((step.step, step.losses))
            if last is not None and last.shape != step.shape:
                self.stages.append(last)
            last = step
            yield step

    def _run(self) -> Iterator[StyleStep]:
        if self.replay is not None:
            yield from replay_recipe(self.painting, self.replay, self._now)
            self.replay = None
        else:
            yield from self.painting.run(self._now)

    def _now(self, done: int) -> StyleConfig:
        replay = self.replay
        if replay is not None:
            self.config = replay.at(done)
        return self.config

    def stop(self) -> None:
        """Lets the painting end after one step."""
        self.painting.stop()


class StyleRuns(Sessions[StyleRun]):
    """All visitors' easels, and what is painted at them."""

    def __init__(self, what: str = "painting") -> None:
        super().__init__()
        self._what = what

    def require(self, request: gr.Request) -> StyleRun:
        """The visitor's easel.

        Raises:
            PictureError: there is none.
        """
        run = self.of(request)
        if run is None:
            raise PictureError(f"There is no {self._what} to go on with: start one first.")
        return run
