"""What a visitor has under way, one thing each, until they leave or forget it."""

import threading
import time
import uuid
import weakref
from collections import deque
from typing import Generic, Protocol, TypeVar

import gradio as gr

from faceweb.serving.gate import MCP, address_of

MOST_KEPT = 16
KEPT_SECONDS = 900


class UnderWay(Protocol):
    """What can be kept: `used` is when it last moved, on the monotonic clock."""

    used: float

    @property
    def running(self) -> bool: ...

    def stop(self) -> None: ...


Kept = TypeVar("Kept", bound=UnderWay)


class Sessions(Generic[Kept]):
    """One thing under way for each visitor, by the session of their page."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Kept] = {}
        # Sessions of pages that were left: what they asked for last may still be on its way.
        self._gone: deque[str] = deque(maxlen=1000)

    def put(self, request: gr.Request, item: Kept) -> Kept:
        """Puts something in the place of the visitor's last, which is stopped."""
        session = session_of(request)
        self._take(session)
        with self._lock:
            while len(self._kept) >= MOST_KEPT:
                idle = min(self._kept, key=lambda name: self._kept[name].used)
                self._kept.pop(idle).stop()
            if session in self._gone:
                item.stop()
            else:
                self._kept[session] = item
                _expire(self, session, weakref.ref(item))
        return item

    def of(self, request: gr.Request) -> Kept | None:
        """What the visitor has under way, or None."""
        return self._kept.get(session_of(request))

    def drop(self, request: gr.Request) -> None:
        """Stops and forgets what a visitor has, who stays."""
        self._take(session_of(request))

    def remove(self, request: gr.Request) -> None:
        """Stops and forgets what a visitor had who leaves the page."""
        self._gone.append(session_of(request))
        self._take(session_of(request))

    def forget_idle(self, session: str, item: Kept) -> bool:
        """Forgets what did not move for a while; whether it did."""
        idle = time.monotonic() - item.used >= KEPT_SECONDS and not item.running
        if idle and self._kept.get(session) is item:
            self._take(session)
        return idle

    def _take(self, session: str) -> None:
        with self._lock:
            item = self._kept.pop(session, None)
        if item is not None:
            item.stop()


def _expire(sessions: Sessions[Kept], session: str, held: "weakref.ref[Kept]") -> None:
    """Looks after a while whether something is still used; holds neither it nor its pictures."""

    def look() -> None:
        item = held()
        if item is not None and not sessions.forget_idle(session, item):
            _expire(sessions, session, held)

    timer = threading.Timer(KEPT_SECONDS / 15, look)
    timer.daemon = True
    timer.start()


def session_of(request: gr.Request) -> str:
    """Names the page that asks.

    All MCP clients share a page, and none may meet what another has under way: each of their calls
    is a session of its own.
    """
    scope = getattr(getattr(request, "request", None), "scope", None)
    if scope is not None and address_of(scope) == MCP:
        return scope.setdefault("faceweb.session", uuid.uuid4().hex)
    return str(request.session_hash)
