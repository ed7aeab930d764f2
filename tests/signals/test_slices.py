"""Slices, heat and projections of volumes, and the cube of a solid texture."""

from time import perf_counter

import numpy as np
import pytest

from faceweb.signals.render_cube import BACKGROUND, TILT, render_cube
from faceweb.signals.volume import aspect, overlay_heat, render, render_heat, section
from faceweb.types import Volume


def volume(shape=(10, 12, 14), spot=None, spacing=(1.0, 1.0, 1.0)):
    voxels = np.zeros(shape, np.float32)
    if spot:
        voxels[spot] = 1
    return Volume(voxels, spacing)


@pytest.mark.parametrize(
    ("axis", "index", "shape", "spot"),
    [(0, 3, (12, 14), (5, 7)), (1, 5, (10, 14), (3, 7)), (2, 7, (10, 12), (3, 5))],
)
def test_a_slice_shows_the_two_other_axes(axis, index, shape, spot):
    picture = section(volume(spot=(3, 5, 7)), axis, index)
    assert (picture.shape, picture.dtype) == (shape, np.uint8)
    assert np.argwhere(picture == 255).tolist() == [list(spot)]
    assert not section(volume(spot=(3, 5, 7)), axis, index + 1).any()


def test_slices_keep_their_shape_in_the_world():
    """10 slices 3 mm apart of 14 pixels of 0.5 mm: 30 mm by 7 mm, 60 x 14 pixels of 0.5 mm."""
    flat = volume(spacing=(3.0, 1.0, 0.5))
    assert aspect(flat, 1) == pytest.approx(30 / 7)
    assert section(flat, 1, 0).shape == (60, 14)
    assert section(flat, 0, 0).shape == (24, 14)
    assert section(volume((8, 8, 8), spacing=(90.0, 1.0, 1.0)), 2, 0).shape == (512, 6)


def test_heat_colours_a_slice_where_it_is():
    """Full heat is the last colour of the scale; none leaves grey: 0.55 * 255 + 10 = 150."""
    bright = Volume(np.ones((9, 9, 9), np.float32))
    heat = volume((9, 9, 9), (3, 5, 7)).voxels
    picture = overlay_heat(bright, heat, 1, 5)
    assert picture[3, 7].tolist() == [255, 236, 170]
    assert picture[0, 0].tolist() == [150, 150, 150]
    assert overlay_heat(bright, heat, 1, 4)[3, 7].tolist() == [150, 150, 150]


def test_coarse_heat_is_spread_between_its_voxels():
    """Of two voxels along the axis: the middles of eight slices lie at -0.375 to 1.375 of them.

    Slice 3 is at 0.375, slice 4 at 0.625; beyond the outermost middles nothing changes.
    """
    bright, heat = volume((8, 8, 8)), np.zeros((2, 2, 2), np.float32)
    heat[1] = 1
    warmth = [int(overlay_heat(bright, heat, 0, k)[4, 4].sum()) for k in range(8)]
    assert warmth[0] == warmth[1] < warmth[3] < warmth[4] < warmth[6] == warmth[7]
    assert int(overlay_heat(bright, heat, 0, -1)[4, 4].sum()) == warmth[7]
    assert np.array_equal(
        overlay_heat(bright, heat, 1, 0)[::7, 0], overlay_heat(bright, heat, 2, 7)[::7, 3]
    )


def test_a_projection_glows_where_heat_is_on_its_ray():
    """The heat of the first of 4 layers of a volume of 8: the upper rows are coloured."""
    heat = np.zeros((4, 4, 4), np.float32)
    heat[0, 2, 2] = 1
    picture = render_heat(volume((8, 8, 8)), heat).astype(int)
    assert picture.shape == (8, *render(volume((8, 8, 8))).shape[1:], 3)
    coloured = np.ptp(picture, axis=-1) > 20
    assert coloured[:2].any()
    assert not coloured[4:].any()


def test_a_projection_keeps_the_brightest_of_each_ray():
    """As wide as the diagonal of 12 x 14, 18.4, and even as the width: 20, 3 more on the left."""
    body = volume(spot=(3, 5, 7))
    body.voxels[3, 9, 7] = 0.5
    picture = render(body)
    assert picture.shape == (10, 20)
    assert np.argwhere(picture == 255).tolist() == [[3, 10]]
    assert picture.sum() == 255


@pytest.mark.parametrize(("degrees", "column"), [(0, 9.5), (90, 15.5), (180, 9.5), (270, 3.5)])
def test_the_near_side_moves_to_the_right(degrees, column):
    """A block at the front, about row 3.5 of 20: 6 voxels before the axis at 9.5.

    The picture is 30 wide, with its axis at 14.5: a quarter turn takes the block 6 to the right.
    """
    voxels = np.zeros((8, 20, 20), np.float32)
    voxels[:, 3:5, 9:11] = 1
    picture = render(Volume(voxels), degrees).astype(float)
    centre = (picture * np.arange(30)).sum() / picture.sum()
    assert centre - 14.5 == pytest.approx(column - 9.5, abs=0.05)


def test_a_turn_by_any_angle_loses_nothing():
    """A ball looks the same from every side, but for its grain."""
    grid = np.indices((40, 40, 40)) - 19.5
    ball = Volume((np.sqrt((grid**2).sum(0)) < 15).astype(np.float32))
    for degrees in (0, 30, 45, 110, 300):
        shadow = (render(ball, degrees) > 127).sum()
        assert shadow == pytest.approx(np.pi * 15**2, rel=0.03)


def test_a_projection_is_quick_and_bounded():
    large = Volume(np.random.default_rng(0).random((96, 96, 96), np.float32))
    render(large)
    begun = perf_counter()
    render(large, 33)
    assert perf_counter() - begun < 0.5
    assert render(volume((200, 100, 100))).shape == (96, 68)


def faces():
    """Sides of one colour each: top red, last row green, last column blue, first row white."""
    texture = np.zeros((8, 8, 8, 3), np.uint8)
    texture[:, 0] = 200, 200, 200
    texture[:, :, -1] = 0, 0, 200
    texture[:, -1] = 0, 200, 0
    texture[0] = 200, 0, 0
    return texture


def seen(picture):
    """Per pure colour how many pixels show it, and the mean column."""
    found = {}
    for name, channel in (("top", 0), ("front", 1), ("side", 2)):
        others = np.delete(picture, channel, axis=2).max(axis=2)
        where = np.argwhere((picture[..., channel] > 60) & (others < 20))
        found[name] = (len(where), where.mean(axis=0)) if len(where) > 50 else None
    return found


def test_a_cube_shows_its_top_and_the_side_that_faces_us():
    """Side 360 / (2 * 0.9) = 200 pixels; the top shows sin 30 degrees of it, the front cos."""
    shown = seen(render_cube(faces(), 0))
    assert shown["side"] is None
    front = 200 * 200 * np.cos(np.radians(TILT))
    # The first of the front's 8 rows belongs to the top as well.
    top = 200 * 200 * np.sin(np.radians(TILT)) + front / 8
    assert shown["top"][0] == pytest.approx(top, rel=0.03)
    assert shown["front"][0] == pytest.approx(front * 7 / 8, rel=0.03)
    assert shown["top"][1][0] < shown["front"][1][0]


def test_a_turned_cube_shows_three_sides():
    """By -35 degrees the front moves to the left and the last column comes in from the right."""
    shown = seen(render_cube(faces(), -35))
    assert shown["front"][1][1] < shown["top"][1][1] < shown["side"][1][1]
    assert shown["front"][0] > shown["side"][0] > 1000
    assert (render_cube(faces(), 180) > 150).all(axis=2).sum() > 20_000


def test_a_cube_stays_within_its_picture():
    for turn in (0, 45, 200):
        picture = render_cube(faces(), turn, 120)
        assert picture.shape == (120, 120, 3)
        border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
        np.testing.assert_allclose(border, np.broadcast_to(BACKGROUND, border.shape), atol=6)
