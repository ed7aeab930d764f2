"""A database that was made before anything could be taught or trained."""

import sqlite3

import numpy as np
import pytest

from faceweb.gallery.database import sqlite_url
from faceweb.gallery.learnt import Learnt, StoredPair
from faceweb.gallery.store import Galleries, fingerprint
from tests.conftest import KEY

OLD_TABLES = """
CREATE TABLE gallery (
    id INTEGER NOT NULL, fingerprint VARCHAR(64) NOT NULL, seen DATETIME NOT NULL,
    PRIMARY KEY (id), UNIQUE (fingerprint)
);
CREATE INDEX ix_gallery_seen ON gallery (seen);
CREATE TABLE person (
    id INTEGER NOT NULL, gallery_id INTEGER NOT NULL, name VARCHAR(80) NOT NULL,
    PRIMARY KEY (id), UNIQUE (gallery_id, name),
    FOREIGN KEY(gallery_id) REFERENCES gallery (id) ON DELETE CASCADE
);
CREATE TABLE photo (
    id INTEGER NOT NULL, person_id INTEGER NOT NULL, encoding BLOB NOT NULL, chip BLOB NOT NULL,
    model VARCHAR(40) NOT NULL, added DATETIME NOT NULL,
    PRIMARY KEY (id), FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
);
CREATE INDEX ix_photo_person_id ON photo (person_id);
"""


@pytest.fixture
def older(tmp_path, embedding):
    """Its galleries, opened by this version; one photo of Ada lies in it."""
    path, when = tmp_path / "galleries.sqlite", "2026-01-02 03:04:05.000000"
    with sqlite3.connect(path) as database:
        database.executescript(OLD_TABLES)
        database.execute("INSERT INTO gallery VALUES (7, ?, ?)", (fingerprint(KEY), when))
        database.execute("INSERT INTO person VALUES (8, 7, 'Ada')")
        row = (9, 8, embedding.tobytes(), b"chip", "net", when)
        database.execute("INSERT INTO photo VALUES (?, ?, ?, ?, ?, ?)", row)
    database.close()
    return Galleries(sqlite_url(tmp_path), 1000)


def test_its_photos_are_there_and_more_can_be_added(older, embedding):
    (photo,) = older.photos(KEY)
    assert (photo.id, photo.person, photo.chip) == (9, "Ada", b"chip")
    assert f"{photo.added:%Y-%m-%d %H:%M}" == "2026-01-02 03:04"
    np.testing.assert_array_equal(photo.embedding, embedding)
    older.add(KEY, "Ada", embedding + 1, b"chip", "net")
    assert [each.person for each in older.photos(KEY)] == ["Ada", "Ada"]


def test_marks_and_a_head_can_be_added_and_are_erased_with_it(older, embedding, tmp_path):
    learnt = Learnt(older)
    assert learnt.marks(KEY) == []
    assert learnt.head(KEY) is None
    learnt.add_mark(KEY, StoredPair(embedding, embedding + 1, True, np.zeros(129)))
    learnt.keep_head(KEY, b"a head that was trained")
    again = Galleries(sqlite_url(tmp_path), 1000)
    (mark,) = Learnt(again).marks(KEY)
    assert mark.same_pair(embedding, embedding + 1)
    assert Learnt(again).head(KEY) == b"a head that was trained"
    assert [photo.id for photo in again.photos(KEY)] == [9]
    again.erase(KEY)
    assert b"a head that was trained" not in (tmp_path / "galleries.sqlite").read_bytes()
