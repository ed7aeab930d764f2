"""Cuts an upright 150x150 chip around a face, its features where the embedder expects them."""

import numpy as np
from PIL import Image

from faceweb.numerics.align import inverted, similarity

CHIP = 150
# dlib's mean face with its padding of 0.25: left eye, right eye, nose tip, mouth corners.
TEMPLATE = np.array([[47.8, 46.3], [100.3, 46.3], [74.0, 76.6], [50.4, 103.0], [97.6, 103.0]])


def cut_chip(picture: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Aligns a face.

    Args:
        picture: (h, w, 3) uint8 RGB.
        landmarks: (5, 2) pixels, as in `faceweb.types.Face`.

    Returns:
        (150, 150, 3) uint8; black where the chip reaches outside the picture.
    """
    to_picture = inverted(similarity(landmarks, TEMPLATE))
    source, to_source = _neighbourhood(picture, to_picture)
    chip = source.transform(
        (CHIP, CHIP), Image.Transform.AFFINE, tuple(to_source.ravel()), Image.Resampling.BILINEAR
    )
    return np.asarray(chip)


def _neighbourhood(picture: np.ndarray, to_picture: np.ndarray) -> tuple[Image.Image, np.ndarray]:
    """The part of the picture under the chip, reduced so that bilinear sampling skips no pixel."""
    corners = np.array([[0, 0], [CHIP, 0], [0, CHIP], [CHIP, CHIP]])
    outline = corners @ to_picture[:, :2].T + to_picture[:, 2]
    limit = np.array(picture.shape[1::-1])
    low = np.clip(np.floor(outline.min(axis=0)).astype(int) - 1, 0, limit - 1)
    high = np.clip(np.ceil(outline.max(axis=0)).astype(int) + 1, low + 1, limit)
    part = Image.fromarray(picture[low[1] : high[1], low[0] : high[0]])
    factor = max(1, int(np.hypot(*to_picture[:, 0])))
    to_part = to_picture.copy()
    to_part[:, 2] -= low
    return (part.reduce(factor), to_part / factor) if factor > 1 else (part, to_part)
