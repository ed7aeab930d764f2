"""The paintings under way, one a visitor: what the sliders move and Stop stops."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import gradio as gr

from faceweb.config import StyleConfig
from faceweb.errors import PictureError
from faceweb.features.recipe import Recipe, replayed
from faceweb.features.scene import Scene
from faceweb.features.stylize import Painting
from faceweb.types import StyleCosts, StyleStep

MOST_KEPT = 32
KEPT_SECONDS = 900


@dataclass(eq=False)
class Easel:
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
        history: (step, costs, weighted terms) for the curves.
        stages: the last picture of every size.
        seconds: how long it has been painted.
    """

    painting: Painting
    scene: Scene
    start: StyleConfig
    network: str
    fingerprint: str
    config: StyleConfig
    replay: Recipe | None = None
    note: str = ""
    history: list[tuple[int, StyleCosts]] = field(default_factory=list)
    stages: list[StyleStep] = field(default_factory=list)
    seconds: float = 0.0

    def paint(self) -> Iterator[StyleStep]:
        """Runs the painting on."""
        began, before = time.perf_counter(), self.seconds
        last = None
        for step in self._run():
            self.seconds = before + time.perf_counter() - began
            self.history.append((step.step, step.costs))
            if last is not None and last.shape != step.shape:
                self.stages.append(last)
            last = step
            yield step

    @property
    def recipe(self) -> Recipe:
        """What was done so far."""
        moves = tuple(self.painting.moves)
        return Recipe(self.start, self.network, self.fingerprint, self.painting.done, moves)

    def _run(self) -> Iterator[StyleStep]:
        if self.replay is not None:
            yield from replayed(self.painting, self.replay, self._now)
            self.replay = None
        else:
            yield from self.painting.run(self._now)

    def _now(self, done: int) -> StyleConfig:
        if self.replay is not None:
            self.config = self.replay.at(done)
        return self.config


class Easels:
    """All visitors' easels, by the session of their page."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._easels: dict[str, Easel] = {}

    def put(self, request: gr.Request, easel: Easel) -> Easel:
        """Puts an easel in the place of the visitor's last one, whose painting is stopped."""
        self.remove(request)
        with self._lock:
            while len(self._easels) >= MOST_KEPT:
                self._easels.pop(next(iter(self._easels))).painting.stop()
            self._easels[_session(request)] = easel
        self._watch(request, easel)
        return easel

    def of(self, request: gr.Request) -> Easel | None:
        """The visitor's easel, or None where nothing was painted yet."""
        return self._easels.get(_session(request))

    def required(self, request: gr.Request) -> Easel:
        """The visitor's easel.

        Raises:
            PictureError: there is none.
        """
        easel = self.of(request)
        if easel is None:
            raise PictureError("There is no painting to go on with: start one first.")
        return easel

    def remove(self, request: gr.Request) -> None:
        """Stops and forgets the visitor's painting, as when they leave the page."""
        with self._lock:
            easel = self._easels.pop(_session(request), None)
        if easel is not None:
            easel.painting.stop()

    def _watch(self, request: gr.Request, easel: Easel) -> None:
        """Forgets the easel of who neither left nor came back for a while."""

        def look(seconds: float) -> None:
            if self.of(request) is not easel:
                return
            if easel.seconds > seconds:
                self._watch(request, easel)
            else:
                self.remove(request)

        timer = threading.Timer(KEPT_SECONDS, look, [easel.seconds])
        timer.daemon = True
        timer.start()


def _session(request: gr.Request) -> str:
    return str(request.session_hash)
