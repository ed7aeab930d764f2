"""How well a distance tells pairs of one person from pairs of two."""

from dataclasses import dataclass

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
