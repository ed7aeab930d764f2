"""Pictures of volumes: slices, slices under heat, and projections from any side."""

import numpy as np
from PIL import Image

from faceweb.features.volume_file import isotropic
from faceweb.numerics.heat import over
from faceweb.types import Volume

# Pixels of the longer side of a slice, and voxels a side of what is projected.
LONGEST, PROJECTED = 512, 96


def aspect(volume: Volume, axis: int) -> float:
    """Height over width of a slice across an axis, in millimetres."""
    height, width = _lengths(volume, axis)
    return height / width


def section(volume: Volume, axis: int, index: int) -> np.ndarray:
    """One slice as (h, w) uint8, in square pixels, of at most 512 a side.

    Args:
        axis: 0 looks along the depth and shows (h, w); 1 shows (d, w), 2 shows (d, h).
        index: of the slice, counted from the end if negative.
    """
    return _squared((volume.voxels.take(index, axis) * 255 + 0.5).astype(np.uint8), volume, axis)


def heated(volume: Volume, heat: np.ndarray, axis: int, index: int) -> np.ndarray:
    """The same slice as (h, w, 3) uint8: grey, coloured where `heat` is.

    Args:
        heat: over the same room, in [0, 1], of as many voxels as one likes.
    """
    count, layers = volume.voxels.shape[axis], heat.shape[axis]
    # Where the middle of the slice is among the heat's own slices.
    place = np.clip((index % count + 0.5) * layers / count - 0.5, 0, layers - 1)
    low = int(place)
    lower, upper = (heat.take(k, axis) for k in (low, min(low + 1, layers - 1)))
    values = lower + (place - low) * (upper - lower)
    warm = (values.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    grey = np.repeat(section(volume, axis, index)[..., None], 3, axis=2)
    return over(grey, _squared(warm, volume, axis) / 255)


def glowing(volume: Volume, heat: np.ndarray, degrees: float = 0.0) -> np.ndarray:
    """As `rendered`, (d, w, 3) uint8, coloured by the maximum of the heat along the same rays.

    Args:
        heat: over the same room, in [0, 1], in cubes of any size.
    """
    grey = rendered(volume, degrees)
    warm = Image.fromarray(rendered(Volume(heat.clip(0, 1)), degrees))
    warm = warm.resize(grey.shape[::-1], Image.Resampling.BILINEAR)
    return over(np.repeat(grey[..., None], 3, axis=2), np.asarray(warm) / 255)


def rendered(volume: Volume, degrees: float = 0.0) -> np.ndarray:
    """The maximum intensity along rays, (d, w) uint8, after a turn about the depth axis.

    At 0 degrees one looks from the first row to the last; with growing degrees the near side moves
    to the right. As wide as the diagonal, so that nothing leaves it and all turns are of one size.
    Voxels are made cubes of at most 96 a side: a volume of `isotropic(volume, 96)` saves that time.
    """
    voxels = isotropic(volume, PROJECTED).voxels
    depth, height, width = voxels.shape
    # Of the sides' own parity, so that unturned rays run through the voxels' centres.
    across, along = (
        most + (most - side) % 2
        for side in (width, height)
        for most in [int(np.ceil(np.hypot(height, width)))]
    )
    ray = np.arange(across, dtype=np.float32)[:, None] - (across - 1) / 2
    step = np.arange(along, dtype=np.float32) - (along - 1) / 2
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    # Where rays and the steps along them are in the volume's rows and columns.
    rows = step * cos - ray * sin + (height - 1) / 2
    columns = ray * cos + step * sin + (width - 1) / 2
    inside = (rows > -1) & (rows < height) & (columns > -1) & (columns < width)
    # A border of zeros, and columns of the volume side by side in memory.
    padded = np.zeros((height + 2, width + 2, depth), np.float32)
    padded[1:-1, 1:-1] = voxels.transpose(1, 2, 0)
    picture = np.zeros((across, depth), np.float32)
    for number, there in enumerate(inside):
        if there.any():
            found = _sampled(padded, rows[number, there] + 1, columns[number, there] + 1)
            picture[number] = found.max(axis=0)
    return (picture.T * 255 + 0.5).astype(np.uint8)


def _sampled(planes: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Bilinear columns (n, d) of (h, w, d)."""
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = (rows - top)[:, None], (columns - left)[:, None]
    upper = planes[top, left] * (1 - right) + planes[top, left + 1] * right
    lower = planes[top + 1, left] * (1 - right) + planes[top + 1, left + 1] * right
    return upper * (1 - down) + lower * down


def _lengths(volume: Volume, axis: int) -> tuple[float, float]:
    sides = np.multiply(volume.voxels.shape, volume.spacing)
    height, width = np.delete(sides, axis)
    return float(height), float(width)


def _squared(pixels: np.ndarray, volume: Volume, axis: int) -> np.ndarray:
    lengths = _lengths(volume, axis)
    finest = min(np.delete(volume.spacing, axis))
    side = max(float(finest), max(lengths) / LONGEST)
    height, width = (max(round(length / side), 1) for length in lengths)
    if pixels.shape == (height, width):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR))
