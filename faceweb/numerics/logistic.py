"""A logistic unit on what two encodings differ in, and steps that disturb other pairs least."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

RIDGE = 1e-3  # share of the mean variance that is added to every direction


@dataclass(frozen=True, eq=False)
class Moments:
    """Means (d,) and covariances (d, d) of the terms |a - b| of pairs whose answer is known."""

    same_mean: np.ndarray
    same_covariance: np.ndarray
    different_mean: np.ndarray
    different_covariance: np.ndarray


@dataclass(frozen=True, eq=False)
class Unit:
    """sigmoid(sum_k w_k t_k + b): weights (d,) and bias."""

    weights: np.ndarray
    bias: float

    def log_odds(self, terms: np.ndarray) -> np.ndarray:
        """Log-odds of one person for terms (..., d)."""
        return terms @ self.weights + self.bias


def moments(same: np.ndarray, different: np.ndarray) -> Moments:
    """Moments of terms (n, d) of pairs of one person and (m, d) of pairs of two."""
    spread = [np.atleast_2d(np.cov(terms, rowvar=False)) for terms in (same, different)]
    return Moments(same.mean(0), spread[0], different.mean(0), spread[1])


def expected_errors(unit: Unit, known: Moments) -> tuple[float, float]:
    """Shares of strangers let in and of friends refused at even odds, by the normal approximation.

    A weighted sum of many terms is nearly normal; its mean and variance follow from the terms'.
    """
    w = unit.weights
    rates = []
    for mean, covariance, sign in (
        (known.different_mean, known.different_covariance, 1),
        (known.same_mean, known.same_covariance, -1),
    ):
        spread = float(np.sqrt(max(w @ covariance @ w, 1e-12)))
        rates.append(NormalDist().cdf(sign * float(mean @ w + unit.bias) / spread))
    return rates[0], rates[1]


def metric(known: Moments) -> np.ndarray:
    """E[t t'] of known pairs, half of each kind, with a 1 for the bias below t: (d + 1, d + 1).

    A step through its inverse moves the log-odds of known pairs least for what it moves another
    pair's (Amari 1998, "Natural Gradient Works Efficiently in Learning").
    """
    parts = []
    for mean, covariance in (
        (known.same_mean, known.same_covariance),
        (known.different_mean, known.different_covariance),
    ):
        whole = np.append(mean, 1.0)
        second = np.outer(whole, whole)
        second[:-1, :-1] += covariance
        parts.append(second)
    mean = (parts[0] + parts[1]) / 2
    return mean + RIDGE * np.trace(mean) / len(mean) * np.eye(len(mean))


def descended(
    unit: Unit, terms: np.ndarray, same: np.ndarray, inverse: np.ndarray, rate: float
) -> Unit:
    """One natural-gradient step down the cross-entropy of marked pairs.

    Args:
        unit: before it.
        terms: (n, d).
        same: (n,), 1 where a pair is one person, else 0.
        inverse: of `metric`.
        rate: size of the step.
    """
    off = 1 / (1 + np.exp(-unit.log_odds(terms))) - same
    gradient = np.append(off @ terms, off.sum()) / len(terms)
    way = rate * inverse @ gradient
    return Unit(unit.weights - way[:-1], float(unit.bias - way[-1]))
