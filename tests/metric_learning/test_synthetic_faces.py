"""Drawn people: always the same ones, nobody in two data sets, and more than their pixels."""

import numpy as np
import pytest

from faceweb.faces.evaluation import euclidean, roc, split_pairs
from faceweb.metric_learning.dataset import (
    LEARNT,
    SYNTHETIC_TESTED,
    SYNTHETIC_WATCHED,
    SyntheticFaces,
    dataset,
)
from faceweb.metric_learning.synthetic_faces import draw_face, identity, occasion


def test_a_picture_can_be_drawn_again_alone():
    (pictures,) = dataset(3, range(5, 6), 4)
    again = draw_face(identity(3, 5), occasion(3, 5, 2))
    assert again.shape == (64, 64, 3)
    assert np.array_equal(pictures[2], again)
    assert not np.array_equal(draw_face(identity(4, 5), occasion(4, 5, 2)), again)


def test_the_three_groups_share_nobody():
    groups = [set(group) for group in (LEARNT, SYNTHETIC_WATCHED, SYNTHETIC_TESTED)]
    assert sum(map(len, groups)) == len(set.union(*groups)) >= 200


@pytest.mark.slow
def test_pixels_alone_fail():
    """Small pictures compared pixel by pixel are not much better than a coin."""
    split = SyntheticFaces().split(lambda share: None)
    assert (len(split.learnt), len(split.tested)) == (160, 40)
    part = split.tested.part(range(40), 8)
    small = part.flat.reshape(-1, 16, 4, 16, 4, 3).mean((2, 4)).reshape(len(part.people), -1)
    distances = np.concatenate([euclidean(row[None], small) for row in small])
    error, _ = roc(*split_pairs(distances, part.people)).equal_error
    assert error > 0.35
