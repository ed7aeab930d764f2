"""What holds the frames of a painted clip together."""

import numpy as np
import pytest

from faceweb.networks.convnd import Design, build_convnd, randomize
from faceweb.networks.device import Device
from faceweb.style.model import StyleModel, VideoStyleModel, origins
from faceweb.style.optical_flow import warp
from faceweb.types import StyleWeights

CPU = Device("cpu", "CPU", "float32")
MOTION = StyleWeights(0.0, 0.0, 1.0, (1.0,) * 5)


@pytest.fixture(scope="module")
def style_model():
    flat = StyleModel(randomize(build_convnd(2, Design(3, (4,), (1,))), 1), CPU, content_layer=0)
    network = randomize(build_convnd(3, Design(3, (4,), (1,))), 1)
    return VideoStyleModel(network, CPU, content_layer=0, styles_by=flat)


def sliding(count=3, by=2):
    """A texture that slides `by` pixels to the right a frame."""
    wide = np.random.default_rng(0).random((32, 32 + by * count, 3), np.float32)
    wide = (wide + np.roll(wide, 1, 0) + np.roll(wide, 1, 1) + np.roll(wide, -1, 1)) / 4
    return np.stack([wide[:, by * (count - i) :][:, :32] for i in range(count)])


def test_what_moves_along_costs_nothing_and_what_flickers_its_square(style_model):
    """Brightness 0.1 more in the second of three frames: 0.01 from frame to frame, twice."""
    frames = sliding()
    targets = style_model.targets(frames, style_model.statistics([frames[0]], [1.0]))
    along = style_model.gradient(frames, targets, MOTION)[1].variation
    assert along < 1e-3
    flickering = frames.copy()
    flickering[1] += 0.1
    losses = style_model.gradient(flickering, targets, MOTION)[1]
    assert losses.variation - along == pytest.approx(0.01, rel=0.05)
    assert losses.j == pytest.approx(losses.variation)


def test_a_texture_that_stands_still_while_the_clip_moves_costs_more(style_model):
    frames = sliding()
    targets = style_model.targets(frames, style_model.statistics([frames[0]], [1.0]))
    still = np.repeat(frames[:1], 3, axis=0)
    losses = [style_model.gradient(each, targets, MOTION)[1].variation for each in (frames, still)]
    assert losses[1] > 20 * losses[0]


def test_pixels_come_from_where_the_flow_points():
    rng = np.random.default_rng(1)
    frames = rng.random((2, 9, 11, 3))
    flow, valid = rng.uniform(-3, 3, (1, 9, 11, 2)), rng.random((1, 9, 11)) < 0.7
    before, shares = origins(flow, valid)
    found = (frames.reshape(-1, 3)[before] * shares[..., None]).sum(axis=1).reshape(9, 11, 3)
    wanted = warp(frames[0], flow[0]) * valid[0][..., None]
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_the_gradient_is_the_slope_of_the_motion_term(style_model):
    frames = sliding()
    targets = style_model.targets(frames, style_model.statistics([frames[0]], [1.0]))
    at = np.random.default_rng(2).random(frames.shape, np.float32)
    gradient, _ = style_model.gradient(at, targets, MOTION)
    norm = np.linalg.norm(gradient)
    ahead, behind = (
        style_model.gradient(at + sign * 0.1 * gradient / norm, targets, MOTION)[1].j
        for sign in (1, -1)
    )
    assert norm == pytest.approx((ahead - behind) / 0.2, rel=0.01)
