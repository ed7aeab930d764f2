"""Two equal error rates that differ are told apart."""

import numpy as np

from faceweb.faces.evaluation import VerificationMetrics, roc
from faceweb.metric_learning.dataset import FaceDataset, HoldOut
from faceweb.ui.views.train import comparison

SAME, DIFFERENT = np.array([0.1, 0.2]), np.array([0.8, 0.9])
PAIRS = VerificationMetrics(SAME, DIFFERENT, roc(SAME, DIFFERENT), 0.5)


def dataset(people: int, each: int) -> FaceDataset:
    pictures = tuple(np.zeros((each, 4, 4, 3), np.uint8) for _ in range(people))
    return FaceDataset(pictures, pictures)


def outcome(watched: FaceDataset, tested: FaceDataset, **named: bool) -> str:
    return comparison(PAIRS, PAIRS, HoldOut(dataset(9, 2), watched, tested, **named))


def test_others_are_tested_than_those_who_are_watched():
    said = outcome(dataset(20, 2), dataset(40, 2), apart=True)
    assert "on 40 others, who were not looked at before the end" in said
    assert "below is of the 20 people it was watched on, so the two rates differ" in said


def test_the_same_people_with_more_pictures():
    said = outcome(dataset(3, 2), dataset(3, 5))
    assert "on 3 people held out" in said
    assert "below is of fewer of their pictures, so the two rates differ" in said


def test_the_same_pictures_need_no_word():
    said = outcome(dataset(3, 2), dataset(3, 2), known=True)
    assert "on 3 of the people it learns from" in said
    assert "differ" not in said
