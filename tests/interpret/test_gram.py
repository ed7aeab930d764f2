"""Correlations of channels against NumPy's own."""

import numpy as np
import pytest

from faceweb.interpret.gram import correlation
from faceweb.interpret.gram_repainter import pair_cost


def test_correlation_is_numpys():
    features = np.random.default_rng(0).random((9, 7, 5), np.float32)
    wanted = np.corrcoef(features.reshape(-1, 5).T)
    np.testing.assert_allclose(correlation(features), wanted, atol=1e-6)


def test_by_hand():
    """(1, 2, 3) rises as (2, 4, 6) does and as (3, 2, 1) falls; a constant goes with nothing."""
    features = np.array([[1, 2, 3, 5], [2, 4, 2, 5], [3, 6, 1, 5]], np.float32)
    wanted = [[1, 1, -1, 0], [1, 1, -1, 0], [-1, -1, 1, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(correlation(features), wanted, atol=1e-6)


def test_silence_correlates_with_nothing():
    assert not correlation(np.zeros((4, 4, 3))).any()


def test_the_cost_of_a_pair():
    """r = 1 for the first two, so wanting 0.25 costs 0.75^2."""
    features = np.array([[1, 2, 3], [2, 4, 2], [3, 6, 1]], np.float32)[None]
    cost, now = pair_cost(features, 0.25, 0, 1)
    assert float(now) == pytest.approx(1, abs=1e-5)
    assert float(cost) == pytest.approx(0.5625, abs=1e-4)
    _, against = pair_cost(features, 0.25, 2, 1)
    assert float(against) == pytest.approx(-1, abs=1e-5)
