"""The similarity transform between two sets of points."""

import numpy as np


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


def inverted(matrix: np.ndarray) -> np.ndarray:
    """The transform (2, 3) that undoes another."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])
