"""The atlas: activation maximisation of sixteen units of every layer, computed in advance."""

import json
import logging
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from faceweb.config import ASSETS
from faceweb.errors import WeightsUnavailableError
from faceweb.networks.weights import explain_missing

log = logging.getLogger(__name__)

FOLDER = ASSETS / "atlas"
UNITS, ACROSS, CELL = 16, 4, 96


@dataclass(frozen=True, eq=False)
class Plate:
    """One layer of the atlas.

    Attributes:
        units: sixteen, or as many as fire at all.
        pictures: (n, 96, 96, 3) uint8, one a unit.
    """

    units: tuple[int, ...]
    pictures: np.ndarray


@lru_cache(maxsize=64)
def plate(network: str, layer: str) -> Plate | None:
    """A layer's plate, or None where the atlas has none or its file is damaged, which is logged."""
    units, path = _contents(network).get(layer), FOLDER / network / f"{layer}.jpg"
    if units is None:
        return None
    try:
        with explain_missing(path):
            sheet = np.asarray(Image.open(path).convert("RGB"))
            rows = sheet.reshape(-1, CELL, ACROSS, CELL, 3).swapaxes(1, 2)
            return Plate(tuple(units), rows.reshape(-1, CELL, CELL, 3)[: len(units)])
    except WeightsUnavailableError as error:
        log.warning("%s", error)
        return None


def layers(network: str) -> tuple[str, ...]:
    """The layers that the atlas shows of a network, from the picture onwards."""
    return tuple(_contents(network))


@lru_cache(maxsize=8)
def _contents(network: str) -> dict[str, list[int]]:
    path = FOLDER / network / "units.json"
    try:
        with explain_missing(path):
            return json.loads(path.read_text()) if path.is_file() else {}
    except WeightsUnavailableError as error:
        log.warning("%s", error)
        return {}
