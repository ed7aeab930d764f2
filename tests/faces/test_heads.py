"""Heads by hand: what they say of two embeddings, kept, read again, erased with their gallery."""

import numpy as np
import pytest

from faceweb.errors import TrainingError
from faceweb.faces.evaluation import VerificationMetrics, roc
from faceweb.faces.heads import (
    UNITS,
    Head,
    LogisticUnit,
    from_bytes,
    head_arrays,
    load_taught_head,
    make_trained_head,
    to_bytes,
)
from faceweb.gallery.learnt import Learnt
from faceweb.gallery.recognize import rank
from faceweb.gallery.store import StoredPhoto
from tests.conftest import KEY

HELD = VerificationMetrics(
    same := np.array([0.1, 0.2, 0.3, 0.6]),
    different := np.array([0.4, 0.7, 0.8, 0.9, 1.0]),
    roc(same, different),
    0.5,
)
LOGISTIC = [np.full(UNITS, -1.0), np.array(6.0)]


def one_hot(*values):
    embedding = np.zeros((1, UNITS))
    embedding[0, : len(values)] = values
    return embedding


def test_a_matrix_scales_the_distance():
    head = make_trained_head(
        "triplet", head_arrays("triplet", [np.eye(UNITS) * 3, *LOGISTIC]), HELD, "here"
    )
    # (3, 4) apart by 5, and three times that.
    assert head.scores(one_hot(3, 4), one_hot()) == pytest.approx(15)
    assert head.threshold == HELD.threshold


def test_logistic_units_by_hand():
    binary = make_trained_head("binary", head_arrays("binary", LOGISTIC), HELD, "here")
    # 6 - (1 + 2) = 3 in favour, so the score is -3.
    assert binary.scores(one_hot(1, -1), one_hot(2, 1)) == pytest.approx(-3)
    square = make_trained_head("chi-square", LOGISTIC, HELD, "here")
    # (1-2)^2 / 3 + (-1-1)^2 / 2 = 7/3.
    assert square.scores(one_hot(1, -1), one_hot(2, 1)) == pytest.approx(7 / 3 - 6)


def test_a_taught_unit_gives_its_own_probability():
    head = load_taught_head(LogisticUnit(np.full(UNITS, -1.0), 6.0))
    (score,) = head.scores(one_hot(1, -1), one_hot(2, 1))[0]
    assert head.probability(score) == pytest.approx(1 / (1 + np.exp(-3)))
    assert head.threshold == 0


def test_the_probability_is_a_half_between_the_hills_and_never_certain():
    head = make_trained_head(
        "triplet", head_arrays("triplet", [np.eye(UNITS), *LOGISTIC]), HELD, "here"
    )
    assert head.probability(0.1) > 0.5 > head.probability(1.0)
    # Four pairs of one person cannot tell better than one in five.
    assert head.probability(-1e9) == pytest.approx(5 / 6)


def test_kept_and_read_again(galleries):
    learnt = Learnt(galleries)
    assert learnt.head(KEY) is None
    head = make_trained_head(
        "contrastive",
        head_arrays("contrastive", [np.eye(UNITS) * 2, *LOGISTIC]),
        HELD,
        "three people",
    )
    learnt.keep_head(KEY, b"another")
    learnt.keep_head(KEY, to_bytes(head))
    again = from_bytes(learnt.head(KEY))
    assert (again.loss, again.source) == ("contrastive", "three people")
    assert again.threshold == pytest.approx(head.threshold)
    assert again.probability(0.2) == pytest.approx(head.probability(0.2))
    assert again.scores(one_hot(3, 4), one_hot()) == pytest.approx(10)
    assert galleries.erase(KEY).bytes == len(to_bytes(head))
    assert learnt.head(KEY) is None


@pytest.mark.parametrize("loss", ["triplet", "binary"])
def test_a_whole_network_is_no_head(loss):
    with pytest.raises(TrainingError, match="Only a head is kept"):
        head_arrays(loss, [np.zeros((3, 3, 3, 8)), *LOGISTIC])


def test_recognition_ranks_by_the_head():
    from datetime import datetime

    def stored(number, name, embedding):
        return StoredPhoto(number, name, embedding[0], b"", "", datetime(2026, 1, 1))

    photos = [stored(1, "Near", one_hot(1, 0)), stored(2, "Far", one_hot(0, 2))]
    flat = np.eye(UNITS)
    flat[1, 1] = 0  # the head does not look at the second number
    head = Head("triplet", (flat,), 0.5, -1, 0, 3, "")
    assert [c.person for c in rank(one_hot()[0], photos)] == ["Near", "Far"]
    assert [c.person for c in rank(one_hot()[0], photos, head)] == ["Far", "Near"]
