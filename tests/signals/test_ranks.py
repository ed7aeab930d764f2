"""Paintings and patches of signals, pictures and volumes: one code for every rank."""

from dataclasses import replace

import numpy as np
import pytest

from faceweb.config import StyleConfig
from faceweb.interpret.corpus import Recording
from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.interpret.receptive_field import window
from faceweb.interpret.saliency import Saliency
from faceweb.interpret.top_patches import patches_of, scan_corpus
from faceweb.networks.convnd import Design, build_convnd, randomize
from faceweb.networks.device import Device
from faceweb.style.array import ArrayScene, resize
from faceweb.style.model import StyleModel
from faceweb.style.transfer import StyleTransfer

CPU = Device("cpu", "CPU", "float32")
SIDES = {1: (40,), 2: (20, 24), 3: (8, 10, 12)}
RANKS = pytest.mark.parametrize("rank", [1, 2, 3])


def network(rank):
    return randomize(build_convnd(rank, Design(2, (4, 5), (1, 1))), seed=1)


def values(rank, seed=0):
    return np.random.default_rng(seed).random((*SIDES[rank], 2), np.float32)


@RANKS
def test_a_painting_of_any_rank(rank):
    """Coarse to fine, from noise: the style comes near, and the same seed paints the same."""
    style = np.sin(np.indices(SIDES[rank]).sum(axis=0) * 0.9)[..., None].repeat(2, -1) / 2 + 0.5
    half = tuple(side // 2 for side in SIDES[rank])
    scene = ArrayScene(values(rank), [style.astype(np.float32)], [half, SIDES[rank]])
    config = StyleConfig(alpha=0.0, beta=1.0, smooth=0.0, steps=40, init="noise")
    style_model = StyleModel(network(rank), CPU, content_layer=1)
    steps = list(StyleTransfer(style_model, scene, config).run())
    assert steps[0].shape == half
    assert steps[-1].shape == SIDES[rank]
    assert steps[-1].picture.shape == (*SIDES[rank], 2)
    assert steps[-1].losses.style < 0.2 * steps[0].losses.style
    again = list(StyleTransfer(style_model, scene, config).run())[-1].picture
    np.testing.assert_array_equal(again, steps[-1].picture)
    other = list(StyleTransfer(style_model, scene, replace(config, seed=1)).run())[-1].picture
    assert np.abs(other - again).max() > 0.01


@RANKS
def test_the_nine_strongest_patches_of_any_rank(rank):
    """Against a search from the definition: greedy, half a field apart."""
    extractor, recording = FeatureExtractor(network(rank), CPU), Recording(values(rank))
    *_, last = scan_corpus(extractor, None, recording, most=9)
    maps = extractor.activations(recording.values[None], "conv2_1")[0]
    field = extractor.facts("conv2_1", SIDES[rank]).field
    apart = -(-field.size // (2 * field.stride))
    unit = int(maps.reshape(-1, 5).max(axis=0).argmax())
    found = patches_of(extractor, None, recording, last.index, "conv2_1", [unit])[unit]
    left = maps[..., unit].copy()
    for patch in found:
        at = np.unravel_index(left.argmax(), left.shape)
        assert patch.place == (*at, unit)
        assert patch.activation == pytest.approx(left.max(), rel=1e-4)
        assert patch.spans == tuple(window(field, int(position)) for position in at)
        cut = tuple(
            slice(max(start, 0), min(stop, side))
            for (start, stop), side in zip(patch.spans, SIDES[rank], strict=True)
        )
        wanted = recording.values[cut]
        np.testing.assert_array_equal(patch.pixels[patch.inside].reshape(wanted.shape), wanted)
        left[tuple(slice(max(i - apart + 1, 0), i + apart) for i in at)] = -np.inf
    assert len(found) >= 3


@RANKS
def test_what_excites_a_unit_of_any_rank(rank):
    """The gradient of one activation is nothing outside its receptive field."""
    extractor, at = FeatureExtractor(network(rank), CPU), values(rank)
    maps = extractor.activations(at[None], "conv2_1")[0]
    place = tuple(int(i) for i in np.unravel_index(maps.argmax(), maps.shape))
    gradient = np.abs(Saliency(extractor)(at, "conv2_1", place, guided=False)).max(axis=-1)
    field = extractor.facts("conv2_1", SIDES[rank]).field
    inside = np.zeros(SIDES[rank], bool)
    spans = [window(field, i, side) for i, side in zip(place, SIDES[rank], strict=False)]
    inside[tuple(slice(*span) for span in spans)] = True
    assert gradient[inside].max() > 0
    # The border is mirrored: what lies beyond is seen again within the field.
    assert not gradient[~inside].any()


@RANKS
def test_resizing_keeps_a_ramp_and_its_range(rank):
    ramp = np.linspace(0, 1, 16, dtype=np.float32).reshape(-1, *[1] * rank)
    ramp = np.broadcast_to(ramp, (16, *[4] * (rank - 1), 2))
    small = resize(ramp, [0.5] + [1.0] * (rank - 1))
    assert small.shape == (8, *[4] * (rank - 1), 2)
    line = small.reshape(8, -1)[:, 0]
    assert (np.diff(line) > 0).all()
    assert line.mean() == pytest.approx(0.5, abs=1e-3)
    assert (small.min() >= 0, small.max() <= 1) == (True, True)
