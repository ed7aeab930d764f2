"""Losses of metric learning: triplets with mining, contrastive pairs, binary classification.

L(A, P, N) = max(d(A, P) - d(A, N) + margin, 0): Schroff et al. 2015, "FaceNet"; Hermans et al.
2017, "In Defense of the Triplet Loss for Person Re-Identification" (hardest in the batch, and
distances that are not squared). Hadsell et al. 2006, "Dimensionality Reduction by Learning an
Invariant Mapping" (contrastive); Taigman et al. 2014, "DeepFace" (a logistic unit on the absolute
difference or on the chi-square terms).
"""

from typing import Any, NamedTuple

from keras import ops

MININGS = ("semi-hard", "random", "hardest")
_FAR = 1e9


class Triplets(NamedTuple):
    """Triplets of a batch of n, one for each row of equal length.

    Attributes:
        positive, negative: distances d(A, P) and d(A, N).
        anchor_at, positive_at, negative_at: positions in the batch.
        valid: 1 where it is a triplet, 0 where an anchor had no positive or no negative.
    """

    positive: Any
    negative: Any
    anchor_at: Any
    positive_at: Any
    negative_at: Any
    valid: Any


def pairwise(embeddings):
    """Euclidean distance of every embedding (n, d) to every other, (n, n).

    The gradient at distance zero is zero, where the root's own would be infinite.
    """
    difference = embeddings[:, None, :] - embeddings[None, :, :]
    squared = ops.sum(ops.square(difference), axis=-1)
    apart = squared > 0
    return ops.where(apart, ops.sqrt(ops.where(apart, squared, 1.0)), 0.0)


def mine(distances, people, mining, noise) -> Triplets:
    """Chooses triplets of a batch.

    - "random": every pair of one person, with a negative by lot.
    - "semi-hard": every pair of one person, with the nearest negative that is farther than the
      positive, or the farthest negative where none is (FaceNet).
    - "hardest": every anchor, with its farthest positive and nearest negative (Hermans et al.).

    Args:
        distances: (n, n), of `pairwise`.
        people: (n,) integers, whose embedding each is.
        mining: one of `MININGS`.
        noise: (n, n) numbers in [0, 1), the lots of "random".

    Raises:
        ValueError: there is no such mining.
    """
    if mining not in MININGS:
        raise ValueError(f"`mining` must be one of {MININGS}. Received: {mining!r}.")
    n = distances.shape[0]
    alike = people[:, None] == people[None, :]
    positives = ops.logical_and(alike, ops.logical_not(ops.eye(n, dtype="bool")))
    negatives = ops.logical_not(alike)
    served = ops.logical_and(ops.any(positives, axis=1), ops.any(negatives, axis=1))
    if mining == "hardest":
        positive_at = ops.argmax(ops.where(positives, distances, -_FAR), axis=1)
        negative_at = ops.argmin(ops.where(negatives, distances, _FAR), axis=1)
        return _gather(distances, ops.arange(n), positive_at, negative_at, served)
    if mining == "random":
        # Lots that differ from pair to pair, though there are only (n, n) of them.
        lots = noise[:, None, :] + noise[None, :, :]
        chosen = ops.argmax(ops.where(negatives[:, None, :], lots - ops.floor(lots), -1.0), axis=2)
    else:
        chosen = _semi_hard(distances, negatives)
    valid = ops.logical_and(positives, served[:, None])
    anchor_at, positive_at = (ops.repeat(ops.arange(n), n), ops.tile(ops.arange(n), [n]))
    flat = ops.reshape(valid, (-1,)), ops.reshape(chosen, (-1,))
    return _gather(distances, anchor_at, positive_at, flat[1], flat[0])


def _semi_hard(distances, negatives):
    to_negative = distances[:, None, :]
    farther = ops.logical_and(negatives[:, None, :], to_negative > distances[:, :, None])
    nearest = ops.argmin(ops.where(farther, to_negative, _FAR), axis=2)
    farthest = ops.argmax(ops.where(negatives, distances, -_FAR), axis=1)
    return ops.where(ops.any(farther, axis=2), nearest, farthest[:, None])


def _gather(distances, anchor_at, positive_at, negative_at, valid) -> Triplets:
    n = distances.shape[0]
    flat = ops.reshape(distances, (-1,))
    positive = ops.take(flat, anchor_at * n + positive_at)
    negative = ops.take(flat, anchor_at * n + negative_at)
    valid = ops.cast(valid, distances.dtype)
    return Triplets(positive, negative, anchor_at, positive_at, negative_at, valid)


def triplet_loss(triplets: Triplets, margin):
    """Mean loss over the triplets that are valid, and the share of them that is active.

    Args:
        triplets: of `mine`.
        margin: by how much a negative must be farther than a positive.

    Returns:
        mean of max(d(A, P) - d(A, N) + margin, 0) and share of losses above 0; 0 without triplets.
    """
    losses = ops.maximum(triplets.positive - triplets.negative + margin, 0.0)
    count = ops.maximum(ops.sum(triplets.valid), 1.0)
    active = ops.cast(losses > 0, losses.dtype) * triplets.valid
    return ops.sum(losses * triplets.valid) / count, ops.sum(active) / count


TERMS = ("absolute", "chi-square")


def contrastive_loss(distances, people, margin):
    """Mean of d² over pairs of one person and of max(margin - d, 0)² over others, half of each.

    Both kinds weigh the same, however rare pairs of one person are in a batch.

    Args:
        distances: (n, n), of `faceweb.metric_learning.losses.pairwise`.
        people: (n,) integers, whose embedding each is.
        margin: how far two people shall be apart.

    Returns:
        the loss, and the share of all pairs that pull: of one person, or nearer than the margin.
    """
    same, different = pair_masks(people, distances.dtype)
    short = ops.maximum(margin - distances, 0.0)
    pulls = same + different * ops.cast(short > 0, distances.dtype)
    share = ops.sum(pulls) / ops.maximum(ops.sum(same + different), 1.0)
    return balance(ops.square(distances), ops.square(short), same, different), share


def compare(a, b, terms):
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
    return ops.sum(compare(a, b, terms) * weights, axis=-1) + bias


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
    return balance(ops.softplus(-odds), ops.softplus(odds), same, different), share


def pair_masks(people, dtype):
    """1 for pairs of one person, and 1 for pairs of two, each (n, n) and 0 on the diagonal."""
    alike = people[:, None] == people[None, :]
    itself = ops.eye(people.shape[0], dtype="bool")
    same = ops.logical_and(alike, ops.logical_not(itself))
    return ops.cast(same, dtype), ops.cast(ops.logical_not(alike), dtype)


def balance(of_same, of_different, same, different):
    """Half the mean over pairs of one person and half that over pairs of two; 0 without any."""
    near = ops.sum(of_same * same) / ops.maximum(ops.sum(same), 1.0)
    far = ops.sum(of_different * different) / ops.maximum(ops.sum(different), 1.0)
    return (near + far) / 2
