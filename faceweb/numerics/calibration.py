"""From distances of pairs whose answer is known to odds."""

import numpy as np


def wilson(hits: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """Confidence interval of a proportion; sound at 0 and at all hits too.

    Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".

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

    Equal weights put the prior at one half; `with_prior` moves it.

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
