"""The strongest few of a stream, by hand."""

import numpy as np

from faceweb.interpret.top_patches import TopK, empty_top_k, merge


def candidates(*rows):
    """Rows of (value, view, position), each for a single unit."""
    values, views, places = (np.array(part)[:, None] for part in zip(*rows, strict=True))
    return TopK(values.astype(np.float32), views, places)


def test_the_three_strongest_of_five():
    """2 and 5 first, then 7, 5 again and 1: 7 (view 2), 5 (view 1), 5 (view 3); 2 and 1 are out."""
    found = merge(empty_top_k(3, 1), candidates((2, 0, 4), (5, 1, 5)))
    found = merge(found, candidates((7, 2, 6), (5, 3, 7), (1, 4, 8)))
    np.testing.assert_array_equal(found.values[:, 0], [7, 5, 5])
    np.testing.assert_array_equal(found.views[:, 0], [2, 1, 3])
    np.testing.assert_array_equal(found.positions[:, 0], [6, 5, 7])


def test_of_equals_the_earlier_picture_wins_whenever_it_comes():
    late, early = candidates((5, 9, 0)), candidates((5, 1, 3))
    for order in ((late, early), (early, late)):
        found = empty_top_k(1, 1)
        for each in order:
            found = merge(found, each)
        assert (found.views[0, 0], found.positions[0, 0]) == (1, 3)


def test_what_does_not_fire_takes_no_place():
    found = merge(empty_top_k(2, 1), candidates((0, 0, 1), (-3, 1, 1), (0.5, 2, 1)))
    np.testing.assert_allclose(found.values[:, 0], [0.5, 0])
    np.testing.assert_array_equal(found.views[:, 0], [2, -1])


def test_units_do_not_mix():
    both = TopK(*(np.array(p) for p in ([[1.0, 9.0]], [[4, 4]], [[0, 2]])))
    found = merge(empty_top_k(1, 2), both)
    np.testing.assert_array_equal(found.positions, [[0, 2]])
    np.testing.assert_array_equal(found.values, [[1, 9]])
