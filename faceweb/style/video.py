"""Clips as volumes whose first axis is time: what style transfer works on."""

import numpy as np

from faceweb.config import StyleConfig
from faceweb.errors import MediaError
from faceweb.media.image import check_shape
from faceweb.style.array import ArrayScene
from faceweb.style.image import within
from faceweb.types import Clip

# The network halves time four times.
FEWEST_FRAMES = 16
COARSEST = 80
# Of all frames of a painting: features of these take about 1.5 GB.
MOST_PIXELS = 1_000_000


def clip_scene(clip: Clip, style: np.ndarray, config: StyleConfig) -> ArrayScene:
    """What is painted of a clip in the style of a picture (h, w, 3) uint8.

    A clip of fewer than 16 frames is played to and fro until it has that many; `first_frames` takes
    them off again.

    Args:
        clip: the content, shrunk where its longer side exceeds `config.size`.
        style: as large in proportion as `config.style_scale` says.
        config: how.

    Raises:
        PictureError: the style is too small or too long.
        MediaError: all frames together have too many pixels at this size.
    """
    check_shape(style, "The style picture")
    frames = shrink(clip, config.size).frames
    values = extend(frames) / np.float32(255)
    count, height, width, _ = values.shape
    if count * height * width > MOST_PIXELS:
        side = int(config.size * (MOST_PIXELS / (count * height * width)) ** 0.5)
        raise MediaError(
            f"{count} frames of {width} x {height} are more than can be painted at once: choose a "
            f"size of {side} at most, or a shorter clip."
        )
    shapes = [(count, height, width)]
    while max(shapes[0][1:]) / 2**0.5 >= COARSEST:
        sides = (max(16, round(side / 2**0.5)) for side in shapes[0][1:])
        shapes.insert(0, (count, *sides))
    longer = max(16, round(max(height, width) * config.style_scale))
    return ArrayScene(values, [within(style, longer) / np.float32(255)], shapes)


def shrink(clip: Clip, side: int) -> Clip:
    """A clip whose longer side is at most `side`."""
    return Clip(np.stack([within(frame, side) for frame in clip.frames]), clip.rate)


def extend(frames: np.ndarray) -> np.ndarray:
    """Frames (t, ...) played to and fro until there are 16."""
    if len(frames) >= FEWEST_FRAMES:
        return frames
    to_and_fro = np.concatenate([frames, frames[-2:0:-1]])
    return to_and_fro[np.arange(FEWEST_FRAMES) % len(to_and_fro)]


def first_frames(values: np.ndarray, clip: Clip) -> np.ndarray:
    """As many frames (t, h, w, 3) uint8 of a painting in [0, 1] as the clip has."""
    return (values[: len(clip.frames)] * 255 + 0.5).astype(np.uint8)
