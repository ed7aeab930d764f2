"""Cuts an upright 150x150 face out of a picture, its features where the face network expects them.

The transform is the least-squares similarity between two sets of points (Umeyama 1991).
scikit-image computes the same, within 5e-13, at twice the time, and would serve for this alone.
"""

import numpy as np
from PIL import Image

from faceweb.networks.face_resnet import CHIP


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Least-squares rotation, scale and shift that take one set of points to another.

    Umeyama 1991, "Least-Squares Estimation of Transformation Parameters Between Two Point
    Patterns".

    Args:
        source: (n, 2) points, not all the same.
        target: (n, 2) points.

    Returns:
        (2, 3): the target of a point p is `matrix[:, :2] @ p + matrix[:, 2]`.

    Raises:
        ValueError: the source points coincide.
    """
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    a, b = source - source_mean, target - target_mean
    spread = (a**2).sum()
    if spread == 0:
        raise ValueError(f"A similarity needs points that differ. Received: {source.tolist()}.")
    u, singular, v = np.linalg.svd(b.T @ a)
    # Without the sign a mirrored point set would come back as a reflection.
    sign = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(v))])
    linear = (u * sign) @ v * (singular @ sign / spread)
    return np.column_stack([linear, target_mean - linear @ source_mean])


def invert(matrix: np.ndarray) -> np.ndarray:
    """The transform (2, 3) that undoes another."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


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
    to_picture = invert(similarity(landmarks, TEMPLATE))
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
