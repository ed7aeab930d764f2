"""L-BFGS as the optimiser of a painting, as in Gatys et al. 2016.

Byrd et al. 1995, "A Limited Memory Algorithm for Bound Constrained Optimization", by SciPy.
"""

import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from faceweb.types import StyleLosses, StyleWeights

CURVATURES = 10
Gradient = Callable[[np.ndarray], tuple[np.ndarray, StyleLosses]]


class LBFGS:
    """A painter whose steps are iterations of L-BFGS; its state is the picture alone.

    What it has learned of the curvature is lost where a weight or a target changes.

    Args:
        painter: whose costs and gradient are followed.
    """

    def __init__(self, style_model: Any) -> None:
        self._style_model = style_model
        self.statistics, self.targets = style_model.statistics, style_model.targets
        self.gradient = style_model.gradient
        self._about: tuple[Any, StyleWeights] | None = None
        self._run: _Run | None = None
        self._end: Callable[[], object] = lambda: None

    def step(
        self, state: np.ndarray, targets: Any, weights: StyleWeights, rate: float
    ) -> tuple[np.ndarray, StyleLosses]:
        """One iteration within [0, 1], the first of which moves values by `rate` on average.

        The costs are those after it.
        """
        if self._run is None or not self._goes_on(state, targets, weights):
            self._end()
            self._about = targets, weights
            gradient = self.gradient
            self._run = _Run(lambda picture: gradient(picture, targets, weights), state, rate)
            self._end = weakref.finalize(self, self._run.end)
        return self._run.iterate()

    def _goes_on(self, state: np.ndarray, targets: Any, weights: StyleWeights) -> bool:
        run, about = self._run, self._about
        same = about is not None and about[0] is targets and about[1] == weights
        return same and run is not None and run.picture is state and not run.over

    @staticmethod
    def begin(picture: np.ndarray) -> np.ndarray:
        """A painting that starts from (h, w, 3) float32."""
        return picture

    @staticmethod
    def render(state: np.ndarray) -> np.ndarray:
        """(h, w, 3) float32."""
        return state

    def resize(self, state: np.ndarray, content: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
        """The painting at a content's size; outside the mask the content."""
        style_model = self._style_model
        return style_model.render(style_model.resize(style_model.begin(state), content, mask))


class _Ended(Exception):
    """Leaves SciPy's loop."""


class _Run:
    """SciPy's minimiser in a thread of its own, which waits after every iteration.

    SciPy calls back and cannot be called iteration by iteration.
    """

    def __init__(self, gradient: Gradient, start: np.ndarray, rate: float) -> None:
        self.over = False
        self._gradient, self.picture = gradient, start
        # The first step of L-BFGS-B has length 1.
        self._unit = rate * start.size**0.5
        self._best = StyleLosses(np.inf, np.inf, np.inf, np.inf)
        self._failure: Exception | None = None
        self._wanted, self._done = threading.Semaphore(0), threading.Semaphore(0)
        threading.Thread(target=self._minimise, name="l-bfgs", daemon=True).start()

    def iterate(self) -> tuple[np.ndarray, StyleLosses]:
        """The picture and its costs one iteration on."""
        self._wanted.release()
        self._done.acquire()
        if self._failure is not None:
            raise self._failure
        return self.picture, self._best

    def end(self) -> None:
        """Lets the thread go."""
        self.over = True
        self._wanted.release()

    def _minimise(self) -> None:
        # Nobody who does not ask for it waits for its import.
        from scipy.optimize import Bounds, minimize

        # It never converges by itself: a slider may move the minimum.
        options = {"maxiter": 10**6, "maxfun": 10**7, "maxcor": CURVATURES, "ftol": 0, "gtol": 0}
        try:
            self._wait()
            minimize(
                self._evaluate,
                self.picture.ravel() / self._unit,
                jac=True,
                method="L-BFGS-B",
                bounds=Bounds(0, 1 / self._unit),
                callback=self._hand_over,
                options=options,
            )
        except _Ended:
            return
        except Exception as error:  # noqa: BLE001 - it is raised where the step was asked for
            self._failure = error
        self.over = True
        self._done.release()

    def _evaluate(self, flat: np.ndarray) -> tuple[float, np.ndarray]:
        gradient, losses = self._gradient(self._shaped(flat))
        if not losses.j >= self._best.j:
            self._best = losses
        return losses.j, self._unit * gradient.ravel().astype(np.float64)

    def _hand_over(self, flat: np.ndarray) -> None:
        self.picture = self._shaped(flat)
        self._done.release()
        self._wait()

    def _wait(self) -> None:
        self._wanted.acquire()
        if self.over:
            raise _Ended

    def _shaped(self, flat: np.ndarray) -> np.ndarray:
        return (self._unit * flat).reshape(self.picture.shape).astype(np.float32)
