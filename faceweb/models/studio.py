"""The painters of one process: a network is built once, a painter traced once."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import keras
import numpy as np

from faceweb.config import NETWORKS
from faceweb.models import weights
from faceweb.models.device import Device
from faceweb.models.painter import Painter
from faceweb.models.perceptual import TAPS, load_perceptual
from faceweb.types import StyleWeights

if TYPE_CHECKING:
    from faceweb.models.magenta import Magenta

INSTANT = "magenta"

Report = Callable[[str, float], None]


class Studio:
    """Painters by network, content layer and style statistic, each made when first asked for.

    Args:
        device: where they run.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        # A download of one network keeps nobody from the others.
        self._locks = {name: threading.Lock() for name in (*NETWORKS, INSTANT)}
        self._networks: dict[str, keras.Model] = {}
        self._painters: dict[tuple[str, str, str], Painter] = {}
        self._paces: dict[str, float] = {}
        self._magenta: Magenta | None = None

    @property
    def traces(self) -> int:
        """How many graphs the painters have traced."""
        return sum(painter.traces for painter in list(self._painters.values()))

    def painter(
        self,
        network: str = "perceptual",
        content_layer: str = "conv4_1",
        statistic: str = "centred",
        report: Report | None = None,
    ) -> Painter:
        """A painter, warm.

        Args:
            network: "perceptual" or "vgg19"; the latter is downloaded where it is missing.
            content_layer: the tap that J_content compares.
            statistic: "centred" or "plain".
            report: is told a stage and the share done during a download.

        Raises:
            WeightsUnavailableError: weights are missing, altered or cannot be downloaded.
        """
        made = (network, content_layer, statistic)
        with self._locks[network]:
            if made not in self._painters:
                painter = Painter(
                    self._network(network, report),
                    self._device,
                    TAPS.index(content_layer),
                    statistic == "plain",
                    self.fingerprint(network),
                )
                self._paces[network] = _warm(painter)
                self._painters[made] = painter
            return self._painters[made]

    @staticmethod
    def fingerprint(network: str) -> str:
        """Checksum of a network's weights, known without them."""
        if network in weights.SOURCES:
            return weights.SOURCES[network].sha256
        from faceweb.models.vgg19 import WEIGHTS

        return WEIGHTS.md5

    def pace(self, network: str) -> float | None:
        """Seconds a step takes a pixel, or None for a network that was not used yet."""
        return self._paces.get(network)

    def instant(
        self, content: np.ndarray, style: np.ndarray, report: Report | None = None
    ) -> np.ndarray:
        """A content repainted in one pass by Magenta's network, which is downloaded if missing.

        Args:
            content, style: (h, w, 3) uint8.
            report: as for `painter`.

        Returns:
            (h, w, 3) uint8, of the content's size.

        Raises:
            WeightsUnavailableError: the network cannot be downloaded, or is altered.
        """
        with self._locks[INSTANT]:
            if self._magenta is None:
                # Nobody who does not ask for it waits for its import.
                from faceweb.models.magenta import load_magenta

                self._magenta = load_magenta(report)
        pictures = [picture[None].astype(np.float32) / 255 for picture in (content, style)]
        with self._device.turn:
            painted = self._magenta.paint(*pictures)[0]
        return (painted * 255 + 0.5).astype(np.uint8)

    def network(self, name: str, report: Report | None = None) -> keras.Model:
        """A network itself, to be looked into; arguments and errors as for `painter`."""
        with self._locks[name]:
            return self._network(name, report)

    def at_hand(self, name: str) -> bool:
        """Whether `network` needs no download."""
        if name in self._networks or name in weights.SOURCES:
            return True
        from faceweb.models.vgg19 import WEIGHTS, weight_file

        return WEIGHTS.matches(weight_file())

    def _network(self, name: str, report: Report | None) -> keras.Model:
        if name not in self._networks:
            self._networks[name] = _load(name, report)
        return self._networks[name]


def _load(name: str, report: Report | None) -> keras.Model:
    if name == "perceptual":
        return load_perceptual(weights.read("perceptual"))
    # Nobody who does not ask for it waits for its import.
    from faceweb.models.vgg19 import load_vgg19

    return load_vgg19(report)


def _warm(painter: Painter) -> float:
    """Traces everything; returns the seconds a step takes a pixel."""
    picture = np.full((144, 192, 3), 0.5, np.float32)
    even = StyleWeights(1.0, 1.0, 1.0, (1.0,) * len(TAPS))
    targets = painter.targets(picture, painter.statistics([picture], [1.0]))
    painter.slope(picture, targets, even)
    state, _ = painter.step(painter.begin(picture), targets, even, 0.01)
    began = time.perf_counter()
    painter.step(state, targets, even, 0.01)
    return (time.perf_counter() - began) / (picture.size // 3)
