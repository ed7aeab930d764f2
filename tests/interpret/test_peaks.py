"""Peaks, saliency, dreams and pairs of channels, against definitions and finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from faceweb.interpret.activation_maximization import ActivationMaximization
from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.interpret.gram import correlation
from faceweb.interpret.gram_repainter import GramRepainter
from faceweb.interpret.saliency import Saliency
from faceweb.networks.device import Device
from faceweb.networks.perceptual import build_perceptual

CPU = Device("cpu", "CPU", "float32")


@pytest.fixture(scope="module")
def extractor():
    keras.utils.set_random_seed(5)
    return FeatureExtractor(build_perceptual(), CPU)


def pictures(count=3, height=48, width=64):
    return np.random.default_rng(0).random((count, height, width, 3), np.float32)


def small(build):
    inputs = keras.Input((None, None, 3))
    keras.utils.set_random_seed(3)
    return FeatureExtractor(keras.Model(inputs, build(inputs)), CPU)


def residual(x):
    """A ReLU in a convolution, one as a layer, and a sum that is no layer."""
    x = layers.Conv2D(6, 3, padding="same", activation="relu", name="a")(x)
    y = layers.Conv2D(6, 3, padding="same", name="b")(x)
    return layers.ReLU(name="sum")(x + y)


def test_the_peak_of_every_unit_of_every_layer(extractor):
    batch = pictures()
    peaks = extractor.peaks(batch)
    assert list(peaks) == list(extractor.layers)
    for layer, found in peaks.items():
        maps = extractor.activations(batch, layer)
        n, h, w, c = maps.shape
        best = maps.reshape(n, h * w, c).argmax(axis=1)
        np.testing.assert_allclose(found.values[:, 0], maps.max(axis=(1, 2)), rtol=1e-5)
        np.testing.assert_array_equal(found.places[:, 0], best)


def test_several_peaks_lie_half_a_field_apart():
    """A 5 x 5 window of stride 1: three positions apart. Greedy: the strongest, then the next."""
    extractor = small(lambda x: layers.Conv2D(4, 5, padding="same", activation="relu", name="a")(x))
    batch = pictures(2, 20, 24)
    found, maps = extractor.peaks(batch, most=4)["a"], extractor.activations(batch, "a")
    for picture in range(2):
        for unit in range(4):
            left = maps[picture, ..., unit].copy()
            for place in range(4):
                row, column = np.unravel_index(left.argmax(), left.shape)
                at = np.unravel_index(found.places[picture, place, unit], left.shape)
                assert at == (row, column)
                assert found.values[picture, place, unit] == pytest.approx(left.max(), rel=1e-5)
                left[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3] = -np.inf


def test_a_picture_too_small_for_another_place_says_so():
    extractor = small(lambda x: layers.Conv2D(2, 5, padding="same", activation="relu", name="a")(x))
    found = extractor.peaks(pictures(1, 3, 3), most=2)["a"]
    assert (found.values[:, 1] <= 0).all()


def test_one_trace_for_all_sizes(extractor):
    before = extractor.traces
    for size in ((2, 32, 32), (1, 48, 40), (5, 33, 32)):
        extractor.peaks(pictures(*size), layers=("conv1_1", "conv2_1"))
    assert extractor.traces == before + 1


def test_forward_is_the_model(extractor):
    small_probe = small(residual)
    batch = pictures(1, 9, 9)
    kernel_a, bias_a, kernel_b, bias_b = (w.numpy() for w in small_probe._model.weights)
    hidden = np.maximum(convolved(batch[0], kernel_a) + bias_a, 0)
    wanted = np.maximum(hidden + convolved(hidden, kernel_b) + bias_b, 0)
    (found,) = small_probe.forward(tf.constant(batch), ("sum",))
    np.testing.assert_allclose(found[0], wanted, atol=1e-5)


def convolved(x, kernel):
    """`same` convolution from its definition."""
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    rows, columns = x.shape[:2]
    return sum(
        padded[i : i + rows, j : j + columns] @ kernel[i, j] for i in range(3) for j in range(3)
    )


def test_the_plain_gradient_is_that_of_finite_differences():
    extractor = small(residual)
    picture, place = pictures(1, 9, 9)[0].astype(np.float64), (4, 5, 2)
    maps = extractor.activations(picture[None], "sum")[0]
    place = (*np.unravel_index(maps[..., 2].argmax(), maps.shape[:2]), 2)
    found = Saliency(extractor)(picture.astype(np.float32), "sum", place, guided=False)
    for pixel in ((place[0], place[1], 0), (place[0], place[1], 1), (0, 0, 2)):
        up, down = picture.copy(), picture.copy()
        up[pixel] += 1e-2
        down[pixel] -= 1e-2
        both = extractor.activations(np.stack([up, down]), "sum")[(slice(None), *place)]
        assert found[pixel] == pytest.approx((both[0] - both[1]) / 2e-2, abs=2e-3)


def test_the_guided_gradient_lets_only_what_excites_pass():
    """Two hidden units with weights +1 and -1 onto the last: the plain gradient takes the second's
    weight with its sign, the guided one leaves the second out.
    """

    def build(x):
        x = layers.Conv2D(2, 1, activation="relu", name="a")(x)
        return layers.Conv2D(1, 1, activation="relu", name="b")(x)

    extractor = small(build)
    first = np.array([[1.0, 2.0], [0, 0], [0, 0]], np.float32)[None, None]
    extractor._model.get_layer("a").set_weights([first, np.zeros(2)])
    last = np.array([[3.0], [-1.0]], np.float32)[None, None]
    extractor._model.get_layer("b").set_weights([last, np.zeros(1)])
    saliency, picture = Saliency(extractor), np.ones((2, 2, 3), np.float32)
    plain = saliency(picture, "b", (1, 0, 0), guided=False)
    guided = saliency(picture, "b", (1, 0, 0), guided=True)
    assert plain[1, 0, 0] == pytest.approx(3 * 1 - 1 * 2)
    assert guided[1, 0, 0] == pytest.approx(3 * 1)
    assert not plain[0].any()


def test_a_dream_excites_its_unit_and_moves_no_weight(extractor):
    before = [weight.numpy().copy() for weight in extractor._model.weights]
    maximization, numbers, units = (
        ActivationMaximization(extractor),
        np.random.default_rng(0),
        [3, 7],
    )
    dream = maximization.begin(2, seed=1)

    def excitement(dream):
        maps = extractor.activations(maximization.pictures(dream), "conv2_1")
        return maps.mean(axis=(1, 2))[[0, 1], units]

    start = excitement(dream)
    for _ in range(12):
        dream, _ = maximization.step(dream, "conv2_1", units, numbers)
    assert (excitement(dream) > 2 * start + 1e-3).all()
    assert maximization.traces == 1
    for weight, was in zip(extractor._model.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), was)
    shown = maximization.pictures(dream)
    assert (shown.min() >= 0, shown.max() <= 1) == (True, True)


def test_a_dream_begins_grey_and_from_its_seed(extractor):
    maximization = ActivationMaximization(extractor)
    one, again, other = (maximization.pictures(maximization.begin(1, seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 0.01
    assert abs(one.mean() - 0.5) < 0.05


def test_a_pair_of_channels_is_moved_to_its_correlation(extractor):
    style_model, picture = GramRepainter(extractor), pictures(1, 40, 40)[0]
    content = style_model.content(picture, "conv2_1")
    start = correlation(content[0])
    wanted = -0.6 if start[1, 4] > 0 else 0.6
    state = style_model.begin(picture)
    for _ in range(40):
        state, _ = style_model.step(state, "conv2_1", content, (1, 4), wanted)
    maps = extractor.activations(style_model.render(state)[None], "conv2_1")[0]
    assert abs(correlation(maps)[1, 4] - wanted) < 0.3 * abs(start[1, 4] - wanted)
    assert style_model.traces == 1
