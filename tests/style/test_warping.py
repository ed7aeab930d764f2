"""Warping and its error, by hand."""

import numpy as np
import pytest

from faceweb.style.optical_flow import inside, warp, warping_error


def shifting(count=3, columns=2, rows=1):
    """Noise that moves by whole pixels to the right and down, and its backward flow."""
    field = np.random.default_rng(0).random((40, 40, 3))
    tops, lefts = 20 - rows * np.arange(count), 20 - columns * np.arange(count)
    places = zip(tops, lefts, strict=True)
    frames = np.stack([field[top : top + 12, left : left + 14] for top, left in places])
    flow = np.broadcast_to(np.array([-columns, -rows], float), (count - 1, 12, 14, 2))
    return frames, flow


def test_a_shift_by_whole_pixels_has_no_error():
    frames, flow = shifting()
    assert warping_error(frames, flow) == 0
    assert warping_error(frames, -flow) > 0.1


def test_between_pixels_it_is_bilinear():
    """A quarter to the right and a half down of 0, 4; 8, 20: (3*0+4)/4 = 1, (3*8+20)/4 = 11."""
    frame = np.array([[0.0, 4.0], [8.0, 20.0]])[..., None]
    flow = np.zeros((2, 2, 2))
    flow[0, 0] = 0.25, 0.5
    found = warp(frame, flow)[..., 0]
    assert found.tolist() == [[6, 4], [8, 20]]


def test_beyond_the_border_the_last_pixel_is_fetched_but_never_counts():
    frame = np.arange(12.0).reshape(3, 4, 1)
    flow = np.zeros((3, 4, 2))
    flow[1] = 9, -9
    assert warp(frame, flow)[1, :, 0].tolist() == [3, 3, 3, 3]
    assert inside(flow).tolist() == [[True] * 4, [False] * 4, [True] * 4]


def test_a_known_change_has_the_known_error():
    """Everything brightens by 0.1 in red alone: 0.01 / 3. In the second pair by 0.2: 0.04 / 3.

    The mean over both pairs is 0.025 / 3.
    """
    frames, flow = shifting()
    frames = frames.copy()
    frames[1, ..., 0] += 0.1
    frames[2, ..., 0] += 0.3
    assert warping_error(frames, flow) == pytest.approx(0.025 / 3)


def test_pixels_that_cannot_be_seen_do_not_count():
    """Only what changed is masked in the first pair; in the second nothing counts at all."""
    frames, flow = shifting()
    frames, valid = frames.copy(), np.ones((2, 12, 14), bool)
    frames[1, 5:, 5:] = 1
    valid[0, 5:, 5:] = valid[1] = False
    assert warping_error(frames, flow, valid) == 0
    valid[0, 5, 5] = True
    assert warping_error(frames, flow, valid) > 0


def test_what_cannot_be_measured_is_refused():
    frames, flow = shifting()
    with pytest.raises(ValueError, match=r"shape \(2, 12, 14, 2\). Received: \(1, 12,"):
        warping_error(frames, flow[:1])
    with pytest.raises(ValueError, match="No pixel of these frames can be seen twice"):
        warping_error(frames, flow * 50)
