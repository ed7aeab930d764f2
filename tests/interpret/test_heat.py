"""Maps laid over pictures, by hand."""

import numpy as np

from faceweb.interpret.feature_maps import average_cover, patch_starts, upsample
from faceweb.types import ReceptiveField


def test_a_map_lies_at_the_centres_of_its_fields():
    """Centres at 1.5 and 5.5: halfway, at 3.5, the mean; beyond them the nearest."""
    field = ReceptiveField(size=4, stride=4, offset=1.5)
    row = upsample(np.array([[0.0, 8.0]]), field, (3, 8))
    np.testing.assert_allclose(row[0], [0, 0, 1, 3, 5, 7, 8, 8])
    np.testing.assert_allclose(row[2], row[0])
    np.testing.assert_allclose(upsample(np.array([[0.0], [8.0]]), field, (8, 3))[:, 1], row[0])


def test_patches_reach_both_ends():
    assert patch_starts(10, 4).tolist() == [0, 2, 4, 6]
    assert patch_starts(11, 4).tolist() == [0, 2, 4, 6, 7]
    assert patch_starts(4, 4).tolist() == [0]


def test_a_pixel_has_the_mean_of_what_covered_it():
    found = average_cover(np.array([1.0, 3.0]), np.array([[0, 0], [0, 1]]), 2, (3, 4))
    np.testing.assert_allclose(found, [[1, 2, 3, 0], [1, 2, 3, 0], [0, 0, 0, 0]])
