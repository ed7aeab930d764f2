"""What a layer says about a photo: its units' maps."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from faceweb.features.faces import Networks
from faceweb.features.patches import check_layer
from faceweb.features.views import PHOTO_SIDE, View, photo_view
from faceweb.numerics.heat import spread
from faceweb.types import LayerFacts

if TYPE_CHECKING:
    from faceweb.models.probe import Probe


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

    def heat(self, unit: int) -> np.ndarray:
        """A unit's map at the size of the view, (h, w)."""
        return spread(self.maps[..., unit], self.facts.field, self.view.pixels.shape[:2])

    def together(self, first: int, second: int) -> np.ndarray:
        """Where two units are on at once, (h, w) in [0, 1]: the root of the product of both maps,
        each divided by its largest value."""
        product = np.ones(self.maps.shape[:2])
        for unit in (first, second):
            one = np.maximum(self.maps[..., unit], 0)
            product = product * one / max(float(one.max()), 1e-12)
        return spread(np.sqrt(product), self.facts.field, self.view.pixels.shape[:2])


def feature_maps(
    probe: "Probe", networks: Networks, photo: np.ndarray, layer: str, side: int = PHOTO_SIDE
) -> FeatureMaps:
    """Shows a photo to a layer.

    Args:
        probe: of the network.
        networks: find and align a face for a network that takes faces.
        photo: (h, w, 3) uint8 RGB.
        layer: one of the probe's.
        side: longer side at most of what is looked at.

    Raises:
        PictureError: the photo is too small or too long.
        LayerError: there is no such layer.
    """
    check_layer(probe, layer)
    view = photo_view(networks, photo, probe.size, side)
    maps = probe.activations(view.floats[None], layer)[0]
    return FeatureMaps(view, probe.facts(layer, view.pixels.shape[:2]), maps)
