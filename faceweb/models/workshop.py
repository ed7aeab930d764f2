"""What signals and volumes are painted by and looked into with, made when first asked for."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import keras

from faceweb.models.autoencoder import Autoencoder, Graph, LearntProbe
from faceweb.models.clip_painter import ClipPainter
from faceweb.models.convnd import Design, build_convnd, inflated, randomised
from faceweb.models.device import Device
from faceweb.models.painter import Painter
from faceweb.models.perceptual import DESIGN
from faceweb.models.probe import Probe
from faceweb.models.solid import SolidPainter
from faceweb.models.studio import Studio

# Ulyanov & Lebedev 2016 take 4,096 filters over 11 frames; an eighth of them costs an eighth.
SOUND_WIDTH, SOUND_KERNEL, SOUND_SEED = 512, 11, 0
Made = TypeVar("Made")


class Workshop:
    """Networks of one and three axes over the page's own perceptual network; safe for threads.

    Args:
        device: where they run.
        studio: whose painter and network they are made of.
    """

    def __init__(self, device: Device, studio: Studio) -> None:
        self._device, self._studio = device, studio
        self._lock = threading.RLock()
        self._made: dict[Any, Any] = {}

    def sound_painter(self, channels: int) -> Painter:
        """A painter of spectrograms (t, channels) with random filters over time."""

        def make() -> Painter:
            design = Design(channels, (SOUND_WIDTH,), (1,), SOUND_KERNEL)
            network = randomised(build_convnd(1, design, "random"), SOUND_SEED)
            network.trainable = False
            return Painter(network, self._device, content_tap=0)

        return self._once(("sound", channels), make)

    def flat_painter(self) -> Painter:
        """The painter of pictures, which a clip could be painted by frame by frame."""
        return self._studio.painter()

    def clip_painter(self) -> ClipPainter:
        """A painter of clips (t, h, w, 3), whose styles are pictures."""

        def make() -> ClipPainter:
            # Repeated filters would ask of a moving texture that it stands still.
            network = inflated(self._studio.network("perceptual"), DESIGN, middle=True)
            return ClipPainter(network, self._device, styles_by=self._studio.painter())

        return self._once("clip", make)

    def solid_painter(self) -> SolidPainter:
        """A painter of blocks (d, h, w, 3), whose styles are pictures."""

        def make() -> SolidPainter:
            network = self._studio.network("perceptual")
            return SolidPainter(network, self._device, self._studio.painter())

        return self._once("solid", make)

    def volume_probe(self) -> Probe:
        """The inflated perceptual network, for volumes and clips (d, h, w, 3)."""

        return self._once("volume", lambda: Probe(self._inflated(), self._device))

    def picture_probe(self) -> Probe:
        """The perceptual network itself, to be compared with what it was inflated to."""
        return self._once(
            "picture", lambda: Probe(self._studio.network("perceptual"), self._device)
        )

    def autoencoder(self, seed: int = 0) -> Autoencoder:
        """A new autoencoder for one signal."""
        return Autoencoder(self._once("filters", lambda: Graph(self._device)), seed)

    def probe(self, autoencoder: Autoencoder) -> LearntProbe:
        """What looks into the filters that an autoencoder has learnt."""
        return autoencoder.probe

    def _inflated(self) -> keras.Model:
        network = self._studio.network("perceptual")
        return self._once("inflated", lambda: inflated(network, DESIGN))

    def _once(self, key: Any, make: Callable[[], Made]) -> Made:
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]
