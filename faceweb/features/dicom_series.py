"""A DICOM series in a zip: slices in their order in space, as the values that they stand for."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any

import numpy as np

from faceweb.errors import MediaError
from faceweb.features.voxels import LARGEST_SIDE, Raw, check_shape, gathered, reduced_note, upright
from faceweb.features.zips import unpacked

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
LARGEST_VALUE = 1_000
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
    values, blocks = gathered((_values(archive, item) for item in once), shape)
    down, right = once[0].spacing
    spacing = np.multiply((apart, down, right), blocks)
    across = once[0].axes or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    directions = np.stack([once[0].normal, across[3:], across[:3]], axis=1)
    # DICOM counts to the left and back, this page to the right and front.
    affine = np.diag([-1.0, -1.0, 1.0]) @ directions * spacing
    turned, apart3, notes = upright(values, affine, notes + reduced_note(blocks, shape))
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
    data = unpacked(archive, member, LARGEST_SLICE)
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
    header, pieces = _parsed(data, pixels=False)
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


def _parsed(data: bytes, pixels: bool) -> tuple[Any, int]:
    """What a slice says, and in how many pieces."""
    from pydicom.filereader import read_partial

    looked_at = _looked_at()

    def stops(tag: int, kind: str | None, length: int) -> bool:
        if tag in looked_at and (kind == "SQ" or length > LARGEST_VALUE):
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
def _looked_at() -> frozenset[int]:
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
    data, _ = _parsed(_bytes(archive, item.member), pixels=True)
    slope, intercept = data.get("RescaleSlope"), data.get("RescaleIntercept")
    slope = 1.0 if slope is None else float(slope)
    values = data.pixel_array * slope + (0.0 if intercept is None else float(intercept))
    # There the least value is white.
    return -values if data.get("PhotometricInterpretation") == "MONOCHROME1" else values
