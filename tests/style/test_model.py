"""The style model's steps against independent arithmetic, and that nothing retraces."""

import numpy as np
import pytest

from faceweb.networks.device import Device
from faceweb.networks.perceptual import STYLE_LAYERS, build_perceptual
from faceweb.style.model import AVERAGED, StyleModel
from faceweb.types import StyleWeights

EVEN = (1.0,) * len(STYLE_LAYERS)
ONLY_STYLE = StyleWeights(0.0, 1.0, 0.0, EVEN)
ALL = StyleWeights(2.0, 0.5, 3.0, (1.0, 0.5, 2.0, 1.0, 0.25))


@pytest.fixture(scope="module")
def style_model():
    import keras

    keras.utils.set_random_seed(3)
    return StyleModel(build_perceptual(), Device("cpu", "CPU", "float32"))


def noise(shape, seed=0):
    return np.random.default_rng(seed).random((*shape, 3), np.float32)


def aim(style_model, shape=(40, 56), mask=None):
    return style_model.targets(
        noise(shape), style_model.statistics([noise((48, 32), 1)], [1.0]), mask
    )


def test_the_gradient_is_the_slope_of_j(style_model):
    """Central differences along three random directions."""
    targets, at = aim(style_model), noise((40, 56), 5)
    gradient, losses = style_model.gradient(at, targets, ALL)
    assert losses.j == pytest.approx(
        2 * losses.content + 0.5 * losses.style + 3 * losses.variation, rel=1e-5
    )
    for seed in range(3):
        along = noise((40, 56), seed) - 0.5
        along /= np.linalg.norm(along)
        ahead, behind = (
            style_model.gradient(at + sign * 0.05 * along, targets, ALL)[1].j for sign in (1, -1)
        )
        wanted = (ahead - behind) / 0.1
        assert (gradient * along).sum() == pytest.approx(wanted, rel=0.05, abs=1e-3)


def test_costs_are_zero_where_everything_is_reached(style_model):
    content = noise((40, 56))
    targets = style_model.targets(content, style_model.statistics([content], [1.0]))
    _, losses = style_model.gradient(content, targets, ALL)
    assert losses.content == 0
    assert losses.style == pytest.approx(0, abs=1e-6)


def test_a_step_is_adams(style_model):
    """The first step of Adam moves every pixel by the rate, against the gradient's sign."""
    targets, start = aim(style_model), 0.25 + noise((40, 56), 5) / 2
    gradient, _ = style_model.gradient(start, targets, ALL)
    state, _ = style_model.step(style_model.begin(start), targets, ALL, 0.01)
    moved = np.asarray(state.picture)[0] - start
    sure = np.abs(gradient) > 1e-4
    np.testing.assert_allclose(moved[sure], -0.01 * np.sign(gradient)[sure], atol=1e-5)


def test_the_average_weighs_the_last_iterates_most(style_model):
    targets = aim(style_model)
    state, seen = style_model.begin(noise((40, 56), 5)), []
    for _ in range(3):
        state, _ = style_model.step(state, targets, ALL, 0.05)
        seen.append(np.asarray(state.picture)[0])
    shares = np.array([AVERAGED**2, AVERAGED, 1.0])
    wanted = np.tensordot(shares / shares.sum(), np.stack(seen), 1)
    np.testing.assert_allclose(style_model.render(state), wanted, atol=1e-5)


def test_a_few_steps_lower_the_cost(style_model):
    targets, state, losses = aim(style_model), style_model.begin(noise((40, 56), 5)), []
    for _ in range(15):
        state, now = style_model.step(state, targets, ONLY_STYLE, 0.02)
        losses.append(now.style)
    assert losses[-1] < 0.5 * losses[0]


def test_where_the_mask_is_nothing_moves(style_model):
    mask = np.zeros((40, 56), np.float32)
    mask[:, 28:] = 1
    start = noise((40, 56), 5)
    state, _ = style_model.step(style_model.begin(start), aim(style_model, mask=mask), ALL, 0.05)
    moved = np.abs(np.asarray(state.picture)[0] - start).max(axis=(0, 2))
    assert moved[:28].max() == 0
    assert moved[28:].min() > 0


def test_a_larger_size_keeps_the_painting(style_model):
    targets = aim(style_model)
    state = style_model.begin(np.full((40, 56, 3), 0.25, np.float32))
    state, _ = style_model.step(state, targets, ALL, 0.0)
    larger = style_model.resize(state, noise((57, 79)))
    np.testing.assert_allclose(style_model.render(larger), np.full((57, 79, 3), 0.25), atol=1e-5)


def test_no_size_and_no_weight_retraces(style_model):
    targets = aim(style_model)
    style_model.step(style_model.begin(noise((40, 56))), targets, ALL, 0.01)
    before = style_model.traces
    for n, shape in enumerate([(32, 32), (33, 47), (64, 48), (40, 56)]):
        weights = StyleWeights(n + 0.5, 1.0, n / 3, (1.0, n, 2.0, 0.5, 1.0))
        targets = aim(style_model, shape)
        style_model.step(style_model.begin(noise(shape)), targets, weights, 0.01 + n / 100)
        style_model.gradient(noise(shape), targets, weights)
    assert style_model.traces == before


@pytest.mark.parametrize(("plain", "style_layer"), [(True, 3), (False, 0)])
def test_statistic_and_content_layer_are_choices(plain, style_layer):
    style_model = StyleModel(
        build_perceptual(), Device("cpu", "CPU", "float32"), style_layer, plain
    )
    _, losses = style_model.gradient(noise((40, 56), 5), aim(style_model), ALL)
    assert losses.finite
    assert losses.content > 0
