"""L-BFGS as the optimiser of a painting, as in Gatys et al. 2016, within [0, 1].

Liu & Nocedal 1989, "On the Limited Memory BFGS Method for Large Scale Optimization"; the two-loop
recursion is algorithm 7.4 of Nocedal & Wright 2006, "Numerical Optimization". The bounds are kept
as by Bertsekas 1982, "Projected Newton Methods for Optimization Problems with Simple Constraints".
"""

from collections import deque
from collections.abc import Callable, Reversible
from typing import Any

import numpy as np

from faceweb.types import StyleLosses, StyleWeights

# How many pairs are remembered, and the least cosine between the two of a pair.
CURVATURES, LEAST_COSINE = 10, 1e-6
# The share of the decrease that the slope promises which a step must bring; how many lengths are
# tried, each between a tenth and a half of the one before.
ARMIJO, TRIALS, LEAST_SHRINK, MOST_SHRINK = 1e-4, 20, 0.1, 0.5
# How much longer than the rate a first step may become, and from where on that is worth a try.
MOST_GROWTH, LEAST_GROWTH = 4.0, 1.25
# Where the first step cuts the gradient, in units of its mean absolute value: a gradient of style
# is large at few values, which would otherwise bound the step of all.
LARGEST_FIRST = 0.5
# How near to a bound a value that is drawn towards it leaves the quasi-Newton step to the others.
NEAR = 1e-3

Gradient = Callable[[np.ndarray], tuple[np.ndarray, StyleLosses]]


class LBFGS:
    """A style model whose steps are iterations of L-BFGS; its state is the picture alone.

    What it has learned of the curvature is lost where a weight or a target changes.

    Args:
        style_model: whose losses and gradient are followed.
    """

    def __init__(self, style_model: Any) -> None:
        self._style_model = style_model
        self.statistics, self.targets = style_model.statistics, style_model.targets
        self.gradient = style_model.gradient
        self._objective: tuple[Any, StyleWeights] | None = None
        self._descent: _Descent | None = None

    def step(
        self, state: np.ndarray, targets: Any, weights: StyleWeights, rate: float
    ) -> tuple[np.ndarray, StyleLosses]:
        """One iteration within [0, 1]; the losses are those after it.

        The first one tries to move values by `rate` on average (mean absolute change), and by up to
        `MOST_GROWTH` times as much where the slope of J at that place tells it to go on.
        """
        descent = self._descent
        if descent is None or not self._continues(descent, state, targets, weights):
            self._objective = targets, weights
            gradient = self.gradient
            descent = _Descent(lambda picture: gradient(picture, targets, weights), state, rate)
            self._descent = descent
        return descent.iterate()

    def _continues(
        self, descent: "_Descent", state: np.ndarray, targets: Any, weights: StyleWeights
    ) -> bool:
        objective = self._objective
        same = objective is not None and objective[0] is targets and objective[1] == weights
        return same and descent.picture is state and descent.losses.finite

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


class _Descent:
    """L-BFGS with projection onto [0, 1], from one start down one J.

    Every iteration but the first evaluates J and its gradient once, unless its step is too long.

    Args:
        evaluate: gradient and losses at a picture.
        start: where it begins; values beyond [0, 1] are set to the bound.
        rate: mean absolute change of a value that is tried while no curvature is known.

    Attributes:
        picture: the iterate, of the start's shape and type.
        losses: those at `picture`.
    """

    def __init__(self, evaluate: Gradient, start: np.ndarray, rate: float) -> None:
        self._evaluate, self._rate = evaluate, rate
        self.picture = start.clip(0, 1)
        self._gradient, self.losses = evaluate(self.picture)
        self._pairs: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=CURVATURES)
        self._stalled = False

    def iterate(self) -> tuple[np.ndarray, StyleLosses]:
        """The picture and its losses one iteration on; the same where J cannot be lowered."""
        if self._stalled or self._search():
            return self.picture, self.losses
        # The curvature misleads, by rounding or since it was seen far away: it is forgotten, and
        # the direction is that of the gradient.
        known = bool(self._pairs)
        self._pairs.clear()
        self._stalled = not (known and self._search())
        return self.picture, self.losses

    def _search(self) -> bool:
        """Backtracks along the projected path to a picture that satisfies the condition of Armijo.

        Returns:
            whether there is one; it is then the iterate.
        """
        direction = self._direction()
        size = float(np.abs(direction).mean())
        first = not self._pairs
        length = self._rate / size if first and size else 1.0
        for _ in range(TRIALS):
            picture = (self.picture + length * direction).clip(0, 1)
            slope = float(np.vdot(self._gradient, picture - self.picture))
            shrink = MOST_SHRINK
            # The projection may turn a long step uphill, never a short one.
            if slope < 0:
                gradient, losses = self._evaluate(picture)
                rise = losses.j - self.losses.j
                if losses.finite and rise <= ARMIJO * slope:
                    if first:
                        picture, gradient, losses = self._extend(
                            length * direction, picture, gradient, losses
                        )
                    self._accept(picture, gradient, losses)
                    return True
                if losses.finite:
                    # Where the parabola through J and slope here and J there has its minimum.
                    vertex = -slope / (2 * (rise - slope))
                    shrink = min(max(vertex, LEAST_SHRINK), MOST_SHRINK)
            length *= shrink
        return False

    def _extend(
        self, step: np.ndarray, picture: np.ndarray, gradient: np.ndarray, losses: StyleLosses
    ) -> tuple[np.ndarray, np.ndarray, StyleLosses]:
        """A longer step than one without known curvature, if it is better; else that one.

        The secant through the slopes at both ends of the step says how long.

        Args:
            step: the step before projection.
            picture, gradient, losses: where it leads.
        """
        moved = picture - self.picture
        before, after = float(np.vdot(self._gradient, moved)), float(np.vdot(gradient, moved))
        growth = before / (before - after) if after > before else MOST_GROWTH
        if growth < LEAST_GROWTH:
            return picture, gradient, losses
        further = (self.picture + min(growth, MOST_GROWTH) * step).clip(0, 1)
        gradient_there, losses_there = self._evaluate(further)
        if losses_there.finite and losses_there.j < losses.j:
            return further, gradient_there, losses_there
        return picture, gradient, losses

    def _accept(self, picture: np.ndarray, gradient: np.ndarray, losses: StyleLosses) -> None:
        """Makes a picture the iterate, and remembers the curvature on the way to it."""
        step, change = picture - self.picture, gradient - self._gradient
        # Otherwise the matrix would not be positive definite, nor its direction one of descent.
        if _is_curved(step, change):
            self._pairs.append((step, change))
        self.picture, self._gradient, self.losses = picture, gradient, losses

    def _direction(self) -> np.ndarray:
        """A quasi-Newton step of the values that are free, of the others one along the gradient.

        The others are near a bound and drawn to it; the projection holds them there.
        While no curvature is known, the direction is the gradient without its largest values.
        """
        picture, gradient = self.picture, self._gradient
        low, high = picture <= NEAR, picture >= 1 - NEAR
        free = ~(low & (gradient > 0) | high & (gradient < 0))
        if self._pairs:
            return -_multiply_inverse_hessian(self._pairs, gradient, free)
        most = LARGEST_FIRST * float(np.abs(gradient).mean())
        return -gradient.clip(-most, most)


def _multiply_inverse_hessian(
    pairs: Reversible[tuple[np.ndarray, np.ndarray]], gradient: np.ndarray, free: np.ndarray
) -> np.ndarray:
    """The two-loop recursion, within the values that are free.

    Args:
        pairs: steps s and the changes y of the gradient along them, the oldest first.
        gradient: what is multiplied.
        free: where the matrix is that of the pairs; elsewhere it is diagonal, of the same scale.

    Returns:
        An array of the gradient's shape; its product with the gradient is positive.
    """
    result = np.where(free, gradient, 0)
    used: list[tuple[np.ndarray, np.ndarray, float, float]] = []
    scale = 1.0
    for s, y in reversed(pairs):
        s, y = s * free, y * free
        if not _is_curved(s, y):
            continue
        curvature = float(np.vdot(s, y))
        if not used:
            scale = curvature / float(np.vdot(y, y))
        share = float(np.vdot(s, result)) / curvature
        result -= share * y
        used.append((s, y, curvature, share))
    result *= scale
    for s, y, curvature, share in reversed(used):
        result += (share - float(np.vdot(y, result)) / curvature) * s
    return np.where(free, result, scale * gradient)


def _is_curved(step: np.ndarray, change: np.ndarray) -> bool:
    """Whether s·y is positive beyond rounding."""
    least = LEAST_COSINE * float(np.linalg.norm(step)) * float(np.linalg.norm(change))
    return float(np.vdot(step, change)) > least
