"""What was taught and trained goes with an exported gallery, and a bad file takes nothing in."""

import io
import zipfile

import numpy as np
import pytest

from faceweb.errors import ImportRefusedError
from faceweb.faces.heads import UNITS, Head, from_bytes, to_bytes
from faceweb.gallery.archive import (
    export_feedback,
    export_gallery,
    import_feedback,
    import_gallery,
    read_feedback,
)
from faceweb.gallery.learnt import Learnt, StoredPair
from tests.conftest import KEY, OTHER_KEY

HEAD = Head("binary", (np.full(UNITS, -2.0), np.array(3.0)), 0.5, -1.0, 0.25, 4.0, "two people")


@pytest.fixture
def learnt(galleries):
    return Learnt(galleries)


@pytest.fixture
def filled(learnt):
    for number, same in enumerate((True, False)):
        a, b = (np.full(128, value, np.float32) for value in (number, number + 0.5))
        learnt.add_mark(KEY, StoredPair(a, b, same, np.full(129, number / 3)))
    learnt.keep_head(KEY, to_bytes(HEAD))
    return export_gallery([], export_feedback(learnt, KEY))


def test_what_was_learnt_moves_to_another_key(learnt, galleries, filled):
    assert import_gallery(galleries, OTHER_KEY, filled) == (0, 0)
    assert import_feedback(learnt, OTHER_KEY, read_feedback(filled)) == (2, True)
    marks = learnt.marks(OTHER_KEY)
    assert [mark.same for mark in marks] == [True, False]
    np.testing.assert_array_equal(marks[1].b, np.full(128, 1.5, np.float32))
    np.testing.assert_array_equal(marks[1].unit, np.full(129, 1 / 3))
    head = from_bytes(learnt.head(OTHER_KEY))
    assert (head.loss, head.threshold, head.source) == ("binary", 0.5, "two people")


def test_what_is_there_stays(learnt, filled):
    mine = StoredPair(np.zeros(128, np.float32), np.ones(128, np.float32), True, np.zeros(129))
    learnt.add_mark(OTHER_KEY, mine)
    assert import_feedback(learnt, OTHER_KEY, read_feedback(filled)) == (0, True)
    assert len(learnt.marks(OTHER_KEY)) == 1
    assert import_feedback(learnt, OTHER_KEY, read_feedback(filled)) == (0, False)


def test_a_gallery_without_anything_learnt(learnt):
    plain = export_gallery([], export_feedback(learnt, KEY))
    assert import_feedback(learnt, OTHER_KEY, read_feedback(plain)) == (0, False)


def npz(**arrays) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def marks(count=1, **other) -> bytes:
    arrays = {
        "a": np.zeros((count, 128), "<f4"),
        "b": np.zeros((count, 128), "<f4"),
        "same": np.zeros(count, bool),
        "unit": np.zeros((count, 129)),
    }
    return npz(**arrays | other)


def test_a_pair_of_the_right_kinds_is_read():
    assert len(read_feedback(export_gallery([], {"marks.npz": marks(3)})).marks) == 3


def parts(**other) -> dict:
    with np.load(io.BytesIO(to_bytes(HEAD))) as held:
        return dict(held) | other


def test_what_is_read_is_what_is_kept_and_nothing_beside_it(learnt):
    junk = parts(junk=np.zeros(500_000, "u1"))
    file = read_feedback(export_gallery([], {"head.npz": npz(**junk)}))
    import_feedback(learnt, KEY, file)
    assert len(learnt.head(KEY)) < 10_000


def lying() -> bytes:
    """A header that claims 8 TB."""
    stream = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    np.lib.format.write_array_header_1_0(stream, header)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("same.npy", stream.getvalue())
    return packed.getvalue()


@pytest.mark.parametrize(
    "members",
    [
        {"marks.npz": b"no zip"},
        {"marks.npz": lying()},
        {"marks.npz": marks(201)},
        {"marks.npz": marks(2, a=np.zeros((1, 128), "<f4"))},
        {"marks.npz": marks(a=np.full((1, 128), 1e300))},
        {"marks.npz": npz(junk=np.zeros(2_000_000, "u1"))},
        {"head.npz": npz(junk=np.zeros(2_000_000, "u1"))},
        {"head.npz": npz(**parts(array_0=np.full(UNITS, "1")))},
        {"head.npz": npz(**parts(array_0=np.zeros(UNITS)))},
        {"head.npz": npz(**parts(loss=np.array("hinge")))},
        {"marks.npz": marks(unit=np.zeros((1, 128)))},
        {"marks.npz": marks(a=np.full((1, 128), np.nan))},
        {"marks.npz": marks(a=np.array([{"pickled": 1}] * 128, object))},
        {"head.npz": to_bytes(HEAD)[:200]},
        {"head.npz": npz(loss=np.array("binary"))},
        {"head.npz": to_bytes(Head("binary", HEAD.arrays, np.inf, 1, 1, 1, ""))},
        {"head.npz": to_bytes(Head("triplet", HEAD.arrays, 1, 1, 1, 1, ""))},
        {"head.npz": to_bytes(Head("binary", HEAD.arrays, 1, 1, 1, 1, "x" * 201))},
    ],
)
def test_bad_files_are_one_sentence(members):
    with pytest.raises(ImportRefusedError, match="not a gallery that this page exported"):
        read_feedback(export_gallery([], members))
