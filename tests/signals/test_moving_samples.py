"""The bundled clips, and that their motion is as they say."""

import numpy as np
import pytest

from faceweb.signals.samples import MOVING, make_clip, make_still
from faceweb.style.optical_flow import warping_error


@pytest.fixture(scope="module", params=MOVING)
def clip(request):
    return make_clip(request.param)


def test_a_bundled_clip_is_of_one_size(clip):
    assert clip.clip.frames.shape == (16, 128, 128, 3)
    assert clip.clip.frames.dtype == np.uint8
    assert (clip.flow.shape, clip.valid.shape) == ((15, 128, 128, 2), (15, 128, 128))
    assert clip.clip.frames.std() > 30


def test_the_flow_is_that_of_the_clip(clip):
    """What is left, a squared difference of 4e-5 (0.006), is that of bilinear sampling and 8 bits.

    With the flow the other way round, or none, it is over fifty times as much.
    """
    frames = clip.clip.frames / 255
    known = warping_error(frames, clip.flow, clip.valid)
    assert known < 4e-5
    assert warping_error(frames, 0 * clip.flow, clip.valid) > 50 * known
    assert warping_error(frames, -clip.flow, clip.valid) > 50 * known


def test_only_what_is_hidden_or_comes_in_is_left_out(clip):
    """Without the mask the ball's rim and what it uncovers would count many times as much."""
    assert 0.9 < clip.valid.mean() < 0.99
    hidden = ~clip.valid
    assert hidden.any(axis=(1, 2)).all()


def test_the_balls_shadow_of_the_unseen_is_masked():
    """From frame to frame it moves 5.6 to the right: what it leaves on its left was hidden."""
    ball = make_clip("ball")
    frames = ball.clip.frames / 255
    known = warping_error(frames, ball.flow, ball.valid)
    assert warping_error(frames, ball.flow) > 20 * known
    assert np.abs(ball.flow[:, 0, 0]).max() == 0
    fastest = ball.flow[:, :, :, 0].min(axis=(1, 2))
    np.testing.assert_allclose(fastest, -84 / 15, atol=1e-5)


def test_clips_are_always_the_same():
    np.testing.assert_array_equal(make_clip("turn").clip.frames, make_clip("turn").clip.frames)


def test_a_still_stands_still():
    picture = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    clip = make_still(picture, 5)
    assert clip.frames.shape == (5, 20, 30, 3)
    assert (clip.frames == picture).all()
