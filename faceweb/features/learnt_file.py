"""What a visitor's networks have learnt, as members of an exported gallery."""

import io
import zipfile
from dataclasses import dataclass

import numpy as np

from faceweb.config import GalleryConfig
from faceweb.features.gallery import member, refusing
from faceweb.features.heads import UNITS, from_arrays
from faceweb.storage.learnt import MOST_MARKS, Learnt, StoredMark

_MARKS, _HEAD = "marks.npz", "head.npz"
_LONGEST_SOURCE = 200
_SHAPES = {"a": (UNITS,), "b": (UNITS,), "same": (), "unit": (UNITS + 1,)}


@dataclass(frozen=True)
class LearntFile:
    """Marked pairs, oldest first, and a head as npz."""

    marks: tuple[StoredMark, ...]
    head: bytes | None


def export_learnt(learnt: Learnt, key: str) -> dict[str, bytes]:
    """Members for `export_gallery`, by name; none where nothing was taught or trained."""
    members = {}
    marks, head = learnt.marks(key), learnt.head(key)
    if marks:
        stream = io.BytesIO()
        columns = {name: np.array([getattr(mark, name) for mark in marks]) for name in _SHAPES}
        np.savez_compressed(stream, **columns)  # type: ignore[arg-type]
        members[_MARKS] = stream.getvalue()
    if head is not None:
        members[_HEAD] = head
    return members


def read_learnt(data: bytes, config: GalleryConfig | None = None) -> LearntFile:
    """What was taught and trained, out of an exported gallery.

    Args:
        data: bytes of the zip.
        config: limits.

    Raises:
        ImportRefusedError: it is not such a zip, or too large.
    """
    config = config or GalleryConfig()
    with refusing(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        marks = _marks(member(archive, _MARKS, config), config) if _MARKS in names else ()
        head = member(archive, _HEAD, config) if _HEAD in names else None
        if head is not None:
            found = from_arrays(_arrays(head, config))
            figures = found.threshold, found.slope, found.intercept, found.most
            if len(found.source) > _LONGEST_SOURCE or not np.isfinite(figures).all():
                raise ValueError("A head with four finite figures was expected.")
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
        learnt.keep_head(key, file.head)
    return len(marks), headed


def _marks(data: bytes, config: GalleryConfig) -> tuple[StoredMark, ...]:
    arrays = _arrays(data, config)
    count = len(arrays["same"])
    if count > MOST_MARKS or any(arrays[n].shape != (count, *s) for n, s in _SHAPES.items()):
        raise ValueError(f"At most {MOST_MARKS} marked pairs of shapes {_SHAPES} were expected.")
    rows = zip(*(arrays[name] for name in _SHAPES), strict=True)
    return tuple(StoredMark(a, b, bool(same), unit) for a, b, same, unit in rows)


def _arrays(data: bytes, config: GalleryConfig) -> dict[str, np.ndarray]:
    # numpy's reader would allocate whatever shape the header claims.
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(data)) as npz:
        for name in npz.namelist():
            stream = io.BytesIO(member(npz, name, config))
            if np.lib.format.read_magic(stream) != (1, 0):
                raise ValueError("An array of npy version 1.0 was expected.")
            shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
            if fortran or dtype.hasobject:
                raise ValueError(f"A plain array was expected. Received: {dtype}.")
            values = np.frombuffer(stream.getvalue(), dtype, offset=stream.tell()).reshape(shape)
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                raise ValueError("A number is not finite.")
            arrays[name.removesuffix(".npy")] = values
    return arrays
