"""Galleries and exports of an earlier version open and say the same numbers.

tests/data/before/README.md tells how they were made; `facts.json` holds what that version read.
"""

import json
import shutil
from datetime import datetime
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from faceweb.faces.evaluation import euclidean
from faceweb.faces.heads import Head, from_bytes
from faceweb.faces.quality import from_png
from faceweb.gallery.archive import (
    export_feedback,
    export_gallery,
    import_feedback,
    import_gallery,
    people,
    read_feedback,
)
from faceweb.gallery.database import sqlite_url
from faceweb.gallery.feedback import LabelledPair, load_known, mark, unit_of
from faceweb.gallery.learnt import Learnt
from faceweb.gallery.recognize import rank
from faceweb.gallery.store import Galleries
from tests.conftest import KEY, OTHER_KEY

BEFORE = Path(__file__).resolve().parents[1] / "data" / "before"
FACTS = json.loads((BEFORE / "facts.json").read_text())["gallery"]
PAIRS = ("collins~collins_turned", "collins~hopper", "collins_turned~hopper")
EXPORT = (BEFORE / "export.zip").read_bytes()


@pytest.fixture
def stored(tmp_path):
    """The database of before, in a folder of its own: opening it may write to it."""
    shutil.copyfile(BEFORE / "gallery.sqlite", tmp_path / "galleries.sqlite")
    return Galleries(sqlite_url(tmp_path), 1000)


@pytest.fixture
def exported(tmp_path):
    """The export of before, imported under another key of an empty database."""
    folder = tmp_path / "imported"
    folder.mkdir()
    galleries = Galleries(sqlite_url(folder), 1000)
    assert import_gallery(galleries, OTHER_KEY, EXPORT) == (3, 0)
    assert import_feedback(Learnt(galleries), OTHER_KEY, read_feedback(EXPORT)) == (2, True)
    return galleries


@pytest.fixture(params=["stored", "exported"])
def opened(request):
    """(galleries, key): the database itself, and the export as another page imports it."""
    key = KEY if request.param == "stored" else OTHER_KEY
    return request.getfixturevalue(request.param), key


def head_of(galleries: Galleries, key: str) -> Head:
    weights = Learnt(galleries).head(key)
    assert weights is not None
    return from_bytes(weights)


def test_people_photos_and_embeddings_are_there(opened):
    galleries, key = opened
    photos = galleries.photos(key)
    assert [(each.person, each.photos) for each in people(photos)] == [
        ("Eileen Collins", 2),
        ("Grace Hopper", 1),
    ]
    for photo, first, (person, _, model, added, _) in zip(
        photos, FACTS["encoding_first3"], FACTS["people"], strict=True
    ):
        assert (photo.person, photo.model) == (person, model)
        assert photo.added == datetime.fromisoformat(added)
        np.testing.assert_array_equal(photo.embedding[:3], np.array(first, np.float32))
        assert from_png(photo.chip).shape == (150, 150, 3)
    pairs = combinations([photo.embedding for photo in photos], 2)
    for name, (a, b) in zip(PAIRS, pairs, strict=True):
        assert euclidean(a[None], b[None])[0, 0] == pytest.approx(FACTS["distance"][name], abs=1e-6)


def test_chips_are_those_that_were_stored(stored, exported):
    """PNG is lossless: the import encodes a chip anew, and its pixels are the same."""
    for one, other in zip(stored.photos(KEY), exported.photos(OTHER_KEY), strict=True):
        np.testing.assert_array_equal(from_png(one.chip), from_png(other.chip))
    assert [len(photo.chip) for photo in stored.photos(KEY)] == [
        size for *_, size in FACTS["people"]
    ]


def test_the_taught_unit_judges_as_it_did(opened):
    galleries, key = opened
    known, marks = load_known(), Learnt(galleries).marks(key)
    embeddings = [photo.embedding for photo in galleries.photos(key)]
    for stored_mark, fact in zip(marks, FACTS["marks"], strict=True):
        assert stored_mark.same == fact["same"]
        (a,), (b,) = fact["a_is"], fact["b_is"]
        assert stored_mark.same_pair(embeddings[a], embeddings[b])
    unit = unit_of(known, marks)
    for name, (a, b) in zip(PAIRS, combinations(embeddings, 2), strict=True):
        terms = np.abs(a - b)
        assert unit.log_odds(terms) == pytest.approx(FACTS["unit_log_odds"][name], abs=1e-4)
        untaught = FACTS["untaught_log_odds"][name]
        assert known.unit.log_odds(terms) == pytest.approx(untaught, abs=1e-4)
    # Hopper was marked as Collins: what was taught turned that verdict.
    assert FACTS["untaught_log_odds"][PAIRS[2]] < -5 < 0 < FACTS["unit_log_odds"][PAIRS[2]]


def test_the_trained_head_judges_as_it_did(opened):
    galleries, key = opened
    head, fact = head_of(galleries, key), FACTS["head"]
    assert (head.loss, head.source) == (fact["loss"], fact["source"])
    for name in ("threshold", "slope", "intercept", "most"):
        assert getattr(head, name) == pytest.approx(fact[name], abs=1e-6)
    embeddings = [photo.embedding for photo in galleries.photos(key)]
    for name, (a, b) in zip(PAIRS, combinations(embeddings, 2), strict=True):
        wanted = FACTS["head_on_stored"][name]
        score = float(head.scores(a[None], b[None])[0, 0])
        assert score == pytest.approx(wanted["score"], abs=1e-4)
        assert (score <= head.threshold) == wanted["same"]
        assert head.probability(score) == pytest.approx(wanted["probability"], abs=1e-4)
    # Collins turned is nearer to Collins than Hopper is, by the distance and by the head.
    others = galleries.photos(key)[1:]
    for decides in (None, head):
        found = [each.person for each in rank(embeddings[0], others, decides)]
        assert found == ["Eileen Collins", "Grace Hopper"]


def test_the_head_decides_in_verify(opened, networks, picture):
    """The pictures are embedded anew, so this also holds the embedder to what was stored."""
    from faceweb.config import FacesConfig
    from faceweb.faces.calibration import load_calibration
    from faceweb.faces.verify import verify

    head, calibration = head_of(*opened), load_calibration()
    for name in PAIRS:
        one, other = map(picture, name.split("~"))
        found = verify(networks, calibration, one, other, FacesConfig(), head)
        wanted = FACTS["head_by_verify"][name]
        assert found.same == wanted["same"]
        assert found.score == pytest.approx(wanted["score"], abs=1e-3)
        assert found.verdict.distance == pytest.approx(wanted["distance"], abs=1e-4)


def test_a_gallery_of_before_grows_and_is_exported_and_erased(stored):
    """An import of its own export adds nothing; a third pair is marked upon the two of before."""
    assert import_gallery(stored, KEY, EXPORT) == (0, 3)
    learnt = Learnt(stored)
    assert import_feedback(learnt, KEY, read_feedback(EXPORT)) == (0, False)
    photos = stored.photos(KEY)
    pair = LabelledPair(photos[0].embedding, photos[2].embedding, True)
    taught = mark(load_known(), learnt, KEY, pair)
    assert taught.right(taught.after) == [True, True, True]
    assert len(learnt.marks(KEY)) == 3
    assert import_gallery(
        stored, OTHER_KEY, export_gallery(photos, export_feedback(learnt, KEY))
    ) == (3, 0)
    receipt = stored.erase(KEY)
    assert (receipt.people, receipt.photos) == (2, 3)
    assert stored.photos(KEY) == []
