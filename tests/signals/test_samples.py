"""The bundled head: its tissues at known places, its vessels and lesions."""

import numpy as np
import pytest

from faceweb.signals.samples import lesions, phantom
from faceweb.signals.volume import render


@pytest.fixture(scope="module")
def head():
    return phantom()


def at(volume, x, y, z):
    """The voxel at a place of the phantom's own frame, right, front and top in [-1, 1]."""
    side = len(volume.voxels)
    w, h, d = (int((1 - value) * side / 2) for value in (x, y, z))
    return volume.voxels[d, h, w]


def test_tissues_are_where_shepp_and_logan_have_them():
    """Without vessels in the way, by the table: skull, brain, ventricles, the ball in front."""
    heads = [phantom(64, seed) for seed in range(5)]

    def usual(*where):
        return np.median([at(head, *where) for head in heads])

    assert usual(0, 0, 0.99) == 0
    assert usual(0, 0.90, 0) == pytest.approx(0.4, abs=0.05)
    assert usual(0.45, 0, 0.2) == pytest.approx(0.25, abs=1e-3)
    assert usual(0.22, 0, 0) == pytest.approx(0.05, abs=0.04)
    assert usual(-0.22, 0, 0) == pytest.approx(0.05, abs=0.04)
    assert usual(0, 0.35, -0.15) == pytest.approx(0.35, abs=1e-3)


def test_the_larger_ventricle_is_on_the_bodys_left(head):
    """The table's half axis of 0.16 is at x = -0.22, the body's left: large w."""
    dark = (head.voxels > 0.01) & (head.voxels < 0.1)
    assert dark[:, :, 48:].sum() > 1.5 * dark[:, :, :48].sum()


def test_it_is_the_same_each_time_and_of_its_seed(head):
    np.testing.assert_array_equal(head.voxels, phantom().voxels)
    assert (head.voxels != phantom(seed=1).voxels).any()
    assert head.voxels.shape == (96, 96, 96)
    assert head.spacing == (2.5, 2.5, 2.5)
    assert (head.voxels.min(), head.voxels.max()) == (0, 1)


def test_lesions_are_bright_balls_of_known_place(head):
    where = lesions()
    assert 300 < where.sum() < 4 * 4 / 3 * np.pi * 4.8**3
    assert np.median(head.voxels[where]) == 0.75
    outside = head.voxels[~where]
    assert ((outside > 0.74) & (outside < 0.76)).mean() < 1e-3


def test_vessels_show_through_the_skull(head):
    """A projection shows the skull at 0.4 nearly everywhere, and vessels over much of it."""
    picture = render(head) / 255
    assert 0.05 < (picture > 0.9).sum() / (picture > 0.3).sum() < 0.5


def test_vessels_end_within_the_skull(head):
    """Nothing brighter than the skull beyond the brain, whose half axes are 0.66, 0.87, 0.78."""
    line = 1 - (2 * np.arange(96) + 1) / 96
    x, y, z = line[None, None], line[None, :, None], line[:, None, None]
    beyond = (x / 0.68) ** 2 + (y / 0.90) ** 2 + (z / 0.80) ** 2 > 1
    assert head.voxels[beyond].max() <= 0.4
