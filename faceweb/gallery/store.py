"""The galleries of all visitors, each reachable by its own key only.

A key is 128 random bits that only the visitor holds. Galleries that nobody opens expire.
"""

import hashlib
import logging
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import numpy as np
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, defer, selectinload

from faceweb.errors import (
    GalleryFullError,
    KeyRefusedError,
    NameRefusedError,
    StorageError,
    UnknownPersonError,
)
from faceweb.gallery.database import BUSY, begin_writing, database_file, open_database, translate
from faceweb.gallery.tables import GalleryRow, PersonRow, PhotoRow

_KEY = re.compile(r"[0-9a-f]{32}")


def new_key() -> str:
    """A fresh key, 32 hexadecimal digits."""
    return secrets.token_hex(16)


def fingerprint(key: str) -> str:
    """What the server stores instead of a key: its SHA-256.

    Raises:
        KeyRefusedError: this is not 32 hexadecimal digits.
    """
    key = key.strip().lower()
    if not _KEY.fullmatch(key):
        raise KeyRefusedError(
            "A gallery key is 32 hexadecimal digits (0-9, a-f): copy it whole from the page that "
            "made it."
        )
    return hashlib.sha256(key.encode()).hexdigest()


VISIT = timedelta(hours=1)
# Seconds that a change waits for others of this process, as SQLite does for other processes.
PATIENCE = 5.0


@dataclass(frozen=True, eq=False)
class StoredPhoto:
    """A photo as the gallery holds it; `chip` is a PNG of 150x150, `embedding` (128,) float32."""

    id: int
    person: str
    embedding: np.ndarray
    chip: bytes
    model: str
    added: datetime


@dataclass(frozen=True)
class Receipt:
    """What was erased; `bytes` counts embeddings, chips, marked pairs and heads."""

    people: int
    photos: int
    bytes: int


class Galleries:
    """Enrolled people, committed before any method returns.

    Args:
        url: SQLAlchemy address; `sqlite:///path` makes the file's folder.
        most_photos: how many photos one gallery may hold.

    Every method raises KeyRefusedError for a malformed key and StorageError where the database is
    locked, read-only or gone. A well-formed key that nobody has used opens an empty gallery.
    """

    def __init__(self, url: str, most_photos: int) -> None:
        self._most = most_photos
        self._changing = threading.Lock()
        self._engine = open_database(url)

    def add(
        self, key: str, name: str, embedding: np.ndarray, chip: bytes, model: str
    ) -> StoredPhoto:
        """Adds a photo to a person, who is made where missing.

        Raises:
            GalleryFullError: the gallery holds as many photos as it may.
        """
        return self.add_all(key, [StoredPhoto(0, name, embedding, chip, model, _now())])[0]

    def add_all(self, key: str, photos: list[StoredPhoto]) -> list[StoredPhoto]:
        """Adds photos, all or none; their ids are given anew.

        Raises:
            GalleryFullError: the gallery would hold more photos than it may.
        """
        with self.writing() as session:
            gallery = self.row(session, key, make=True)
            if self._count(session, gallery) + len(photos) > self._most:
                raise GalleryFullError(
                    f"A gallery holds {self._most} photos at most, nothing was added: forget some "
                    "first."
                )
            rows = []
            for photo in photos:
                person = _person(session, gallery, photo.person)
                person = person or PersonRow(gallery=gallery, name=photo.person)
                rows.append(
                    PhotoRow(
                        person=person,
                        embedding=np.asarray(photo.embedding, "<f4").tobytes(),
                        chip=photo.chip,
                        model=photo.model,
                        added=photo.added,
                    )
                )
                session.add(rows[-1])
                session.flush()
            session.commit()
            return [_to_stored(row) for row in rows]

    def photos(self, key: str, chips: bool = True) -> list[StoredPhoto]:
        """All photos of a gallery, by name and then by age.

        Args:
            key: of the gallery.
            chips: whether to read the chips too; without them `chip` is empty.
        """
        with self.session() as session:
            gallery = self.row(session, key)
            if gallery is None:
                return []
            if gallery.seen < _now() - VISIT:
                self._touch(gallery.id)
            rows = session.scalars(
                select(PhotoRow)
                .join(PersonRow)
                .where(PersonRow.gallery_id == gallery.id)
                .order_by(PersonRow.name, PhotoRow.id)
                .options(selectinload(PhotoRow.person), *([] if chips else [defer(PhotoRow.chip)]))
            )
            return [_to_stored(row, chips) for row in rows]

    def rename(self, key: str, name: str, new_name: str) -> None:
        """Gives a person another name.

        Raises:
            UnknownPersonError: nobody has that name.
            NameRefusedError: somebody else has the new name.
        """
        with self.writing() as session:
            gallery = self.row(session, key)
            person = self._known_embeddings(session, gallery, name)
            if new_name != name and _person(session, gallery, new_name) is not None:
                raise NameRefusedError(
                    f"Somebody is already called {new_name}: choose another name, or forget one of "
                    "the two."
                )
            person.name = new_name
            session.commit()

    def forget_photo(self, key: str, photo_id: int) -> None:
        """Removes one photo, and its person with the last one.

        Raises:
            UnknownPersonError: this gallery has no such photo.
        """
        with self.writing() as session:
            gallery = self.row(session, key)
            row = session.get(PhotoRow, photo_id)
            if row is None or gallery is None or row.person.gallery_id != gallery.id:
                raise UnknownPersonError("This gallery has no such photo: reload the page.")
            session.delete(row if len(row.person.photos) > 1 else row.person)
            session.commit()

    def forget(self, key: str, name: str) -> int:
        """Removes a person with all photos.

        Returns:
            How many people are left.

        Raises:
            UnknownPersonError: nobody has that name.
        """
        with self.writing() as session:
            gallery = self.row(session, key)
            session.delete(self._known_embeddings(session, gallery, name))
            session.commit()
            return len(session.scalars(select(PersonRow).where(_of(gallery))).all())

    def erase(self, key: str) -> Receipt:
        """Removes a gallery; SQLite overwrites what it held with zeros."""
        with self.writing() as session:
            gallery = self.row(session, key)
            if gallery is None:
                return Receipt(0, 0, 0)
            photos = [photo for person in gallery.people for photo in person.photos]
            size = sum(len(photo.embedding) + len(photo.chip) for photo in photos)
            size += sum(len(mark.a) + len(mark.b) + len(mark.unit) for mark in gallery.marks)
            size += sum(len(head.weights) for head in gallery.heads)
            receipt = Receipt(len(gallery.people), len(photos), size)
            session.delete(gallery)
            session.commit()
            return receipt

    def expire(self, days: int) -> int:
        """Removes the galleries that nobody opened for so many days; returns how many."""
        with self.writing() as session:
            idle = session.scalars(
                select(GalleryRow).where(GalleryRow.seen < _now() - timedelta(days=days))
            ).all()
            for gallery in idle:
                session.delete(gallery)
            session.commit()
            return len(idle)

    def knows(self, key: str) -> bool:
        """Whether somebody uses a key."""
        with self.session() as session:
            return self.row(session, key) is not None

    def check(self) -> None:
        """Reads a row and takes the right to write, to see whether all is well; changes nothing."""
        # An open connection goes on reading a file that was deleted.
        path = database_file(self._engine)
        if path is not None and not path.exists():
            raise StorageError("The gallery's file is gone: restart this page.")
        with self.session() as session:
            session.scalar(select(GalleryRow.id).limit(1))
            begin_writing(session.connection())

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A database session whose failures are sentences."""
        with translate(), Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """As `session`, for a change: from what it reads to its commit nobody else changes
        anything, whatever process they are of."""
        if not self._changing.acquire(timeout=PATIENCE):
            raise StorageError(BUSY, "busy")
        try:
            with self.session() as session:
                begin_writing(session.connection())
                yield session
        finally:
            self._changing.release()

    def row(self, session: Session, key: str, make: bool = False) -> GalleryRow | None:
        """A gallery's row, made where it is missing and asked for."""
        mark = fingerprint(key)
        row = session.scalar(select(GalleryRow).where(GalleryRow.fingerprint == mark))
        if row is None and make:
            row = GalleryRow(fingerprint=mark, seen=_now())
            session.add(row)
            session.flush()
        return row

    def _touch(self, gallery_id: int) -> None:
        # In a session of its own: a gallery that cannot be written can still be read.
        with suppress(StorageError), self.session() as session:
            mine = update(GalleryRow).where(GalleryRow.id == gallery_id)
            session.execute(mine.values(seen=_now()))
            session.commit()

    def _known_embeddings(
        self, session: Session, gallery: GalleryRow | None, name: str
    ) -> PersonRow:
        person = _person(session, gallery, name)
        if person is None:
            raise UnknownPersonError(f"Nobody in this gallery is called {name}.")
        return person

    def _count(self, session: Session, gallery: GalleryRow | None) -> int:
        query = select(func.count(PhotoRow.id)).join(PersonRow).where(_of(gallery))
        return session.scalar(query) or 0


def _person(session: Session, gallery: GalleryRow | None, name: str) -> PersonRow | None:
    return session.scalar(select(PersonRow).where(_of(gallery), PersonRow.name == name))


def _of(gallery: GalleryRow | None) -> ColumnElement[bool]:
    return PersonRow.gallery_id == (gallery.id if gallery else None)


def _to_stored(row: PhotoRow, chips: bool = True) -> StoredPhoto:
    embedding = np.frombuffer(row.embedding, "<f4")
    chip = row.chip if chips else b""
    return StoredPhoto(row.id, row.person.name, embedding, chip, row.model, row.added)


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


log = logging.getLogger(__name__)
HOUR = 3600.0


def expire_hourly(galleries: Galleries, days: int) -> None:
    """Erases what nobody opened for so many days, now and once an hour, in a thread of its own."""

    def sweep() -> None:
        pause = threading.Event()
        while True:
            try:
                erased = galleries.expire(days)
                if erased:
                    log.info("%d idle galleries erased", erased)
            except StorageError as error:
                log.warning("idle galleries were not erased: %s", error)
            pause.wait(HOUR)

    threading.Thread(target=sweep, name="expiry", daemon=True).start()
