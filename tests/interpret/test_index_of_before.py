"""A cached pass of an earlier version is found, and tells the same patches.

tests/data/before/README.md tells how it was made.
"""

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from faceweb.interpret.corpus import in_folder
from faceweb.interpret.index_cache import Indexes, IndexFiles
from faceweb.interpret.top_patches import patches_of

BEFORE = Path(__file__).resolve().parents[1] / "data" / "before"
FACTS = json.loads((BEFORE / "facts.json").read_text())["index"]
_, FINGERPRINT, CORPUS, _ = FACTS["key"]


@pytest.fixture
def corpus(tmp_path):
    """The pictures with the times of change they had: a cache is for these alone."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, size, changed in FACTS["pictures"]:
        shutil.copyfile(BEFORE / "corpus" / name, folder / name)
        os.utime(folder / name, ns=(changed, changed))
        assert (folder / name).stat().st_size == size
    return in_folder(folder)


@pytest.fixture
def indexes(corpus, tmp_path):
    files = tmp_path / "indexes"
    shutil.copytree(BEFORE / "indexes", files)
    return Indexes(tmp_path / "corpus", IndexFiles(files))


def test_it_is_found_without_a_network(indexes, corpus):
    """A network is not even there, so nothing can be looked through anew."""
    assert corpus.fingerprint == CORPUS
    blind = SimpleNamespace(fingerprint=FINGERPRINT, extractor=None)
    (only,) = indexes.look(blind, None, corpus)
    assert only.finished
    assert only.index.views == [tuple(view) for view in FACTS["views"]]
    assert only.index.skipped == FACTS["skipped"]
    assert set(only.index.top_k) == {fact["layer"] for fact in FACTS["strongest"]}
    for fact in FACTS["strongest"]:
        layer, unit, top_k = fact["layer"], fact["unit"], only.index.top_k[fact["layer"]]
        assert only.index.strongest(layer, 1) == [unit]
        np.testing.assert_allclose(top_k.values[:3, unit], fact["values_top3"], atol=1e-5)
        assert top_k.views[:3, unit].tolist() == fact["views_top3"]
        assert top_k.positions[0, unit] == fact["position"]
        assert (top_k.views[:, unit] < 0).sum() == fact["free_places"]
        picture, _ = only.index.views[top_k.views[0, unit]]
        assert corpus.items[picture].label == fact["picture"]


def test_another_picture_or_network_does_not_get_it(indexes, corpus, tmp_path):
    known = SimpleNamespace(fingerprint=FINGERPRINT)
    assert indexes.peek(known, corpus) is not None
    assert indexes.peek(SimpleNamespace(fingerprint="another"), corpus) is None
    os.utime(tmp_path / "corpus" / "rocket_2.jpg")
    assert indexes.peek(known, in_folder(tmp_path / "corpus")) is None


def test_the_shipped_network_finds_it_and_cuts_the_same_patches(indexes, corpus, engine):
    inspector = engine.inspector("perceptual")
    assert inspector.fingerprint == FINGERPRINT
    index = indexes.peek(inspector, corpus)
    assert index is not None
    for fact in FACTS["strongest"]:
        layer, unit = fact["layer"], fact["unit"]
        patches = patches_of(inspector.extractor, None, corpus, index, layer, [unit])[unit]
        assert patches[0].image == fact["picture"]
        assert list(patches[0].place) == fact["place_row_column_unit"]
        box = patches[0].box
        for side, value in fact["box"].items():
            assert getattr(box, side) == pytest.approx(value, abs=1e-6)
        assert patches[0].activation == pytest.approx(fact["value"], abs=1e-5)
