"""Which channels of a layer fire together: correlations out of Gram matrices.

Gatys et al. 2015, "Texture Synthesis Using Convolutional Neural Networks", for the Gram matrix as a
description of texture; the correlation is its centred form, free of every channel's own scale.
"""

import numpy as np
from keras import ops

# Standard deviation below which a channel counts as constant, as a share of the layer's largest.
_STILL = 1e-4


def correlation(features: np.ndarray) -> np.ndarray:
    """Which channels of a layer rise and fall together over its positions.

    Args:
        features: (positions..., c).

    Returns:
        (c, c) in [-1, 1]; a channel that does not vary correlates with nothing, itself included.
    """
    rows = features.reshape(-1, features.shape[-1]).astype(np.float64)
    rows = rows - rows.mean(axis=0)
    deviation = np.sqrt((rows**2).mean(axis=0))
    varies = deviation > _STILL * deviation.max(initial=0.0)
    shares = np.where(varies, rows / np.where(varies, deviation, 1.0), 0.0)
    return (shares.T @ shares / len(rows)).clip(-1, 1)


def pair_cost(features, wanted, first, second):
    """Squared distance of one pair's correlation from what it shall be.

    Args:
        features: (1, positions..., c).
        wanted: the correlation in [-1, 1].
        first, second: the two channels, whole numbers or tensors.

    Returns:
        the cost, and the correlation as it is.
    """
    rows = ops.reshape(features, (-1, features.shape[-1]))
    pair = ops.take(rows, ops.stack([first, second]), axis=1)
    pair = pair - ops.mean(pair, axis=0, keepdims=True)
    # The epsilon sits inside the root: its slope at 0 is infinite.
    lengths = ops.sqrt(ops.sum(ops.square(pair), axis=0) + 1e-8)
    now = ops.sum(pair[:, 0] * pair[:, 1]) / (lengths[0] * lengths[1])
    return ops.square(now - wanted), now
