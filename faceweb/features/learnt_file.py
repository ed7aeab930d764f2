"""What a visitor's networks have learnt, as members of an exported gallery."""

import io
from dataclasses import dataclass

import numpy as np

from faceweb.features.gallery import array, bounded, refusing
from faceweb.features.heads import SHAPES, UNITS, Head, to_bytes
from faceweb.features.zips import opened_bytes
from faceweb.storage.learnt import MOST_MARKS, Learnt, StoredMark

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

    marks: tuple[StoredMark, ...]
    head: Head | None


def export_learnt(learnt: Learnt, key: str) -> dict[str, bytes]:
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


def read_learnt(data: bytes) -> LearntFile:
    """What was taught and trained, out of the bytes of an exported gallery.

    Raises:
        ImportRefusedError: it is not such a zip, or too large.
    """
    with refusing(), opened_bytes(data) as archive:
        names = archive.namelist()
        marks = _marks(bounded(archive, _MARKS, _LARGEST)) if _MARKS in names else ()
        head = _head(bounded(archive, _HEAD, _LARGEST)) if _HEAD in names else None
        return LearntFile(marks, head)


def take_learnt(learnt: Learnt, key: str, file: LearntFile) -> tuple[int, bool]:
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


def _marks(data: bytes) -> tuple[StoredMark, ...]:
    with opened_bytes(data) as npz:
        # A number a pair says how many there are; nothing larger is read before that is known.
        count = len(bounded(npz, "same.npy", MOST_MARKS + _HEADER)) - _HEADER
        arrays = {
            name: array(bounded(npz, f"{name}.npy", _LARGEST), (count, *shape), np.dtype(kind))
            for name, (shape, kind) in _MARK.items()
        }
    _check_finite(*(arrays[name] for name in ("a", "b", "unit")))
    rows = zip(*(arrays[name] for name in _MARK), strict=True)
    return tuple(StoredMark(a, b, bool(same), unit) for a, b, same, unit in rows)


def _head(data: bytes) -> Head:
    with opened_bytes(data) as npz:
        loss, source = (_text(bounded(npz, f"{name}.npy", _LONGEST)) for name in ("loss", "source"))
        figures = array(bounded(npz, "figures.npy", _LONGEST), (4,), np.dtype("<f8"))
        arrays = tuple(
            array(bounded(npz, f"array_{i}.npy", _LARGEST), shape, np.dtype("<f4"))
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
