"""Classical filters of any number of taps along any number of axes."""

import numpy as np


def average(taps: int, rank: int) -> np.ndarray:
    """Equal weights that add up to 1, (taps,) * rank."""
    return np.full((taps,) * rank, 1 / taps**rank)


def difference(taps: int, rank: int) -> np.ndarray:
    """What comes after the middle less what comes before it, along the last axis.

    (taps,) * rank; with three taps a side this is Prewitt's edge filter, with one tap nothing.
    """
    line = np.sign(np.arange(taps) - (taps - 1) / 2)
    return np.broadcast_to(line, (taps,) * rank).copy()


def second_difference(taps: int, rank: int) -> np.ndarray:
    """Both ends less twice the middle, summed over the axes: a Laplacian as wide as the filter.

    (taps,) * rank; an even filter's middle is half of each of two taps. All zero below 3 taps.
    """
    middle = np.zeros(taps)
    middle[[(taps - 1) // 2, taps // 2]] = 0.5
    middle /= middle.sum()
    line = -2 * middle
    line[0] += 1
    line[-1] += 1
    whole = np.zeros((taps,) * rank)
    for axis in range(rank):
        part = np.ones(())
        for other in range(rank):
            part = np.multiply.outer(part, line if other == axis else middle)
        whole += part
    return whole
