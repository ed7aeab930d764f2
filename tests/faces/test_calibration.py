import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import binomtest

from faceweb.faces.calibration import any_of, fit_logistic, wilson, with_prior


def test_wilson_of_nothing_in_ten():
    """At 0 of n the interval is [0, z^2 / (n + z^2)]: 3.8416 / 13.8416 = 0.27754."""
    low, high = wilson(0, 10)
    assert low == 0
    assert high == pytest.approx(0.277540, abs=1e-6)


def test_wilson_of_half():
    """5 of 10: 0.5 -/+ (1.96 / 1.38416) * sqrt(0.025 + 0.009604) = 0.5 -/+ 0.26341."""
    assert wilson(5, 10) == pytest.approx((0.236590, 0.763410), abs=1e-6)


@pytest.mark.parametrize(("hits", "trials"), [(0, 7), (1, 3), (3, 19_000), (40, 40)])
def test_wilson_is_that_of_scipy(hits, trials):
    """Whose z of 95 % is 1.959964 where ours is 1.96."""
    wanted = binomtest(hits, trials).proportion_ci(0.95, "wilson")
    assert wilson(hits, trials) == pytest.approx((wanted.low, wanted.high), rel=1e-4, abs=1e-9)


def test_one_percent_a_hundred_times():
    """1 - 0.99^100 = 1 - exp(100 ln 0.99) = 1 - exp(-1.0050336) = 0.6339677."""
    assert any_of(0.01, 100) == pytest.approx(0.6339677, abs=1e-7)
    assert any_of(0.01, 0) == 0


def test_logistic_of_mirrored_pairs_crosses_in_the_middle():
    same = np.array([0.3, 0.4, 0.5, 0.65])
    slope, intercept = fit_logistic(same, 1.2 - same)
    assert slope < 0
    assert -intercept / slope == pytest.approx(0.6, abs=1e-6)


def test_logistic_stands_still_at_its_maximum():
    """At the fit the weighted residuals and their moments vanish (the score equations)."""
    rng = np.random.default_rng(1)
    same, different = rng.normal(0.45, 0.1, 40), rng.normal(0.75, 0.1, 300)
    slope, intercept = fit_logistic(same, different)
    left = 1 - 1 / (1 + np.exp(-(slope * same + intercept)))
    right = 1 / (1 + np.exp(-(slope * different + intercept)))
    assert left.mean() == pytest.approx(right.mean(), abs=1e-6)
    assert (left * same).mean() == pytest.approx((right * different).mean(), abs=1e-4)


@pytest.mark.parametrize("gap", [0.5, 2, 4])
def test_logistic_is_where_scipy_finds_the_least_cross_entropy(gap):
    rng = np.random.default_rng(2)
    same, different = rng.normal(0, 1, 60), rng.normal(gap, 1, 500)

    def cross_entropy(parameters):
        slope, intercept = parameters
        refused = np.logaddexp(0, -(slope * same + intercept)).mean()
        accepted = np.logaddexp(0, slope * different + intercept).mean()
        return (refused + accepted) / 2 + 0.5e-6 * slope**2

    found = fit_logistic(same, different)
    best = minimize(cross_entropy, [0, 0], tol=1e-10)
    assert cross_entropy(found) <= best.fun + 1e-12
    assert found == pytest.approx(best.x, rel=1e-3, abs=1e-3)


def test_logistic_of_parted_pairs_stays_finite():
    slope, _ = fit_logistic(np.array([0.1, 0.2]), np.array([0.8, 0.9]))
    assert np.isfinite(slope)


def test_prior_by_bayes():
    """Odds 9 to 1 at one half become 9 * (1 / 99) = 1 / 11 at one in a hundred: 1 / 12."""
    assert with_prior(np.log(9), 0.5) == pytest.approx(0.9)
    assert with_prior(np.log(9), 0.01) == pytest.approx(1 / 12)
