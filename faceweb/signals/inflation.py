"""What a network inflated by one axis answers: a still is seen as its picture is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from faceweb.errors import MediaError
from faceweb.interpret.feature_maps import upsample
from faceweb.interpret.top_patches import check_layer
from faceweb.media.image import check_shape
from faceweb.style.image import within
from faceweb.style.video import FEWEST_FRAMES
from faceweb.types import LayerFacts, Volume

if TYPE_CHECKING:
    from faceweb.interpret.feature_extractor import FeatureExtractor

STILL_SIDE = 96
# Of a volume in one pass: 128 a side.
MOST_VOXELS = 128**3


@dataclass(frozen=True, eq=False)
class Inflation:
    """One layer's answers to a picture, and to the picture standing still for 16 frames.

    Attributes:
        flat: (h', w', c) of the network of pictures.
        still: (t', h', w', c) of the inflated one.
        differences: (t',) largest absolute difference of each of its frames from `flat`.
    """

    layer: str
    flat: np.ndarray
    still: np.ndarray
    differences: np.ndarray

    @property
    def interior(self) -> float:
        """The largest of them all: with mirrored borders a still has no end, so every frame is an
        interior one."""
        return float(self.differences.max())


def inflation(
    flat: "FeatureExtractor", solid: "FeatureExtractor", picture: np.ndarray, layer: str
) -> Inflation:
    """Shows a picture (h, w, 3) uint8 to a network, and a still of it to the inflated one.

    Raises:
        PictureError: the picture is too small or too long.
        LayerError: there is no such layer.
    """
    check_shape(picture)
    check_layer(flat, layer)
    seen = within(picture, STILL_SIDE) / np.float32(255)
    one = flat.activations(seen[None], layer)[0]
    many = solid.activations(np.repeat(seen[None], FEWEST_FRAMES, axis=0)[None], layer)[0]
    return Inflation(layer, one, many, np.abs(many - one).max(axis=(1, 2, 3)))


@dataclass(frozen=True, eq=False)
class VolumeMaps:
    """A layer's activations (d', h', w', c) for values (d, h, w, 3)."""

    values: np.ndarray
    facts: LayerFacts
    maps: np.ndarray

    @property
    def strongest(self) -> list[int]:
        """Units that fire somewhere, by their largest activation."""
        peaks = self.maps.max(axis=(0, 1, 2))
        return [int(unit) for unit in np.argsort(-peaks, kind="stable") if peaks[unit] > 0]

    def heat(self, unit: int) -> np.ndarray:
        """A unit's map at the size of the values, (d, h, w)."""
        return upsample(self.maps[..., unit], self.facts.field, self.values.shape[:-1])


def as_input(volume: Volume) -> np.ndarray:
    """A volume as the inflated network takes it, (d, h, w, 3): grey, at least 16 a side.

    What a shorter side lacks is mirrored on at its end, where heat is to be cut off again.

    Raises:
        MediaError: it has too many voxels for one pass.
    """
    if volume.voxels.size > MOST_VOXELS:
        raise MediaError(
            f"{volume.voxels.size:,} voxels are more than can be looked at in one pass: reduce it "
            f"to {MOST_VOXELS:,}."
        )
    more = [(0, max(FEWEST_FRAMES - side, 0)) for side in volume.voxels.shape]
    voxels = np.pad(volume.voxels, more, mode="symmetric")
    return np.repeat(voxels[..., None], 3, axis=-1)


def volume_maps(extractor: "FeatureExtractor", values: np.ndarray, layer: str) -> VolumeMaps:
    """Shows values (d, h, w, 3) in [0, 1] to a layer of the inflated network.

    Raises:
        LayerError: there is no such layer.
    """
    check_layer(extractor, layer)
    maps = extractor.activations(values[None], layer)[0]
    return VolumeMaps(values, extractor.facts(layer, values.shape[:-1]), maps)
