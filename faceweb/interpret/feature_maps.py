"""Feature maps: the activations of a layer's units for one photo, also laid over it as heat."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from faceweb.faces.quality import Networks
from faceweb.interpret.corpus import PHOTO_SIDE, View, photo_view
from faceweb.interpret.top_patches import check_layer
from faceweb.types import LayerFacts, ReceptiveField

if TYPE_CHECKING:
    from faceweb.interpret.feature_extractor import FeatureExtractor

# From nothing to much.
HEAT = np.array([(27, 25, 23), (17, 94, 89), (67, 179, 168), (255, 236, 170)], float)


def upsample(values: np.ndarray, field: ReceptiveField, shape: tuple[int, ...]) -> np.ndarray:
    """A layer's map at the size of its picture, bilinear between the centres of its fields.

    Args:
        values: (h', w'), one a position; of a signal (t',), of a volume (d', h', w').
        field: of the layer.
        shape: (h, w) of the picture, (t,) or (d, h, w).

    Returns:
        As large as `shape`; beyond the outermost centres the nearest value.
    """
    for axis, length in enumerate(shape):
        weights = _weights(length, values.shape[axis], field)
        values = np.moveaxis(np.tensordot(weights, values, (1, axis)), 0, axis)
    return values


def _weights(length: int, count: int, field: ReceptiveField) -> np.ndarray:
    where = ((np.arange(length) - field.offset) / field.stride).clip(0, count - 1)
    low = np.floor(where).astype(int)
    high, share = np.minimum(low + 1, count - 1), where - low
    weights = np.zeros((length, count))
    np.add.at(weights, (np.arange(length), low), 1 - share)
    np.add.at(weights, (np.arange(length), high), share)
    return weights


def patch_starts(length: int, side: int) -> np.ndarray:
    """Where patches of a side begin that slide along a length by half a side, ends included."""
    last = length - side
    return np.unique(np.append(np.arange(0, last, max(side // 2, 1)), last))


def average_cover(
    values: np.ndarray, corners: np.ndarray, side: int, shape: tuple[int, int]
) -> np.ndarray:
    """Per pixel the mean value of the patches that covered it.

    Args:
        values: (n,), one a patch.
        corners: (n, 2) top and left of the patches.
        side: of every patch.
        shape: (h, w) of the picture.

    Returns:
        (h, w); 0 where no patch was.
    """
    total, count = np.zeros(shape), np.zeros(shape)
    for value, (top, left) in zip(values, corners, strict=True):
        there = slice(top, top + side), slice(left, left + side)
        total[there] += value
        count[there] += 1
    return total / np.maximum(count, 1)


def heat_colours(values: np.ndarray) -> np.ndarray:
    """Values in [0, 1], (h, w), as (h, w, 3) uint8."""
    return ramp(values, HEAT)


def lay_heat_over(photo: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """A photo (h, w, 3) uint8 in grey, coloured where heat (h, w) in [0, 1] is."""
    below = grey(photo) * 0.55 + 10
    share = heat.clip(0, 1)[..., None] ** 0.7
    return ((1 - share) * below + share * heat_colours(heat)).astype(np.uint8)


def grey(photo: np.ndarray) -> np.ndarray:
    """Luma of a photo (h, w, 3), as (h, w, 1); ITU-R BT.601."""
    return (photo @ np.array([0.299, 0.587, 0.114]))[..., None]


def ramp(values: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Values in [0, 1], (h, w), along evenly spaced colours (n, 3), as (h, w, 3) uint8."""
    where = values.clip(0, 1) * (len(colours) - 1)
    stops = np.arange(len(colours))
    channels = [np.interp(where, stops, colours[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """A layer's activations (h', w', c) for one view of a photo."""

    view: View
    facts: LayerFacts
    maps: np.ndarray

    @property
    def strongest(self) -> list[int]:
        """Units that fire somewhere, by their largest activation."""
        peaks = self.maps.max(axis=(0, 1))
        return [int(unit) for unit in np.argsort(-peaks, kind="stable") if peaks[unit] > 0]

    @property
    def smaller_than_field(self) -> bool:
        """Whether one position sees more than the whole view."""
        return self.facts.field.size > min(self.view.pixels.shape[:2])

    def peak(self, unit: int) -> tuple[int, int]:
        """Row and column of the layer's position where a unit is strongest."""
        row, column = np.unravel_index(self.maps[..., unit].argmax(), self.maps.shape[:2])
        return int(row), int(column)

    def centre(self, place: tuple[int, int]) -> tuple[int, int]:
        """Row and column of the view's pixel in the middle of what a position sees."""
        row, column = (
            round(self.facts.field.offset + at * self.facts.field.stride) for at in place
        )
        return row, column

    def heat(self, unit: int) -> np.ndarray:
        """A unit's map at the size of the view, (h, w)."""
        return upsample(self.maps[..., unit], self.facts.field, self.view.pixels.shape[:2])

    def together(self, first: int, second: int) -> np.ndarray:
        """Where two units are on at once, (h, w) in [0, 1]: the root of the product of both maps,
        each divided by its largest value."""
        product = np.ones(self.maps.shape[:2])
        for unit in (first, second):
            one = np.maximum(self.maps[..., unit], 0)
            product = product * one / max(float(one.max()), 1e-12)
        return upsample(np.sqrt(product), self.facts.field, self.view.pixels.shape[:2])


def feature_maps(
    extractor: "FeatureExtractor",
    networks: Networks,
    photo: np.ndarray,
    layer: str,
    side: int = PHOTO_SIDE,
) -> FeatureMaps:
    """Shows a photo to a layer.

    Args:
        extractor: of the network.
        networks: find and align a face for a network that takes faces.
        photo: (h, w, 3) uint8 RGB.
        layer: one of the extractor's.
        side: longer side at most of what is looked at.

    Raises:
        PictureError: the photo is too small or too long.
        LayerError: there is no such layer.
    """
    check_layer(extractor, layer)
    view = photo_view(networks, photo, extractor.size, side)
    maps = extractor.activations(view.floats[None], layer)[0]
    return FeatureMaps(view, extractor.facts(layer, view.pixels.shape[:2]), maps)
