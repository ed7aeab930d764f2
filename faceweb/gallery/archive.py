"""A gallery as a whole: listed, exported and imported, with what was learnt under its key."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import prod
from types import MappingProxyType

import numpy as np

from faceweb.config import GalleryConfig
from faceweb.errors import FacewebError, ImportRefusedError
from faceweb.faces.heads import SHAPES, UNITS, Head, to_bytes
from faceweb.faces.quality import MODEL, from_png, to_png
from faceweb.gallery.enroll import clean_name
from faceweb.gallery.learnt import MOST_MARKS, Learnt, StoredPair
from faceweb.gallery.store import Galleries, StoredPhoto
from faceweb.media.sandbox import open_zip_bytes, unpack

VERSION = 1
_LISTING, _ARRAYS = "gallery.json", "gallery.npz"
# Bytes: of a listing of thousands of long names, and of what an npz holds beside its numbers.
LARGEST_LISTING, _HEADERS = 4_000_000, 4096
_SHAPES: dict[str, tuple[tuple[int, ...], np.dtype]] = {
    "encodings": ((128,), np.dtype("<f4")),
    "chips": ((150, 150, 3), np.dtype("u1")),
}


@dataclass(frozen=True)
class PersonSummary:
    """A person of a gallery; `added` is the time of the newest photo, UTC."""

    person: str
    photos: int
    added: datetime


def people(photos: list[StoredPhoto]) -> list[PersonSummary]:
    """Sums up a gallery by person, in its order."""
    groups: dict[str, list[StoredPhoto]] = {}
    for photo in photos:
        groups.setdefault(photo.person, []).append(photo)
    return [
        PersonSummary(name, len(group), max(photo.added for photo in group))
        for name, group in groups.items()
    ]


def export_gallery(
    photos: list[StoredPhoto], members: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """A gallery as a zip of one JSON listing and one npz with the arrays, no pickle in it.

    Args:
        photos: the gallery, with chips.
        members: further files of the zip, by name.
    """
    listing = [
        {"person": photo.person, "model": photo.model, "added": photo.added.isoformat()}
        for photo in photos
    ]
    arrays = io.BytesIO()
    np.savez(
        arrays,
        encodings=np.array([p.embedding for p in photos], "<f4").reshape(-1, 128),
        chips=np.array([from_png(p.chip) for p in photos], "u1").reshape(-1, 150, 150, 3),
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_LISTING, json.dumps({"version": VERSION, "photos": listing}, indent=1))
        archive.writestr(_ARRAYS, arrays.getvalue())
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def import_gallery(
    galleries: Galleries, key: str, data: bytes, config: GalleryConfig | None = None
) -> tuple[int, int]:
    """Adds an exported gallery to another one, all of it or nothing.

    Args:
        galleries: where it is kept.
        key: of the gallery that grows.
        data: bytes of a zip that `export_gallery` made.
        config: limits.

    Returns:
        How many photos were added, and how many were there already.

    Raises:
        ImportRefusedError: it is not such a zip, or too large.
        NameRefusedError: a name in it is not fit to keep.
        GalleryFullError: there is no room for all of it.
    """
    config = config or GalleryConfig()
    with refuse_broken():
        listing, embeddings, chips = _open(data, config)
        rows = [
            StoredPhoto(
                0,
                clean_name(str(row["person"]), config),
                embedding,
                to_png(chip),
                _ours(row["model"]),
                datetime.fromisoformat(row["added"]),
            )
            for row, embedding, chip in zip(listing, embeddings, chips, strict=True)
        ]
    known = {(photo.person, photo.embedding.tobytes()) for photo in galleries.photos(key)}
    new = {(row.person, row.embedding.tobytes()): row for row in rows}
    new = {mark: row for mark, row in new.items() if mark not in known}
    galleries.add_all(key, list(new.values()))
    return len(new), len(rows) - len(new)


@contextmanager
def refuse_broken() -> Iterator[None]:
    """Turns whatever a file that is no exported gallery raises into one sentence."""
    try:
        yield
    except FacewebError:
        raise
    except Exception:  # noqa: BLE001 - zips, JSON and npy raise whatever they like
        raise ImportRefusedError(
            "This file is not a gallery that this page exported: choose the zip as it was saved."
        ) from None


def _ours(model: str) -> str:
    if model != MODEL:
        raise ValueError(f"Encodings of {MODEL} are needed. Received: {model}.")
    return model


def _open(data: bytes, config: GalleryConfig) -> tuple[list[dict], np.ndarray, np.ndarray]:
    with open_zip_bytes(data) as archive:
        listing = json.loads(read_bounded(archive, _LISTING, LARGEST_LISTING))["photos"]
        wanted = {
            name: (np.dtype(kind), (len(listing), *shape))
            for name, (shape, kind) in _SHAPES.items()
        }
        sizes = {name: kind.itemsize * prod(shape) for name, (kind, shape) in wanted.items()}
        # What the listing asks for is known, so nothing larger is unpacked.
        most = sum(sizes.values()) + _HEADERS
        if most > config.largest_import:
            raise ImportRefusedError(
                f"This gallery is larger than {config.largest_import // 1_000_000} MB: import it "
                "in parts."
            )
        arrays = read_bounded(archive, _ARRAYS, most)
    with open_zip_bytes(arrays) as npz:
        embeddings, chips = (
            array(read_bounded(npz, f"{name}.npy", sizes[name] + _HEADERS), shape, kind)
            for name, (kind, shape) in wanted.items()
        )
    if not np.isfinite(embeddings).all():
        raise ValueError("An encoding holds a number that is not finite.")
    return listing, embeddings, chips


def read_bounded(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One file of an untrusted zip, of at most so many bytes.

    Raises:
        ValueError: it has more.
    """
    data = unpack(archive, name, most)
    if len(data) > most:
        raise ValueError(f"{name} of at most {most} bytes was expected.")
    return data


def array(data: bytes, wanted: tuple[int, ...], kind: np.dtype) -> np.ndarray:
    """An untrusted npy file, if it is of one shape and kind.

    Raises:
        ValueError: it is not.
    """
    # numpy's reader would allocate whatever shape the header claims.
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise ValueError(f"An array of npy version 1.0 was expected. Received: {version}.")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if shape != wanted or dtype != kind or fortran:
        raise ValueError(f"{kind} of shape {wanted} was expected. Received: {dtype}, {shape}.")
    values = np.frombuffer(data, kind, offset=stream.tell())
    return values.reshape(shape)


_MARKS, _HEAD = "marks.npz", "head.npz"
# Bytes: of what holds any number of pairs, of a text or a few figures, of an npy header.
_LARGEST, _LONGEST, _HEADER = 1_000_000, 1000, 128
_MARK = {
    "a": ((UNITS,), "<f4"),
    "b": ((UNITS,), "<f4"),
    "same": ((), "?"),
    "unit": ((UNITS + 1,), "<f8"),
}


@dataclass(frozen=True)
class LearntFile:
    """Marked pairs, oldest first, and a head."""

    marks: tuple[StoredPair, ...]
    head: Head | None


def export_feedback(learnt: Learnt, key: str) -> dict[str, bytes]:
    """Members for `export_gallery`, by name; none where nothing was taught or trained."""
    members = {}
    marks, head = learnt.marks(key), learnt.head(key)
    if marks:
        stream = io.BytesIO()
        columns = {name: np.array([getattr(mark, name) for mark in marks]) for name in _MARK}
        np.savez_compressed(stream, **columns)  # type: ignore[arg-type]
        members[_MARKS] = stream.getvalue()
    if head is not None:
        members[_HEAD] = head
    return members


def read_feedback(data: bytes) -> LearntFile:
    """What was taught and trained, out of the bytes of an exported gallery.

    Raises:
        ImportRefusedError: it is not such a zip, or too large.
    """
    with refuse_broken(), open_zip_bytes(data) as archive:
        names = archive.namelist()
        marks = _marks(read_bounded(archive, _MARKS, _LARGEST)) if _MARKS in names else ()
        head = _head(read_bounded(archive, _HEAD, _LARGEST)) if _HEAD in names else None
        return LearntFile(marks, head)


def import_feedback(learnt: Learnt, key: str, file: LearntFile) -> tuple[int, bool]:
    """Keeps what a file holds under a key, but never in the place of what is there.

    Returns:
        How many marked pairs were taken, and whether a head was.
    """
    marks = file.marks if not learnt.marks(key) else ()
    for mark in marks:
        learnt.add_mark(key, mark)
    headed = file.head is not None and learnt.head(key) is None
    if file.head is not None and headed:
        learnt.keep_head(key, to_bytes(file.head))
    return len(marks), headed


def _marks(data: bytes) -> tuple[StoredPair, ...]:
    with open_zip_bytes(data) as npz:
        # A number a pair says how many there are; nothing larger is read before that is known.
        count = len(read_bounded(npz, "same.npy", MOST_MARKS + _HEADER)) - _HEADER
        arrays = {
            name: array(read_bounded(npz, f"{name}.npy", _LARGEST), (count, *shape), np.dtype(kind))
            for name, (shape, kind) in _MARK.items()
        }
    _check_finite(*(arrays[name] for name in ("a", "b", "unit")))
    rows = zip(*(arrays[name] for name in _MARK), strict=True)
    return tuple(StoredPair(a, b, bool(same), unit) for a, b, same, unit in rows)


def _head(data: bytes) -> Head:
    with open_zip_bytes(data) as npz:
        loss, source = (
            _text(read_bounded(npz, f"{name}.npy", _LONGEST)) for name in ("loss", "source")
        )
        figures = array(read_bounded(npz, "figures.npy", _LONGEST), (4,), np.dtype("<f8"))
        arrays = tuple(
            array(read_bounded(npz, f"array_{i}.npy", _LARGEST), shape, np.dtype("<f4"))
            for i, shape in enumerate(SHAPES[loss])
        )
    _check_finite(figures, *arrays)
    threshold, slope, intercept, most = (float(value) for value in figures)
    return Head(loss, arrays, threshold, slope, intercept, most, source)


def _text(data: bytes) -> str:
    stream = io.BytesIO(data)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("An array of npy version 1.0 was expected.")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    if shape != () or dtype.kind != "U":
        raise ValueError(f"A text was expected. Received: {dtype}, {shape}.")
    return str(np.frombuffer(data, dtype, offset=stream.tell())[0])


def _check_finite(*arrays: np.ndarray) -> None:
    if not all(np.isfinite(values).all() for values in arrays):
        raise ValueError("A number is not finite.")
