"""Losses of pairs, by hand."""

import numpy as np
import pytest
import tensorflow as tf

from faceweb.metric_learning.losses import (
    binary_loss,
    compare,
    contrastive_loss,
    log_odds,
    pairwise,
)

LINE = np.array([[0.0], [1.0], [1.5]], np.float32)
PEOPLE = np.array([0, 0, 1])


def test_contrastive_by_hand():
    # One pair of one person, 1 apart: 1. Two pairs of two, 1.5 and 0.5 apart, margin 2: 0.25 and
    # 2.25, mean 1.25. Half of each: 1.125. All of them pull.
    loss, share = contrastive_loss(pairwise(LINE), PEOPLE, 2.0)
    assert float(loss) == pytest.approx(1.125)
    assert float(share) == 1
    # At margin 1 the pair 1.5 apart does not: 0.5 * (1 + (0 + 0.25) / 2), two of three.
    loss, share = contrastive_loss(pairwise(LINE), PEOPLE, 1.0)
    assert float(loss) == pytest.approx(0.5625)
    assert float(share) == pytest.approx(2 / 3)


def test_terms_by_hand():
    a, b = np.array([1.0, -2.0, 0.0]), np.array([3.0, 2.0, 0.0])
    assert np.asarray(compare(a, b, "absolute")).tolist() == [2, 4, 0]
    # (1-3)^2 / (1+3) = 1; (-2-2)^2 / (2+2) = 4, where the plain sum would divide by 0.
    assert np.asarray(compare(a, b, "chi-square")).tolist() == [1, 4, 0]


def test_chi_square_is_the_textbook_one_where_nothing_is_negative():
    a, b = np.random.default_rng(0).uniform(0.1, 2, (2, 8))
    assert np.asarray(compare(a, b, "chi-square")) == pytest.approx((a - b) ** 2 / (a + b))


def test_binary_by_hand():
    # w = -2, b = 1: log-odds 1 - 2 |a - b| are -1 for the same, -2 and 0 for the others.
    odds = log_odds(LINE[:, None], LINE[None], np.array([-2.0], np.float32), 1.0, "absolute")
    assert np.asarray(odds)[0].tolist() == [1, -1, -2]
    loss, wrong = binary_loss(odds, PEOPLE)
    same = np.log(1 + np.e)
    different = (np.log(1 + np.exp(-2)) + np.log(2)) / 2
    assert float(loss) == pytest.approx((same + different) / 2)
    # The same pair is refused, and log-odds of 0 accept: two of three are wrong.
    assert float(wrong) == pytest.approx(2 / 3)


@pytest.mark.parametrize("terms", ["absolute", "chi-square"])
def test_zeros_have_a_finite_gradient(terms):
    points = tf.Variable(np.zeros((3, 2), np.float32))
    with tf.GradientTape() as tape:
        odds = log_odds(points[:, None], points[None], tf.ones(2), 0.0, terms)
        loss, _ = binary_loss(odds, tf.constant(PEOPLE))
    assert np.isfinite(tape.gradient(loss, points).numpy()).all()


def test_unknown_terms_are_refused():
    with pytest.raises(ValueError, match="Received: 'cosine'"):
        compare(LINE, LINE, "cosine")
