"""The networks that can be trained, each built when it is first asked for, and once."""

import threading
from collections.abc import Callable

import keras
import numpy as np

from faceweb.models.aligner import CHIP
from faceweb.models.device import Batched, Device
from faceweb.models.embedder import build_stem, build_tail
from faceweb.models.learner import Learner
from faceweb.models.siamese import ENCODING, build_frozen, build_projection, build_siamese

# A projection of encodings has 16,384 numbers and often a handful of people to learn them from: on
# five, whatever moves further from the identity tells five others apart worse.
TETHER = 1.0
CHIPS = 16  # at once


class School:
    """What trains each network.

    Args:
        device: where they run.
        embedder: gives the face recogniser, or raises where there is none.
    """

    def __init__(self, device: Device, embedder: Callable[[], keras.Model]) -> None:
        self._device, self._embedder, self._lock = device, embedder, threading.Lock()
        self._learners: dict[str, Learner] = {}
        self._stem: Batched | None = None

    def learner(self, name: str) -> Learner:
        """What trains "siamese" (pictures), "projection" or "frozen" (encodings), "tail" (maps)."""
        with self._lock:
            if name not in self._learners:
                self._learners[name] = self._built(name)
            return self._learners[name]

    def maps(self, chips: np.ndarray) -> np.ndarray:
        """What the tail is given for aligned chips (n, 150, 150, 3) uint8: maps (n, h, w, 256)."""
        with self._lock:
            if self._stem is None:
                network = build_stem(self._embedder())
                self._stem = Batched(
                    lambda x: network(x, training=False),
                    (CHIP, CHIP, 3),
                    (CHIPS,),
                    compiles=self._device.compiles,
                )
        with self._device.turn:
            return self._stem(chips / np.float32(255))

    def _built(self, name: str) -> Learner:
        if name == "siamese":
            return Learner(build_siamese(), self._device)
        if name == "projection":
            return Learner(build_projection(), self._device, TETHER, [np.eye(ENCODING)])
        if name == "frozen":
            return Learner(build_frozen(), self._device, 0.0, [])
        tail = build_tail(self._embedder())
        return Learner(tail, self._device, TETHER, tail.get_weights())
