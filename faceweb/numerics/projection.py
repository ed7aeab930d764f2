"""A flat map of an embedding, by principal components that do not jump from map to map."""

import numpy as np


def flat_map(points: np.ndarray, before: np.ndarray | None = None) -> np.ndarray:
    """The two principal components of points, turned to lie as they lay before.

    Args:
        points: (n, d), n and d at least 2.
        before: the last map of the same points, (n, 2).

    Returns:
        (n, 2), centred. Without a map before, each axis points to where its largest entry is.
    """
    centred = points - points.mean(0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    flat = centred @ axes[:2].T
    if before is None:
        largest = flat[np.abs(flat).argmax(0), [0, 1]]
        return flat * np.where(largest < 0, -1, 1)
    # Procrustes: the turn or mirror that brings the new map nearest to the old one.
    u, _, v = np.linalg.svd(flat.T @ before)
    return flat @ (u @ v)
