"""The paintings under way, one a visitor: what the sliders move and Stop stops."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import gradio as gr

from faceweb.config import StyleConfig
from faceweb.errors import PictureError
from faceweb.features.scene import Scene
from faceweb.features.stylize import Painting
from faceweb.types import StyleCosts, StyleStep

MOST_KEPT = 32


@dataclass(eq=False)
class Easel:
    """One visitor's painting.

    Attributes:
        painting: what is run, stopped and run on.
        scene: what is painted.
        recipe: how, as it was started.
        config: what the sliders say now.
        network: whose taps the costs compare, and the checksum of its weights.
        history: (step, costs, weighted terms) for the curves.
        stages: the last picture of every size.
        seconds: how long it has been painted.
    """

    painting: Painting
    scene: Scene
    recipe: StyleConfig
    config: StyleConfig
    network: str
    fingerprint: str
    history: list[tuple[int, StyleCosts]] = field(default_factory=list)
    stages: list[StyleStep] = field(default_factory=list)
    seconds: float = 0.0

    def paint(self) -> Iterator[StyleStep]:
        """Runs the painting on."""
        began, before = time.perf_counter(), self.seconds
        last = None
        for step in self.painting.run(lambda: self.config):
            self.seconds = before + time.perf_counter() - began
            self.history.append((step.step, step.costs))
            if last is not None and last.shape != step.shape:
                self.stages.append(last)
            last = step
            yield step


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


def _session(request: gr.Request) -> str:
    return str(request.session_hash)
