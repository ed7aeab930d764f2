"""One volume under a layer of the inflated network: slices, heat, projections, strongest cubes."""

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from faceweb.errors import DimensionsError
from faceweb.interpret.corpus import Recording
from faceweb.interpret.feature_maps import lay_heat_over
from faceweb.interpret.top_patches import PLACES, Index, check_unit, patches_of, scan_corpus
from faceweb.signals.inflation import VolumeMaps, as_input, volume_maps
from faceweb.types import Volume

if TYPE_CHECKING:
    from faceweb.interpret.feature_extractor import FeatureExtractor

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
    return _square((volume.voxels.take(index, axis) * 255 + 0.5).astype(np.uint8), volume, axis)


def overlay_heat(volume: Volume, heat: np.ndarray, axis: int, index: int) -> np.ndarray:
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
    return lay_heat_over(grey, _square(warm, volume, axis) / 255)


def render_heat(volume: Volume, heat: np.ndarray, degrees: float = 0.0) -> np.ndarray:
    """As `render`, (d, w, 3) uint8, coloured by the maximum of the heat along the same rays.

    Args:
        heat: over the same room, in [0, 1], in cubes of any size.
    """
    grey = render(volume, degrees)
    warm = Image.fromarray(render(Volume(heat.clip(0, 1)), degrees))
    warm = warm.resize(grey.shape[::-1], Image.Resampling.BILINEAR)
    return lay_heat_over(np.repeat(grey[..., None], 3, axis=2), np.asarray(warm) / 255)


def render(volume: Volume, degrees: float = 0.0) -> np.ndarray:
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
            found = _sample(padded, rows[number, there] + 1, columns[number, there] + 1)
            picture[number] = found.max(axis=0)
    return (picture.T * 255 + 0.5).astype(np.uint8)


def _sample(planes: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
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


def _square(pixels: np.ndarray, volume: Volume, axis: int) -> np.ndarray:
    lengths = _lengths(volume, axis)
    finest = min(np.delete(volume.spacing, axis))
    side = max(float(finest), max(lengths) / LONGEST)
    height, width = (max(round(length / side), 1) for length in lengths)
    if pixels.shape == (height, width):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR))


# Voxels of the longest side: as slices, as seen through, and as shown to the network.
SLICED, THROUGH, SEEN = 160, 80, 64
FAINT = 0.05
BEYOND = (205, 199, 188)
AXES = ("depth", "height", "width")


class VolumeLook:
    """A volume, and what one unit of one layer says of it; scrolling computes no network.

    Args:
        extractor: of the inflated network.
        volume: as it was read.
        layer: to begin with.
        unit: to begin with; the strongest if None.

    Attributes:
        spacing, shape: of the volume as it was read.
        found: the layer's maps.
        unit: the one that is laid over.

    Raises:
        LayerError: there is no such layer or unit.
    """

    def __init__(
        self, extractor: "FeatureExtractor", volume: Volume, layer: str, unit: int | None = None
    ) -> None:
        self._extractor = extractor
        self.shape, self.spacing = volume.voxels.shape, volume.spacing
        self._sliced = isotropic(volume, SLICED)
        self._through = isotropic(volume, THROUGH)
        self._reach = _reach(self._through)
        seen = isotropic(volume, SEEN)
        self._room = tuple(slice(side) for side in seen.voxels.shape)
        self._values = as_input(seen)
        self._index: Index | None = None
        self.choose(layer, unit)

    @property
    def counts(self) -> tuple[int, ...]:
        """How many slices there are along each axis."""
        return self._sliced.voxels.shape

    @property
    def seen(self) -> tuple[int, ...]:
        """Voxels a side as the network was shown them."""
        return self._values.shape[:-1]

    def choose(self, layer: str, unit: int | None = None) -> None:
        """Another layer or unit; the layer's strongest unit if None.

        Raises:
            LayerError: there is no such layer or unit.
        """
        if unit is not None and layer in self._extractor.layers:
            check_unit(self._extractor, layer, unit)
        maps: VolumeMaps | None = getattr(self, "found", None)
        if maps is None or maps.facts.name != layer:
            maps = volume_maps(self._extractor, self._values, layer)
        chosen = unit if unit is not None else (maps.strongest or [0])[0]
        values = maps.maps[..., chosen]
        # What a unit says of most places, such as of the air around a body, is no news.
        usual, top = float(np.median(values)), float(values.max())
        heat = (maps.heat(chosen)[self._room] - usual) / max(top - usual, 1e-12)
        self.found, self.unit, self._heat = maps, chosen, heat.clip(0, 1).astype(np.float32)

    def slice(self, axis: int, index: int, warm: bool = True) -> np.ndarray:
        """One slice, (h, w, 3) uint8 under the unit's heat or (h, w) without, in square pixels.

        Raises:
            DimensionsError: there is no such axis or slice.
        """
        if axis not in range(len(AXES)):
            raise DimensionsError(
                f"A volume has axes 0 (depth), 1 (height) and 2 (width). Received: {axis}."
            )
        count = self.counts[axis]
        if index not in range(count):
            raise DimensionsError(
                f"This volume is shown in slices 0 to {count - 1} along its {AXES[axis]}: choose "
                f"one of them. Received: {index}."
            )
        if warm:
            return overlay_heat(self._sliced, self._heat, axis, index)
        return section(self._sliced, axis, index)

    def view(self, degrees: float, warm: bool = True) -> np.ndarray:
        """All of it seen through from one side, (h, w, 3) uint8, or (h, w) without heat.

        As wide as what can be seen reaches from any side, so that all turns are of one size.
        """
        if warm:
            seen = render_heat(self._through, self._heat, degrees)
        else:
            seen = render(self._through, degrees)
        middle = seen.shape[1] // 2
        return seen[:, max(middle - self._reach, 0) : middle + self._reach]

    def cubes(self) -> list[tuple[np.ndarray, float]]:
        """The unit's strongest cubes, opened in the middle, and its activations.

        Each is the lower half of what one position sees, (d, h, w, 3) uint8, so that its top is the
        slice through the middle; what lies beyond the border is paper grey. The first time one pass
        finds those of all units of all layers.
        """
        corpus = Recording(self._values)
        if self._index is None:
            *_, last = scan_corpus(self._extractor, None, corpus, most=PLACES)  # type: ignore[arg-type]
            self._index = last.index
        layer, unit = self.found.facts.name, self.unit
        found = patches_of(self._extractor, None, corpus, self._index, layer, [unit])[unit]  # type: ignore[arg-type]
        return [
            (_open(patch.pixels, patch.inside), patch.activation)
            for patch in found
            if patch.activation > 0
        ]


def _reach(volume: Volume) -> int:
    """Voxels from the middle of all slices to the outermost that can be seen."""
    there = (volume.voxels > FAINT).any(axis=0)
    rows, columns = (np.arange(side) - (side - 1) / 2 for side in there.shape)
    return int(np.hypot(rows[:, None], columns)[there].max(initial=1)) + 2


def _open(pixels: np.ndarray, inside: np.ndarray) -> np.ndarray:
    filled = np.where(inside[..., None], pixels * 255 + 0.5, np.array(BEYOND))
    return filled[len(filled) // 2 :].clip(0, 255).astype(np.uint8)


def isotropic(volume: Volume, most: int = 128) -> Volume:
    """The volume in cubic voxels, trilinear, of at most `most` a side.

    The voxels are as small as the finest spacing, or as large as `most` asks for. What has them
    already comes back as it is.
    """
    from scipy.ndimage import zoom

    lengths = np.multiply(volume.voxels.shape, volume.spacing)
    finest = min(volume.spacing)
    side = max(finest, float(lengths.max()) / most)
    if side == finest and max(volume.spacing) < 1.001 * finest:
        return volume
    shape = np.maximum(np.round(lengths / side), 1).astype(int)
    # Voxels are cells, not points: the middle of the first is half a voxel from the border.
    voxels = zoom(
        volume.voxels, shape / volume.voxels.shape, order=1, mode="nearest", grid_mode=True
    )
    return Volume(voxels.clip(0, 1), (side, side, side), volume.low, volume.high)
