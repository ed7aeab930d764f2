"""Heads: what decides on two embeddings in the place of their plain distance.

A head is a matrix before the distance, or a logistic unit on what two embeddings differ in. It
brings its own threshold, at the equal error rate of people held out, and its own calibration.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from faceweb.errors import TrainingError
from faceweb.faces.calibration import fit_logistic
from faceweb.faces.evaluation import BINARY, VerificationMetrics, euclidean

RIDGE = 1e-3  # share of the mean variance that is added to every direction


@dataclass(frozen=True, eq=False)
class Moments:
    """Means (d,) and covariances (d, d) of the terms |a - b| of pairs whose answer is known."""

    same_mean: np.ndarray
    same_covariance: np.ndarray
    different_mean: np.ndarray
    different_covariance: np.ndarray


@dataclass(frozen=True, eq=False)
class LogisticUnit:
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


def estimate_errors(unit: LogisticUnit, known: Moments) -> tuple[float, float]:
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


def descend(
    unit: LogisticUnit, terms: np.ndarray, same: np.ndarray, inverse: np.ndarray, rate: float
) -> LogisticUnit:
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
    return LogisticUnit(unit.weights - way[:-1], float(unit.bias - way[-1]))


UNITS = 128
SHAPES = {
    "triplet": ((UNITS, UNITS),),
    "contrastive": ((UNITS, UNITS),),
    "binary": ((UNITS,), ()),
    "chi-square": ((UNITS,), ()),
}


@dataclass(frozen=True, eq=False)
class Head:
    """A way to decide.

    Attributes:
        loss: what it was trained by.
        arrays: a matrix (128, 128), or weights (128,) and a bias ().
        threshold: two faces are one person if their score is at most this.
        slope, intercept: of the log-odds of one person over the score, at a prior of one half.
        most: log-odds beyond which so few pairs cannot tell.
        source: what it learnt from and was measured on, in words.
    """

    loss: str
    arrays: tuple[np.ndarray, ...]
    threshold: float
    slope: float
    intercept: float
    most: float
    source: str

    def scores(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Scores (n, m) of embeddings (n, 128) and (m, 128): smaller is nearer.

        A distance, or under a binary loss minus the log-odds.
        """
        if self.loss not in BINARY:
            (matrix,) = self.arrays
            return euclidean(a @ matrix, b @ matrix)
        weights, bias = self.arrays
        terms = np.abs(a[:, None] - b[None])
        if self.loss == "chi-square":
            total = np.abs(a)[:, None] + np.abs(b)[None]
            terms = terms**2 / np.where(total > 0, total, 1)
        return -(terms @ weights + bias)

    def probability(self, score: float) -> float:
        """Of one person, if half of such pairs were."""
        odds = np.clip(self.slope * score + self.intercept, -self.most, self.most)
        return float(1 / (1 + np.exp(-odds)))


def load_taught_head(unit: LogisticUnit, source: str = "the pairs you marked") -> Head:
    """The unit that a visitor taught, which speaks in log-odds already."""
    arrays = unit.weights, np.array(unit.bias)
    return Head("binary", arrays, 0.0, -1.0, 0.0, 7.0, source)


def head_arrays(loss: str, parameters: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
    """What a head of a loss is made of.

    Args:
        loss: of the training.
        parameters: of the network, and the logistic unit's weights and bias.

    Raises:
        TrainingError: the network that learnt takes something else than embeddings.
    """
    network, unit = tuple(parameters[:-2]), tuple(parameters[-2:])
    kept = unit if loss in BINARY and not network else network
    if tuple(array.shape for array in kept) != SHAPES[loss]:
        raise TrainingError(
            "Only a head is kept, which judges the 128 numbers of a photo, and this training moved "
            "a whole network: train a head on your gallery, or on a zip of photos."
        )
    return kept


def make_trained_head(
    loss: str, arrays: tuple[np.ndarray, ...], held: VerificationMetrics, source: str
) -> Head:
    """A head out of a training on embeddings.

    Args:
        loss: of the training.
        arrays: of `head_arrays`.
        held: pairs it was measured on.
        source: in words.
    """
    slope, intercept = fit_logistic(held.same, held.different)
    most = float(np.log(min(len(held.same), len(held.different)) + 1))
    return Head(loss, arrays, held.threshold, slope, intercept, most, source)


def to_bytes(head: Head) -> bytes:
    """A head as npz, without pickles."""
    stream = io.BytesIO()
    named = {
        "loss": np.array(head.loss),
        "source": np.array(head.source),
        "figures": np.array([head.threshold, head.slope, head.intercept, head.most]),
    }
    named |= {f"array_{i}": np.asarray(a, np.float32) for i, a in enumerate(head.arrays)}
    np.savez_compressed(stream, **named)  # type: ignore[arg-type]
    return stream.getvalue()


def from_bytes(data: bytes) -> Head:
    """The head that `to_bytes` wrote.

    Raises:
        ValueError: it is something else.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        return from_arrays(held)


def from_arrays(held: Mapping[str, np.ndarray]) -> Head:
    """As `from_bytes`, of the arrays in it.

    Raises:
        KeyError, ValueError: it is something else.
    """
    loss = str(held["loss"])
    if loss not in SHAPES:
        raise ValueError(f"A head of one of {tuple(SHAPES)} was expected. Received: {loss}.")
    arrays = tuple(held[f"array_{i}"] for i in range(len(SHAPES[loss])))
    if tuple(array.shape for array in arrays) != SHAPES[loss]:
        raise ValueError(f"Arrays of {SHAPES[loss]} were expected.")
    threshold, slope, intercept, most = (float(v) for v in held["figures"])
    return Head(loss, arrays, threshold, slope, intercept, most, str(held["source"]))
