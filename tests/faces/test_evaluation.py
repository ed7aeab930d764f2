"""Error rates counted by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from faceweb.faces.evaluation import euclidean, evaluate_embeddings, roc, split_pairs


def test_both_errors_by_hand():
    counted = roc(np.array([1.0, 2.0, 5.0]), np.array([3.0, 4.0, 6.0, 7.0]))
    # At 4: of the strangers 3 and 4 pass, 2 of 4; of the friends 5 is refused, 1 of 3.
    at = counted.thresholds.tolist().index(4.0)
    assert counted.false_accept[at] == 0.5
    assert counted.false_reject[at] == pytest.approx(1 / 3)
    # At 3 one of four passes and one of three is refused: nearest to equal.
    assert counted.equal_error == (pytest.approx((1 / 4 + 1 / 3) / 2), 3.0)


def test_what_is_parted_has_no_error():
    assert roc(np.array([0.1, 0.2]), np.array([0.3, 0.9])).equal_error == (0.0, 0.2)


def test_a_pair_counts_once():
    distances = np.array([[0, 1, 2], [1, 0, 3], [2, 3, 0.0]])
    same, different = split_pairs(distances, np.array([4, 4, 8]))
    assert same.tolist() == [1]
    assert different.tolist() == [2, 3]


def test_rows_are_as_far_apart_as_scipy_says():
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(n, 128)).astype(np.float32) for n in (3, 7))
    np.testing.assert_allclose(euclidean(a, b), cdist(a, b), rtol=1e-6)
    assert euclidean(np.array([[0.0, 3.0]]), np.array([[4.0, 0.0]])).tolist() == [[5.0]]


def test_embeddings_by_hand():
    """A triangle of sides 3, 4 and 5; the side of 3 is one person's.  The spread is their mean, 4;
    at 3 the pair of one person passes and neither of two does."""
    corners = np.array([[0, 0], [3, 0], [0, 4]], np.float32)
    found = evaluate_embeddings(SimpleNamespace(), None, corners, np.array([7, 7, 9]), "triplet")
    assert found.same.tolist() == [3]
    assert found.different.tolist() == [4, 5]
    assert (found.spread, found.error, found.threshold) == (4, 0, 3)


def test_a_binary_loss_decides_by_its_log_odds():
    """Minus the log-odds stand for distances, and the spread stays that of the embeddings."""
    corners = np.array([[0, 0], [3, 0], [0, 4]], np.float32)
    odds = np.array([[0, -2, 1], [-2, 0, -6], [1, -6, 0.0]])
    learner = SimpleNamespace(odds=lambda weights, embeddings, loss: odds)
    found = evaluate_embeddings(learner, None, corners, np.array([7, 7, 9]), "binary")
    assert found.same.tolist() == [2]
    assert found.different.tolist() == [-1, 6]
    assert found.spread == 4
