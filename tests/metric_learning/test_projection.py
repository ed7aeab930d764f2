"""The flat map keeps what varies most, and lies as it lay before."""

import numpy as np
import pytest

from faceweb.metric_learning.training import flat_map


def test_what_varies_most_is_kept():
    rng = np.random.default_rng(0)
    points = np.zeros((50, 5))
    points[:, 3], points[:, 1] = rng.normal(0, 9, 50), rng.normal(0, 3, 50)
    flat = flat_map(points)
    assert np.linalg.norm(flat[0] - flat[1]) == pytest.approx(np.linalg.norm(points[0] - points[1]))
    assert flat.mean(0) == pytest.approx([0, 0])


def test_a_turned_embedding_gives_the_same_map():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(30, 4)) * [5, 3, 0.1, 0.1]
    turn, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    before = flat_map(points)
    assert flat_map(points @ turn, before) == pytest.approx(before)


def test_a_map_is_mirrored_where_the_one_before_was():
    """No rotation brings a map onto its mirror image."""
    points = np.random.default_rng(2).normal(size=(30, 3)) * [0.1, 3, 5]
    mirrored = flat_map(points) * [1, -1]
    assert flat_map(points, mirrored) == pytest.approx(mirrored)
