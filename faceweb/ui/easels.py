"""The paintings under way, one a visitor: what the sliders move and Stop stops."""

import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import gradio as gr

from faceweb.config import StyleConfig
from faceweb.errors import PictureError
from faceweb.features.recipe import Recipe, replayed
from faceweb.features.scene import Scene
from faceweb.features.stylize import Painting
from faceweb.types import StyleCosts, StyleStep

MOST_KEPT = 16
KEPT_SECONDS = 900
# How long Continue waits for a run that was told to stop.
PATIENCE = 5.0


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
        history: (step, costs) for the curves.
        stages: the last picture of every size.
        seconds: how long it has been painted.
        used: when it was last painted at, on the monotonic clock.
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
    used: float = field(default_factory=time.monotonic)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def running(self) -> bool:
        return self._turn.locked()

    def paint(self) -> Iterator[StyleStep]:
        """Runs the painting on.

        Raises:
            PictureError: it is being painted already.
        """
        if not self._turn.acquire(timeout=PATIENCE):
            raise PictureError("This painting is under way: press Stop before you continue it.")
        try:
            yield from self._painted()
        finally:
            self._turn.release()

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
            if step.costs.finite:
                self.history.append((step.step, step.costs))
            if last is not None and last.shape != step.shape:
                self.stages.append(last)
            last = step
            yield step

    def _run(self) -> Iterator[StyleStep]:
        if self.replay is not None:
            yield from replayed(self.painting, self.replay, self._now)
            self.replay = None
        else:
            yield from self.painting.run(self._now)

    def _now(self, done: int) -> StyleConfig:
        replay = self.replay
        if replay is not None:
            self.config = replay.at(done)
        return self.config


class Easels:
    """All visitors' easels, by the session of their page."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._easels: dict[str, Easel] = {}
        # Sessions of pages that were left: what they asked for last may still be on its way.
        self._gone: deque[str] = deque(maxlen=1000)

    def put(self, request: gr.Request, easel: Easel) -> Easel:
        """Puts an easel in the place of the visitor's last one, whose painting is stopped."""
        session = _session(request)
        self._take(session)
        with self._lock:
            while len(self._easels) >= MOST_KEPT:
                idle = min(self._easels, key=lambda name: self._easels[name].used)
                self._easels.pop(idle).painting.stop()
            if session in self._gone:
                easel.painting.stop()
            else:
                self._easels[session] = easel
                _expire(self, session, weakref.ref(easel))
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
        """Stops and forgets the painting of a visitor who leaves the page."""
        self._gone.append(_session(request))
        self._take(_session(request))

    def forget_idle(self, session: str, easel: Easel) -> bool:
        """Forgets an easel that nobody painted at for a while; whether it did."""
        idle = time.monotonic() - easel.used >= KEPT_SECONDS and not easel.running
        if idle and self._easels.get(session) is easel:
            self._take(session)
        return idle

    def _take(self, session: str) -> None:
        with self._lock:
            easel = self._easels.pop(session, None)
        if easel is not None:
            easel.painting.stop()


def _expire(easels: Easels, session: str, held: weakref.ref[Easel]) -> None:
    """Looks after a while whether an easel is still used; holds neither it nor its pictures."""

    def look() -> None:
        easel = held()
        if easel is not None and not easels.forget_idle(session, easel):
            _expire(easels, session, held)

    timer = threading.Timer(KEPT_SECONDS / 15, look)
    timer.daemon = True
    timer.start()


def _session(request: gr.Request) -> str:
    return str(request.session_hash)
