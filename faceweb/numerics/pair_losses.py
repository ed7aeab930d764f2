"""Losses of pairs of embeddings: contrastive, and binary classification by a logistic unit.

Hadsell et al. 2006, "Dimensionality Reduction by Learning an Invariant Mapping"; Taigman et al.
2014, "DeepFace: Closing the Gap to Human-Level Performance in Face Verification" (chi-square).
"""

from keras import ops

TERMS = ("absolute", "chi-square")


def contrastive_loss(distances, people, margin):
    """Mean of d² over pairs of one person and of max(margin - d, 0)² over others, half of each.

    Both kinds weigh the same, however rare pairs of one person are in a batch.

    Args:
        distances: (n, n), of `faceweb.numerics.triplet.pairwise`.
        people: (n,) integers, whose embedding each is.
        margin: how far two people shall be apart.

    Returns:
        the loss, and the share of all pairs that pull: of one person, or nearer than the margin.
    """
    same, different = pair_masks(people, distances.dtype)
    short = ops.maximum(margin - distances, 0.0)
    pulls = same + different * ops.cast(short > 0, distances.dtype)
    share = ops.sum(pulls) / ops.maximum(ops.sum(same + different), 1.0)
    return balanced(ops.square(distances), ops.square(short), same, different), share


def compared(a, b, terms):
    """What two embeddings differ in, unit by unit.

    - "absolute": |a - b|.
    - "chi-square": (a - b)² / (|a| + |b|), and 0 where both are 0. The sum of the embeddings that
      the textbook divides by would be negative or zero where units are: absolute values are
      taken, which changes nothing where none is negative.

    Args:
        a, b: (..., d).
        terms: one of `TERMS`.

    Raises:
        ValueError: there are no such terms.
    """
    if terms == "absolute":
        return ops.absolute(a - b)
    if terms != "chi-square":
        raise ValueError(f"`terms` must be one of {TERMS}. Received: {terms!r}.")
    total = ops.absolute(a) + ops.absolute(b)
    any_ = total > 0
    return ops.where(any_, ops.square(a - b) / ops.where(any_, total, 1.0), 0.0)


def log_odds(a, b, weights, bias, terms):
    """sum_k w_k t_k + b, whose sigmoid is the probability of one person.

    Args:
        a, b: embeddings (..., d).
        weights: (d,).
        bias: a number.
        terms: one of `TERMS`.
    """
    return ops.sum(compared(a, b, terms) * weights, axis=-1) + bias


def binary_loss(odds, people):
    """Cross-entropy of log-odds of all pairs, both kinds of pair weighing the same.

    Args:
        odds: (n, n), of `log_odds`.
        people: (n,) integers.

    Returns:
        the loss, and the share of pairs that are decided wrongly.
    """
    same, different = pair_masks(people, odds.dtype)
    wrong = same * ops.cast(odds < 0, odds.dtype) + different * ops.cast(odds >= 0, odds.dtype)
    share = ops.sum(wrong) / ops.maximum(ops.sum(same + different), 1.0)
    return balanced(ops.softplus(-odds), ops.softplus(odds), same, different), share


def pair_masks(people, dtype):
    """1 for pairs of one person, and 1 for pairs of two, each (n, n) and 0 on the diagonal."""
    alike = people[:, None] == people[None, :]
    itself = ops.eye(people.shape[0], dtype="bool")
    same = ops.logical_and(alike, ops.logical_not(itself))
    return ops.cast(same, dtype), ops.cast(ops.logical_not(alike), dtype)


def balanced(of_same, of_different, same, different):
    """Half the mean over pairs of one person and half that over pairs of two; 0 without any."""
    near = ops.sum(of_same * same) / ops.maximum(ops.sum(same), 1.0)
    far = ops.sum(of_different * different) / ops.maximum(ops.sum(different), 1.0)
    return (near + far) / 2
