"""The flow that is estimated, against flows that are known."""

import numpy as np
import pytest

from faceweb.signals.samples import make_clip
from faceweb.style.optical_flow import estimate_flow, warping_error, way_colours


@pytest.mark.parametrize(("name", "most"), [("pan", 0.1), ("turn", 0.05), ("ball", 0.02)])
def test_bundled_motions_are_found(name, most):
    """Endpoint errors in pixels; steps of the pan are 6 to 8 pixels long, of the ball 5 to 7."""
    clip = make_clip(name)
    part = slice(5, 7)
    frames = clip.clip.frames[5:8] / 255
    flow, valid = estimate_flow(frames)
    both = valid & clip.valid[part]
    apart = np.linalg.norm(flow - clip.flow[part], axis=-1)
    assert both.mean() > 0.5
    assert np.median(apart[both]) < most
    still = warping_error(frames, np.zeros_like(flow), both)
    assert warping_error(frames, flow, both) < still / 10


def test_what_stands_still_has_no_flow():
    frame = np.random.default_rng(0).random((40, 56, 3))
    flow, valid = estimate_flow(np.stack([frame, frame]))
    assert flow.shape == (1, 40, 56, 2)
    assert np.abs(flow).max() < 1e-6
    assert valid.all()


def test_frames_of_odd_sides_and_of_no_texture():
    frames = np.full((3, 33, 47, 3), 0.5)
    flow, _ = estimate_flow(frames)
    assert flow.shape == (2, 33, 47, 2)
    assert np.abs(flow).max() < 1e-6


def test_colours_say_which_way():
    """A backward flow of (-4, 0) is a motion to the right, which is red; what stands is white, and
    so is what is too plain to be seen moving."""
    frames = np.random.default_rng(0).random((2, 40, 40, 3))
    frames[:, :, 30:] = 0.5
    flow = np.zeros((1, 40, 40, 2))
    flow[0, :20] = (-4, 0)
    flow[0, 20:30] = (4 * np.cos(np.pi / 3), -4 * np.sin(np.pi / 3))
    flow[0, 30:, :20] = (4 * np.cos(np.pi / 3), 4 * np.sin(np.pi / 3))
    found = way_colours(flow, frames)[0].astype(int)
    for at, colour in (
        ((5, 5), (255, 64, 64)),
        ((25, 5), (64, 255, 64)),
        ((35, 5), (64, 64, 255)),
        ((35, 25), (255, 255, 255)),
        ((5, 39), (255, 255, 255)),
    ):
        assert np.abs(found[at] - colour).max() <= 3, at
