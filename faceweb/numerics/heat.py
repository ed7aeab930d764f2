"""Small maps laid over the picture they belong to."""

import numpy as np

from faceweb.types import ReceptiveField


def spread(values: np.ndarray, field: ReceptiveField, shape: tuple[int, ...]) -> np.ndarray:
    """A layer's map at the size of its picture, bilinear between the centres of its fields.

    Args:
        values: (h', w'), one a position; of a signal (t',), of a volume (d', h', w').
        field: of the layer.
        shape: (h, w) of the picture, (t,) or (d, h, w).

    Returns:
        As large as `shape`; beyond the outermost centres the nearest value.
    """
    for axis, length in enumerate(shape):
        weights = _weights(length, values.shape[axis], field)
        values = np.moveaxis(np.tensordot(weights, values, (1, axis)), 0, axis)
    return values


def _weights(length: int, count: int, field: ReceptiveField) -> np.ndarray:
    where = ((np.arange(length) - field.offset) / field.stride).clip(0, count - 1)
    low = np.floor(where).astype(int)
    high, share = np.minimum(low + 1, count - 1), where - low
    weights = np.zeros((length, count))
    np.add.at(weights, (np.arange(length), low), 1 - share)
    np.add.at(weights, (np.arange(length), high), share)
    return weights


def starts(length: int, side: int) -> np.ndarray:
    """Where patches of a side begin that slide along a length by half a side, ends included."""
    last = length - side
    return np.unique(np.append(np.arange(0, last, max(side // 2, 1)), last))


def covered(
    values: np.ndarray, corners: np.ndarray, side: int, shape: tuple[int, int]
) -> np.ndarray:
    """Per pixel the mean value of the patches that covered it.

    Args:
        values: (n,), one a patch.
        corners: (n, 2) top and left of the patches.
        side: of every patch.
        shape: (h, w) of the picture.

    Returns:
        (h, w); 0 where no patch was.
    """
    total, count = np.zeros(shape), np.zeros(shape)
    for value, (top, left) in zip(values, corners, strict=True):
        there = slice(top, top + side), slice(left, left + side)
        total[there] += value
        count[there] += 1
    return total / np.maximum(count, 1)
