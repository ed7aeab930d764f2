"""Clips as what is painted: frames, sizes and limits; and volumes as a network takes them."""

import numpy as np
import pytest

from faceweb.config import StyleConfig
from faceweb.errors import MediaError
from faceweb.signals.inflation import as_input
from faceweb.style.video import clip_scene, extend, first_frames, shrink
from faceweb.types import Clip, Volume

STYLE = np.random.default_rng(0).integers(0, 256, (64, 80, 3), np.uint8)


def clip(count, height=96, width=128):
    frames = np.random.default_rng(1).integers(0, 256, (count, height, width, 3), np.uint8)
    return Clip(frames, 8.0)


def test_short_clips_are_played_to_and_fro_until_there_are_16():
    """Of 3 frames: 0 1 2 1 0 1 2 1 ..."""
    found = extend(np.arange(3))
    np.testing.assert_array_equal(found, [0, 1, 2, 1] * 4)
    assert len(extend(np.arange(15))) == 16
    np.testing.assert_array_equal(extend(np.arange(15))[-2:], [14, 13])
    np.testing.assert_array_equal(extend(np.arange(20)), np.arange(20))
    np.testing.assert_array_equal(extend(np.arange(2)), [0, 1] * 8)


def test_a_clip_is_painted_from_coarse_to_fine_in_space_alone():
    """128 / sqrt(2) is 91 and above 80; 91 / sqrt(2) is not."""
    scene = clip_scene(clip(5), STYLE, StyleConfig(size=128))
    assert [tuple(shape) for shape in scene.shapes] == [(16, 68, 91), (16, 96, 128)]
    assert scene.content.shape == (16, 96, 128, 3)
    assert first_frames(scene.content, clip(5)).shape == (5, 96, 128, 3)
    np.testing.assert_array_equal(first_frames(scene.content, clip(5)), clip(5).frames)
    assert shrink(clip(3), 64).frames.shape == (3, 48, 64, 3)


def test_more_than_can_be_painted_at_once_is_refused_with_what_can():
    """64 x 144 x 192 are 1,769,472 pixels: 192 * sqrt(1,000,000 / 1,769,472) is 144."""
    long = Clip(np.zeros((64, 144, 192, 3), np.uint8), 16.0)
    with pytest.raises(MediaError, match="choose a size of 144 at most"):
        clip_scene(long, STYLE, StyleConfig(size=192))
    assert clip_scene(long, STYLE, StyleConfig(size=128)).content.shape == (64, 96, 128, 3)


def test_a_flat_volume_is_mirrored_on_and_a_huge_one_refused():
    voxels = np.arange(8, dtype=np.float32).reshape(8, 1, 1) * np.ones((1, 20, 20), np.float32)
    values = as_input(Volume(voxels))
    assert values.shape == (16, 20, 20, 3)
    np.testing.assert_array_equal(values[:, 0, 0, 0], [*range(8), *range(7, -1, -1)])
    with pytest.raises(MediaError, match="reduce it to 2,097,152"):
        as_input(Volume(np.zeros((129, 128, 128), np.float32)))
