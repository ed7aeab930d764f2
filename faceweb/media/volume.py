"""Reads a visitor's volume (NIfTI, DICOM in a zip, multi-page TIFF, npy, npz), or says why not.

Every kind goes through the same checks of size, reduction, orientation and range.
"""

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image

from faceweb.errors import FacewebError, MediaError, PictureError
from faceweb.media.sandbox import check_tiles, open_image, open_zip, unpack
from faceweb.types import Volume

LEAST_SIDE, MOST_SIDE, LARGEST_SIDE = 8, 256, 512
# Beyond the largest value a scanner or microscope writes: left-over memory, not measurements.
LARGEST_VALUE, MOST_MISSING = 1e30, 0.5
PERCENTILES = (0.5, 99.5)
LONGEST = 100.0
CUT_SHORT = "This volume is cut short: export or send it again."
CUBES = "The size of its voxels is missing or impossible, so they count as cubes of 1 mm."


@dataclass(frozen=True, eq=False)
class Raw:
    """Values (d, h, w) float32 as a file has them, NaN where it has none, and millimetres apart."""

    values: np.ndarray
    spacing: Sequence[float]
    notes: tuple[str, ...] = ()


def check_shape(shape: Sequence[int]) -> None:
    """Refuses a volume by the shape its header states, before a voxel is read.

    Raises:
        MediaError: a side is below 8 or above 512 voxels.
    """
    said = " x ".join(str(side) for side in shape)
    if min(shape) < LEAST_SIDE:
        raise MediaError(
            f"This volume is {said} voxels: a volume needs at least {LEAST_SIDE} slices along "
            "every axis, and a single picture belongs in the other tabs."
        )
    if max(shape) > LARGEST_SIDE:
        raise MediaError(
            f"This volume is {said} voxels: cut or shrink it to {LARGEST_SIDE} a side at most."
        )


def planes(
    read: Callable[[int], bytes], shape: Sequence[int], dtype: np.dtype
) -> Iterator[np.ndarray]:
    """Reads the planes of a volume that is stored last axis first, one at a time.

    Raises:
        MediaError: the stream ends early, or holds what are no real numbers.
    """
    if dtype.kind not in "biuf":
        raise MediaError(
            "The voxels of this volume are no plain numbers: save one grey value a voxel."
        )
    size = shape[1] * shape[2] * dtype.itemsize
    for _ in range(shape[0]):
        data = read(size)
        if len(data) < size:
            raise MediaError(CUT_SHORT)
        yield np.frombuffer(data, dtype).reshape(shape[1:])


def gather(
    pieces: Iterator[np.ndarray], shape: Sequence[int]
) -> tuple[np.ndarray, tuple[int, ...]]:
    """Puts planes together, reduced on the way to at most 256 a side, so that memory is bounded.

    Args:
        pieces: planes (h, w) of real numbers.
        shape: (d, h, w) of them all.

    Returns:
        values float32, each the mean of a block of whatever numbers it has, and the blocks' sides;
        what does not fill a last block is left out.

    Raises:
        MediaError: planes are missing, or a value is infinite or beyond 1e30.
    """
    blocks = tuple(-(-side // MOST_SIDE) for side in shape)
    depth, height, width = (side // block for side, block in zip(shape, blocks, strict=True))
    values = np.empty((depth, height, width), np.float32)
    for number in range(depth):
        slab = [_check(plane) for plane in islice(pieces, blocks[0])]
        if len(slab) < blocks[0]:
            raise MediaError(CUT_SHORT)
        block = np.stack(slab)[:, : height * blocks[1], : width * blocks[2]]
        values[number] = _mean(block.reshape(blocks[0], height, blocks[1], width, blocks[2]))
    return values, blocks


def _check(plane: np.ndarray) -> np.ndarray:
    plane = plane.astype(np.float64)
    if (np.abs(plane) > LARGEST_VALUE).any():
        raise MediaError(
            f"This volume has values that are infinite or beyond {LARGEST_VALUE:.0e}: clip them "
            "first."
        )
    return plane


def _mean(block: np.ndarray) -> np.ndarray:
    there = ~np.isnan(block)
    count = there.sum(axis=(0, 2, 4))
    total = np.where(there, block, 0).sum(axis=(0, 2, 4))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def upright(
    values: np.ndarray, affine: np.ndarray, notes: tuple[str, ...] = ()
) -> tuple[np.ndarray, list[float], tuple[str, ...]]:
    """Turns a volume so that slices along every axis stand upright, radiologically.

    Args:
        values: voxels along any three axes.
        affine: (3, 3), a column an axis: millimetres to the right, front and top of the body a
            voxel.
        notes: what has been said so far.

    Returns:
        (d, h, w) from head to feet, front to back and the body's right to its left, so that its
        right is on the left of a picture; the spacing; the notes, with one more where the affine
        is broken and the axes are taken to be in the order right, front, top.
    """
    from scipy.optimize import linear_sum_assignment

    lengths = np.linalg.norm(affine, axis=0)
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine)) <= 1e-3 * lengths.prod():
        affine, lengths = np.eye(3), np.ones(3)
        notes = (*notes, "Its orientation is missing or broken, so its axes are kept as stored.")
    # Per direction of the body, top first, the axis that runs along it most.
    order = linear_sum_assignment(-np.abs(affine / lengths))[1][::-1]
    values = values.transpose(order)
    backwards = [affine[2 - place, axis] > 0 for place, axis in enumerate(order)]
    values = values[tuple(slice(None, None, -1 if turn else 1) for turn in backwards)]
    return np.ascontiguousarray(values), lengths[order].tolist(), notes


def normalize(raw: Raw) -> tuple[Volume, str]:
    """A volume in [0, 1] and what was done to it, in words.

    The percentiles 0.5 and 99.5 become 0 and 1; a mask that has them equal is stretched from its
    least to its largest value.

    Raises:
        MediaError: more than half of the voxels are NaN, or all are equal.
    """
    notes = list(raw.notes)
    missing = np.isnan(raw.values)
    share = float(missing.mean())
    if share > MOST_MISSING:
        raise MediaError(
            f"{share:.0%} of the voxels of this volume are no numbers (NaN): fill them first."
        )
    known = raw.values[~missing] if share else raw.values.ravel()
    low, high = (float(value) for value in np.percentile(known, PERCENTILES))
    if not low < high:
        low, high = float(known.min()), float(known.max())
    if not low < high:
        raise MediaError(
            f"Every voxel of this volume is {low:g}: send one in which something can be seen."
        )
    if share:
        said = f"{share:.0%}" if share >= 0.01 else "Less than 1 %"
        notes.append(f"{said} of its voxels are no numbers (NaN) and count as the least value.")
    voxels = np.where(missing, 0, (raw.values - low) / (high - low)).clip(0, 1)
    spacing = [float(value) for value in raw.spacing]
    if not np.isfinite(spacing).all() or min(spacing) <= 0 or max(spacing) > LONGEST * min(spacing):
        spacing = [1.0, 1.0, 1.0]
        notes.append(CUBES)
    depth, height, width = spacing
    volume = Volume(voxels.astype(np.float32), (depth, height, width), low, high)
    return volume, " ".join(notes)


def note_reduction(blocks: Sequence[int], shape: Sequence[int]) -> tuple[str, ...]:
    """Says that a volume was reduced, if it was."""
    if max(blocks) == 1:
        return ()
    said, left = (
        " x ".join(str(side) for side in sides)
        for sides in (shape, [side // block for side, block in zip(shape, blocks, strict=True)])
    )
    return (f"It was reduced from {said} to {left} voxels by the mean of neighbours.",)


LARGEST_SLICE, LARGEST_SERIES = 4_000_000, 700_000_000
# Each element is read by Python, in so many pieces at most, and may be of eight bytes: so many in a
# slice and in all slices, and so many bytes beside their pixels.
PIECES, MOST_ELEMENTS, MOST_IN_ALL, LARGEST_NOTES = 3, 5_000, 500_000, 64_000_000
# What is looked at, by pydicom too; each is a few numbers or a name.
_READ = [
    "BitsAllocated",
    "BitsStored",
    "Columns",
    "HighBit",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "InstanceNumber",
    "NumberOfFrames",
    "PhotometricInterpretation",
    "PixelRepresentation",
    "PixelSpacing",
    "PlanarConfiguration",
    "RescaleIntercept",
    "RescaleSlope",
    "Rows",
    "SamplesPerPixel",
    "SeriesInstanceUID",
    "SliceThickness",
    "SpacingBetweenSlices",
]
LARGEST_DICOM_VALUE = 1_000
_PIXELS = 0x7FE00010
PLAIN = frozenset(("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"))
# Slices count as evenly spaced if gaps differ less than this share.
UNEVEN = 0.05


@dataclass(frozen=True)
class _Slice:
    """Where one slice lies; `axes` are the directions of its columns and rows, in LPS."""

    member: str
    series: str
    shape: tuple[int, int]
    number: int
    position: tuple[float, ...] | None
    axes: tuple[float, ...] | None
    spacing: tuple[float, ...]
    thickness: float
    pieces: int

    @property
    def normal(self) -> np.ndarray:
        return np.cross(self.axes[:3], self.axes[3:]) if self.axes else np.array([0.0, 0.0, 1.0])

    @property
    def height(self) -> float:
        """Along the normal of the slices; without a position their number stands in."""
        return float(self.normal @ self.position) if self.position else float(self.number)


def read_dicom(archive: zipfile.ZipFile) -> Raw:
    """One series, sorted along its normal, rescaled by slope and intercept.

    Raises:
        MediaError: there is no slice, more than one series, slices of several sizes, compressed
            ones, colours or many frames a file.
    """
    if sum(member.file_size for member in archive.infolist()) > LARGEST_SERIES:
        raise MediaError(
            f"This zip unpacks to more than {LARGEST_SERIES // 10**6} MB: pack one series alone."
        )
    slices = list(_slices(archive))
    if not slices:
        raise MediaError("This zip holds no DICOM slices and no npy array: pack one series.")
    if (several := len({item.series for item in slices})) > 1:
        raise MediaError(f"This zip holds {several} DICOM series: pack one of them alone.")
    if len({(item.shape, item.axes) for item in slices}) > 1:
        raise MediaError("The slices of this series differ in size or direction: pack one stack.")
    if len({item.position is None for item in slices}) > 1:
        raise MediaError(
            "Some slices of this series say where they lie and some do not: pack those that do."
        )
    notes: tuple[str, ...] = ()
    slices.sort(key=lambda item: (item.height, item.number))
    once = [item for k, item in enumerate(slices) if not k or item.height > slices[k - 1].height]
    if len(once) < len(slices):
        notes = (f"{len(slices) - len(once)} slices at a place already taken were left out.",)
    shape = (len(once), *once[0].shape)
    check_shape(shape)
    gaps = np.diff([item.height for item in once])
    apart = float(np.median(gaps)) if once[0].position else once[0].thickness
    if once[0].position and np.abs(gaps - apart).max() > UNEVEN * apart:
        notes = (*notes, "Its slices are unevenly far apart; the median distance is used for all.")
    values, blocks = gather((_values(archive, item) for item in once), shape)
    down, right = once[0].spacing
    spacing = np.multiply((apart, down, right), blocks)
    across = once[0].axes or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    directions = np.stack([once[0].normal, across[3:], across[:3]], axis=1)
    # DICOM counts to the left and back, this page to the right and front.
    affine = np.diag([-1.0, -1.0, 1.0]) @ directions * spacing
    turned, apart3, notes = upright(values, affine, notes + note_reduction(blocks, shape))
    return Raw(turned, apart3, notes)


def _slices(archive: zipfile.ZipFile) -> Iterator[_Slice]:
    count = notes = pieces = 0
    for member in archive.infolist():
        name = member.filename.rsplit("/", 1)[-1]
        if member.filename.endswith("/") or name.startswith(".") or name == "DICOMDIR":
            continue
        data = _bytes(archive, member.filename)
        if data[128:132] != b"DICM":
            continue
        count += 1
        if count > 4 * LARGEST_SIDE:
            raise MediaError(f"This zip holds more than {LARGEST_SIDE} slices: pack fewer.")
        found = _slice(member.filename, data)
        notes += max(len(data) - 2 * prod(found.shape), 0)
        if notes > LARGEST_NOTES:
            raise MediaError(
                f"The slices of this series hold {LARGEST_NOTES // 10**6} MB beside their pixels: "
                "export them without private notes."
            )
        pieces += found.pieces
        if pieces > PIECES * MOST_IN_ALL:
            raise MediaError(
                f"The slices of this series have more than {MOST_IN_ALL:,} notes: export them "
                "without private ones."
            )
        yield found


def _bytes(archive: zipfile.ZipFile, member: str) -> bytes:
    data = unpack(archive, member, LARGEST_SLICE)
    if len(data) > LARGEST_SLICE:
        raise MediaError(
            f"A file in this zip has more than {LARGEST_SLICE // 10**6} MB: pack single slices of "
            f"at most {LARGEST_SIDE} pixels a side."
        )
    return data


def _slice(member: str, data: bytes) -> _Slice:
    from pydicom.filereader import read_dataset, read_preamble

    # The group that tells the packing, read alone: pydicom inflates a deflated file without bound.
    stream = io.BytesIO(data)
    read_preamble(stream, force=False)
    meta = read_dataset(stream, False, True, stop_when=lambda tag, *_: tag >> 16 != 2)
    syntax = str(meta.get("TransferSyntaxUID", ""))
    if syntax not in PLAIN:
        raise MediaError("The slices of this series are compressed: export them uncompressed.")
    header, pieces = _parse(data, pixels=False)
    shape = int(header.get("Rows") or 0), int(header.get("Columns") or 0)
    if not min(shape):
        raise MediaError("A DICOM file in this zip has no pixels: pack the slices alone.")
    check_shape((LARGEST_SIDE, *shape))
    if int(header.get("SamplesPerPixel") or 1) > 1 or int(header.get("NumberOfFrames") or 1) > 1:
        raise MediaError("This series has colours or many frames a file: export grey slices.")
    return _Slice(
        member,
        str(header.get("SeriesInstanceUID", "")),
        shape,
        int(header.get("InstanceNumber") or 0),
        _floats(header.get("ImagePositionPatient"), 3),
        _floats(header.get("ImageOrientationPatient"), 6),
        _floats(header.get("PixelSpacing"), 2) or (np.nan, np.nan),
        float(header.get("SpacingBetweenSlices") or header.get("SliceThickness") or np.nan),
        pieces,
    )


def _parse(data: bytes, pixels: bool) -> tuple[Any, int]:
    """What a slice says, and in how many pieces."""
    from pydicom.filereader import read_partial

    looked_at = _look_at()

    def stops(tag: int, kind: str | None, length: int) -> bool:
        if tag in looked_at and (kind == "SQ" or length > LARGEST_DICOM_VALUE):
            raise MediaError("The notes of a slice of this series are broken: export it again.")
        return tag == _PIXELS and not pixels

    # pydicom reads what a sequence holds at once, and asks of none of it whether to stop.
    stream = _Counted(data)
    try:
        return read_partial(stream, stop_when=stops), stream.pieces
    except OSError:
        if stream.pieces <= PIECES * MOST_ELEMENTS:
            raise
    raise MediaError(
        f"A slice of this series has more than {MOST_ELEMENTS:,} notes: export it without private "
        "ones."
    )


@cache
def _look_at() -> frozenset[int]:
    from pydicom.tag import Tag

    return frozenset(map(Tag, _READ))


class _Counted(io.BytesIO):
    """A slice that is read from no more often than its elements need."""

    pieces = 0

    def read(self, size: int | None = -1) -> bytes:
        self.pieces += 1
        if self.pieces > PIECES * MOST_ELEMENTS:
            raise OSError
        return super().read(size)


def _floats(values: Any, count: int) -> tuple[float, ...] | None:
    """So many finite numbers, to a ten-thousandth, or None."""
    found = tuple(round(float(value), 4) for value in values or ())
    return found if len(found) == count and np.isfinite(found).all() else None


def _values(archive: zipfile.ZipFile, item: _Slice) -> np.ndarray:
    data, _ = _parse(_bytes(archive, item.member), pixels=True)
    slope, intercept = data.get("RescaleSlope"), data.get("RescaleIntercept")
    slope = 1.0 if slope is None else float(slope)
    values = data.pixel_array * slope + (0.0 if intercept is None else float(intercept))
    # There the least value is white.
    return -values if data.get("PhotometricInterpretation") == "MONOCHROME1" else values


PAIR = "This is half of a NIfTI pair: export it as one .nii or .nii.gz file."
NO_NIFTI = "This file is gzip but holds no NIfTI: use .nii.gz, or unpack it first."
NO_ARRAY = "This file holds no array of three axes: save one as (depth, height, width)."
# Bytes of remarks that may lie between a NIfTI header and its voxels.
MOST_REMARKS = 1 << 24
LARGEST_TILE = 1024
UNITS = {"meter": 1000.0, "micron": 0.001}
IMAGEJ = {"micron": 0.001, "um": 0.001, "µm": 0.001, "nm": 1e-6, "cm": 10.0}


def read_nifti(path: Path) -> Raw:
    """NIfTI 1 or 2, plain or in gzip: no more is inflated than the header asks for.

    Raises:
        MediaError: it is a pair's half, cut short, too small or too large.
    """
    with path.open("rb") as plain:
        zipped = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        try:
            if not zipped:
                return _nifti(plain)
            with gzip.GzipFile(fileobj=plain) as stream:
                return _nifti(stream)
        except EOFError:
            raise MediaError(CUT_SHORT) from None


def _nifti(stream: IO[bytes] | gzip.GzipFile) -> Raw:
    header, size = _nifti_header(stream)
    stated = header.get_data_shape()
    shape = (*stated[:3], 1, 1, 1)[:3]
    check_shape(shape)
    notes: tuple[str, ...] = ()
    if (volumes := prod(stated[3:])) > 1:
        notes = (f"Only the first of its {volumes} volumes is used.",)
    remarks = int(header.get_data_offset()) - size
    if not 0 <= remarks <= MOST_REMARKS:
        raise MediaError("The header of this NIfTI is broken: export it again.")
    if len(stream.read(remarks)) < remarks:
        raise MediaError(CUT_SHORT)
    slope, offset = header.get_slope_inter()
    slope, offset = 1.0 if slope is None else slope, 0.0 if offset is None else offset
    stored = shape[::-1]
    pieces = planes(stream.read, stored, header.get_data_dtype())
    values, blocks = gather((piece * float(slope) + offset for piece in pieces), stored)
    scale = UNITS.get(header.get_xyzt_units()[0], 1.0)
    # Axes are stored last first.
    affine = header.get_best_affine()[:3, :3] * scale * blocks[::-1]
    turned, spacing, notes = upright(values.T, affine, (*notes, *note_reduction(blocks, stored)))
    return Raw(turned, spacing, notes)


def _nifti_header(stream: IO[bytes] | gzip.GzipFile) -> tuple[Any, int]:
    """The header without its remarks, whose stated size is not to be trusted, and its bytes."""
    from nibabel import Nifti1Header, Nifti2Header
    from nibabel.spatialimages import HeaderDataError
    from nibabel.wrapstruct import WrapStructError

    block = stream.read(348)
    second = block[4:7] == b"n+2"
    if not second and block[344:347] == b"ni1":
        raise MediaError(PAIR)
    if not second and block[344:347] != b"n+1":
        raise MediaError(NO_NIFTI)
    kind, size = (Nifti2Header, 540) if second else (Nifti1Header, 348)
    block += stream.read(size - len(block))
    if len(block) < size:
        raise MediaError(CUT_SHORT)
    try:
        return kind(block), size
    except (HeaderDataError, WrapStructError):
        raise MediaError("The header of this NIfTI is broken: export it again.") from None


def read_tiff(path: Path) -> Raw:
    """The pages of a TIFF, 8 or 16 bits, 32-bit integers or floats; colours become grey.

    ImageJ's note of how far slices are apart is heeded.

    Raises:
        MediaError: pages differ in size, or are too few, too many or too large.
    """
    try:
        image = open_image(path, ("TIFF",), LARGEST_SIDE + 1)
    except Image.DecompressionBombError:
        raise MediaError(
            f"The pages of this TIFF are too large: shrink them to {LARGEST_SIDE} a side at most."
        ) from None
    except Image.UnidentifiedImageError:
        raise MediaError(
            "This TIFF is broken or of an unusual kind: save it with 8, 16 or 32 bits a voxel."
        ) from None
    with image:
        size, count = image.size, 0
        check_shape((LARGEST_SIDE, size[1], size[0]))
        spacing = _imagej(image)
        coloured = image.mode not in ("L", "F", "1") and not image.mode.startswith("I")
        # Its own count would follow a chain of any length.
        while count <= LARGEST_SIDE and _has(image, count):
            count += 1
        shape = (count, size[1], size[0])
        check_shape(shape)
        values, blocks = gather(_pages(image, count, size), shape)
    said = ("Its colours became grey.",) if coloured else ()
    return Raw(values, np.multiply(spacing, blocks).tolist(), said + note_reduction(blocks, shape))


def _has(image: Image.Image, page: int) -> bool:
    try:
        image.seek(page)
    except EOFError:
        return False
    return True


def _pages(image: Any, count: int, size: tuple[int, int]) -> Iterator[np.ndarray]:
    for page in range(count):
        image.seek(page)
        check_tiles(image, LARGEST_TILE, f"Page {page + 1} of this TIFF")
        if image.size != size:
            raise MediaError(
                f"Page {page + 1} of this TIFF is {image.width} x {image.height} pixels and the "
                f"first {size[0]} x {size[1]}: save a stack of equal slices."
            )
        plain = image.mode in ("L", "F", "1") or image.mode.startswith("I")
        yield np.asarray(image if plain else image.convert("L"))


def _imagej(image: Any) -> list[float]:
    """Millimetres between voxels as ImageJ states them, or cubes."""
    text = str(image.tag_v2.get(270, ""))
    apart = re.search(r"^spacing=([\d.eE+-]+)", text, re.MULTILINE)
    if not text.startswith("ImageJ") or apart is None:
        return [1.0, 1.0, 1.0]
    unit = re.search(r"^unit=(\S+)", text, re.MULTILINE)
    scale = IMAGEJ.get(unit[1].replace("\\u00B5", "µ"), 1.0) if unit else 1.0
    # Its resolutions are pixels a unit.
    across, down = (1 / float(image.tag_v2.get(tag, 1)) for tag in (282, 283))
    return [abs(float(apart[1])) * scale, down * scale, across * scale]


def read_npy(stream: IO[bytes], spacing: tuple[float, ...] = (1.0, 1.0, 1.0)) -> Raw:
    """One array (d, h, w) of the npy format, without pickles.

    Raises:
        MediaError: it has other axes, no plain numbers, is cut short, too small or too large.
    """
    shape, reversed_axes, dtype = _npy_header(stream)
    if len(shape) != 3:
        raise MediaError(NO_ARRAY)
    check_shape(shape)
    stored = shape[::-1] if reversed_axes else shape
    values, blocks = gather(planes(stream.read, stored, dtype), stored)
    notes = note_reduction(blocks, stored)
    if reversed_axes:
        values, blocks = np.ascontiguousarray(values.T), blocks[::-1]
    return Raw(values, np.multiply(spacing, blocks).tolist(), notes)


def read_npz(archive: zipfile.ZipFile, names: list[str]) -> Raw:
    """The one array of three axes in an npz, with its `spacing` if it has one.

    Raises:
        MediaError: it holds no such array or several.
    """
    found, spacing = [], (1.0, 1.0, 1.0)
    for name in names:
        with archive.open(name) as stream:
            shape, _, dtype = _npy_header(stream)
            if len(shape) == 3:
                found.append(name)
            elif name == "spacing.npy" and shape == (3,) and dtype.kind in "iuf":
                spacing = tuple(np.frombuffer(stream.read(3 * dtype.itemsize), dtype).tolist())
    if len(found) > 1:
        raise MediaError(
            f"This npz holds {len(found)} arrays of three axes: save the one that is meant."
        )
    if not found:
        raise MediaError(NO_ARRAY)
    with archive.open(found[0]) as stream:
        return read_npy(stream, spacing)


def _npy_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether the first axis is stored fastest, and type."""
    if np.lib.format.read_magic(stream) != (1, 0):
        # Later versions state a length that numpy reads before it checks it.
        raise MediaError("This npy is of an unusual version: save a plain array of numbers.")
    return np.lib.format.read_array_header_1_0(stream)


TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Where a DICOM file says what it is.
DICOM = slice(128, 132)


def read_volume(path: Path) -> tuple[Volume, str]:
    """Reads NIfTI (.nii, .nii.gz), a multi-page TIFF, npz, npy or a zip of a DICOM series.

    NIfTI and DICOM are turned to stand upright: slices from head to feet, rows from front to back,
    columns from the body's right to its left (the radiological convention). Other formats are taken
    as (d, h, w). Sides above 256 are halved. Of four axes the first volume is used.

    Returns:
        the volume, and what was done to it, in words, or "".

    Raises:
        MediaError: it is no volume, broken, cut short, constant or of fewer than 8 slices; it has
            more than 512 voxels a side (told from its header), values that are infinite or beyond
            1e30, or mostly NaN.
    """
    try:
        return normalize(_raw(path))
    except FileNotFoundError:
        raise MediaError("This file was erased meanwhile: upload it again.") from None
    except PictureError as error:
        raise MediaError(str(error)) from None
    except FacewebError:
        raise
    except Exception:  # noqa: BLE001 - decoders raise whatever they like on broken data
        raise MediaError("This volume is broken or cut short: export or send it again.") from None


def _raw(path: Path) -> Raw:
    with path.open("rb") as file:
        start = file.read(1024)
    if not start:
        raise MediaError("This file is empty: export or send it again.")
    if start.startswith(b"\x1f\x8b") or start[344:347] in (b"n+1", b"ni1") or start[4:7] == b"n+2":
        return read_nifti(path)
    if start.startswith(TIFF):
        return read_tiff(path)
    if start.startswith(b"\x93NUMPY"):
        with path.open("rb") as file:
            return read_npy(file)
    if start.startswith(b"PK"):
        with open_zip(path) as archive:
            arrays = [name for name in archive.namelist() if name.endswith(".npy")]
            return read_npz(archive, arrays) if arrays else read_dicom(archive)
    if start[DICOM] == b"DICM":
        raise MediaError("This is one slice of a DICOM series: pack the whole series as a zip.")
    raise MediaError(
        "This file is not a volume that can be read: use NIfTI, a TIFF of many pages, npz, or a "
        "zip of a DICOM series."
    )
