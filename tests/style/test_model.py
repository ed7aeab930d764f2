"""The painter's steps against independent arithmetic, and that nothing retraces."""

import numpy as np
import pytest

from faceweb.networks.device import Device
from faceweb.networks.perceptual import TAPS, build_perceptual
from faceweb.style.model import AVERAGED, Painter
from faceweb.types import StyleWeights

EVEN = (1.0,) * len(TAPS)
ONLY_STYLE = StyleWeights(0.0, 1.0, 0.0, EVEN)
ALL = StyleWeights(2.0, 0.5, 3.0, (1.0, 0.5, 2.0, 1.0, 0.25))


@pytest.fixture(scope="module")
def painter():
    import keras

    keras.utils.set_random_seed(3)
    return Painter(build_perceptual(), Device("cpu", "CPU", "float32"))


def noise(shape, seed=0):
    return np.random.default_rng(seed).random((*shape, 3), np.float32)


def aim(painter, shape=(40, 56), mask=None):
    return painter.targets(noise(shape), painter.statistics([noise((48, 32), 1)], [1.0]), mask)


def test_the_gradient_is_the_slope_of_j(painter):
    """Central differences along three random directions."""
    targets, at = aim(painter), noise((40, 56), 5)
    gradient, costs = painter.slope(at, targets, ALL)
    assert costs.j == pytest.approx(
        2 * costs.content + 0.5 * costs.style + 3 * costs.variation, rel=1e-5
    )
    for seed in range(3):
        along = noise((40, 56), seed) - 0.5
        along /= np.linalg.norm(along)
        ahead, behind = (
            painter.slope(at + sign * 0.05 * along, targets, ALL)[1].j for sign in (1, -1)
        )
        wanted = (ahead - behind) / 0.1
        assert (gradient * along).sum() == pytest.approx(wanted, rel=0.05, abs=1e-3)


def test_costs_are_zero_where_everything_is_reached(painter):
    content = noise((40, 56))
    targets = painter.targets(content, painter.statistics([content], [1.0]))
    _, costs = painter.slope(content, targets, ALL)
    assert costs.content == 0
    assert costs.style == pytest.approx(0, abs=1e-6)


def test_a_step_is_adams(painter):
    """The first step of Adam moves every pixel by the rate, against the gradient's sign."""
    targets, start = aim(painter), 0.25 + noise((40, 56), 5) / 2
    gradient, _ = painter.slope(start, targets, ALL)
    state, _ = painter.step(painter.begin(start), targets, ALL, 0.01)
    moved = np.asarray(state.picture)[0] - start
    sure = np.abs(gradient) > 1e-4
    np.testing.assert_allclose(moved[sure], -0.01 * np.sign(gradient)[sure], atol=1e-5)


def test_the_average_weighs_the_last_iterates_most(painter):
    targets = aim(painter)
    state, seen = painter.begin(noise((40, 56), 5)), []
    for _ in range(3):
        state, _ = painter.step(state, targets, ALL, 0.05)
        seen.append(np.asarray(state.picture)[0])
    shares = np.array([AVERAGED**2, AVERAGED, 1.0])
    wanted = np.tensordot(shares / shares.sum(), np.stack(seen), 1)
    np.testing.assert_allclose(painter.painted(state), wanted, atol=1e-5)


def test_a_few_steps_lower_the_cost(painter):
    targets, state, costs = aim(painter), painter.begin(noise((40, 56), 5)), []
    for _ in range(15):
        state, now = painter.step(state, targets, ONLY_STYLE, 0.02)
        costs.append(now.style)
    assert costs[-1] < 0.5 * costs[0]


def test_where_the_mask_is_nothing_moves(painter):
    mask = np.zeros((40, 56), np.float32)
    mask[:, 28:] = 1
    start = noise((40, 56), 5)
    state, _ = painter.step(painter.begin(start), aim(painter, mask=mask), ALL, 0.05)
    moved = np.abs(np.asarray(state.picture)[0] - start).max(axis=(0, 2))
    assert moved[:28].max() == 0
    assert moved[28:].min() > 0


def test_a_larger_size_keeps_the_painting(painter):
    targets = aim(painter)
    state = painter.begin(np.full((40, 56, 3), 0.25, np.float32))
    state, _ = painter.step(state, targets, ALL, 0.0)
    larger = painter.resized(state, noise((57, 79)))
    np.testing.assert_allclose(painter.painted(larger), np.full((57, 79, 3), 0.25), atol=1e-5)


def test_no_size_and_no_weight_retraces(painter):
    targets = aim(painter)
    painter.step(painter.begin(noise((40, 56))), targets, ALL, 0.01)
    before = painter.traces
    for n, shape in enumerate([(32, 32), (33, 47), (64, 48), (40, 56)]):
        weights = StyleWeights(n + 0.5, 1.0, n / 3, (1.0, n, 2.0, 0.5, 1.0))
        targets = aim(painter, shape)
        painter.step(painter.begin(noise(shape)), targets, weights, 0.01 + n / 100)
        painter.slope(noise(shape), targets, weights)
    assert painter.traces == before


@pytest.mark.parametrize(("plain", "tap"), [(True, 3), (False, 0)])
def test_statistic_and_content_layer_are_choices(plain, tap):
    painter = Painter(build_perceptual(), Device("cpu", "CPU", "float32"), tap, plain)
    _, costs = painter.slope(noise((40, 56), 5), aim(painter), ALL)
    assert costs.finite
    assert costs.content > 0
