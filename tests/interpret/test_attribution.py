"""Grad-CAM against finite differences, integrated gradients against completeness and by hand."""

import keras
import numpy as np
import pytest
from keras import layers

from faceweb.config import AttributionConfig
from faceweb.errors import LayerError
from faceweb.interpret.attribution import (
    Attribution,
    DistanceScore,
    UnitScore,
    attribute_pair,
    attribute_unit,
    integrate_gradients,
)
from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.networks.device import Device

CPU = Device("cpu", "CPU", "float32")


@pytest.fixture(scope="module")
def small():
    """Two convolutions with ReLUs and an embedding, float32, on pictures of 9 x 9."""
    keras.utils.set_random_seed(3)
    picture = keras.Input((9, 9, 3))
    first = layers.Conv2D(4, 3, activation="relu", name="first")(picture)
    second = layers.Conv2D(5, 3, activation="relu", name="second")(first)
    embedding = layers.Dense(6, name="embedding")(layers.GlobalAveragePooling2D()(second))
    return keras.Model(picture, embedding)


@pytest.fixture(scope="module")
def attribution(small):
    return Attribution(FeatureExtractor(small, CPU))


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(1).random((9, 9, 3), np.float32)


def rest_of(small):
    """What follows the first layer, as functions of its maps: second maps, and the embedding."""
    maps = keras.Input((7, 7, 4))
    second = small.get_layer("second")(maps)
    pooled = layers.GlobalAveragePooling2D()(second)
    both = keras.Model(maps, [second, small.get_layer("embedding")(pooled)])
    return lambda value: [np.asarray(part)[0] for part in both(value[None])]


def finite_differences(score, maps, step=1e-2):
    """The mean over positions of the score's slope along each value of maps (h, w, c)."""
    slopes = np.zeros_like(maps)
    for place in np.ndindex(maps.shape):
        moved = np.zeros_like(maps)
        moved[place] = step
        slopes[place] = (score(maps + moved) - score(maps - moved)) / (2 * step)
    return slopes.mean(axis=(0, 1))


@pytest.mark.parametrize("kind", ["unit", "distance"])
def test_grad_cam_weighs_maps_by_the_mean_slope(kind, small, attribution, noise):
    """Its weights are those of finite differences, its map their sum over the channels."""
    after = rest_of(small)
    maps = attribution.extractor.activations(noise[None], "first")[0]
    other = np.linspace(-1, 1, 6).astype(np.float32)
    strongest = np.unravel_index(after(maps)[0].argmax(), (5, 5, 5))
    if kind == "unit":
        score = UnitScore("second", tuple(int(n) for n in strongest))
        wanted = finite_differences(lambda value: after(value)[0][strongest], maps)
    else:
        score = DistanceScore(other)
        wanted = finite_differences(
            lambda value: np.linalg.norm(after(value)[1].astype(float) - other), maps
        )
    found = attribution.grad_cam(noise, score, "first")
    np.testing.assert_allclose(found.weights, wanted, atol=2e-4)
    np.testing.assert_allclose(found.map, (maps * wanted).sum(axis=-1), atol=2e-3)
    assert np.abs(wanted).max() > 0.005


def test_a_score_must_follow_from_the_layer(attribution, noise):
    with pytest.raises(ValueError, match="'first' does not follow from the layer 'second'"):
        attribution.grad_cam(noise, UnitScore("first", (0, 0, 0)), "second")


def test_integrated_gradients_of_a_product_by_hand():
    """F(x, y) = x y from (0, 0) to (2, 3): along the way the gradient is (3 t, 2 t), whose mean is
    (1.5, 1), so both values have 3, together F's 6; the midpoint rule is exact here."""

    def gradients(points):
        return points[:, 0] * points[:, 1], points[:, ::-1]

    picture, nothing = np.array([2.0, 3.0], np.float32), np.zeros(2, np.float32)
    parts = [integrate_gradients(gradients, picture, nothing, n, n + 2, 6) for n in (0, 2, 4)]
    np.testing.assert_allclose(sum(parts), [3, 3], rtol=1e-6)


def test_gradients_are_those_of_finite_differences(attribution, noise):
    score = DistanceScore(np.linspace(-1, 1, 6).astype(np.float32))
    (value,), (slope,) = attribution.gradients(noise[None], score)
    direction = slope / np.linalg.norm(slope)
    ahead, behind = (
        attribution.gradients((noise + sign * 0.01 * direction)[None], score)[0][0]
        for sign in (1, -1)
    )
    assert value > 0
    assert (ahead - behind) / 0.02 == pytest.approx(np.linalg.norm(slope), rel=0.01)


def test_a_unit_is_explained_completely(inspector):
    """The attributions sum to what the photo adds to the baseline, within 1 % at 128 points."""
    photo = np.random.default_rng(5).integers(0, 256, (96, 128, 3), np.uint8)
    photo = np.kron(photo[::8, ::8], np.ones((8, 8, 1), np.uint8))
    config = AttributionConfig(steps=128)
    strongest = inspector.extractor.activations(photo[None] / np.float32(255), "conv3_1")[0]
    unit = int(strongest.max(axis=(0, 1)).argmax())
    *_, last = attribute_unit(inspector.attribution, None, photo, "conv3_1", unit, config)
    assert (last.done, last.steps) == (128, 128)
    assert last.score == pytest.approx(strongest[..., unit].max(), rel=1e-5)
    assert last.gap < 0.01 * abs(last.score - last.baseline)
    assert last.cam.layer == "conv2_2"
    assert last.heat.shape == photo.shape[:2]


def test_the_first_layer_has_nothing_before_it(inspector):
    photo = np.random.default_rng(5).integers(0, 256, (64, 64, 3), np.uint8)
    unit = int(
        inspector.extractor.activations(photo[None] / np.float32(255), "conv1_1")[0]
        .max(axis=(0, 1))
        .argmax()
    )
    with pytest.raises(LayerError, match="no layer before conv1_1"):
        next(
            attribute_unit(
                inspector.attribution,
                None,
                photo,
                "conv1_1",
                unit,
                AttributionConfig(),
            )
        )


def test_the_distance_of_two_faces_is_explained_completely(engine, networks, picture):
    """On real faces: the sum is d(a, b) less d(baseline, b), about -0.13 and -0.08, within 15 %:
    the way through thirty layers of ReLUs is rough."""
    inspector = engine.inspector("face")
    steps = list(
        attribute_pair(
            inspector.attribution,
            networks,
            picture("collins"),
            picture("hopper"),
            AttributionConfig(steps=256),
        )
    )
    first, second = steps[-1]
    assert first.score == pytest.approx(second.score, abs=1e-4)
    for step in (first, second):
        assert step.gap < 0.15 * abs(step.score - step.baseline)
        assert step.cam.layer == "level4_3"
    assert steps[0][1] is None


def test_layers_of_a_branch_are_bypassed(engine):
    extractor = engine.inspector("face").extractor
    assert extractor.carries_all("level3_4")
    assert not extractor.carries_all("level3_4_a_relu")
