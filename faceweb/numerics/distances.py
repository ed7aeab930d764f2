"""Distances between encodings."""

import numpy as np


def euclidean(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distance of every row of a (n, d) to every row of b (m, d), as (n, m)."""
    return np.linalg.norm(a[:, None, :] - b[None, :, :], axis=-1)
