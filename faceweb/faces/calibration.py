"""What a distance and a threshold are worth: error rates and the probability of one person.

Counted on distances of pairs whose answer is known.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceweb.config import ASSETS
from faceweb.networks.weights import explain_missing
from faceweb.types import Interval, MatchProbability, Verdict


def wilson(hits: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """Confidence interval of a proportion; sound at 0 and at all hits too.

    Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference". Not SciPy's
    `binomtest`, whose import would hold up the first verdict by half a second.

    Args:
        hits: successes.
        trials: at least 1.
        z: 1.96 for 95 %.

    Returns:
        Lower and upper end, in [0, 1].
    """
    share = hits / trials
    middle = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(share * (1 - share) / trials + (z / trials / 2) ** 2)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def fit_logistic(same: np.ndarray, different: np.ndarray) -> tuple[float, float]:
    """Fits log-odds = slope * distance + intercept, both kinds of pair weighted equally.

    Equal weights put the prior at one half; `with_prior` moves it. Not scikit-learn's
    `LogisticRegression`, which finds the same in 50 times the time and brings joblib along.

    Args:
        same: distances of pairs of one person, (n,).
        different: distances of pairs of two people, (m,).

    Returns:
        Slope and intercept.
    """
    x = np.column_stack([np.concatenate([same, different]), np.ones(len(same) + len(different))])
    y = np.concatenate([np.ones(len(same)), np.zeros(len(different))])
    weight = np.where(y == 1, 0.5 / len(same), 0.5 / len(different))
    # A little shrinkage keeps the slope finite where the two kinds do not overlap.
    ridge = np.diag([1e-6, 0.0])
    parameters = np.zeros(2)
    for _ in range(100):
        p = 1 / (1 + np.exp(-x @ parameters))
        slope = x.T @ (weight * (y - p)) - ridge @ parameters
        curve = (x * (weight * p * (1 - p))[:, None]).T @ x + ridge
        step = np.linalg.solve(curve, slope)
        parameters = parameters + step
        if np.abs(step).max() < 1e-10:
            break
    return float(parameters[0]), float(parameters[1])


def with_prior(log_odds: float, prior: float) -> float:
    """Probability after log-odds fitted at a prior of one half meet another prior in (0, 1)."""
    return float(1 / (1 + np.exp(-log_odds) * (1 - prior) / prior))


def any_of(rate: float, tries: int) -> float:
    """Chance that at least one of independent tries goes wrong, 1 - (1 - rate)^tries."""
    return float(1 - (1 - rate) ** tries)


BIN = 0.01
BINS = 160
PRIOR = 0.5


@dataclass(frozen=True)
class Calibration:
    """Histograms of distances in bins of 0.01 from 0, and the logistic fitted to them.

    Attributes:
        same: counts of pairs of one person.
        different: counts of pairs of two people.
        slope: of log-odds over distance, at a prior of one half.
        intercept: of the same.
        source: what was counted, in words.
    """

    same: tuple[int, ...]
    different: tuple[int, ...]
    slope: float
    intercept: float
    source: str

    def odds(self, verdict: Verdict, prior: float = PRIOR) -> MatchProbability:
        """Error rates at the verdict's threshold and the probability at its distance."""
        wrongly_in = self._accept(verdict.threshold)
        # Between two bins both kinds of error are rounded up.
        wrongly_out = sum(self.same[int(verdict.threshold / BIN + 1e-6) :])
        # So many pairs cannot tell one in more than so many: beyond them the line is a guess.
        sure = (-np.log(sum(self.same)), np.log(sum(self.different)))
        log_odds = float(np.clip(self.slope * verdict.distance + self.intercept, *sure))
        return MatchProbability(
            false_accept=_interval(wrongly_in, sum(self.different)),
            false_reject=_interval(wrongly_out, sum(self.same)),
            probability=with_prior(log_odds, prior),
            prior=prior,
        )

    def false_accept_among(self, threshold: float, people: int) -> Interval:
        """Chance that a stranger is taken for one of so many people, 1 - (1 - FAR)^K."""
        rate = _interval(self._accept(threshold), sum(self.different))
        return Interval(*(any_of(r, people) for r in (rate.value, rate.low, rate.high)))

    def _accept(self, threshold: float) -> int:
        # Nudged, since 0.29 / 0.01 is 28.999... in binary.
        return sum(self.different[: int(np.ceil(threshold / BIN - 1e-6))])


def _interval(hits: int, trials: int) -> Interval:
    return Interval(hits / trials, *wilson(hits, trials))


def calibrate(same: np.ndarray, different: np.ndarray, source: str) -> Calibration:
    """Counts and fits distances of pairs whose answer is known."""
    slope, intercept = fit_logistic(same, different)
    edges = np.arange(BINS + 1) * BIN
    counts = [tuple(np.histogram(d, edges)[0].tolist()) for d in (same, different)]
    return Calibration(counts[0], counts[1], slope, intercept, source)


def load_calibration(path: Path = ASSETS / "odds.json") -> Calibration:
    """The figures measured with the shipped networks.

    Raises:
        WeightsUnavailableError: the file is missing, cut short or altered.
    """
    with explain_missing(path):
        record = json.loads(path.read_text())
        return Calibration(
            tuple(record["same"]),
            tuple(record["different"]),
            record["slope"],
            record["intercept"],
            record["source"],
        )
