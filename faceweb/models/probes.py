"""The networks that can be looked into, each with its probe and what is traced over it."""

import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

import keras

from faceweb.models.device import Device
from faceweb.models.dreamer import Dreamer
from faceweb.models.pair_painter import PairPainter
from faceweb.models.probe import Probe
from faceweb.models.saliency import Saliency

Report = Callable[[str, float], None]


class Source(NamedTuple):
    """Where a network comes from: how its model is loaded, the checksum of its weights, and whether
    that needs no download."""

    load: Callable[[Report | None], keras.Model]
    fingerprint: str
    at_hand: Callable[[], bool] = lambda: True


class Lens:
    """Everything that looks into one network; nothing is traced before it is asked for.

    Attributes:
        probe: facts and activations of its layers.
        dreamer: what a unit would like to see.
        saliency: which pixels excite a unit.
        pairs: repaints a picture for one correlation.
        fingerprint: checksum of the network's weights.
    """

    def __init__(self, model: keras.Model, device: Device, fingerprint: str) -> None:
        self.probe = Probe(model, device)
        self.dreamer = Dreamer(self.probe)
        self.saliency = Saliency(self.probe)
        self.pairs = PairPainter(self.probe)
        self.fingerprint = fingerprint


class Probes:
    """Lenses by network, each made when first asked for over the model that the page already has.

    Args:
        device: where they run.
        networks: by name.
    """

    def __init__(self, device: Device, networks: Mapping[str, Source]) -> None:
        self._device, self._networks = device, networks
        self._locks = {name: threading.Lock() for name in networks}
        self._lenses: dict[str, Lens] = {}

    def at_hand(self, network: str) -> bool:
        """Whether `lens` needs no download."""
        return network in self._lenses or self._networks[network].at_hand()

    def lens(self, network: str, report: Report | None = None) -> Lens:
        """What looks into a network.

        Args:
            network: one of the names.
            report: is told a stage and the share done during a download.

        Raises:
            WeightsUnavailableError: its weights are missing, altered or cannot be downloaded.
        """
        with self._locks[network]:
            if network not in self._lenses:
                source = self._networks[network]
                model = source.load(report)
                self._lenses[network] = Lens(model, self._device, source.fingerprint)
            return self._lenses[network]
