import numpy as np
import pytest

from faceweb.faces.align import invert, similarity

SQUARE = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])


def test_quarter_turn_scale_and_shift():
    """x' = -2y + 5, y' = 2x + 7: a quarter turn, twice the size, moved by (5, 7)."""
    target = np.array([[5.0, 7], [5, 9], [3, 9], [3, 7]])
    np.testing.assert_allclose(similarity(SQUARE, target), [[0, -2, 5], [2, 0, 7]], atol=1e-12)


def test_agrees_with_linear_least_squares():
    """x' = a x - b y + c, y' = b x + a y + d is linear in a, b, c, d: two rows a point."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        source, target = rng.normal(size=(2, 5, 2))
        x, y = source.T
        zero, one = np.zeros(5), np.ones(5)
        rows = np.concatenate(
            [np.stack([x, -y, one, zero], axis=1), np.stack([y, x, zero, one], axis=1)]
        )
        a, b, c, d = np.linalg.lstsq(rows, target.T.ravel(), rcond=None)[0]
        np.testing.assert_allclose(similarity(source, target), [[a, -b, c], [b, a, d]], atol=1e-10)


def test_mirrored_points_are_not_reflected():
    """A rectangle of 3 by 1 has spreads 9 and 1: the best turn has scale (9 - 1) / (9 + 1)."""
    rectangle = SQUARE * [3, 1]
    linear = similarity(rectangle, rectangle * [-1, 1])[:, :2]
    assert np.linalg.det(linear) == pytest.approx(0.64)


def test_inverse_undoes():
    matrix = np.array([[0.0, -2, 5], [2, 0, 7]])
    np.testing.assert_allclose(invert(matrix), [[0, 0.5, -3.5], [-0.5, 0, 2.5]], atol=1e-12)


def test_coinciding_points_are_refused():
    with pytest.raises(ValueError, match="needs points that differ"):
        similarity(np.ones((5, 2)), SQUARE[[0, 1, 2, 3, 0]])
