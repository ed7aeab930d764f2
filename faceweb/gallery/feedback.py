"""A verdict marked wrong or right moves the logistic unit that decides, and nothing else.

The unit is verification as binary classification, sigmoid(sum_k w_k |f_k(a) - f_k(b)| + b). It
learns every pair that was marked, so that it does not forget, and is held back by pairs it was
measured on: steps that would worsen those beyond `BOUND` are not taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceweb.config import ASSETS
from faceweb.faces.heads import LogisticUnit, Moments, descend, estimate_errors, metric
from faceweb.gallery.learnt import Learnt, StoredPair
from faceweb.networks.weights import explain_missing

RATE, MOST_STEPS = 0.01, 2000
# Log-odds on the right side at which a marked pair counts as learnt: 62 % sure.
LEARNT = 0.5
# By how much the mean of both errors on known pairs may rise over what it began with.
BOUND = 0.01


@dataclass(frozen=True, eq=False)
class Known:
    """Where every visitor's unit begins, and the pairs that hold it back."""

    unit: LogisticUnit
    moments: Moments
    source: str

    def error(self, unit: LogisticUnit) -> float:
        """Mean of both expected errors on known pairs at even odds."""
        return sum(estimate_errors(unit, self.moments)) / 2


@dataclass(frozen=True, eq=False)
class LabelledPair:
    """A pair and its answer: embeddings (128,) each, and whether they are one person."""

    a: np.ndarray
    b: np.ndarray
    same: bool

    @property
    def terms(self) -> np.ndarray:
        """What the two differ in, (128,)."""
        return np.abs(self.a - self.b)


@dataclass(frozen=True, eq=False)
class Taught:
    """What marking a pair changed.

    Attributes:
        before, after: the unit.
        marks: all pairs that were marked, the newest last.
        steps: how many were taken.
        held_back: whether the guard refused the next one.
        refused: whether the newest pair could not be learnt, so that nothing was changed: the guard
            refused, or the steps ran out between it and other marked pairs.
        error_before, error_after: on known pairs.
    """

    before: LogisticUnit
    after: LogisticUnit
    marks: tuple[LabelledPair, ...]
    steps: int
    held_back: bool
    refused: bool
    error_before: float
    error_after: float

    def right(self, unit: LogisticUnit) -> list[bool]:
        """Which marked pairs a unit decides as they were marked."""
        return [bool((unit.log_odds(mark.terms) >= 0) == mark.same) for mark in self.marks]


def update_unit(known: Known, unit: LogisticUnit, marks: Sequence[LabelledPair]) -> Taught:
    """Steps until every marked pair is learnt, the guard objects or `MOST_STEPS` are taken.

    Args:
        known: where units begin, and what holds them back.
        unit: the visitor's now.
        marks: all their marked pairs, at least one, the newest last.
    """
    inverse = np.linalg.inv(metric(known.moments))
    terms = np.stack([mark.terms for mark in marks]).astype(float)
    same = np.array([mark.same for mark in marks], float)
    most = known.error(known.unit) + BOUND
    now, steps, held_back = unit, 0, False
    while steps < MOST_STEPS and not _learn(now, terms, same):
        moved = descend(now, terms, same, inverse, RATE)
        if known.error(moved) > max(most, known.error(now)):
            held_back = True
            break
        now, steps = moved, steps + 1
    refused = (now.log_odds(terms[-1]) >= 0) != marks[-1].same
    now = unit if refused else now
    errors = known.error(unit), known.error(now)
    return Taught(unit, now, tuple(marks), steps, held_back, bool(refused), *errors)


def unit_of(known: Known, marks: Sequence[StoredPair]) -> LogisticUnit:
    """A visitor's unit: as the last marked pair left it, or where all begin."""
    if not marks:
        return known.unit
    return LogisticUnit(marks[-1].unit[:-1], float(marks[-1].unit[-1]))


def mark(known: Known, learnt: Learnt, key: str, pair: LabelledPair) -> Taught:
    """Teaches a visitor's unit a pair and keeps both under their key, unless it is refused.

    Raises:
        GalleryFullError: as many pairs are marked as may be.
    """
    before = learnt.marks(key)
    unit = unit_of(known, before)
    # The last answer on a pair stands.
    before = [each for each in before if not each.same_pair(pair.a, pair.b)]
    pairs = [*(LabelledPair(each.a, each.b, each.same) for each in before), pair]
    taught = update_unit(known, unit, pairs)
    if taught.refused:
        return taught
    whole = np.append(taught.after.weights, taught.after.bias)
    learnt.add_mark(key, StoredPair(pair.a, pair.b, pair.same, whole))
    return taught


def _learn(unit: LogisticUnit, terms: np.ndarray, same: np.ndarray) -> bool:
    towards = np.where(same == 1, 1, -1) * unit.log_odds(terms)
    return bool((towards >= LEARNT).all())


def load_known(path: Path = ASSETS / "pairs.npz") -> Known:
    """Moments and the unit that `training.measure_pairs` measured.

    Raises:
        WeightsUnavailableError: the file is missing, cut short or altered.
    """
    with explain_missing(path), np.load(path, allow_pickle=False) as arrays:
        same, different = arrays["same_covariance"], arrays["different_covariance"]
        known = Moments(
            arrays["same_mean"].astype(float),
            same.astype(float),
            arrays["different_mean"].astype(float),
            different.astype(float),
        )
        unit = LogisticUnit(np.full(len(same), float(arrays["weight"])), float(arrays["bias"]))
        return Known(unit, known, str(arrays["source"]))
