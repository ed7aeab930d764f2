"""Token buckets: so many calls at once, then no more than so many a second."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable


class Buckets:
    """A bucket for each name, full at first; what was not used for longest is forgotten.

    Args:
        capacity: tokens in a full bucket.
        rate: tokens a second that flow in.
        most: how many buckets are remembered, so that strangers cannot fill the memory.
        clock: in seconds, never going back.
    """

    def __init__(
        self,
        capacity: float,
        rate: float,
        most: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity, self._rate, self._most, self._clock = capacity, rate, most, clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str, cost: float = 1.0) -> float:
        """Seconds until a bucket holds `cost` tokens; 0 where it does. Takes none."""
        with self._lock:
            missing = min(cost, self._capacity) - self._level(name)
        return max(0.0, missing / self._rate)

    def take(self, name: str, cost: float = 1.0) -> None:
        """Takes tokens, as many as there are."""
        with self._lock:
            self._held[name] = max(0.0, self._level(name) - cost), self._clock()
            self._held.move_to_end(name)
            while len(self._held) > self._most:
                self._held.popitem(last=False)

    def _level(self, name: str) -> float:
        level, when = self._held.get(name, (self._capacity, self._clock()))
        return min(self._capacity, level + (self._clock() - when) * self._rate)
