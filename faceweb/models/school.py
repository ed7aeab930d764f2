"""The networks that can be trained, each built when it is first asked for, and once."""

import threading

from faceweb.models.device import Device
from faceweb.models.learner import Learner
from faceweb.models.siamese import build_frozen, build_projection, build_siamese

# A projection of encodings has 16,384 numbers and often a handful of people to learn them from: on
# five, whatever moves further from the identity tells five others apart worse.
TETHER = 1.0
_BUILDERS = {"siamese": build_siamese, "projection": build_projection, "frozen": build_frozen}


class School:
    """What trains each network.

    Args:
        device: where they run.
    """

    def __init__(self, device: Device) -> None:
        self._device, self._lock = device, threading.Lock()
        self._learners: dict[str, Learner] = {}

    def learner(self, name: str) -> Learner:
        """What trains "siamese" (pictures), "projection" or "frozen" (both: encodings)."""
        with self._lock:
            if name not in self._learners:
                tether = TETHER if name == "projection" else 0.0
                lots = name == "siamese"
                network = _BUILDERS[name]()
                self._learners[name] = Learner(network, self._device, tether, lots)
            return self._learners[name]
