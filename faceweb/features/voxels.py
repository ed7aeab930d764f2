"""What every kind of volume goes through: its size, its reduction, its orientation, its range."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from faceweb.errors import MediaError
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


def gathered(
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
        slab = [_checked(plane) for plane in islice(pieces, blocks[0])]
        if len(slab) < blocks[0]:
            raise MediaError(CUT_SHORT)
        block = np.stack(slab)[:, : height * blocks[1], : width * blocks[2]]
        values[number] = _mean(block.reshape(blocks[0], height, blocks[1], width, blocks[2]))
    return values, blocks


def _checked(plane: np.ndarray) -> np.ndarray:
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


def finished(raw: Raw) -> tuple[Volume, str]:
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


def reduced_note(blocks: Sequence[int], shape: Sequence[int]) -> tuple[str, ...]:
    """Says that a volume was reduced, if it was."""
    if max(blocks) == 1:
        return ()
    said, left = (
        " x ".join(str(side) for side in sides)
        for sides in (shape, [side // block for side, block in zip(shape, blocks, strict=True)])
    )
    return (f"It was reduced from {said} to {left} voxels by the mean of neighbours.",)
