"""NIfTI, multi-page TIFF and numpy files, as the values they hold."""

import gzip
import re
import zipfile
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image

from faceweb.errors import MediaError
from faceweb.features.opening import check_tiles, open_image
from faceweb.features.voxels import (
    CUT_SHORT,
    LARGEST_SIDE,
    Raw,
    check_shape,
    gathered,
    planes,
    reduced_note,
    upright,
)

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
    values, blocks = gathered((piece * float(slope) + offset for piece in pieces), stored)
    scale = UNITS.get(header.get_xyzt_units()[0], 1.0)
    # Axes are stored last first.
    affine = header.get_best_affine()[:3, :3] * scale * blocks[::-1]
    turned, spacing, notes = upright(values.T, affine, (*notes, *reduced_note(blocks, stored)))
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
        values, blocks = gathered(_pages(image, count, size), shape)
    said = ("Its colours became grey.",) if coloured else ()
    return Raw(values, np.multiply(spacing, blocks).tolist(), said + reduced_note(blocks, shape))


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
    values, blocks = gathered(planes(stream.read, stored, dtype), stored)
    notes = reduced_note(blocks, stored)
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
