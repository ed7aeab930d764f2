import os
import signal
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from faceweb.errors import (
    GalleryFullError,
    KeyRefusedError,
    NameRefusedError,
    StorageError,
    UnknownPersonError,
)
from faceweb.gallery.database import sqlite_url
from faceweb.gallery.store import Galleries, Receipt, fingerprint, new_key
from tests.conftest import KEY, OTHER_KEY

CHIP = b"chip-of-a-face" * 9


def names(galleries, key=KEY):
    return [photo.person for photo in galleries.photos(key)]


def test_what_was_added_comes_back_in_order(galleries, embedding):
    galleries.add(KEY, "Bea", embedding, CHIP, "net")
    galleries.add(KEY, "Ada", embedding + 1, CHIP, "net")
    galleries.add(KEY, "Ada", embedding + 2, CHIP, "net")
    photos = galleries.photos(KEY)
    assert [photo.person for photo in photos] == ["Ada", "Ada", "Bea"]
    np.testing.assert_array_equal(photos[1].embedding, embedding + 2)
    assert photos[0].chip == CHIP
    assert abs(photos[0].added - datetime.now(timezone.utc).replace(tzinfo=None)) < timedelta(
        minutes=1
    )


def test_one_visitor_never_meets_anothers_gallery(galleries, embedding):
    mine = galleries.add(KEY, "Ada", embedding, CHIP, "net")
    theirs = galleries.add(OTHER_KEY, "Ada", embedding + 1, CHIP, "net")
    assert [photo.id for photo in galleries.photos(KEY)] == [mine.id]
    with pytest.raises(UnknownPersonError):
        galleries.forget_photo(KEY, theirs.id)
    galleries.rename(KEY, "Ada", "Countess")
    galleries.forget(KEY, "Countess")
    galleries.erase(KEY)
    assert names(galleries, OTHER_KEY) == ["Ada"]
    assert names(galleries, new_key()) == []


@pytest.mark.parametrize("key", ["", "xyz", KEY[:-1], KEY + "0", "g" * 32, "' OR 1=1 --"])
def test_a_malformed_key_is_refused_everywhere(galleries, embedding, key):
    for call in (galleries.photos, galleries.erase):
        with pytest.raises(KeyRefusedError, match="32 hexadecimal digits"):
            call(key)
    with pytest.raises(KeyRefusedError):
        galleries.add(key, "Ada", embedding, CHIP, "net")


def test_keys_have_128_bits_and_are_stored_as_hashes(galleries, embedding, tmp_path):
    assert len(bytes.fromhex(new_key())) == 16
    assert new_key() != new_key()
    assert fingerprint(KEY.upper() + " ") == fingerprint(KEY)
    galleries.add(KEY, "Ada", embedding, CHIP, "net")
    data = (tmp_path / "galleries.sqlite").read_bytes()
    assert KEY.encode() not in data
    assert bytes.fromhex(KEY) not in data
    assert fingerprint(KEY).encode() in data


def test_forgetting_the_last_photo_forgets_the_person(galleries, embedding):
    first = galleries.add(KEY, "Ada", embedding, CHIP, "net")
    second = galleries.add(KEY, "Ada", embedding, CHIP, "net")
    galleries.forget_photo(KEY, first.id)
    assert names(galleries) == ["Ada"]
    galleries.forget_photo(KEY, second.id)
    assert names(galleries) == []
    with pytest.raises(UnknownPersonError, match="called Ada"):
        galleries.forget(KEY, "Ada")


def test_forget_says_how_many_are_left(galleries, embedding):
    for name in ("Ada", "Bea", "Cleo"):
        galleries.add(KEY, name, embedding, CHIP, "net")
    assert galleries.forget(KEY, "Bea") == 2


def test_renaming_onto_somebody_else_is_refused(galleries, embedding):
    for name in ("Ada", "Bea"):
        galleries.add(KEY, name, embedding, CHIP, "net")
    with pytest.raises(NameRefusedError, match="already called Bea"):
        galleries.rename(KEY, "Ada", "Bea")
    galleries.rename(KEY, "Ada", "Ada L.")
    assert names(galleries) == ["Ada L.", "Bea"]


def test_erased_means_gone_from_every_file(galleries, embedding, tmp_path):
    """Receipt: 1 person, 2 photos of 512 bytes of embedding and 126 of chip each, 1276 in all."""
    for shift in (0, 1):
        galleries.add(KEY, "Ada Lovelace", embedding + np.float32(shift), CHIP, "net")
    galleries.add(OTHER_KEY, "Bea", embedding + np.float32(2), CHIP[:5], "net")
    assert galleries.erase(KEY) == Receipt(people=1, photos=2, bytes=1276)
    assert galleries.erase(KEY) == Receipt(0, 0, 0)
    for path in tmp_path.iterdir():
        data = path.read_bytes()
        for trace in (b"Ada Lovelace", CHIP, fingerprint(KEY).encode(), embedding.tobytes()[:64]):
            assert trace not in data, path
    assert names(galleries, OTHER_KEY) == ["Bea"]


def test_idle_galleries_expire_and_visited_ones_do_not(galleries, embedding, tmp_path):
    for key in (KEY, OTHER_KEY):
        galleries.add(key, "Ada", embedding, CHIP, "net")
    with sqlite3.connect(tmp_path / "galleries.sqlite") as database:
        database.execute("UPDATE gallery SET seen = '2020-01-01 00:00:00'")
    galleries.photos(KEY)
    assert galleries.expire(days=30) == 1
    assert names(galleries) == ["Ada"]
    assert names(galleries, OTHER_KEY) == []


def test_a_full_gallery_says_so(tmp_path, embedding):
    galleries = Galleries(sqlite_url(tmp_path), most_photos=1)
    galleries.add(KEY, "Ada", embedding, CHIP, "net")
    with pytest.raises(GalleryFullError, match="holds 1 photos at most"):
        galleries.add(KEY, "Bea", embedding, CHIP, "net")
    assert names(galleries) == ["Ada"]


def test_a_locked_database_is_one_sentence(tmp_path, embedding):
    galleries = Galleries(sqlite_url(tmp_path) + "?timeout=0.1", 9)
    lock = sqlite3.connect(tmp_path / "galleries.sqlite", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StorageError, match="busy with another program"):
            galleries.add(KEY, "Ada", embedding, CHIP, "net")
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    galleries.add(KEY, "Ada", embedding, CHIP, "net")


def test_a_read_only_database_is_one_sentence(tmp_path, embedding):
    Galleries(sqlite_url(tmp_path), 9).add(KEY, "Ada", embedding, CHIP, "net")
    path = tmp_path / "galleries.sqlite"
    galleries = Galleries(f"sqlite:///file:{path}?mode=ro&uri=true", 9)
    assert names(galleries) == ["Ada"]
    with pytest.raises(StorageError, match="read-only, nothing was changed"):
        galleries.forget(KEY, "Ada")


def test_a_database_that_is_none_is_one_sentence(tmp_path):
    (tmp_path / "galleries.sqlite").write_bytes(b"this is no database, only text " * 40)
    with pytest.raises(StorageError, match="cannot be opened"):
        Galleries(sqlite_url(tmp_path), 9)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="folder cannot be made"):
        Galleries(sqlite_url(tmp_path / "file" / "below"), 9)


def test_a_new_folder_is_for_its_owner_only(tmp_path):
    Galleries(sqlite_url(tmp_path / "new"), 9)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_killed_right_after_it_lost_nothing(tmp_path):
    """A process enrols, says so and kills itself at once; another one finds the photo."""
    code = (
        "import os, signal, sys, numpy as np\n"
        "from pathlib import Path\n"
        "from faceweb.gallery.database import sqlite_url\n"
        "from faceweb.gallery.store import Galleries\n"
        f"galleries = Galleries(sqlite_url(Path({str(tmp_path)!r})), 9)\n"
        f"galleries.add({KEY!r}, 'Ada', np.zeros(128), b'c', 'n')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, env=os.environ)
    assert done.returncode == -signal.SIGKILL
    assert names(Galleries(sqlite_url(tmp_path), 9)) == ["Ada"]


def test_eight_first_photos_at_once_are_all_kept(galleries, embedding):
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(galleries.add, KEY, f"P{i}", embedding, CHIP, "net") for i in range(8)]
    assert len({job.result().id for job in jobs}) == 8
    assert names(galleries) == [f"P{i}" for i in range(8)]


def test_a_deleted_database_is_one_sentence(galleries, embedding, tmp_path):
    galleries.add(KEY, "Ada", embedding, CHIP, "net")
    (tmp_path / "galleries.sqlite").unlink()
    with pytest.raises(StorageError, match="moved or deleted, nothing was changed"):
        galleries.add(KEY, "Bea", embedding, CHIP, "net")


def test_failures_are_logged_without_names(galleries, embedding, tmp_path, caplog):
    (tmp_path / "galleries.sqlite").unlink()
    with pytest.raises(StorageError):
        galleries.add(KEY, "Ada Lovelace", embedding, CHIP, "net")
    assert "database:" in caplog.text
    assert "Ada" not in caplog.text
    assert fingerprint(KEY) not in caplog.text


def test_reading_does_not_wait_for_a_writer(tmp_path, embedding):
    galleries = Galleries(sqlite_url(tmp_path) + "?timeout=0.1", 9)
    galleries.add(KEY, "Ada", embedding, CHIP, "net")
    writer = sqlite3.connect(tmp_path / "galleries.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert [photo.chip for photo in galleries.photos(KEY, chips=False)] == [b""]
    writer.execute("ROLLBACK")
    writer.close()
