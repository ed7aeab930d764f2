import numpy as np

from faceweb.faces.detector import make_square, overlap, shift, suppress

A, B, C = [0, 0, 10, 10], [5, 0, 15, 10], [9, 0, 19, 10]


def test_overlap_by_hand():
    """A and B share 5 x 10 = 50 of 150; of the smaller, 50 of 100. A and C share 10 of 190."""
    boxes = np.array([A, B, C], float)
    np.testing.assert_allclose(overlap(boxes, boxes)[0], [1, 1 / 3, 10 / 190], atol=1e-12)
    np.testing.assert_allclose(overlap(boxes, boxes, of_smaller=True)[0], [1, 0.5, 0.1], atol=1e-12)


def test_apart_boxes_do_not_overlap():
    assert overlap(np.array([A], float), np.array([[20, 20, 30, 30.0]]))[0, 0] == 0


def test_a_dropped_box_still_drops_others():
    """B falls to A (1/3 > 0.3), C overlaps B by 6 x 10 of 140 (0.43 > 0.3): both go."""
    kept = suppress(np.array([C, A, B], float), np.array([0.5, 0.9, 0.7]), 0.3)
    assert kept.tolist() == [1]


def test_the_best_comes_first():
    kept = suppress(np.array([A, C], float), np.array([0.5, 0.9]), 0.3)
    assert kept.tolist() == [1, 0]


def test_squared_keeps_the_centre():
    np.testing.assert_allclose(make_square(np.array([[0, 0, 10, 20.0]])), [[-5, 0, 15, 20]])


def test_shifted_counts_inclusive_pixels():
    """Width 10 - 0 + 1 = 11: an offset of 0.1 moves the left by 1.1."""
    moved = shift(np.array([[0, 0, 10, 10.0]]), np.array([[0.1, 0, 0, -0.1]]))
    np.testing.assert_allclose(moved, [[1.1, 0, 10, 8.9]], atol=1e-12)
