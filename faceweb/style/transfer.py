"""Style transfer by optimising the picture itself, coarse to fine.

Gatys et al. 2016: G = argmin alpha * J_content(C, G) + beta * J_style(S, G), with the losses of
`faceweb.style.losses`. Every size continues from what the one before, smaller by sqrt(2), has left.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any, Protocol

import numpy as np

from faceweb.config import StyleConfig
from faceweb.style.lbfgs import LBFGS
from faceweb.types import StyleLosses, StyleStep, StyleWeights

SHOWN_EVERY = 0.25

# What the sliders say, asked with the number of steps that are done.
Read = Callable[[int], StyleConfig]


class StyleModel(Protocol):
    """What a painting needs of `faceweb.style.model.Painter`."""

    def statistics(self, pictures: list[np.ndarray], shares: list[float]) -> Any: ...

    def targets(self, content: np.ndarray, statistics: Any, mask: np.ndarray | None) -> Any: ...

    def gradient(
        self, picture: np.ndarray, targets: Any, weights: StyleWeights
    ) -> tuple[np.ndarray, StyleLosses]: ...

    def begin(self, picture: np.ndarray) -> Any: ...

    def step(
        self, state: Any, targets: Any, weights: StyleWeights, rate: float
    ) -> tuple[Any, StyleLosses]: ...

    def render(self, state: Any) -> np.ndarray: ...

    def resize(self, state: Any, content: np.ndarray, mask: np.ndarray | None) -> Any: ...


class Canvas(Protocol):
    """A scene at one size: arrays (positions..., c) float32 in [0, 1], `mask` without channels."""

    @property
    def content(self) -> np.ndarray: ...

    @property
    def styles(self) -> list[np.ndarray]: ...

    @property
    def mask(self) -> np.ndarray | None: ...

    def start(self, config: StyleConfig) -> np.ndarray: ...

    def finish(self, picture: np.ndarray) -> np.ndarray: ...


class Scene(Protocol):
    """What is painted, as `faceweb.style.image.Scene` is for pictures: at which sizes, from
    coarse to fine, what it is at one of them, and how a result is handed out."""

    @property
    def shares(self) -> Sequence[float]: ...

    def sizes(self, config: StyleConfig) -> list[Any]: ...

    def canvas(self, config: StyleConfig, shape: Any) -> Canvas: ...

    def shown(self, picture: np.ndarray) -> np.ndarray: ...


class StyleTransfer:
    """One painting, which can be run, stopped and run on.

    Args:
        painter: a network's costs and steps.
        scene: what is painted.
        config: how; sizes, start and statistic are settled now, the weights may move later.

    Attributes:
        sizes: (height, width), or sides of another rank, from coarse to fine.
        moves: (steps done, settings that act live) whenever a slider was moved.
    """

    def __init__(self, style_model: StyleModel, scene: Scene, config: StyleConfig) -> None:
        self._stopped = threading.Event()
        if config.optimizer == "l-bfgs":
            style_model = LBFGS(style_model)
        self._style_model, self._scene, self._config = style_model, scene, config
        self.sizes = scene.sizes(config)
        self.moves: list[tuple[int, dict[str, float]]] = []
        self._live = config.live
        self._rate, self._note = config.rate, ""
        self._at, self._done, self._seconds = -1, 0, 0.0
        self._goal = config.steps
        self._state: Any = None
        self._rise()
        self._unit = self._unit_weights()

    @property
    def steps(self) -> int:
        """How many steps shall be done in all."""
        return self._config.steps * (len(self.sizes) - 1) + self._goal

    @property
    def done(self) -> int:
        """How many steps are done."""
        return self._config.steps * self._at + self._done

    @property
    def finished(self) -> bool:
        return self._at == len(self.sizes) - 1 and self._done >= self._goal

    def stop(self) -> None:
        """Lets the run that is, or comes next, end after one step, from whatever thread."""
        self._stopped.set()

    def run(self, read: Read | None = None, until: int | None = None) -> Iterator[StyleStep]:
        """Paints on until it is finished or stopped, and beyond the end if it was finished.

        Args:
            read: says before every step what alpha, beta, gamma and the lambdas are.
            until: how many steps shall be done in all, where that is less or more.

        Yields:
            The painting as it is, several times a second and at last.
        """
        if self.finished:
            self._goal += self._config.steps
        try:
            yield from self._run(read or (lambda _: self._config), until)
        finally:
            # Not at the start: a stop that came before it is obeyed after one step.
            self._stopped.clear()

    def picture(self) -> np.ndarray:
        """The best so far, as the scene hands it out, at the size that is worked at."""
        return self._scene.shown(self._canvas.finish(self._style_model.render(self._state)))

    def losses(self, picture: np.ndarray, config: StyleConfig) -> StyleLosses:
        """What a picture, as float32 at the size that is worked at, costs by itself."""
        return self._style_model.gradient(picture, self._targets, self.weights(config))[1]

    def weights(self, config: StyleConfig) -> StyleWeights:
        """Raw weights of a config: 1 stands for a gradient of norm 1 at the start."""
        unit = self._unit
        return StyleWeights(
            config.alpha * unit.alpha,
            config.beta * unit.beta,
            config.smooth * unit.variation,
            config.layer_weights,
        )

    def _run(self, read: Read, until: int | None) -> Iterator[StyleStep]:
        shown = -SHOWN_EVERY
        while True:
            losses, weights = self._step(read(self.done))
            enough = until is not None and self.done >= until
            over = self.finished or enough or self._stopped.is_set()
            if over or time.perf_counter() - shown > SHOWN_EVERY:
                yield self._report(losses, weights)
                shown = time.perf_counter()
            if over or self._stopped.is_set():
                return
            if self._done >= self._goal_here():
                self._rise()

    def _step(self, config: StyleConfig) -> tuple[StyleLosses, StyleWeights]:
        weights = self.weights(config)
        if config.live != self._live:
            self._live = config.live
            self.moves.append((self.done, self._live))
        began = time.perf_counter()
        state, losses = self._style_model.step(self._state, self._targets, weights, self._rate)
        if losses.finite:
            self._good, self._state = self._state, state
        else:
            self._restore()
        self._done += 1
        self._seconds = time.perf_counter() - began
        return losses, weights

    def _restore(self) -> None:
        # The step before led here: back to where the costs were still numbers, more carefully.
        self._rate /= 2
        self._state = self._style_model.begin(self._style_model.render(self._good))
        self._note = "The costs ran away: the last good picture is back, and steps are halved."

    def _goal_here(self) -> int:
        return self._goal if self._at == len(self.sizes) - 1 else self._config.steps

    def _rise(self) -> None:
        self._at, self._done = self._at + 1, 0
        self._canvas = self._scene.canvas(self._config, self.sizes[self._at])
        style_model, here = self._style_model, self._canvas
        self._targets = style_model.targets(
            here.content, style_model.statistics(here.styles, list(self._scene.shares)), here.mask
        )
        if self._state is None:
            self._state = style_model.begin(here.start(self._config))
        else:
            self._state = style_model.resize(self._state, here.content, here.mask)
        self._good = self._state

    def _unit_weights(self) -> StyleWeights:
        # From the content itself J_content would have no gradient at all: look beside the start.
        numbers = np.random.default_rng(self._config.seed)
        start = self._canvas.start(self._config)
        beside = start + 0.1 * numbers.standard_normal(start.shape, np.float32)
        layer_weights = self._config.layer_weights

        def unit(alpha: float, beta: float, variation: float) -> float:
            only = StyleWeights(alpha, beta, variation, layer_weights)
            norm = float(np.linalg.norm(self._style_model.gradient(beside, self._targets, only)[0]))
            return 1 / norm if norm > 0 else 1.0

        return StyleWeights(unit(1, 0, 0), unit(0, 1, 0), unit(0, 0, 1), layer_weights)

    def _report(self, losses: StyleLosses, weights: StyleWeights) -> StyleStep:
        note, self._note = self._note, ""
        return StyleStep(
            picture=self.picture(),
            losses=losses,
            weights=weights,
            step=self.done,
            steps=self.steps,
            shape=self.sizes[self._at],
            remaining=self._remaining(),
            note=note,
        )

    def _remaining(self) -> float:
        pixels = [prod(shape) for shape in self.sizes]
        here = self._goal_here() - self._done
        later = sum(pixels[self._at + 1 :]) * self._config.steps
        return self._seconds * (here + later / pixels[self._at])
