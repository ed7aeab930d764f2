"""What a unit would like to see, as it grows."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from faceweb.config import DreamConfig
from faceweb.features.patches import check_layer, check_unit
from faceweb.features.scene import to_bytes

if TYPE_CHECKING:
    from faceweb.models.probes import Lens

SHOWN_EVERY = 0.25


@dataclass(frozen=True, eq=False)
class DreamStep:
    """Pictures under way.

    Attributes:
        pictures: (n, s, s, 3) uint8, one a unit.
        activations: (n,), each unit's largest on its picture as it is.
        step, steps: how many are done, and shall be.
        remaining: expected seconds.
    """

    pictures: np.ndarray
    activations: np.ndarray
    step: int
    steps: int
    remaining: float


def dream(
    lens: "Lens", layer: str, units: Sequence[int], config: DreamConfig
) -> Iterator[DreamStep]:
    """Activation maximisation from faint noise.

    Args:
        lens: looks into the network.
        layer: one of its layers.
        units: one a picture.
        config: how long, and from which noise.

    Yields:
        The pictures as they are, several times a second and at last.

    Raises:
        LayerError: there is no such layer or unit.
    """
    check_layer(lens.probe, layer)
    for unit in units:
        check_unit(lens.probe, layer, unit)
    numbers = np.random.default_rng(config.seed)
    under_way = lens.dreamer.begin(len(units), config.seed)
    began, shown = time.perf_counter(), -SHOWN_EVERY
    for step in range(1, config.steps + 1):
        under_way, _ = lens.dreamer.step(under_way, layer, list(units), numbers)
        now = time.perf_counter()
        if step == config.steps or now - shown > SHOWN_EVERY:
            pictures = to_bytes(lens.dreamer.pictures(under_way))
            maps = lens.probe.activations(pictures / np.float32(255), layer)
            peaks = maps.max(axis=(1, 2))[np.arange(len(units)), list(units)]
            remaining = (now - began) / step * (config.steps - step)
            yield DreamStep(pictures, peaks, step, config.steps, remaining)
            shown = now
