"""The triplet loss by hand, and its mining against loops written from the definition."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from faceweb.metric_learning.losses import MININGS, mine, pairwise, triplet_loss

# Four points on a line, two people: distances are differences.
LINE = np.array([[0.0], [1.0], [1.5], [4.0]], np.float32)
TWO = np.array([7, 7, 9, 9])


def loss_of(points, people, mining, margin, seed=0):
    points = np.asarray(points, np.float32)
    noise = np.random.default_rng(seed).random((len(points), len(points))).astype(np.float32)
    mined = mine(pairwise(points), np.asarray(people), mining, noise)
    loss, active = triplet_loss(mined, margin)
    return float(loss), float(active), mined


def by_definition(points, people, mining, margin):
    """The same mean with loops over anchors, positives and negatives."""
    n = len(points)
    d = [[float(np.sqrt(((points[i] - points[j]) ** 2).sum())) for j in range(n)] for i in range(n)]
    losses = []
    for a in range(n):
        positives = [p for p in range(n) if p != a and people[p] == people[a]]
        negatives = [q for q in range(n) if people[q] != people[a]]
        if not positives or not negatives:
            continue
        if mining == "hardest":
            pairs = [(max(d[a][p] for p in positives), min(d[a][q] for q in negatives))]
        else:
            pairs = []
            for p in positives:
                farther = [d[a][q] for q in negatives if d[a][q] > d[a][p]]
                pairs.append(
                    (d[a][p], min(farther) if farther else max(d[a][q] for q in negatives))
                )
        losses += [max(near - far + margin, 0) for near, far in pairs]
    return sum(losses) / len(losses), sum(loss > 0 for loss in losses) / len(losses)


def test_hardest_by_hand():
    # Anchors 0, 1, 1.5, 4: positive 1, 1, 2.5, 2.5 away, nearest negative 1.5, 0.5, 0.5, 3.
    # max(1-1.5+1, 0) = 0.5, 1-0.5+1 = 1.5, 2.5-0.5+1 = 3, 2.5-3+1 = 0.5: mean 5.5 / 4.
    loss, active, _ = loss_of(LINE, TWO, "hardest", 1.0)
    assert loss == pytest.approx(1.375)
    assert active == 1


def test_semi_hard_by_hand():
    # Negatives farther than the positive: 0 has 1.5 (of 1.5 and 4); 1 has 3 (0.5 is nearer than
    # 1); 1.5 has none farther than 2.5, so its farthest, 1.5; 4 has 3 (of 3 and 4).
    # Losses at margin 1: 0.5, max(1-3+1, 0) = 0, 2.5-1.5+1 = 2, 0.5: mean 3 / 4, three active.
    loss, active, _ = loss_of(LINE, TWO, "semi-hard", 1.0)
    assert loss == pytest.approx(0.75)
    assert active == pytest.approx(0.75)


def test_random_triplets_are_triplets_and_all_negatives_come():
    seen = set()
    for seed in range(30):
        _, _, mined = loss_of(LINE, TWO, "random", 1.0, seed)
        for a, p, q, valid in zip(
            *map(np.asarray, (mined.anchor_at, mined.positive_at, mined.negative_at, mined.valid)),
            strict=True,
        ):
            if valid:
                assert a != p
                assert TWO[a] == TWO[p] != TWO[q]
                seen.add((int(a), int(q)))
    assert seen == {(a, q) for a in range(4) for q in range(4) if TWO[a] != TWO[q]}


@pytest.mark.parametrize("mining", ["semi-hard", "hardest"])
@pytest.mark.parametrize("seed", range(5))
def test_against_the_definition(mining, seed):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(14, 3)).astype(np.float32)
    people = rng.integers(0, 5, 14)
    loss, active, _ = loss_of(points, people, mining, 0.4)
    assert (loss, active) == pytest.approx(by_definition(points, people, mining, 0.4), rel=1e-5)


@pytest.mark.parametrize("mining", MININGS)
def test_who_is_alone_does_not_count(mining):
    # Person 5 has no positive: with or without them as an anchor, the mean is over the others.
    points = np.vstack([LINE, [[100.0]]])
    loss, _, mined = loss_of(points, [7, 7, 9, 9, 5], mining, 1.0)
    anchors = set(np.asarray(mined.anchor_at)[np.asarray(mined.valid) > 0].tolist())
    assert anchors == {0, 1, 2, 3}
    if mining == "hardest":
        assert loss == pytest.approx(1.375)


@pytest.mark.parametrize("mining", MININGS)
@pytest.mark.parametrize("people", [[1, 1, 1, 1], [1, 2, 3, 4]])
def test_without_triplets_the_loss_is_zero(mining, people):
    assert loss_of(LINE, people, mining, 1.0)[:2] == (0, 0)


def test_points_that_coincide_have_a_finite_gradient():
    points = tf.Variable(np.zeros((4, 3), np.float32))
    with tf.GradientTape() as tape:
        mined = mine(pairwise(points), tf.constant(TWO), "hardest", tf.zeros((4, 4)))
        loss, _ = triplet_loss(mined, 0.3)
    assert float(loss) == pytest.approx(0.3)
    assert np.isfinite(tape.gradient(loss, points).numpy()).all()


def test_an_unknown_mining_is_refused():
    with pytest.raises(ValueError, match=r"semi-hard.*Received: 'soft'"):
        mine(pairwise(LINE), TWO, "soft", keras.ops.zeros((4, 4)))
