"""A logistic unit by hand, and its expected errors against counting."""

import numpy as np
import pytest

from faceweb.faces.heads import LogisticUnit, descend, estimate_errors, metric, moments


def test_expected_errors_by_hand():
    # One term. Same pairs: mean 1, variance 1; different: mean 5, variance 4. w = -1, b = 3:
    # a friend is refused where t > 3, two deviations out; a stranger passes where t < 3, one.
    known = moments(np.array([[0.0], [1], [2]]), np.array([[3.0], [5], [7]]))
    accepted, refused = estimate_errors(LogisticUnit(np.array([-1.0]), 3.0), known)
    assert accepted == pytest.approx(0.158655, abs=1e-6)
    assert refused == pytest.approx(0.022750, abs=1e-6)


def test_expected_errors_are_those_of_normal_terms():
    rng = np.random.default_rng(0)
    same = rng.normal(1.0, 0.4, (200_000, 6))
    different = rng.normal(1.5, 0.5, (200_000, 6))
    unit = LogisticUnit(np.array([-1.0, -2, -1, -0.5, -1, -1]), 8.0)
    accepted, refused = estimate_errors(unit, moments(same, different))
    assert accepted == pytest.approx((unit.log_odds(different) >= 0).mean(), abs=2e-3)
    assert refused == pytest.approx((unit.log_odds(same) < 0).mean(), abs=2e-3)


def test_a_step_moves_the_pair_most_and_known_pairs_least():
    rng = np.random.default_rng(1)
    known = moments(rng.normal(1, 0.3, (500, 8)), rng.normal(2, 0.4, (500, 8)))
    unit, pair = LogisticUnit(np.full(8, -1.0), 12.0), rng.normal(2, 0.4, (1, 8))
    pair[0, 3] = 9.0  # what other pairs never show
    natural = descend(unit, pair, np.array([1.0]), np.linalg.inv(metric(known)), 0.05)
    plain = descend(unit, pair, np.array([1.0]), np.eye(9), 0.05)
    others = rng.normal(2, 0.4, (100, 8))

    def disturbed(moved):
        by = moved.log_odds(pair)[0] - unit.log_odds(pair)[0]
        assert by > 0
        return np.abs(moved.log_odds(others) - unit.log_odds(others)).mean() / by

    assert disturbed(natural) < disturbed(plain) / 3
