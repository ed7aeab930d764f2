"""One network for every rank: against its definition, and what inflating promises."""

import numpy as np
import pytest
from scipy.signal import correlate

from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.networks import weights
from faceweb.networks.convnd import Design, build_convnd, inflate, randomize
from faceweb.networks.device import Device
from faceweb.networks.perceptual import DESIGN, load_perceptual
from faceweb.style.model import StyleModel
from faceweb.types import StyleWeights

CPU = Device("cpu", "CPU", "float32")
SMALL = Design(3, (4, 5), (2, 1), scale=2.0, offset=-0.5)
SIDES = {1: (22,), 2: (14, 11), 3: (8, 7, 9)}


def network(rank, seed=1):
    return randomize(build_convnd(rank, SMALL), seed)


def values(rank, seed=0):
    return np.random.default_rng(seed).random((1, *SIDES[rank], 3), np.float32)


def mirrored(x, by):
    return np.pad(x, [*[(by, by)] * (x.ndim - 1), (0, 0)], mode="symmetric")


def convolved(x, kernel):
    """A sum of SciPy's correlations over channels, where the filter has room, behind a ReLU."""
    maps = [
        sum(correlate(x[..., c], kernel[..., c, f], "valid") for c in range(kernel.shape[-2]))
        for f in range(kernel.shape[-1])
    ]
    return np.maximum(np.stack(maps, axis=-1), 0)


def pooled(x):
    """Means of two neighbours along every axis, of what there is at an odd end."""
    for axis in range(x.ndim - 1):
        starts = np.arange(0, x.shape[axis], 2)
        counts = np.minimum(2, x.shape[axis] - starts).reshape(-1, *[1] * (x.ndim - 1 - axis))
        x = np.add.reduceat(x, starts, axis=axis) / counts
    return x


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_every_rank_is_its_definition(rank):
    model, x = network(rank), values(rank)
    kernels = {layer.name: layer.get_weights()[0] for layer in model.layers if layer.weights}
    first = convolved(mirrored(2 * x[0] - 0.5, 2), kernels["conv1_1"])
    second = convolved(
        mirrored(pooled(convolved(first, kernels["conv1_2"])), 1), kernels["conv2_1"]
    )
    found = [np.asarray(style_layer)[0] for style_layer in model(x)]
    np.testing.assert_allclose(found[0], first[(slice(1, -1),) * rank], atol=1e-4)
    np.testing.assert_allclose(found[1], second, atol=1e-4)


@pytest.mark.parametrize("middle", [False, True])
@pytest.mark.parametrize("rank", [1, 2])
def test_repeats_are_seen_as_one_of_them(rank, middle):
    flat, x = network(rank), values(rank)
    still = np.stack([x] * 16, axis=1)
    for one, many in zip(flat(x), inflate(flat, SMALL, middle)(still), strict=True):
        many = np.asarray(many)
        wanted = np.broadcast_to(np.asarray(one)[:, None], many.shape)
        np.testing.assert_allclose(many, wanted, atol=1e-5)


def test_a_still_is_seen_by_the_inflated_network_as_a_picture():
    flat = load_perceptual(weights.read("perceptual"))
    picture = np.random.default_rng(3).random((1, 48, 64, 3), np.float32)
    still = np.repeat(picture[:, None], 16, axis=1)
    for one, many in zip(flat(picture), inflate(flat, DESIGN)(still), strict=True):
        assert np.abs(np.asarray(many) - np.asarray(one)[:, None]).max() < 1e-4


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_probe_knows_every_rank(rank):
    """conv2_1 sees 3 + 2 (conv1_2) + 1 (the pool) + 2 * 2 = 10 along every axis."""
    extractor, x = FeatureExtractor(network(rank), CPU), values(rank)
    facts = extractor.facts("conv2_1", SIDES[rank])
    assert (facts.field.size, facts.field.stride) == (10, 2)
    assert facts.shape == (*(-(-side // 2) for side in SIDES[rank]), 5)
    assert facts.parameters == 3**rank * 4 * 5 + 5
    maps = extractor.activations(x, "conv2_1")
    assert maps.shape[1:] == facts.shape
    peaks = extractor.peaks(x)["conv2_1"]
    flat = maps.reshape(-1, 5)
    np.testing.assert_array_equal(peaks.places[0, 0], flat.argmax(axis=0))
    np.testing.assert_allclose(peaks.values[0, 0], flat.max(axis=0), rtol=1e-5)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_several_peaks_lie_half_a_field_apart(rank):
    """conv1_1 sees 3: half of it is two positions."""
    extractor, x = FeatureExtractor(network(rank), CPU), values(rank)
    places = extractor.peaks(x, most=4, layers=("conv1_1",))["conv1_1"].places[0]
    for unit in places.T:
        at = np.array(np.unravel_index(unit, SIDES[rank]))
        apart = np.abs(at[:, :, None] - at[:, None]).max(axis=0) + 9 * np.eye(4, dtype=int)
        assert apart.min() >= 2


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_the_gradient_of_a_painter_is_the_slope_of_j(rank):
    style_model = StyleModel(network(rank), CPU, content_layer=1)
    weights_ = StyleWeights(2.0, 0.5, 3.0, (1.0, 2.0, 9.0, 9.0, 9.0))
    targets = style_model.targets(
        values(rank)[0], style_model.statistics([values(rank, 1)[0]], [1.0])
    )
    at = values(rank, 2)[0]
    gradient, losses = style_model.gradient(at, targets, weights_)
    assert losses.j == pytest.approx(2 * losses.content + 0.5 * losses.style + 3 * losses.variation)
    norm = np.linalg.norm(gradient)
    ahead, behind = (
        style_model.gradient(at + sign * 0.05 * gradient / norm, targets, weights_)[1].j
        for sign in (1, -1)
    )
    assert norm == pytest.approx((ahead - behind) / 0.1, rel=0.02)


def test_a_network_of_one_block_can_be_painted_by():
    style_model = StyleModel(
        randomize(build_convnd(1, Design(3, (6,), (1,), 5)), 0), CPU, content_layer=0
    )
    content = values(1)[0]
    targets = style_model.targets(content, style_model.statistics([content], [1.0]))
    assert (
        style_model.gradient(content, targets, StyleWeights(1.0, 1.0, 0.0, (1.0,) * 5))[1].content
        == 0
    )


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_painter_goes_down_and_up_in_size(rank):
    style_model = StyleModel(network(rank), CPU, content_layer=1)
    content, style = values(rank)[0], values(rank, 1)[0]
    targets = style_model.targets(content, style_model.statistics([style], [1.0]))
    state, even = style_model.begin(content), StyleWeights(0.0, 1.0, 0.0, (1.0,) * 5)
    losses = []
    for _ in range(30):
        state, cost = style_model.step(state, targets, even, 0.01)
        losses.append(cost.style)
    assert losses[-1] < 0.5 * losses[0]
    assert style_model.traces <= 3
    large = np.repeat(content, 2, axis=0)
    assert style_model.render(style_model.resize(state, large)).shape == large.shape
