"""The cost of one pair of channels: how far its correlation is from what it shall be.

As `faceweb.numerics.channels`, for two channels and with a gradient.
"""

from keras import ops


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
