"""Style transfer by optimising the picture itself, coarse to fine.

Gatys et al. 2016: G = argmin alpha * J_content(C, G) + beta * J_style(S, G), with the losses of
`faceweb.style.losses`. Every size continues from what the one before, smaller by sqrt(2), has left.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod
from typing import Any, Protocol

import numpy as np

from faceweb.config import StyleConfig
from faceweb.style.lbfgs import LBFGS
from faceweb.style.recipe import Recipe
from faceweb.types import StyleLosses, StyleStep, StyleWeights

SHOWN_EVERY = 0.25


class Controls:
    """The live weights of a run: alpha, beta, smooth and lambda1 to lambda5.

    The run reads them before every step; whoever holds them may move them meanwhile, from whatever
    thread. All are replaced together, so that no step sees half a move.

    Args:
        config: of the run, with the weights to begin with.

    Attributes:
        config: the same with the weights as they are now.
    """

    def __init__(self, config: StyleConfig) -> None:
        self._lock = threading.Lock()
        self._moved = False
        self.config = config

    def move(self, **weights: float) -> None:
        """Moves some weights by hand; a recipe is not followed any more.

        Raises:
            SettingError: a weight is out of its range.
        """
        with self._lock:
            self.config, self._moved = replace(self.config, **weights), True  # type: ignore[arg-type]

    def follow(self, config: StyleConfig) -> None:
        """Takes a recipe's weights, unless some were moved by hand before."""
        with self._lock:
            if not self._moved:
                self.config = config


class StyleModel(Protocol):
    """What a painting needs of `faceweb.style.model.StyleModel`."""

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

    def export(self, picture: np.ndarray) -> np.ndarray: ...


class StyleTransfer:
    """One painting: a run can be left after any step, and the next one goes on from there.

    Args:
        style_model: a network's losses and steps.
        scene: what is painted.
        config: how; sizes, start and statistic are settled now, the weights may move later.

    Attributes:
        scene: what is painted.
        config: as it was started.
        sizes: (height, width), or sides of another rank, from coarse to fine.
        moves: (steps done, settings that act live) whenever a weight was moved.
    """

    def __init__(self, style_model: StyleModel, scene: Scene, config: StyleConfig) -> None:
        if config.optimizer == "l-bfgs":
            style_model = LBFGS(style_model)
        self._style_model, self.config = style_model, config
        # Each kind of scene has more than `Scene` says, which who made it knows of.
        self.scene: Any = scene
        self.sizes = scene.sizes(config)
        self.moves: list[tuple[int, dict[str, float]]] = []
        self._live = config.live
        self._rate, self._note = config.rate, ""
        self._at, self._done, self._seconds = -1, 0, 0.0
        self._goal = config.steps
        self._state: Any = None
        self._begin_size()
        self._unit = self._unit_weights()

    @property
    def steps(self) -> int:
        """How many steps shall be done in all."""
        return self.config.steps * (len(self.sizes) - 1) + self._goal

    @property
    def done(self) -> int:
        """How many steps are done."""
        return self.config.steps * self._at + self._done

    @property
    def finished(self) -> bool:
        return self._at == len(self.sizes) - 1 and self._done >= self._goal

    def run(
        self, controls: Controls | None = None, recipe: Recipe | None = None
    ) -> Iterator[StyleStep]:
        """Paints on until it is finished, and beyond the end if it was finished.

        Nothing is done between two steps that are asked for, so whoever stops asking stops it.

        Args:
            controls: whose weights every step obeys, the config's where None.
            recipe: whose moves are written into `controls`, until these are moved by hand, and
                whose number of steps is made.

        Yields:
            The painting as it is, after the first step, several times a second and at last.
        """
        controls = Controls(self.config) if controls is None else controls
        end = None if recipe is None else recipe.steps_made
        shown = -SHOWN_EVERY
        while True:
            if self.finished:
                self._goal += self.config.steps
            if self._done >= self._goal_here():
                self._begin_size()
            if recipe is not None:
                controls.follow(recipe.at(self.done))
            losses, weights = self._step(controls.config)
            over = self.finished if end is None else self.done >= end
            if over or self.finished or time.perf_counter() - shown > SHOWN_EVERY:
                yield self._report(losses, weights)
                shown = time.perf_counter()
            if over:
                return

    def recipe(self, network: str, fingerprint: str) -> Recipe:
        """What was done so far, by a network whose weights have a checksum."""
        shares = tuple(self.scene.shares)
        return Recipe(self.config, network, fingerprint, self.done, tuple(self.moves), shares)

    def picture(self) -> np.ndarray:
        """The best so far, as the scene hands it out, at the size that is worked at."""
        return self.scene.export(self._canvas.finish(self._style_model.render(self._state)))

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
        return self._goal if self._at == len(self.sizes) - 1 else self.config.steps

    def _begin_size(self) -> None:
        self._at, self._done = self._at + 1, 0
        self._canvas = self.scene.canvas(self.config, self.sizes[self._at])
        style_model, here = self._style_model, self._canvas
        self._targets = style_model.targets(
            here.content, style_model.statistics(here.styles, list(self.scene.shares)), here.mask
        )
        if self._state is None:
            self._state = style_model.begin(here.start(self.config))
        else:
            self._state = style_model.resize(self._state, here.content, here.mask)
        self._good = self._state

    def _unit_weights(self) -> StyleWeights:
        # From the content itself J_content would have no gradient at all: look beside the start.
        numbers = np.random.default_rng(self.config.seed)
        start = self._canvas.start(self.config)
        beside = start + 0.1 * numbers.standard_normal(start.shape, np.float32)
        layer_weights = self.config.layer_weights

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
        later = sum(pixels[self._at + 1 :]) * self.config.steps
        return self._seconds * (here + later / pixels[self._at])
