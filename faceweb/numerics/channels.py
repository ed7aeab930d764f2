"""Which channels of a layer fire together: correlations out of Gram matrices.

Gatys et al. 2015, "Texture Synthesis Using Convolutional Neural Networks", for the Gram matrix as a
description of texture; the correlation is its centred form, free of every channel's own scale.
"""

import numpy as np

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
