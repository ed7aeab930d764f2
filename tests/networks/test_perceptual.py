"""The shipped perceptual network: its shape, its borders, and that it tells textures apart."""

import numpy as np
import pytest

from faceweb.networks import weights
from faceweb.networks.convnd import MirrorBorder
from faceweb.networks.perceptual import STYLE_LAYERS, WIDTHS, load_perceptual


@pytest.fixture(scope="module")
def network():
    return load_perceptual(weights.read("perceptual"))


def test_taps_halve_in_size_and_have_their_widths(network):
    style_layers = network(np.zeros((1, 50, 67, 3), np.float32))
    assert [style_layer.shape[1:] for style_layer in map(np.asarray, style_layers)] == [
        (50, 67, WIDTHS[0]),
        (25, 34, WIDTHS[1]),
        (13, 17, WIDTHS[2]),
        (7, 9, WIDTHS[3]),
        (4, 5, WIDTHS[4]),
    ]
    assert len(STYLE_LAYERS) == 5
    assert network.count_params() < 1_000_000


def test_a_flat_picture_has_no_frame(network):
    """Every position of a picture of one colour looks the same, up to the very border."""
    for style_layer in network(np.full((1, 64, 64, 3), 0.6, np.float32)):
        style_layer = np.asarray(style_layer)
        np.testing.assert_allclose(
            style_layer, np.broadcast_to(style_layer[:, :1, :1], style_layer.shape), atol=1e-4
        )


def test_the_border_is_mirrored():
    picture = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)
    wanted = np.pad(picture, [(0, 0), (2, 2), (2, 2), (0, 0)], mode="symmetric")
    np.testing.assert_array_equal(MirrorBorder(2)(picture), wanted)


def test_deep_taps_tell_textures_apart(network):
    """Stripes up and stripes across share every colour, and differ in what conv3_1 counts."""
    stripes = np.tile(np.repeat([0.2, 0.8], 4), 8).astype(np.float32)
    up = np.broadcast_to(stripes[None, :, None], (64, 64, 3))
    across = up.transpose(1, 0, 2)
    means = [
        np.asarray(network(p[None])[2]).mean(axis=(0, 1, 2)) for p in (up, up[:, ::-1], across)
    ]
    assert np.linalg.norm(means[0] - means[2]) > 5 * np.linalg.norm(means[0] - means[1])
