"""A window over a real beat, picture and volume: its numbers, its limits, its refusals."""

import numpy as np
import pytest

from faceweb.config import DimensionsConfig, WindowConfig
from faceweb.errors import DimensionsError
from faceweb.signals import convolution
from faceweb.signals.convolution import slide

# Every third sample of the trace, the peak in the middle.
BEAT = [-51, -52, -52, -51, -70, -39, 98, 250, 121, 9, -8, -23, -44, -52]


def over(kernel: str = "difference", seed: int = 0, **settings):
    return slide(DimensionsConfig(**settings), WindowConfig(kernel=kernel, seed=seed))


def test_the_signal_is_one_beat_of_a_real_trace():
    found = convolution.signal(14)
    assert found.tolist() == BEAT
    # One beat only, even where the most is drawn.
    assert (convolution.signal(64) > 100).sum() < 8
    assert len(convolution.signal(64)) == 64


def test_the_picture_is_the_cup():
    """Its rim is bright, the table behind it and the coffee in it are darker."""
    found = convolution.picture(14)
    assert found.shape == (14, 14)
    assert 0 <= found.min() < 40
    assert 200 < found.max() <= 255
    assert convolution.picture(1).shape == (1, 1)


def test_the_volume_is_a_head():
    """Air in the corners, brain, two dark hollows left and right alike, one bright spot low."""
    found = convolution.volume(14)
    assert found[0, 0, 0] == 0
    middle = found[7, 6]
    np.testing.assert_array_equal(middle, middle[::-1])
    assert middle[5] < 20
    assert found[7, 2:12, 7].max() > 60


def test_the_numbers_of_a_beat_under_a_filter_of_five():
    """Taps are -1 -1 0 1 1. First: 51 + 52 - 51 - 70 = -18; last: -9 + 8 - 44 - 52 = -97.

    Their average at the end: (9 - 8 - 23 - 44 - 52) / 5 = -23.6.
    """
    found = over(rank=1, size=14)
    assert found.kernel.tolist() == [-1, -1, 0, 1, 1]
    assert found.output.shape == (10,)
    assert found.output[[0, -1]].tolist() == [-18, -97]
    assert over("average", rank=1, size=14).output[-1] == pytest.approx(-23.6)


@pytest.mark.parametrize(("rank", "limit"), [(1, 64), (2, 24), (3, 14)])
def test_no_more_is_drawn_than_can_be(rank, limit):
    found = over(rank=rank, size=512)
    assert found.input.shape == (limit,) * rank
    assert found.output.shape == (limit - 4,) * rank
    assert found.asked == 512


def test_zeros_stand_around_when_padded():
    found = over(rank=1, size=14, filter=4, padding="same")
    assert (found.before, found.after) == (1, 2)
    assert found.output.shape == (14,)


def test_a_random_filter_is_told_by_its_seed():
    first, again, other = (over("random", seed, rank=3).kernel for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert np.abs(first).max() <= 3


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"size": 4}, "covers 5 positions has no room on 4"),
        ({"size": 200, "filter": 31}, "covers 31 positions is more than the 24 a side"),
        ({"filter": 1}, "A difference needs a filter of at least 2"),
        ({"filter": 2, "kernel": "second difference"}, "needs a filter of at least 3"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(settings, sentence):
    with pytest.raises(DimensionsError, match=sentence):
        over(**settings)
