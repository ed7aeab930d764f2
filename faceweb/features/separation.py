"""How well an embedding tells pairs of one person from pairs of two."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from faceweb.numerics.distances import euclidean
from faceweb.numerics.roc import Roc, roc, split_pairs

BINARY = ("binary", "chi-square")


class Learner(Protocol):
    """What a training needs of `faceweb.models.learner.Learner`."""

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
class Separation:
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


def separate(
    learner: Learner, weights: Any, inputs: np.ndarray, people: np.ndarray, loss: str
) -> Separation:
    """How well weights tell inputs (n, ...) of people (n,) apart."""
    return separated(learner, weights, learner.embed(weights, inputs), people, loss)


def separated(
    learner: Learner, weights: Any, embeddings: np.ndarray, people: np.ndarray, loss: str
) -> Separation:
    # Row by row: all differences at once would take hundreds of megabytes.
    distances = np.concatenate([euclidean(row[None], embeddings) for row in embeddings])
    same, different = split_pairs(distances, people)
    spread = float(np.concatenate([same, different]).mean())
    if loss in BINARY:
        same, different = split_pairs(-learner.odds(weights, embeddings, loss), people)
    return Separation(same, different, roc(same, different), spread)
