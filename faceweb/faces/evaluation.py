"""How well an embedding tells pairs of one person from pairs of two: ROC and error rates."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True, eq=False)
class Roc:
    """The receiver operating characteristic of a distance.

    Attributes:
        thresholds: rising; a pair is accepted if its distance is at most one.
        false_accept: share of pairs of two people accepted at each threshold.
        false_reject: share of pairs of one person refused at each threshold.
    """

    thresholds: np.ndarray
    false_accept: np.ndarray
    false_reject: np.ndarray

    @property
    def equal_error(self) -> tuple[float, float]:
        """Equal error rate and its threshold: where both errors are nearest, their mean."""
        i = int(np.argmin(np.abs(self.false_accept - self.false_reject)))
        return float(self.false_accept[i] + self.false_reject[i]) / 2, float(self.thresholds[i])


def roc(same: np.ndarray, different: np.ndarray) -> Roc:
    """Counts both kinds of error at every distance that occurs.

    Args:
        same: distances of pairs of one person, (n,), at least one.
        different: distances of pairs of two people, (m,), at least one.
    """
    thresholds = np.unique(np.concatenate([same, different]))
    accepted = np.searchsorted(np.sort(different), thresholds, side="right") / len(different)
    refused = 1 - np.searchsorted(np.sort(same), thresholds, side="right") / len(same)
    return Roc(thresholds, accepted, refused)


def split_pairs(distances: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances (n, n) of pairs of one person and of pairs of two, each pair once."""
    first, second = np.triu_indices(len(people), 1)
    alike = people[first] == people[second]
    values = distances[first, second]
    return values[alike], values[~alike]


def euclidean(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distance of every row of a (n, d) to every row of b (m, d), as (n, m).

    NumPy's, for the few rows of a visit: SciPy's `cdist` saves 0.03 ms in 1,000 rows, and its
    import would cost the first visitor 0.1 s.
    """
    return np.linalg.norm(a[:, None, :] - b[None, :, :], axis=-1)


BINARY = ("binary", "chi-square")


class Learner(Protocol):
    """What a training needs of `faceweb.metric_learning.step.Learner`."""

    def begin(self, seed: int, parted: float = ...) -> Any: ...

    def differences(self, embeddings: np.ndarray, loss: str) -> np.ndarray: ...

    def step(
        self,
        weights: Any,
        batch: np.ndarray,
        people: np.ndarray,
        loss: str,
        mining: str,
        margin: float,
        rate: float,
    ) -> tuple[Any, Any]: ...

    def embed(self, weights: Any, inputs: np.ndarray) -> np.ndarray: ...

    def odds(self, weights: Any, embeddings: np.ndarray, loss: str) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class VerificationMetrics:
    """How well pairs of one person are told from pairs of two.

    Attributes:
        same, different: what decides each pair: the distance, or under a binary loss minus the
            log-odds of one person; smaller is nearer.
        roc: both kinds of error at every threshold.
        spread: mean distance of two embeddings, whoever they are of.
    """

    same: np.ndarray
    different: np.ndarray
    roc: Roc
    spread: float

    @property
    def error(self) -> float:
        """The equal error rate."""
        return self.roc.equal_error[0]

    @property
    def threshold(self) -> float:
        """Where both errors are equal."""
        return self.roc.equal_error[1]


def evaluate(
    learner: Learner, weights: Any, inputs: np.ndarray, people: np.ndarray, loss: str
) -> VerificationMetrics:
    """How well weights tell inputs (n, ...) of people (n,) apart."""
    return evaluate_embeddings(learner, weights, learner.embed(weights, inputs), people, loss)


def evaluate_embeddings(
    learner: Learner, weights: Any, embeddings: np.ndarray, people: np.ndarray, loss: str
) -> VerificationMetrics:
    """As `evaluate`, of what the weights made of the inputs already: embeddings (n, d)."""
    from scipy.spatial.distance import cdist

    # Not `euclidean`, whose differences (n, n, d) would take hundreds of megabytes.
    same, different = split_pairs(cdist(embeddings, embeddings), people)
    spread = float(np.concatenate([same, different]).mean())
    if loss in BINARY:
        same, different = split_pairs(-learner.odds(weights, embeddings, loss), people)
    return VerificationMetrics(same, different, roc(same, different), spread)
