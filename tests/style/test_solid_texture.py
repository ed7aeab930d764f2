"""Blocks whose slices are compared with one picture, each by itself."""

import numpy as np
import pytest

from faceweb.networks.convnd import Design, build_convnd, randomize
from faceweb.networks.device import Device
from faceweb.style.model import SolidStyleModel, StyleModel
from faceweb.types import StyleWeights

CPU = Device("cpu", "CPU", "float32")
ONLY_STYLE = StyleWeights(0.0, 1.0, 0.0, (1.0, 2.0, 0.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def painters():
    network = randomize(build_convnd(2, Design(3, (5, 7), (2, 1)), "flat"), 1)
    flat = StyleModel(network, CPU, content_layer=1)
    return flat, SolidStyleModel(network, CPU, flat)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random((*shape, 3), np.float32)


def test_the_cost_is_the_mean_of_that_of_every_slice(painters):
    """Against the style model of pictures, slice by slice along the three axes."""
    flat, solid = painters
    block, style = noise(16, 16, 16), noise(20, 24, seed=1)
    statistics = solid.statistics([style], [1.0])
    _, losses = solid.gradient(block, solid.targets(block, statistics), ONLY_STYLE)
    alone = [
        flat.gradient(piece, flat.targets(piece, statistics), ONLY_STYLE)[1].style
        for axis in range(3)
        for piece in np.moveaxis(block, axis, 0)
    ]
    assert losses.style == pytest.approx(np.mean(alone), rel=1e-4)
    assert losses.j == pytest.approx(losses.style)


def test_the_gradient_is_the_slope_of_j(painters):
    _, solid = painters
    block = noise(16, 16, 16)
    targets = solid.targets(block, solid.statistics([noise(20, 24, seed=1)], [1.0]))
    gradient, _ = solid.gradient(block, targets, ONLY_STYLE)
    norm = np.linalg.norm(gradient)
    ahead, behind = (
        solid.gradient(block + sign * 0.05 * gradient / norm, targets, ONLY_STYLE)[1].j
        for sign in (1, -1)
    )
    assert norm == pytest.approx((ahead - behind) / 0.1, rel=0.02)


def test_steps_bring_every_slice_nearer(painters):
    flat, solid = painters
    style = np.zeros((32, 32, 3), np.float32)
    style[::4] = style[1::4] = (1.0, 0.5, 0.1)
    block, statistics = noise(16, 16, 16), solid.statistics([style], [1.0])
    targets, state = solid.targets(block, statistics), solid.begin(block)
    for _ in range(25):
        state, _ = solid.step(state, targets, ONLY_STYLE, 0.03)
    painted = solid.render(state)

    def losses(values):
        return [
            flat.gradient(piece, flat.targets(piece, statistics), ONLY_STYLE)[1].style
            for axis in range(3)
            for piece in np.moveaxis(values, axis, 0)
        ]

    assert (np.array(losses(painted)) < np.array(losses(block))).all()
