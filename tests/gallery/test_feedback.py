"""A wrong verdict is taught, what was taught stays, and a guard keeps known pairs."""

import numpy as np
import pytest

from faceweb.gallery import feedback
from faceweb.gallery.database import sqlite_url
from faceweb.gallery.feedback import BOUND, LabelledPair, load_known, mark, unit_of
from faceweb.gallery.learnt import Learnt
from faceweb.gallery.store import Galleries
from tests.conftest import KEY, OTHER_KEY


@pytest.fixture(scope="module")
def known():
    return load_known()


@pytest.fixture
def learnt(galleries):
    return Learnt(galleries)


@pytest.fixture
def pair(known):
    """Draws pairs that look like those of one person or of two, by the known moments."""

    def draw(like_same, same, seed=0):
        m = known.moments
        mean = m.same_mean if like_same else m.different_mean
        covariance = m.same_covariance if like_same else m.different_covariance
        terms = np.random.default_rng(seed).multivariate_normal(mean, covariance, method="eigh")
        return LabelledPair(np.abs(terms).astype(np.float32), np.zeros(128, np.float32), same)

    return draw


def decides(unit, pair):
    return bool(unit.log_odds(pair.terms) >= 0)


@pytest.mark.parametrize("same", [True, False])
def test_a_wrong_verdict_becomes_right_and_known_pairs_stay(known, pair, same):
    # Looks like the other kind: wrong at first.
    wrong = next(
        candidate
        for candidate in (pair(not same, same, seed) for seed in range(99))
        if decides(known.unit, candidate) != same
    )
    taught = feedback.update_unit(known, known.unit, [wrong])
    assert decides(taught.after, wrong) == same
    assert taught.steps > 0
    assert taught.error_after <= known.error(known.unit) + BOUND


def test_what_is_right_already_moves_nothing(known, pair):
    taught = feedback.update_unit(known, known.unit, [pair(True, True)])
    assert taught.steps == 0
    assert taught.after is known.unit


def test_the_guard_stops_who_teaches_nonsense(known, pair):
    unit, marks, refused = known.unit, [], 0
    for seed in range(30):
        marks.append(pair(seed % 2 == 0, seed % 2 == 1, seed))
        taught = feedback.update_unit(known, unit, marks)
        if taught.refused:
            refused += 1
            assert taught.after is unit
            marks.pop()
        unit = taught.after
        assert taught.error_after <= known.error(known.unit) + BOUND
    assert refused


def test_a_copy_of_a_photo_cannot_be_taught_to_be_somebody_else(known, learnt):
    same = np.linspace(-1, 1, 128, dtype=np.float32)
    taught = mark(known, learnt, KEY, LabelledPair(same, same, False))
    assert taught.refused
    assert learnt.marks(KEY) == []


def test_earlier_pairs_are_not_forgotten(known):
    """Honest mistakes, one after the other: all are right at the end."""
    m, rng, unit, marks = known.moments, np.random.default_rng(5), known.unit, []
    for same, mean, covariance in (
        (True, m.same_mean, m.same_covariance),
        (False, m.different_mean, m.different_covariance),
    ):
        terms = np.abs(rng.multivariate_normal(mean, covariance, 8000, method="eigh"))
        wrong = [row for row in terms if (unit.log_odds(row) >= 0) != same]
        marks += [LabelledPair(row, np.zeros(128), same) for row in wrong[:3]]
    assert len(marks) >= 4
    for count in range(1, len(marks) + 1):
        taught = feedback.update_unit(known, unit, marks[:count])
        unit = taught.after
        assert not taught.held_back
    assert [decides(unit, each) for each in marks] == [each.same for each in marks]


def test_a_unit_belongs_to_its_key_and_undo_gives_back_the_last(known, pair, galleries, learnt):
    first = mark(known, learnt, KEY, pair(False, True, 1))
    second = mark(known, learnt, KEY, pair(False, True, 2))
    kept = unit_of(known, learnt.marks(KEY))
    np.testing.assert_array_equal(kept.weights, second.after.weights)
    assert kept.bias == second.after.bias
    assert unit_of(known, learnt.marks(OTHER_KEY)) is known.unit
    assert learnt.forget_marks(KEY, last=True) == 1
    np.testing.assert_array_equal(unit_of(known, learnt.marks(KEY)).weights, first.after.weights)
    receipt = galleries.erase(KEY)
    assert receipt.bytes == 512 * 2 + 129 * 8
    assert unit_of(known, learnt.marks(KEY)) is known.unit


def test_marks_survive_a_restart(known, pair, learnt, tmp_path):
    taught = mark(known, learnt, KEY, pair(False, True, 1))
    again = Learnt(Galleries(sqlite_url(tmp_path), 1000))
    assert unit_of(known, again.marks(KEY)).bias == taught.after.bias


@pytest.mark.slow
def test_the_expected_error_is_near_the_counted_one(known, networks, lfw):
    from training.calibrate_odds import embed_folder
    from training.measure_pairs import pair_terms

    same, different = pair_terms(*embed_folder(networks, lfw))
    unit = known.unit
    counted = ((unit.log_odds(different) >= 0).mean() + (unit.log_odds(same) < 0).mean()) / 2
    assert known.error(unit) == pytest.approx(counted, abs=0.003)


def test_the_last_answer_on_a_pair_stands(known, learnt, pair):
    """A slip of the hand is corrected by the other button, with the photos in either order."""
    first = pair(True, False, 3)
    assert not mark(known, learnt, KEY, first).refused
    again = LabelledPair(first.b, first.a, True)
    taught = mark(known, learnt, KEY, again)
    assert taught.right(taught.after) == [True]
    assert [each.same for each in learnt.marks(KEY)] == [True]


def test_what_is_not_learnt_is_refused_whatever_the_reason(known, pair):
    one = pair(True, True)
    contradiction = LabelledPair(one.a, one.b, False)
    taught = feedback.update_unit(known, known.unit, [one, contradiction])
    assert taught.refused
    assert taught.after is known.unit
