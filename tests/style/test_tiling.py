"""Tiles against the whole picture: the same costs, gradients, statistics, features and steps."""

import keras
import numpy as np
import pytest

from faceweb.networks.device import Device
from faceweb.networks.perceptual import STYLE_LAYERS, build_perceptual
from faceweb.networks.vgg19 import build_vgg19
from faceweb.style.model import StyleModel
from faceweb.style.tiling import margin, spans
from faceweb.types import StyleWeights

SIDE, SHAPE = 64, (150, 203)
ALL = StyleWeights(2.0, 0.5, 3.0, (1.0, 0.5, 2.0, 1.0, 0.25))
ONLY_CONTENT = StyleWeights(1.0, 0.0, 0.0, (1.0,) * len(STYLE_LAYERS))
ONLY_DEEP = StyleWeights(0.0, 1.0, 0.0, (0.0, 0.0, 0.0, 0.0, 1.0))
BUILD = {"perceptual": build_perceptual, "vgg19": build_vgg19}


def pair(name="perceptual", style_layer=3, plain=False):
    """One network painted whole, and painted by tiles."""
    keras.utils.set_random_seed(3)
    network, device = BUILD[name](), Device("cpu", "CPU", "float32")
    return StyleModel(network, device, style_layer, plain), StyleModel(
        network, device, style_layer, plain, largest=0, tile=SIDE
    )


@pytest.fixture(scope="module")
def painters():
    return pair()


def noise(shape=SHAPE, seed=0):
    return np.random.default_rng(seed).random((*shape, 3), np.float32)


def disc(shape=SHAPE):
    """A soft disc, off the centre, which leaves some tiles empty."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    far = np.hypot(rows - 0.3 * shape[0], columns - 0.6 * shape[1])
    return np.clip((50 - far) / 20, 0, 1).astype(np.float32)


def aim(style_model, shape=SHAPE, mask=None):
    return style_model.targets(
        noise(shape), style_model.statistics([noise((90, 130), 1)], [1.0]), mask
    )


def assert_close(tiled, whole, share=1e-4):
    """Equal up to a share of the largest value."""
    tiled, whole = np.asarray(tiled), np.asarray(whole)
    np.testing.assert_allclose(tiled, whole, rtol=0, atol=share * np.abs(whole).max())


def assert_same_slope(painters, weights, mask=None):
    whole, tiled = (
        style_model.gradient(noise(seed=5), aim(style_model, mask=mask), weights)
        for style_model in painters
    )
    assert_close(tiled[0], whole[0])
    for name in ("j", "content", "style", "variation"):
        assert getattr(tiled[1], name) == pytest.approx(getattr(whole[1], name), rel=1e-4)


@pytest.mark.parametrize("weights", [ALL, ONLY_CONTENT, ONLY_DEEP], ids=["all", "content", "deep"])
@pytest.mark.parametrize("mask", [None, disc()], ids=["everywhere", "masked"])
def test_costs_and_gradient_are_those_of_the_whole_picture(painters, mask, weights):
    assert_same_slope(painters, weights, mask)


@pytest.mark.parametrize(
    ("name", "style_layer", "plain"),
    [("perceptual", 3, True), ("perceptual", 0, False), ("perceptual", 4, True)],
)
def test_whatever_the_statistic_and_the_content_layer(name, style_layer, plain):
    assert_same_slope(pair(name, style_layer, plain), ALL, disc())


@pytest.mark.slow
def test_vgg19_too():
    assert_same_slope(pair("vgg19"), ALL, disc())


def test_statistics_and_content_features_are_those_of_the_whole_picture(painters):
    whole, tiled = (aim(style_model) for style_model in painters)
    assert_close(tiled.content, whole.content)
    for parts in zip(tiled.styles, whole.styles, strict=True):
        for pair_of in zip(*parts, strict=True):
            assert_close(*pair_of)


def test_a_step_is_a_step(painters):
    """Where the gradient is not so small that its sign is chance."""
    states, start = [], noise(seed=5)
    gradient, _ = painters[0].gradient(start, aim(painters[0]), ALL)
    for style_model in painters:
        state, targets = style_model.begin(start), aim(style_model)
        for _ in range(2):
            state, _ = style_model.step(state, targets, ALL, 0.01)
        states.append(state)
    whole, tiled = states
    assert float(tiled.step) == 2
    sure = np.abs(gradient) > 0.01 * np.abs(gradient).max()
    for name in ("picture", "average", "first", "second"):
        assert_close(*(np.asarray(getattr(state, name))[0][sure] for state in (tiled, whole)), 1e-3)


def test_no_size_and_no_weight_retraces(painters):
    style_model = painters[1]
    style_model.step(style_model.begin(noise()), aim(style_model), ALL, 0.01)
    before = style_model.traces
    for n, shape in enumerate([(64, 64), (65, 130), (47, 211), (33, 32)]):
        weights = StyleWeights(n + 0.5, 1.0, n / 3, (1.0, n, 2.0, 0.5, 1.0))
        style_model.step(
            style_model.begin(noise(shape)), aim(style_model, shape), weights, 0.01 + n / 100
        )
        style_model.gradient(noise(shape), aim(style_model, shape), weights)
    assert style_model.traces == before


def test_only_large_pictures_go_by_tiles():
    largest = SHAPE[0] * SHAPE[1]
    style_model = StyleModel(build_perceptual(), Device("cpu", "CPU", "float32"), largest=largest)
    for shape, by_tiles in ((SHAPE, False), (SHAPE[::-1], False), ((151, 203), True)):
        before = style_model.traces
        style_model.gradient(noise(shape), aim(style_model, shape), ALL)
        assert (style_model.traces > before) == (by_tiles or shape == SHAPE)


def test_others_get_their_turn_between_tiles():
    taken = []

    class DeviceLock:
        def __enter__(self):
            taken.append(self)

        def __exit__(self, *_):
            pass

    device = Device("cpu", "CPU", "float32", DeviceLock())
    style_model = StyleModel(build_perceptual(), device, largest=0, tile=SIDE)
    targets = aim(style_model)
    taken.clear()
    style_model.step(style_model.begin(noise()), targets, ALL, 0.01)
    tiles, passes, rest = 3 * 4, 2, 3
    assert len(taken) == tiles * passes + rest


def test_tiles_cover_a_side_once_and_start_where_pools_align():
    for length in (16, 63, 64, 65, 150, 203, 2048):
        covered = []
        for outer, inner in spans(length, SIDE, 48, 16):
            assert outer.start % 16 == 0
            assert inner.start in (0, 48)
            assert inner.stop - inner.start <= SIDE
            assert outer.stop == length or outer.stop - outer.start - inner.stop == 48
            covered += range(length)[outer][inner]
        assert covered == list(range(length))


@pytest.mark.parametrize(("name", "reach"), [("perceptual", 46), ("vgg19", 70)])
def test_the_margin_is_as_wide_as_the_deepest_tap_looks(name, reach):
    """Found by moving pixels: the slope of conv5_1 at one position, over the pixels beside it."""
    import tensorflow as tf

    network = BUILD[name]()
    picture = tf.constant(noise((16, 320))[None])
    with tf.GradientTape() as tape:
        tape.watch(picture)
        one = tf.reduce_sum(network(picture)[len(STYLE_LAYERS) - 1][:, :, 10])
    seen = np.flatnonzero(np.abs(tape.gradient(one, picture)).max(axis=(0, 1, 3)))
    assert (seen[0], seen[-1]) == (160 - reach, 175 + reach)
    assert margin(network) == -(-reach // 16) * 16
