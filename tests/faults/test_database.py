"""What a visitor meets when the database is shared, locked, read-only or full."""

import json
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from faceweb.errors import StorageError
from faceweb.gallery import store as stored
from faceweb.gallery.archive import export_gallery, import_gallery
from faceweb.gallery.database import sqlite_url
from faceweb.gallery.learnt import Learnt
from faceweb.gallery.store import Galleries
from tests.conftest import KEY, OTHER_KEY
from tests.faults.files import whole

# Adds thirty photos of one and the same person and forgets most of its own at once, which twice in
# three times forgets the person where nobody else adds to them meanwhile; prints whose are left.
VISITOR = """
import json, sys, time
from pathlib import Path
import numpy as np
from faceweb.gallery.database import sqlite_url
from faceweb.gallery.store import Galleries
from faceweb.gallery.learnt import Learnt, StoredPair
folder, key, mine = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
(folder / f"ready{mine}").touch()
while len(list(folder.glob("ready*"))) < 2:
    time.sleep(0.001)
galleries = Galleries(sqlite_url(folder), 1000)
left = []
for number in range(30):
    encoding = np.full(128, mine + number, np.float32)
    photo = galleries.add(key, "Ada", encoding, b"chip" * 2000, "net")
    if number % 3 < 2:
        galleries.forget_photo(key, photo.id)
    else:
        left.append(float(mine + number))
    mark = StoredPair(encoding, encoding + 1, True, np.zeros(129))
    Learnt(galleries).add_mark(key, mark)
print(json.dumps(left))
"""


def names(galleries, key=KEY):
    return [photo.person for photo in galleries.photos(key)]


def test_two_processes_add_and_forget_at_once_and_nothing_is_lost(tmp_path):
    """Both make the tables, the gallery and the person. Each leaves 10 of its 30 photos, so 20
    are there, and 60 marked pairs."""
    visitors = [
        subprocess.Popen(
            [sys.executable, "-c", VISITOR, str(tmp_path), KEY, str(first)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for first in (0, 1000)
    ]
    said = [visitor.communicate(timeout=60) for visitor in visitors]
    assert [visitor.returncode for visitor in visitors] == [0, 0], said
    left = sorted(number for out, _ in said for number in json.loads(out))
    galleries = Galleries(sqlite_url(tmp_path), 1000)
    assert len(left) == 20
    assert sorted(float(photo.embedding[0]) for photo in galleries.photos(KEY)) == left
    assert len(Learnt(galleries).marks(KEY)) == 60
    assert whole(tmp_path)


@pytest.mark.parametrize("statement", ["INSERT INTO gallery", "INSERT INTO person", "DELETE"])
def test_what_another_process_adds_between_a_look_and_a_change_is_kept(
    tmp_path, embedding, statement
):
    """Here forgets Ada's only photo and adds another one; just before it changes a row of a kind,
    there adds one too, so that two photos of Ada are left."""
    here, there = (Galleries(sqlite_url(tmp_path), 9) for _ in range(2))
    if statement != "INSERT INTO gallery":
        here.add(OTHER_KEY, "Bea", embedding, b"chip", "net")
        there.add(KEY, "Bea", embedding, b"chip", "net")
    first = here.add(KEY, "Ada", embedding, b"chip", "net") if statement == "DELETE" else None
    with ThreadPoolExecutor(1) as pool:
        others = []

        def meanwhile(_connection, _cursor, text, *_):
            if text.startswith(statement) and not others:
                others.append(pool.submit(there.add, KEY, "Ada", embedding + 1, b"chip", "net"))
                wait(others, timeout=0.3)

        event.listen(here._engine, "before_cursor_execute", meanwhile)
        if first is not None:
            here.forget_photo(KEY, first.id)
        here.add(KEY, "Ada", embedding + 2, b"chip", "net")
        (other,) = others
        other.result()
    assert names(here).count("Ada") == 2


def test_one_opener_sees_what_another_enrolled_and_forgot(tmp_path, embedding):
    here, there = (Galleries(sqlite_url(tmp_path), 9) for _ in range(2))
    assert names(here) == []
    there.add(KEY, "Ada", embedding, b"chip", "net")
    assert names(here) == ["Ada"]
    there.rename(KEY, "Ada", "Bea")
    assert names(here) == ["Bea"]
    here.forget(KEY, "Bea")
    assert names(there) == []


@pytest.mark.parametrize("change", ["add", "rename", "forget", "erase", "mark"])
def test_whoever_waits_for_another_program_too_long_reads_so(tmp_path, embedding, change):
    galleries = Galleries(sqlite_url(tmp_path) + "?timeout=0.1", 9)
    photo = galleries.add(KEY, "Ada", embedding, b"chip", "net")
    changes = {
        "add": lambda: galleries.add(KEY, "Bea", embedding, b"chip", "net"),
        "rename": lambda: galleries.rename(KEY, "Ada", "Bea"),
        "forget": lambda: galleries.forget_photo(KEY, photo.id),
        "erase": lambda: galleries.erase(KEY),
        "mark": lambda: Learnt(galleries).forget_marks(KEY),
    }
    with closing(sqlite3.connect(tmp_path / "galleries.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match="busy with another program: try again") as met:
            changes[change]()
        assert met.value.state == "busy"
        other.execute("ROLLBACK")
    assert names(galleries) == ["Ada"]
    changes[change]()


def test_whoever_waits_for_another_visitor_too_long_reads_so(galleries, embedding, monkeypatch):
    monkeypatch.setattr(stored, "PATIENCE", 0.05)
    with galleries.writing(), pytest.raises(StorageError, match="busy with another program"):
        galleries.add(KEY, "Ada", embedding, b"chip", "net")
    galleries.add(KEY, "Ada", embedding, b"chip", "net")
    assert names(galleries) == ["Ada"]


def query_only(connection, _record):
    connection.execute("PRAGMA query_only = ON")


@pytest.fixture
def read_only(galleries, embedding):
    """A gallery with one person, whose file became read-only."""
    galleries.add(KEY, "Ada", embedding, b"chip", "net")
    galleries._engine.dispose()
    event.listen(Engine, "connect", query_only)
    yield galleries
    event.remove(Engine, "connect", query_only)


def test_what_cannot_be_written_can_still_be_read(read_only, embedding, tmp_path):
    assert names(read_only) == ["Ada"]
    assert names(Galleries(sqlite_url(tmp_path), 9)) == ["Ada"]
    for change in (
        lambda: read_only.add(KEY, "Bea", embedding, b"chip", "net"),
        lambda: read_only.erase(KEY),
        lambda: read_only.expire(1),
    ):
        with pytest.raises(StorageError, match="read-only, nothing was changed: make its file"):
            change()
    with pytest.raises(StorageError) as met:
        read_only.check()
    assert met.value.state == "read-only"


def test_a_page_visited_after_a_while_is_read_although_nothing_can_be_written(
    read_only, tmp_path, monkeypatch
):
    """The visit would be noted in the database."""
    monkeypatch.setattr(stored, "VISIT", stored.VISIT * 0)
    time.sleep(0.001)
    assert names(read_only) == ["Ada"]


@pytest.fixture
def small(galleries, embedding):
    """A gallery whose database may not grow by more than a page; gives it and what frees space."""
    for number in range(3):
        galleries.add(KEY, "Ada", embedding + number, b"chip", "net")
    pages = [0]

    def most(connection, _record):
        held = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages[0] or held + 1}")

    galleries._engine.dispose()
    event.listen(galleries._engine, "connect", most)

    def free() -> None:
        pages[0] = 10**6
        galleries._engine.dispose()

    return galleries, free


def test_a_full_disk_is_one_sentence_and_loses_nothing(small, embedding, tmp_path):
    galleries, free = small
    large = bytes(100_000)
    with pytest.raises(StorageError, match="disk is full or failing, nothing was changed") as met:
        galleries.add(KEY, "Bea", embedding, large, "net")
    assert met.value.state == "disk full or failing"
    with pytest.raises(StorageError, match="free some space and try again"):
        galleries.add(OTHER_KEY, "Cleo", embedding, large, "net")
    assert names(galleries) == ["Ada"] * 3
    assert names(galleries, OTHER_KEY) == []
    assert whole(tmp_path)
    # What makes room needs none.
    galleries.forget_photo(KEY, galleries.photos(KEY)[0].id)
    free()
    galleries.add(KEY, "Bea", embedding, large, "net")
    assert names(galleries) == ["Ada", "Ada", "Bea"]


def test_an_import_that_does_not_fit_adds_nothing(small, embedding, tmp_path, picture):
    galleries, free = small
    from faceweb.faces.quality import to_png

    chip = to_png(picture("collins")[:150, :150])
    source = Galleries(sqlite_url(tmp_path / "source"), 99)
    for number in range(5):
        source.add(KEY, f"P{number}", embedding + number, chip, "dlib-resnet-v1")
    archive = export_gallery(source.photos(KEY))
    with pytest.raises(StorageError, match="disk is full or failing"):
        import_gallery(galleries, KEY, archive)
    assert names(galleries) == ["Ada"] * 3
    free()
    assert import_gallery(galleries, KEY, archive) == (5, 0)
    assert len(names(galleries)) == 8


def test_a_watchdog_reads_what_is_not_well(serve, engine, galleries, embedding, tmp_path):
    address = serve(engine)
    assert health(address) == (200, {"models": "ready", "database": "ok"})
    galleries._engine.dispose()
    event.listen(galleries._engine, "connect", query_only)
    assert health(address) == (503, {"models": "ready", "database": "read-only"})
    event.remove(galleries._engine, "connect", query_only)
    galleries._engine.dispose()
    event.listen(galleries._engine, "connect", impatient)
    assert health(address)[0] == 200
    with closing(sqlite3.connect(tmp_path / "galleries.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert health(address) == (503, {"models": "ready", "database": "busy"})
        other.execute("ROLLBACK")
    assert health(address)[0] == 200


def health(address: str) -> tuple[int, dict]:
    answer = httpx.get(f"{address}/healthz")
    return answer.status_code, answer.json()


def impatient(connection, _record):
    connection.execute("PRAGMA busy_timeout = 100")
