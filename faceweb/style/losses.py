"""The losses of style transfer, on features of any rank: (n, positions..., channels).

Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural Networks": a picture G is sought
that minimises J(G) = alpha * J_content(C, G) + beta * J_style(S, G).
"""

from keras import ops

# A style whose variance is less than this share of its squared mean is of one colour; pictures of
# texture have 0.13 and more at every tap of the perceptual network.
_LEAST_SHARE, _TINY = 0.05, 1e-6


def content_loss(generated, content):
    """J_content: half the mean squared difference of one layer's activations.

    Args:
        generated, content: features of one shape.
    """
    return ops.mean(ops.square(generated - content)) / 2


def gram(features, weight=None):
    """The Gram matrix per position, F^T F / M, and the mean of every channel.

    Args:
        features: (1, positions..., c), M positions in all.
        weight: (1, positions...) in [0, 1], how much each position counts; all alike if None.

    Returns:
        Gram matrix (c, c) and mean (c,).
    """
    rows = ops.reshape(features, (-1, features.shape[-1]))
    if weight is None:
        count = ops.cast(ops.shape(rows)[0], rows.dtype)
        return ops.matmul(ops.transpose(rows), rows) / count, ops.mean(rows, axis=0)
    share = ops.reshape(weight, (-1, 1))
    return _weigh(share / ops.maximum(ops.sum(share), 1e-6), rows)


def gram_each(features):
    """What `gram` gives for every one of a batch: (n, c, c) and (n, c).

    Args:
        features: (n, positions..., c).
    """
    shape = ops.shape(features)
    rows = ops.reshape(features, (shape[0], -1, features.shape[-1]))
    count = ops.cast(ops.shape(rows)[1], rows.dtype)
    return ops.matmul(ops.transpose(rows, (0, 2, 1)), rows) / count, ops.mean(rows, axis=1)


def _weigh(share, rows):
    @ops.custom_gradient
    def sums(rows):
        weighed = rows * share

        def gradient(*arguments, upstream=None):
            # Gram matrices are symmetric: one product leads back, where autodiff would take two.
            slope, slope_of_mean = arguments if upstream is None else upstream
            return share * (ops.matmul(rows, slope + ops.transpose(slope)) + slope_of_mean)

        return (ops.matmul(ops.transpose(weighed), rows), ops.sum(weighed, axis=0)), gradient

    return sums(rows)


def centre(gram_matrix, mean):
    """The centred Gram matrix (covariance) out of the plain one and the mean, or several."""
    return gram_matrix - ops.expand_dims(mean, -1) * ops.expand_dims(mean, -2)


def plain_style_loss(generated, style):
    """Squared Frobenius distance of Gram matrices over 4 c^2, as in Gatys et al. 2016, eq. 4.

    Args:
        generated, style: what `gram` gives for both pictures. The Gram matrices are divided by
            their own number of positions, so that pictures of two sizes compare.
    """
    channels = generated[0].shape[0]
    return ops.sum(ops.square(generated[0] - style[0])) / (4 * channels**2)


def centred_style_loss(generated, style):
    """Squared Frobenius distance of covariances and squared distance of means, free of scale.

    A plain Gram matrix is ruled by its mean, since behind a ReLU all features are positive: here
    the covariance is divided by the style's trace, and the mean by its root; a style of one colour
    counts as if it had a twentieth of its squared mean.

    Args:
        generated, style: what `gram` gives for both pictures.
    """
    wanted = centre(*style)
    least = _LEAST_SHARE * ops.sum(ops.square(style[1])) + _TINY
    trace = ops.maximum(ops.trace(wanted), least)
    covariance = ops.sum(ops.square(centre(*generated) - wanted)) / ops.square(trace)
    return covariance + ops.sum(ops.square(generated[1] - style[1])) / trace


def style_loss(generated, styles, layer_weights, plain):
    """J_style: the sum over layers of lambda_l times the distance of their statistics.

    Args:
        generated: per layer what `gram` gives, or `gram_each`, whose costs are then summed.
        styles: per layer what `gram` gives.
        layer_weights: (layers,) weights.
        plain: whether plain Gram matrices are compared, instead of centred ones.
    """
    distance = plain_style_loss if plain else centred_style_loss
    return sum(
        layer_weights[layer] * distance(*pair)
        for layer, pair in enumerate(zip(generated, styles, strict=True))
    )


def total_variation(picture):
    """Mean squared difference of neighbouring values, summed over the axes of position.

    Args:
        picture: (1, positions..., c).
    """
    cost, shape, rank = 0.0, ops.shape(picture), len(picture.shape)
    for axis in range(1, rank - 1):
        one = [int(other == axis) for other in range(rank)]
        less = [side - by for side, by in zip(shape, one, strict=True)]
        # Slices by indices have a slow gradient on a CPU.
        ahead, behind = (ops.slice(picture, start, less) for start in (one, [0] * rank))
        cost += ops.mean(ops.square(ahead - behind))
    return cost


def blend(statistics, shares):
    """The statistics of several styles as one, each with its share.

    Args:
        statistics: per style, per layer what `gram` gives.
        shares: one number a style, positive in sum.
    """
    total = sum(shares)
    return tuple(
        tuple(
            sum(share / total * part for share, part in zip(shares, parts, strict=True))
            for parts in zip(*layer, strict=True)
        )
        for layer in zip(*statistics, strict=True)
    )
