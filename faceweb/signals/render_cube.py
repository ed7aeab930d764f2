"""Draws a solid texture as a cube seen from above."""

import numpy as np
from PIL import Image

SIDE, TILT = 360, 30.0
# How bright a side is that faces us, and one that faces aside; the top.
NEAR, ASIDE, TOP = 0.95, 0.6, 1.0
BACKGROUND = (245, 243, 239)
_DRAWN = 2  # times as large, then shrunk, so that edges are smooth


def render_cube(texture: np.ndarray, turn: float = 35.0, side: int = SIDE) -> np.ndarray:
    """Three faces of a solid texture in parallel projection, from 30 degrees above.

    Args:
        texture: (d, h, w, 3) uint8, d from top to bottom.
        turn: degrees about the vertical axis; at 0 the last row faces us, and with growing degrees
            the near side moves to the right.
        side: pixels of the picture.

    Returns:
        (side, side, 3) uint8.
    """
    ground = Image.new("RGBA", (side, side), BACKGROUND)
    ground.alpha_composite(Image.fromarray(clear_cube(texture, turn, side)))
    return np.asarray(ground.convert("RGB"))


def clear_cube(texture: np.ndarray, turn: float = 35.0, side: int = SIDE) -> np.ndarray:
    """As `render_cube`, on nothing: (side, side, 4) uint8."""
    canvas = Image.new("RGBA", (_DRAWN * side, _DRAWN * side))
    for face, corners, light in _faces(texture, turn):
        _lay(canvas, face, corners, light)
    return np.asarray(canvas.resize((side, side), Image.Resampling.LANCZOS))


def _faces(texture: np.ndarray, turn: float) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """What is seen: a face (r, c, 3), its corners in space and its light.

    Corners (3, 3) are those of the first pixel, of the last in the first row and of the last in the
    first column; x to the right, y down, z towards us.
    """
    longest = max(texture.shape[:3])
    depth, height, width = (length / longest for length in texture.shape[:3])
    # Each side as seen from outside, with its normal about the vertical and its corners.
    x, y, z = width / 2, depth / 2, height / 2
    sides = (
        (texture[:, -1], 0, [(-x, -y, z), (x, -y, z), (-x, y, z)]),
        (texture[:, ::-1, -1], 90, [(x, -y, z), (x, -y, -z), (x, y, z)]),
        (texture[:, 0, ::-1], 180, [(x, -y, -z), (-x, -y, -z), (x, y, -z)]),
        (texture[:, :, 0], 270, [(-x, -y, -z), (-x, -y, z), (-x, y, -z)]),
    )
    found = [(texture[0], np.array([(-x, -y, -z), (x, -y, -z), (-x, -y, z)]), TOP)]
    for face, angle, corners in sides:
        facing = float(np.cos(np.radians(turn + angle)))
        if facing > 1e-6:
            found.append((face, np.array(corners), ASIDE + (NEAR - ASIDE) * facing))
    return [(face, _lock(corners, turn), light) for face, corners, light in found]


def _lock(corners: np.ndarray, turn: float) -> np.ndarray:
    """Corners (3, 2) in the plane of the picture, in [-1, 1]."""
    angle, tilt = np.radians(turn), np.radians(TILT)
    x, y, z = corners.T
    across, near = x * np.cos(angle) + z * np.sin(angle), z * np.cos(angle) - x * np.sin(angle)
    # Half the diagonal of the unit cube, with a margin, reaches 1.
    return np.stack([across, y * np.cos(tilt) + near * np.sin(tilt)], axis=1) / 0.9


def _lay(canvas: Image.Image, face: np.ndarray, corners: np.ndarray, light: float) -> None:
    rows, columns = face.shape[:2]
    first, right, down = (corners + 1) * canvas.width / 2
    # From pixels of the canvas back to those of the face.
    steps = np.stack([(right - first) / columns, (down - first) / rows], axis=1)
    back = np.linalg.inv(steps)
    start = -back @ first
    data = (*back[0], start[0], *back[1], start[1])
    lit = Image.fromarray((face * light + 0.5).astype(np.uint8))
    mask = Image.new("L", lit.size, 255)
    # Texels stay square blocks where they are large: it is the texture's own grain.
    laid = lit.transform(canvas.size, Image.Transform.AFFINE, data, Image.Resampling.NEAREST)
    where = mask.transform(canvas.size, Image.Transform.AFFINE, data, Image.Resampling.NEAREST)
    canvas.paste(laid, (0, 0), where)
