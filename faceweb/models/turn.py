"""One graph at a time: who asks first goes first, and short work passes long work."""

import threading
from collections import deque
from contextlib import AbstractContextManager
from types import TracebackType

# So many pieces of short work pass one of long work, which would else never be done on a busy page.
MOST_PASS = 8


class Turn(AbstractContextManager):
    """Held by whoever computes; not again by who holds it already.

    `with turn:` is for one step of something long, a painting or a training; `with turn.short:` is
    for what answers at once. A plain lock goes to whoever happens to run when it is given back,
    which mostly is the painter that has just given it back.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._passed = 0
        self._long: deque[threading.Lock] = deque()
        self._brief: deque[threading.Lock] = deque()
        self.short: AbstractContextManager = _Short(self, self._brief)

    def __enter__(self) -> None:
        self.take(self._long)

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give()

    def take(self, line: deque[threading.Lock]) -> None:
        """Waits in a line until it is given the turn."""
        with self._guard:
            if not self._held:
                self._held = True
                return
            mine = threading.Lock()
            mine.acquire()
            line.append(mine)
        mine.acquire()

    def give(self) -> None:
        """Hands the turn on to the next who waits."""
        with self._guard:
            brief = bool(self._brief) and not (self._long and self._passed >= MOST_PASS)
            line = self._brief if brief else self._long
            self._passed = self._passed + 1 if brief and self._long else 0
            self._held = bool(line)
            if line:
                line.popleft().release()


class _Short(AbstractContextManager):
    def __init__(self, turn: Turn, line: deque[threading.Lock]) -> None:
        self._turn, self._line = turn, line

    def __enter__(self) -> None:
        self._turn.take(self._line)

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turn.give()
