"""One volume under a layer of the inflated network: its slices, its heat, its strongest cubes."""

from typing import TYPE_CHECKING

import numpy as np

from faceweb.errors import DimensionsError
from faceweb.features.inflation import VolumeMaps, as_input, volume_maps
from faceweb.features.patches import PLACES, Index, check_unit, look_through, patches_of
from faceweb.features.recordings import Recording
from faceweb.features.slices import glowing, heated, rendered, section
from faceweb.features.volume_file import isotropic
from faceweb.types import Volume

if TYPE_CHECKING:
    from faceweb.models.probe import Probe

# Voxels of the longest side: as slices, as seen through, and as shown to the network.
SLICED, THROUGH, SEEN = 160, 80, 64
FAINT = 0.05
BEYOND = (205, 199, 188)
AXES = ("depth", "height", "width")


class VolumeLook:
    """A volume, and what one unit of one layer says of it; scrolling computes no network.

    Args:
        probe: of the inflated network.
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

    def __init__(self, probe: "Probe", volume: Volume, layer: str, unit: int | None = None) -> None:
        self._probe = probe
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
        if unit is not None and layer in self._probe.layers:
            check_unit(self._probe, layer, unit)
        maps: VolumeMaps | None = getattr(self, "found", None)
        if maps is None or maps.facts.name != layer:
            maps = volume_maps(self._probe, self._values, layer)
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
            return heated(self._sliced, self._heat, axis, index)
        return section(self._sliced, axis, index)

    def view(self, degrees: float, warm: bool = True) -> np.ndarray:
        """All of it seen through from one side, (h, w, 3) uint8, or (h, w) without heat.

        As wide as what can be seen reaches from any side, so that all turns are of one size.
        """
        if warm:
            seen = glowing(self._through, self._heat, degrees)
        else:
            seen = rendered(self._through, degrees)
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
            *_, last = look_through(self._probe, None, corpus, most=PLACES)  # type: ignore[arg-type]
            self._index = last.index
        layer, unit = self.found.facts.name, self.unit
        found = patches_of(self._probe, None, corpus, self._index, layer, [unit])[unit]  # type: ignore[arg-type]
        return [
            (_opened(patch.pixels, patch.inside), patch.activation)
            for patch in found
            if patch.activation > 0
        ]


def _reach(volume: Volume) -> int:
    """Voxels from the middle of all slices to the outermost that can be seen."""
    there = (volume.voxels > FAINT).any(axis=0)
    rows, columns = (np.arange(side) - (side - 1) / 2 for side in there.shape)
    return int(np.hypot(rows[:, None], columns)[there].max(initial=1)) + 2


def _opened(pixels: np.ndarray, inside: np.ndarray) -> np.ndarray:
    filled = np.where(inside[..., None], pixels * 255 + 0.5, np.array(BEYOND))
    return filled[len(filled) // 2 :].clip(0, 255).astype(np.uint8)
