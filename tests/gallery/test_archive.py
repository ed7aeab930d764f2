import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faceweb.config import GalleryConfig
from faceweb.errors import GalleryFullError, ImportRefusedError, NameRefusedError
from faceweb.faces.quality import MODEL, from_png, to_png
from faceweb.gallery.archive import export_gallery, import_gallery, people
from faceweb.gallery.database import sqlite_url
from faceweb.gallery.store import Galleries
from tests.conftest import KEY, OTHER_KEY

ROW = {"person": "Ada", "model": MODEL, "added": "2026-01-02T03:04:05"}


@pytest.fixture
def chip():
    return np.random.default_rng(2).integers(0, 256, (150, 150, 3)).astype(np.uint8)


@pytest.fixture
def filled(galleries, embedding, chip):
    for i, name in enumerate(["Ada", "Ada", "Bea"]):
        galleries.add(KEY, name, embedding + np.float32(i), to_png(chip + np.uint8(i)), MODEL)
    return galleries


def archive(listing=None, embeddings=None, chips=None, **more) -> bytes:
    """A zip like an exported one, with parts replaced."""
    arrays = io.BytesIO()
    np.savez(
        arrays,
        encodings=np.zeros((1, 128), "<f4") if embeddings is None else embeddings,
        chips=np.zeros((1, 150, 150, 3), "u1") if chips is None else chips,
    )
    rows = [ROW] if listing is None else listing
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("gallery.json", json.dumps({"version": 1, "photos": rows}))
        file.writestr("gallery.npz", arrays.getvalue())
        for name, data in more.items():
            file.writestr(name, data)
    return stream.getvalue()


def nested(depth: int) -> bytes:
    """A listing that only a reader with a deep stack could follow."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("gallery.json", "[" * depth)
        file.writestr("gallery.npz", b"")
    return stream.getvalue()


def test_a_gallery_moves_to_another_key(filled, embedding, chip):
    data = export_gallery(filled.photos(KEY))
    assert import_gallery(filled, OTHER_KEY, data) == (3, 0)
    moved = filled.photos(OTHER_KEY)
    assert [photo.person for photo in moved] == ["Ada", "Ada", "Bea"]
    np.testing.assert_array_equal(moved[2].embedding, embedding + 2)
    np.testing.assert_array_equal(from_png(moved[2].chip), chip + np.uint8(2))
    assert [photo.added for photo in moved] == [photo.added for photo in filled.photos(KEY)]


def test_an_import_without_room_adds_nothing(filled, tmp_path):
    small = Galleries(sqlite_url(tmp_path / "small"), 2)
    with pytest.raises(GalleryFullError, match="nothing was added"):
        import_gallery(small, KEY, export_gallery(filled.photos(KEY)))
    assert small.photos(KEY) == []


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_export_is_refused_or_imported_never_more(data):
    """One or two bytes of a real export are changed."""
    whole = bytearray(archive())
    for _ in range(data.draw(st.integers(1, 2))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    galleries = Galleries("sqlite://", 9)
    try:
        added, known = import_gallery(galleries, KEY, bytes(whole))
    except (ImportRefusedError, NameRefusedError):
        return
    assert (added, known) == (1, 0)


def test_importing_twice_adds_nothing(filled):
    data = export_gallery(filled.photos(KEY))
    assert import_gallery(filled, KEY, data) == (0, 3)


def test_an_empty_gallery_exports_and_imports(galleries):
    assert import_gallery(galleries, KEY, export_gallery([])) == (0, 0)


def test_people_are_summed_up(filled):
    assert [(p.person, p.photos) for p in people(filled.photos(KEY))] == [("Ada", 2), ("Bea", 1)]


@pytest.mark.parametrize(
    "data",
    [
        b"no zip",
        archive()[:-30],
        archive(listing=[{"name": "Ada"}]),
        archive(listing=[]),
        archive(listing=[{**ROW, "model": "another network"}]),
        archive(listing=[{**ROW, "added": "yesterday"}]),
        nested(100_000),
        archive(embeddings=np.zeros((1, 127), "<f4")),
        archive(embeddings=np.zeros((1, 128), "<f8")),
        archive(embeddings=np.full((1, 128), np.nan, "<f4")),
        archive(embeddings=np.array([[object()] * 128])),
        archive(chips=np.zeros((2, 150, 150, 3), "u1")),
    ],
    ids=[
        "text",
        "cut",
        "listing",
        "empty",
        "model",
        "time",
        "nested",
        "width",
        "type",
        "nan",
        "pickle",
        "chips",
    ],
)
def test_what_was_not_exported_here_is_refused(galleries, data):
    with pytest.raises(ImportRefusedError, match="not a gallery that this page exported"):
        import_gallery(galleries, KEY, data)
    assert galleries.photos(KEY) == []


def test_a_name_in_a_file_is_checked_like_a_typed_one(galleries):
    with pytest.raises(NameRefusedError):
        import_gallery(galleries, KEY, archive(listing=[{**ROW, "person": "a\x00"}]))


def test_a_bomb_is_refused_before_it_is_inflated(galleries):
    config = GalleryConfig(largest_import=50_000)
    with pytest.raises(ImportRefusedError, match="larger than 0 MB"):
        import_gallery(galleries, KEY, archive(), config)
