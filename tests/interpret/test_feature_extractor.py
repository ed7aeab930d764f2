"""Facts of layers against what the networks do: which positions move when a pixel does."""

import keras
import numpy as np
import pytest
from keras import layers

from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.interpret.receptive_field import window
from faceweb.networks import weights
from faceweb.networks.device import Device
from faceweb.networks.face_resnet import ZeroExtend, build_embedder
from faceweb.networks.perceptual import STYLE_LAYERS, build_perceptual
from faceweb.networks.vgg19 import build_vgg19
from faceweb.types import ReceptiveField

CPU = Device("cpu", "CPU", "float32")
# Through thirty convolutions even the outermost pixel of a field moves its position by this.
HUGE = 1e20


def open_up(model):
    """Positive weights and no bias: on bright pictures every ReLU is open, every pixel counts."""
    random = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            kernel = random.uniform(0.5, 1.5, layer.kernel.shape)
            fan_in = np.prod(kernel.shape[:3])
            layer.set_weights([kernel / fan_in, np.zeros(layer.filters)])
    return model


def face_network():
    return build_embedder(weights.read("face_resnet"))


@pytest.fixture(scope="module")
def face():
    return FeatureExtractor(open_up(face_network()), CPU)


@pytest.fixture(scope="module")
def perceptual():
    return FeatureExtractor(open_up(build_perceptual()), CPU)


@pytest.fixture(scope="module")
def vgg():
    return FeatureExtractor(open_up(build_vgg19()), CPU)


def tiny(build, size=(None, None)):
    inputs = keras.Input((*size, 3))
    return FeatureExtractor(open_up(keras.Model(inputs, build(inputs))), CPU)


def edges(field, count, length):
    """Pixels just inside and just outside the windows of the first, middle and last position."""
    found = set()
    for position in (0, count // 2, count - 1):
        start, stop = window(field, position)
        found |= {start - 1, start, stop - 1, stop}
    return sorted(found & set(range(length)))


def assert_moves_what_it_should(extractor, layer, size, axis=1, used=None):
    """Moves whole lines of pixels one at a time, and watches all positions along the axis.

    Args:
        size: (h, w).
        axis: 1 moves columns, 0 rows.
        used: pixels of the picture that the network looks at, from the first; all if None.
    """
    facts = extractor.facts(layer, size)
    count, length = facts.shape[axis], size[axis]
    lines = [line for line in edges(facts.field, count, length) if line < (used or length)]
    pictures = np.random.default_rng(1).uniform(0.6, 1, (1, *size, 3)).astype(np.float32)
    pictures = np.repeat(pictures, len(lines) + 1, axis=0)
    for picture, line in zip(pictures[1:], lines, strict=True):
        picture.swapaxes(0, axis)[line] = HUGE
    maps = extractor.activations(pictures, layer)
    assert maps.shape[1:] == facts.shape
    assert np.isfinite(maps).all()
    change = np.abs(maps[1:] - maps[:1]).max(axis=(3, 2 - axis))
    spans = [window(facts.field, position, length) for position in range(count)]
    wanted = [[start <= line < stop for start, stop in spans] for line in lines]
    assert len(lines) > 2
    np.testing.assert_array_equal(change > 1e-3 * maps[:1].max(), wanted, f"{layer} {lines}")


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("length", [128, 133])
def test_fields_of_the_perceptual_network(perceptual, axis, length):
    size = (length, 16) if axis == 0 else (16, length)
    for layer in perceptual.layers:
        assert_moves_what_it_should(perceptual, layer, size, axis)


def test_fields_of_vgg(vgg):
    for layer in vgg.layers[::3]:
        assert_moves_what_it_should(vgg, layer, (4, 165))


@pytest.mark.parametrize(
    "layer", ["conv1_relu", "level2_1_a_relu", "level2_3", "level3_1", "level3_3", "level4_1"]
)
def test_fields_of_the_face_network(face, layer):
    """The pool behind conv1 leaves out its last position: pixels from 147 on reach only conv1."""
    used = 149 if layer == "conv1_relu" else 147
    assert_moves_what_it_should(face, layer, (150, 150), used=used)


def test_real_weights_stay_within_the_field():
    extractor, layer = FeatureExtractor(face_network(), CPU), "level2_1"
    picture = np.random.default_rng(1).random((150, 150, 3), np.float32)
    moved = picture.copy()
    moved[70, 80] = 1 - moved[70, 80]
    before, after = extractor.activations(np.stack([picture, moved]), layer)
    change = np.abs(after - before).max(axis=-1)
    field = extractor.facts(layer).field
    rows, columns = (
        [start <= pixel < stop for start, stop in (window(field, i) for i in range(35))]
        for pixel in (70, 80)
    )
    inside = np.outer(rows, columns)
    assert change[~inside].max() <= 1e-6 * np.abs(before).max()
    assert (change[inside] > 0).mean() > 0.9


def test_padding_pools_and_sums_of_every_kind():
    """The length decides where `same` pads: both an even and an odd one."""

    def build(x):
        x = layers.Conv2D(2, 5, strides=2, padding="same", name="a", activation="relu")(x)
        x = layers.ZeroPadding2D(((2, 1), (2, 1)))(x)
        x = layers.BatchNormalization()(layers.Conv2D(2, 3, dilation_rate=2, name="b")(x))
        x = layers.MaxPooling2D(3, 2, padding="same")(layers.Activation("relu", name="b_relu")(x))
        y = layers.Conv2D(2, 3, padding="same", name="c")(x)
        return layers.ReLU(name="sum")(x + y)

    extractor = tiny(build)
    assert extractor.layers == ("a", "b_relu", "sum")
    for length in (60, 61, 62, 63):
        for layer in extractor.layers:
            assert_moves_what_it_should(extractor, layer, (length, length))


def test_an_extended_shortcut():
    """Of 19: 3 / 2 unpadded gives 9, the pool 9; of 18 it gives 8 and 9, one row of zeros.

    The convolution sees [0, 3) and the pool [0, 2).
    """

    def build(x):
        branches = layers.Conv2D(3, 3, 2, name="conv")(x), layers.AveragePooling2D(2, 2)(x)
        return layers.ReLU(name="sum")(layers.Add()(ZeroExtend()(list(branches))))

    for side in (19, 18):
        extractor = tiny(build, (side, side))
        facts = extractor.facts("sum")
        assert facts.shape == (9, 9, 3)
        assert facts.field == ReceptiveField(3, 2, 1.0)
        assert_moves_what_it_should(extractor, "sum", (side, side), used=18)


def test_layers_worth_looking_at(face, perceptual, vgg):
    convolutions = [
        f"{n}_{c}" for n, c in ((1, 2), (2, 2), (3, 4), (4, 4)) for c in range(1, c + 1)
    ]
    assert vgg.layers == tuple(
        f"block{name.replace('_', '_conv')}" for name in [*convolutions, "5_1"]
    )
    assert perceptual.layers[:3] == ("conv1_1", "conv1_2", "conv2_1")
    facts = [perceptual.facts(layer, (32, 32)) for layer in perceptual.layers]
    assert [fact.convolutions for fact in facts] == [(layer,) for layer in perceptual.layers]
    assert set(STYLE_LAYERS) < set(perceptual.layers)
    assert [(fact.place, fact.places) for fact in facts] == [(n, 9) for n in range(1, 10)]
    assert face.layers[:3] == ("conv1_relu", "level2_1_a_relu", "level2_1")
    assert face.facts("level2_1").convolutions == ("level2_1_b",)
    assert len(face.layers) == 29


def test_two_convolutions_that_end_in_one_sum():
    """A projection (1 x 1, 3 to 4) beside a 3 x 3: 16 + 112 parameters, (12 + 108) * 8 * 8."""

    def build(x):
        main = layers.Conv2D(4, 3, padding="same", name="main")(x)
        return layers.ReLU(name="sum")(layers.Add()([main, layers.Conv2D(4, 1, name="side")(x)]))

    facts = tiny(build).facts("sum", (8, 8))
    assert set(facts.convolutions) == {"main", "side"}
    assert (facts.parameters, facts.multiplies) == (128, 7680)


def test_facts_by_hand(vgg, perceptual, face):
    """9 * 512 * 512 + 512; 9 * 160 * 192 a position; 49 * 3 * 32 a position, and the bias.

    conv1_1 of the perceptual network computes a border of 1 that its tap cuts off.
    """
    conv5_1 = vgg.facts("block5_conv1", (224, 224))
    assert conv5_1.shape == (14, 14, 512)
    assert (conv5_1.parameters, conv5_1.field.size, conv5_1.field.stride) == (2_359_808, 156, 16)
    assert conv5_1.multiplies == 14 * 14 * 9 * 512 * 512
    assert perceptual.facts("conv5_1", (37, 50)).multiplies == 3 * 4 * 9 * 160 * 192
    tap1 = perceptual.facts("conv1_1", (37, 50))
    assert (tap1.shape, tap1.multiplies) == ((37, 50, 24), 39 * 52 * 27 * 24)
    conv1 = face.facts("conv1_relu")
    assert (conv1.shape, conv1.parameters) == ((72, 72, 32), 4736)
    assert conv1.multiplies == 72 * 72 * 49 * 3 * 32


@pytest.mark.parametrize(("name", "size"), [("perceptual", (33, 50)), ("face", (150, 150))])
def test_counts_agree_with_what_the_model_computes(request, name, size):
    extractor = request.getfixturevalue(name)
    model = {"perceptual": build_perceptual, "face": face_network}[name]()
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv2D)]
    every = keras.Model(model.input, [layer.output for layer in convolutions])
    maps = every(np.zeros((1, *size, 3), np.float32))
    multiplies = {
        layer.name: np.asarray(found).size // layer.filters * np.asarray(layer.kernel).size
        for layer, found in zip(convolutions, maps, strict=True)
    }
    facts = [extractor.facts(layer, size) for layer in extractor.layers]
    assert {fact.convolutions[0]: fact.multiplies for fact in facts} == multiplies
    dense = 256 * 128 if name == "face" else 0
    assert sum(fact.parameters for fact in facts) == model.count_params() - dense


def test_activations_are_the_taps():
    keras.utils.set_random_seed(2)
    model = build_perceptual()
    extractor = FeatureExtractor(model, CPU)
    pictures = np.random.default_rng(0).random((2, 33, 47, 3), np.float32)
    for layer, tap in zip(STYLE_LAYERS, model(pictures), strict=True):
        np.testing.assert_allclose(
            extractor.activations(pictures, layer), tap, rtol=1e-4, atol=1e-5
        )


def test_a_layer_is_traced_once_whatever_the_size_and_number():
    extractor = FeatureExtractor(build_perceptual(), CPU)
    for shape in ((1, 16, 16), (3, 33, 20), (2, 40, 41)):
        extractor.activations(np.zeros((*shape, 3), np.float32), "conv2_1")
    assert extractor.traces == 1


def test_the_device_is_held_while_it_computes():
    entered = []

    class DeviceLock:
        def __enter__(self):
            entered.append(True)

        def __exit__(self, *_):
            entered.append(False)

    extractor = FeatureExtractor(build_perceptual(), Device("cpu", "CPU", "float32", DeviceLock()))
    extractor.activations(np.zeros((1, 16, 16, 3), np.float32), "conv1_1")
    assert entered == [True, False]


def test_unknown_layers_and_sizes_are_named(face, perceptual):
    with pytest.raises(ValueError, match=r"no layer 'conv9'.*There are: conv1_1, conv1_2"):
        perceptual.facts("conv9", (32, 32))
    with pytest.raises(ValueError, match="no layer 'pool1'"):
        perceptual.activations(np.zeros((1, 32, 32, 3), np.float32), "pool1")
    with pytest.raises(ValueError, match=r"\(150, 150\).*Received: \(96, 96\)"):
        face.activations(np.zeros((1, 96, 96, 3), np.float32), "level2_1")
    with pytest.raises(ValueError, match=r"\(n, h, w, 3\).*shape \(96, 96, 3\)"):
        face.activations(np.zeros((96, 96, 3), np.float32), "level2_1")
    with pytest.raises(ValueError, match=r"at least one.*shape \(0, 16, 16, 3\)"):
        perceptual.activations(np.zeros((0, 16, 16, 3), np.float32), "conv1_1")
    with pytest.raises(ValueError, match=r"takes pictures of.*Received: None"):
        perceptual.facts("conv1_1")


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda x: layers.Conv2D(2, 1, name="end")(
                layers.Reshape((1, 1, 3))(layers.GlobalAveragePooling2D()(x))
            ),
            "'end' does not follow from the input alone",
        ),
        (
            lambda x: layers.Conv2D(2, 3, name="end")(layers.UpSampling2D(name="up")(x)),
            "layer 'up' is not known: it is a UpSampling2D",
        ),
        (lambda x: layers.Conv2D(2, (3, 5), name="end")(x), "'end' sees .* and .* along its axes"),
        (
            lambda x: layers.Conv2D(2, 30, name="end")(x),
            r"\(20, 20\) is too small for the layer 'end'",
        ),
        (
            lambda x: layers.ReLU(name="end")(
                layers.Add(name="sum")([layers.Conv2D(3, 3, 20, padding="same")(x), x[:, :1, :1]])
            ),
            "is not known",
        ),
        (
            lambda x: layers.ReLU(name="end")(
                layers.Add(name="sum")(
                    [
                        layers.Conv2D(3, 20, 2, padding="valid")(x),
                        layers.Conv2D(3, 20, 1, padding="valid")(x),
                    ]
                )
            ),
            r"In the layer 'sum': .*strides \[1, 2\]",
        ),
        (
            lambda x: layers.ReLU(name="end")(
                layers.Add(name="sum")([layers.Conv2D(3, 20)(x), layers.AveragePooling2D(2)(x)])
            ),
            r"'sum' must add maps of one size. Received: \[\(1, 1\), \(10, 10\)\]",
        ),
    ],
)
def test_what_cannot_be_known_is_said(build, message):
    with pytest.raises(ValueError, match=message):
        tiny(build).facts("end", (20, 20))


def test_a_model_without_a_convolution_is_refused():
    with pytest.raises(ValueError, match="needs a model with a convolution"):
        tiny(lambda x: layers.ReLU()(x))
