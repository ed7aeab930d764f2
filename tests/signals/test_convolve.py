"""The numbers of a convolution: by hand, and as Keras has them; the filters it is shown with."""

import numpy as np
import pytest

from faceweb.signals.convolution import (
    average,
    convolve,
    difference,
    output_length,
    padding_length,
    reach,
    second_difference,
)


def along(values, weights, **how) -> list:
    """The answers of one filter along one axis."""
    found = convolve(np.array(values)[:, None], np.array(weights)[:, None, None], **how)
    return found[:, 0].tolist()


def test_a_filter_is_not_turned_round():
    """1*1 + 2*10 + 4*100 = 421; 2*1 + 4*10 + 8*100 = 842"""
    assert along([1, 2, 4, 8], [1, 10, 100]) == [421, 842]


def test_an_odd_zero_stands_after_the_input():
    """Two taps, "same": 1 + 20, 2 + 40, 4 + 80, and 8 + 10 * 0 at the end."""
    assert along([1, 2, 4, 8], [1, 10], padding="same") == [21, 42, 84, 8]


def test_stride_and_dilation():
    """Every second place of [11, 22, 44]-like sums; taps two apart: 1 + 10 * 4, 2 + 10 * 8."""
    assert along([1, 2, 4, 8], [1, 10], stride=2) == [21, 84]
    assert along([1, 2, 4, 8], [1, 10], dilation=2) == [41, 82]


def test_channels_are_added_up():
    """Two channels, weights 1 and 10: 1 + 10 * 5 = 51, 2 + 10 * 7 = 72."""
    found = convolve(np.array([[1, 5], [2, 7]]), np.array([[[1], [10]]]))
    assert found.tolist() == [[51], [72]]


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_filter_without_room_has_no_answer(rank):
    found = convolve(np.ones((*(4,) * rank, 1)), np.ones((*(5,) * rank, 1, 2)))
    assert found.shape == (*(0,) * rank, 2)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_agrees_with_keras(rank):
    from keras import ops

    compared = 0
    for seed in range(60):
        rng = np.random.default_rng((rank, seed))
        sizes = rng.integers(1, 9, rank)
        taps, channels, count = rng.integers(1, 5, rank), *rng.integers(1, 4, 2)
        stride, dilation = int(rng.integers(1, 4)), int(rng.integers(1, 4))
        padding = str(rng.choice(["valid", "same"]))
        if rng.random() < 0.5:
            stride = 1
        else:
            dilation = 1
        room = all(
            output_length(int(n), int(k), stride, padding, dilation)
            for n, k in zip(sizes, taps, strict=True)
        )
        if not room:
            continue
        inputs = rng.normal(size=(*sizes, channels)).astype("float32")
        kernel = rng.normal(size=(*taps, channels, count)).astype("float32")
        wanted = ops.conv(
            inputs[None], kernel, strides=stride, padding=padding, dilation_rate=dilation
        )
        found = convolve(inputs, kernel, stride, padding, dilation)
        np.testing.assert_allclose(found, np.asarray(wanted)[0], atol=1e-5)
        compared += 1
    assert compared > 30


def test_the_formula_holds_with_the_zeros_that_are_put_around():
    """floor((n + p - (d (k - 1) + 1)) / s) + 1, for every setting that can be."""
    for size in range(1, 20):
        for kernel in range(1, 8):
            for stride, dilation in ((1, 1), (1, 3), (2, 1), (5, 1)):
                for padding in ("valid", "same"):
                    how = size, kernel, stride, padding, dilation
                    length = output_length(*how)
                    room = size + sum(padding_length(*how)) - reach(kernel, dilation)
                    assert length == (room // stride + 1 if room >= 0 else 0)


def test_filters_of_one_axis():
    assert average(4, 1).tolist() == [0.25] * 4
    assert difference(5, 1).tolist() == [-1, -1, 0, 1, 1]
    assert difference(2, 1).tolist() == [-1, 1]
    assert second_difference(3, 1).tolist() == [1, -2, 1]
    assert second_difference(5, 1).tolist() == [1, 0, -2, 0, 1]
    assert second_difference(4, 1).tolist() == [1, -1, -1, 1]


def test_filters_of_two_axes():
    assert difference(3, 2).tolist() == [[-1, 0, 1]] * 3
    assert second_difference(3, 2).tolist() == [[0, 1, 0], [1, -4, 1], [0, 1, 0]]


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("taps", [3, 4, 5])
def test_differences_see_nothing_where_all_is_equal(taps, rank):
    assert average(taps, rank).sum() == pytest.approx(1)
    assert difference(taps, rank).sum() == 0
    assert second_difference(taps, rank).sum() == pytest.approx(0)
    # Along each axis the ends count 1; the middle is twice that of every axis.
    assert np.abs(second_difference(taps, rank)).sum() == pytest.approx(4 * rank)
