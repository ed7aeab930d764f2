"""Training, a step at a time, with what is watched: loss, error rates, a flat map of the embedding.

A training can be stopped and continued. What it learns from and what it is measured on are data
sets of different people.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from faceweb.config import TrainConfig
from faceweb.faces.evaluation import (
    BINARY,
    Learner,
    VerificationMetrics,
    evaluate_embeddings,
    roc,
    split_pairs,
)
from faceweb.metric_learning.dataset import FaceDataset, batch, take


def flat_map(points: np.ndarray, before: np.ndarray | None = None) -> np.ndarray:
    """The two principal components of points, rotated or mirrored to lie as they lay before.

    Args:
        points: (n, d), n and d at least 2.
        before: the last map of the same points, (n, 2).

    Returns:
        (n, 2), centred. Without a map before, each axis points to where its largest entry is.
    """
    centred = points - points.mean(0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    flat = centred @ axes[:2].T
    if before is None:
        largest = flat[np.abs(flat).argmax(0), [0, 1]]
        return flat * np.where(largest < 0, -1, 1)
    from scipy.linalg import orthogonal_procrustes

    rotation, _ = orthogonal_procrustes(flat, before)
    return flat @ rotation


SHOWN_EVERY = 0.3
PEOPLE, EACH = 16, 4  # P x K pictures a batch
HARDEST = 6
# Shares of the spread at the start below which an embedding is collapsing, and has collapsed.
NARROW, GONE = 0.3, 0.05
WIDE = 30.0  # above which it flies apart


@dataclass(frozen=True, eq=False)
class HardTriplet:
    """Anchor, positive and negative, (h, w, 3) uint8 each, with d(A, P) and d(A, N)."""

    pictures: tuple[np.ndarray, np.ndarray, np.ndarray]
    positive: float
    negative: float


@dataclass(frozen=True)
class Point:
    """One place of the curves; `error` is the equal error rate of people held out."""

    step: int
    loss: float
    share: float
    error: float


@dataclass(frozen=True, eq=False)
class TrainStep:
    """A training under way.

    Attributes:
        step, steps: how many steps are done, and shall be.
        remaining: expected seconds, 0 while they are not known.
        history: the curves.
        before, now: pairs of people held out, at the start and now.
        flat: a map of the pictures held out, (n, 2).
        reach: the largest coordinate of any map so far.
        hardest: the hardest triplets of the last batch, hardest first.
        collapse: why the embedding is useless, or "".
    """

    step: int
    steps: int
    remaining: float
    history: tuple[Point, ...]
    before: VerificationMetrics
    now: VerificationMetrics
    flat: np.ndarray
    reach: float
    hardest: tuple[HardTriplet, ...]
    collapse: str


class Training:
    """One training, which can be run, stopped and run on.

    Args:
        learner: a network's steps.
        dataset: who is learnt from.
        held_out: who is watched while it learns: other people.
        config: how.
    """

    def __init__(
        self, learner: Learner, dataset: FaceDataset, held_out: FaceDataset, config: TrainConfig
    ) -> None:
        self._learner, self.dataset, self.held_out, self.config = learner, dataset, held_out, config
        self._stopped = threading.Event()
        self._goal, self.seconds, self.done = config.steps, 0.0, 0
        self._traced = 0.0  # seconds of the first step, which may be traced
        self.weights = self._begin()
        self._first = self.weights
        self._inputs = held_out.flat
        self._flat = np.zeros((0, 2))
        self._reach = 0.0
        self._measured: Any = None
        self._places: Any = None
        self._history: list[Point] = []
        self._broken = False
        self.before = self._watch()

    @property
    def finished(self) -> bool:
        return self.done >= self._goal

    def stop(self) -> None:
        """Lets the run that is, or comes next, end after one step, from whatever thread."""
        self._stopped.set()

    def run(self) -> Iterator[TrainStep]:
        """Learns until it is finished or stopped, and as long again if it was finished.

        Yields:
            The training as it is, several times a second and at last.
        """
        for (step,) in race([self]):
            yield step

    def prolong(self) -> None:
        """Aims as far again, if it is finished."""
        if self.finished:
            self._goal += self.config.steps

    def advance(self) -> bool:
        """One step; whether another one may follow."""
        began = time.perf_counter()
        config = self.config
        rng = np.random.default_rng([config.seed, self.done])
        self._places = batch(self.dataset, PEOPLE, EACH, rng)
        self.weights, self._measured = self._learner.step(
            self.weights,
            take(self.dataset, self._places),
            self._places.people,
            config.loss,
            config.mining,
            config.margin,
            config.rate * (1 + np.cos(np.pi * (self.done % config.steps) / config.steps)) / 2,
        )
        self.done += 1
        self.seconds += time.perf_counter() - began
        self._traced = self._traced or self.seconds
        return not (self.finished or self._broken or self._stopped.is_set())

    def rest(self) -> None:
        """Obeys later runs again, after a stop."""
        self._stopped.clear()

    def report(self) -> TrainStep:
        """The training as it is."""
        now = self._watch()
        loss, share = float(self._measured.loss), float(self._measured.share)
        if np.isfinite([loss, share]).all():
            self._history.append(Point(self.done, loss, share, now.error))
        pace = (self.seconds - self._traced) / max(self.done - 1, 1)
        return TrainStep(
            self.done,
            self._goal,
            pace * (self._goal - self.done),
            tuple(self._history),
            self.before,
            now,
            self._flat,
            self._reach,
            self._hardest(),
            self._collapse(now, loss),
        )

    def measure(self, weights: Any, dataset: FaceDataset) -> VerificationMetrics:
        """Pairs of a data set's pictures, told apart by weights of this training."""
        embeddings = self._learner.embed(weights, dataset.flat)
        return self._evaluate(weights, embeddings, dataset.people)

    def compare(self, dataset: FaceDataset) -> tuple[VerificationMetrics, VerificationMetrics]:
        """Pairs of other people's pictures, told apart at the start and now."""
        return self.measure(self._first, dataset), self.measure(self.weights, dataset)

    def _begin(self) -> Any:
        config, dataset = self.config, self.dataset
        if config.loss not in BINARY or dataset.inputs[0].dtype == np.uint8:
            return self._learner.begin(config.seed)
        # Encodings differ already: the logistic unit begins where their sum decides best.
        embeddings = self._learner.embed(self._learner.begin(config.seed), dataset.flat)
        sums = self._learner.differences(embeddings, config.loss)
        _, parted = roc(*split_pairs(sums, dataset.people)).equal_error
        return self._learner.begin(config.seed, max(parted, 1e-3))

    def _evaluate(
        self, weights: Any, embeddings: np.ndarray, people: np.ndarray
    ) -> VerificationMetrics:
        if not np.isfinite(embeddings).all():
            # Nothing can be told apart any more.
            weights, embeddings = self._first, np.zeros_like(embeddings)
        return evaluate_embeddings(self._learner, weights, embeddings, people, self.config.loss)

    def _watch(self) -> VerificationMetrics:
        embeddings = self._learner.embed(self.weights, self._inputs)
        if not np.isfinite(embeddings).all():
            self._broken = True
            return self._evaluate(self.weights, embeddings, self.held_out.people)
        self._flat = flat_map(embeddings, self._flat if len(self._flat) else None)
        self._reach = max(self._reach, float(np.abs(self._flat).max()))
        return self._evaluate(self.weights, embeddings, self.held_out.people)

    def _hardest(self) -> tuple[HardTriplet, ...]:
        mined = [np.asarray(values) for values in self._measured.triplets]
        positive, negative, *at, valid = mined
        worst = np.argsort(np.where(valid > 0, negative - positive, np.inf))
        shown: list[HardTriplet] = []
        seen: set[int] = set()
        for i in worst:
            anchor = int(self._places.people[at[0][i]])
            if valid[i] and anchor not in seen and len(shown) < HARDEST:
                seen.add(anchor)
                a, p, n = (self._picture(int(places[i])) for places in at)
                shown.append(HardTriplet((a, p, n), float(positive[i]), float(negative[i])))
        return tuple(shown)

    def _picture(self, place: int) -> np.ndarray:
        own = self.dataset.pictures[self._places.people[place]]
        return own[self._places.which[place]]

    def _collapse(self, now: VerificationMetrics, loss: float) -> str:
        margin, began = self.config.margin, max(self.before.spread, 1e-9)
        if self._broken or not np.isfinite(loss) or now.spread > WIDE * began:
            return "The numbers have grown beyond all bounds: the steps are too large."
        # Contrastive loss is meant to bring what it parts to its margin.
        share = now.spread / (min(began, margin) if self.config.loss == "contrastive" else began)
        if share > NARROW or (share > GONE and now.error < self.before.error):
            return ""
        how = "have fallen onto one point" if share < GONE else "are falling together"
        why = f"The embeddings {how}: two of them are {now.spread:.3f} apart on average"
        if self.config.loss == "triplet" and abs(loss - margin) < 0.15 * margin:
            return f"{why}, so d(A, P) and d(A, N) are alike and the loss sits at the margin."
        return f"{why}, so no threshold can part them."


def race(trainings: list[Training]) -> Iterator[tuple[TrainStep, ...]]:
    """Runs trainings side by side, step by step, until all are finished or one is stopped.

    Yields:
        All of them as they are, several times a second and at last.
    """
    for training in trainings:
        training.prolong()
    try:
        shown = 0.0
        going = True
        while going:
            going = all([training.advance() for training in trainings])
            if not going or time.monotonic() - shown > SHOWN_EVERY:
                yield tuple(training.report() for training in trainings)
                shown = time.monotonic()
    finally:
        # Not at the start: a stop that came before it is obeyed after one step.
        for training in trainings:
            training.rest()
