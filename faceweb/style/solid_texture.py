"""Solid textures: blocks of colour whose slices look like one picture."""

import numpy as np

from faceweb.media.image import check_shape
from faceweb.style.array import ArrayScene
from faceweb.style.image import within

COARSEST = 24


def solid_scene(style: np.ndarray, side: int, scale: float = 2.0) -> ArrayScene:
    """What is painted of a block (side, side, side, 3), from noise.

    Args:
        style: (h, w, 3) uint8, shown at `scale` times the block's side.
        side: voxels along each axis.
        scale: of the style.

    Raises:
        PictureError: the style is too small or too long.
    """
    check_shape(style, "The style picture")
    seen = within(style, round(side * scale)) / np.float32(255)
    shapes = [(side,) * 3]
    while shapes[0][0] // 2 >= COARSEST:
        shapes.insert(0, (shapes[0][0] // 2,) * 3)
    return ArrayScene(np.full((side,) * 3 + (3,), 0.5, np.float32), [seen], shapes)
