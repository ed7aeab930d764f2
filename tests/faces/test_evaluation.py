"""Error rates counted by hand."""

import numpy as np
import pytest

from faceweb.faces.evaluation import roc, split_pairs


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
