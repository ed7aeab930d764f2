"""Receptive fields derived by hand, and against windows slid over lists of pixels."""

import pytest

from faceweb.interpret.receptive_field import PIXEL, join, positions, same_padding, through, window
from faceweb.types import ReceptiveField


def chain(*windows):
    field = PIXEL
    for kernel, stride, before in windows:
        field = through(field, kernel, stride, before)
    return field


def test_conv5_1_of_vgg_by_hand():
    """Blocks of 2, 2, 4, 4, 1 convolutions, 2 x 2 pools between, strides 1, 2, 4, 8, 16.

    A convolution adds 2 strides, a pool 1: 1 + 2*2 + 1 = 6, + 2*4 + 2 = 16, + 4*8 + 4 = 52,
    + 4*16 + 8 = 124, + 1*32 = 156. Padded convolutions stay centred; a pool moves by half a
    stride: (1 + 2 + 4 + 8) / 2 = 7.5.
    """
    convolution, pool = (3, 1, 1), (2, 2, 0)
    blocks = (2, 2, 4, 4)
    windows = [w for count in blocks for w in (*[convolution] * count, pool)]
    assert chain(*windows, convolution) == ReceptiveField(156, 16, 7.5)


def test_the_stem_of_the_face_network_by_hand():
    """7 / 2 then 3 / 2, unpadded: 7 + 2*2 = 11, stride 4, centred on 3 + 1*2 = 5."""
    assert chain((7, 2, 0), (3, 2, 0)) == ReceptiveField(11, 4, 5.0)


def test_padding_moves_position_0_and_cutting_moves_it_back():
    """Behind a stride of 4 two positions are 8 pixels."""
    field = chain((4, 4, 0))
    assert through(field, 1, 1, 2) == ReceptiveField(4, 4, 1.5 - 8)
    assert through(through(field, 1, 1, 2), 1, 1, -2) == field


@pytest.mark.parametrize(
    "windows",
    [
        [(3, 1, 1), (2, 2, 0), (3, 1, 1)],
        [(5, 3, 2), (4, 2, 1)],
        [(2, 1, 0), (2, 1, 1), (7, 2, 3)],
    ],
)
def test_windows_hold_the_pixels_that_a_list_of_sets_gathers(windows):
    """Each position is the set of pixels it is made of; borders are empty sets."""
    length = 60
    seen = [{pixel} for pixel in range(length)]
    for kernel, stride, before in windows:
        padded = [set()] * before + seen + [set()] * before
        starts = range(0, len(padded) - kernel + 1, stride)
        seen = [set().union(*padded[start : start + kernel]) for start in starts]
        assert len(seen) == positions(len(padded), kernel, stride)
    field = chain(*windows)
    inner = range(3, len(seen) - 3)
    assert [set(range(*window(field, i))) for i in inner] == [seen[i] for i in inner]
    for i, pixels in enumerate(seen):
        assert pixels <= set(range(*window(field, i, length)))


def test_windows_by_hand():
    """Size 6, stride 4, position 0 centred on 0.5: first pixel 0.5 - 2.5 = -2."""
    field = ReceptiveField(6, 4, 0.5)
    assert [window(field, i) for i in (0, 1, 2)] == [(-2, 4), (2, 8), (6, 12)]
    assert [window(field, i, 7) for i in (0, 1, 2, 3)] == [(0, 4), (2, 7), (6, 7), (7, 7)]
    assert window(field, -1, 7) == (0, 0)


def test_a_branch_within_another_changes_nothing():
    """Two 3 x 3 convolutions and their shortcut."""
    field = chain((7, 2, 0))
    longer = through(through(field, 3, 1, 1), 3, 1, 1)
    assert join([longer, field]) == join([field, longer]) == longer


def test_branches_to_different_sides_make_a_larger_interval():
    """[0, 3) and [2, 4) make [0, 4); [0, 1) and [4, 5), with a gap, make [0, 5)."""
    assert join([ReceptiveField(3, 2, 1.0), ReceptiveField(2, 2, 2.5)]) == ReceptiveField(4, 2, 1.5)
    assert join([ReceptiveField(1, 1, 0.0), ReceptiveField(1, 1, 4.0)]) == ReceptiveField(5, 1, 2.0)


def test_branches_of_two_strides_are_refused():
    with pytest.raises(ValueError, match=r"one stride.*Received: strides \[2, 4\].*pool"):
        join([ReceptiveField(3, 4, 1.0), ReceptiveField(3, 2, 1.0)])


@pytest.mark.parametrize(
    ("length", "kernel", "stride", "wanted"),
    [(7, 3, 1, (1, 1)), (8, 2, 2, (0, 0)), (7, 2, 2, (0, 1)), (8, 3, 2, (0, 1)), (7, 3, 2, (1, 1))],
)
def test_same_padding_by_hand(length, kernel, stride, wanted):
    """Of 8 with 3 / 2: 4 positions reach 3 * 2 + 3 = 9, so 1 is missing, and comes after."""
    assert same_padding(length, kernel, stride) == wanted
    assert positions(length + sum(wanted), kernel, stride) == -(-length // stride)


def test_a_window_longer_than_the_input_fits_nowhere():
    assert [positions(length, 7, 2) for length in (2, 6, 7, 8, 9)] == [0, 0, 1, 1, 2]
