"""Ways to decide on two encodings, in the place of their plain distance.

A head is a matrix before the distance, or a logistic unit on what two encodings differ in. It
brings its own threshold, at the equal error rate of people held out, and its own odds.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from faceweb.errors import TrainingError
from faceweb.features.separation import BINARY, Separation
from faceweb.numerics.calibration import fit_logistic
from faceweb.numerics.distances import euclidean
from faceweb.numerics.logistic import Unit

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
        """Scores (n, m) of encodings (n, 128) and (m, 128): smaller is nearer.

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


def taught_head(unit: Unit, source: str = "the pairs you marked") -> Head:
    """The unit that a visitor taught, which speaks in log-odds already."""
    arrays = unit.weights, np.array(unit.bias)
    return Head("binary", arrays, 0.0, -1.0, 0.0, 7.0, source)


def head_arrays(loss: str, parameters: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
    """What a head of a loss is made of.

    Args:
        loss: of the training.
        parameters: of the network, and the logistic unit's weights and bias.

    Raises:
        TrainingError: the network that learnt takes something else than encodings.
    """
    network, unit = tuple(parameters[:-2]), tuple(parameters[-2:])
    kept = unit if loss in BINARY and not network else network
    if tuple(array.shape for array in kept) != SHAPES[loss]:
        raise TrainingError(
            "Only a head is kept, which judges the 128 numbers of a photo, and this training moved "
            "a whole network: train a head on your gallery, or on a zip of photos."
        )
    return kept


def trained_head(loss: str, arrays: tuple[np.ndarray, ...], held: Separation, source: str) -> Head:
    """A head out of a training on encodings.

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
