"""The gate of a public page: who calls too often, or while many wait, hears when to come back.

Gallery keys are looked up by their SHA-256, so how long a look-up takes depends on hash values,
which tell nothing about how near a guess came to a key: comparing in constant time would add
nothing. What is left is to try keys, 2^128 of them, and trying unused ones is slowed down here.

Calls are counted by token buckets: so many at once, then no more than so many a second. Windows, as
the package `limits` has them, let none through for up to a window after a burst.
"""

import ipaddress
import json
import math
import re
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faceweb.errors import FacewebError
from faceweb.gallery.store import Galleries
from faceweb.i18n import retold
from faceweb.serving.gradio_patches import find_queue, read_queues, visitor_language


class TokenBuckets:
    """Token buckets (Turner 1986), one for each name: a burst at once, then a steady rate.

    A bucket is full at first. Of the names that were not used for longest none is remembered beyond
    `max_buckets`, so that strangers cannot fill the memory.

    Args:
        capacity: tokens in a full bucket.
        rate: tokens a second that flow in.
        max_buckets: how many buckets are remembered.
        clock: in seconds, never going back.
    """

    def __init__(
        self,
        capacity: float,
        rate: float,
        max_buckets: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity, self._rate, self._max_buckets = capacity, rate, max_buckets
        self._clock = clock
        self._lock = threading.Lock()
        # Of each name the tokens that were left, and when that was; the latest used comes last.
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def compute_wait(self, name: str, cost: float = 1.0) -> float:
        """Seconds until a bucket holds `cost` tokens; 0 where it does. Takes none."""
        with self._lock:
            missing = min(cost, self._capacity) - self._compute_level(name)
        return max(0.0, missing / self._rate)

    def take(self, name: str, cost: float = 1.0) -> None:
        """Takes tokens, as many as there are."""
        with self._lock:
            self._levels[name] = max(0.0, self._compute_level(name) - cost), self._clock()
            self._levels.move_to_end(name)
            while len(self._levels) > self._max_buckets:
                self._levels.popitem(last=False)

    def _compute_level(self, name: str) -> float:
        level, when = self._levels.get(name, (self._capacity, self._clock()))
        return min(self._capacity, level + (self._clock() - when) * self._rate)


CALL = re.compile(r"/gradio_api/(queue/join|(call/v2|call|run|api)/(?P<name>[^/]+))/?")
STREAM = re.compile(r"/gradio_api/(queue/data|heartbeat/.*|call/[^/]+/[^/]+|mcp.*)/?")
UPLOAD = re.compile(r"/gradio_api/(upload|mcp.*)/?")
LOGIN = re.compile(r"/login/?")
KEY = re.compile(r"[0-9a-f]{32}")
# What a call costs by its queue, in tokens; one without a named queue computes next to nothing.
COSTS = {"device": 1.0, "camera": 1.0, "download": 4.0, "paint": 4.0, "train": 8.0}
CHEAP = 0.1
# No endpoint has so many arguments, and what is no call and no upload is short.
MOST_ARGUMENTS = 100
LARGEST_NOTE = 1_000_000
MCP = "mcp"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What strangers may ask of a public page; bursts in tokens, rates in tokens a second."""

    burst: float = 120.0
    rate: float = 1.0
    keys_burst: float = 30.0
    keys_rate: float = 1 / 30
    logins_burst: float = 10.0
    logins_rate: float = 1 / 30
    waiting: int = 60
    waiting_each: int = 8
    streams_each: int = 64
    largest_body: int = 30_000_000


class _Refused(Exception):
    """Carries the answer: a sentence, seconds until to come back, a status."""

    def __init__(self, sentence: str, seconds: float, status: int = 429) -> None:
        super().__init__(sentence)
        self.seconds, self.status = max(1, math.ceil(seconds)), status


class RateLimiter:
    """ASGI middleware before the page's calls, uploads, streams and its login.

    Args:
        app: what is guarded.
        page: whose queues are looked at.
        galleries: which keys are in use.
        limits: what may be asked.
        everything: whether all calls are limited, as on a public page, or tries to log in only.
    """

    def __init__(
        self, app: ASGIApp, page: gr.Blocks, galleries: Galleries, limits: Limits, everything: bool
    ) -> None:
        self._app, self._page, self._limits, self._everything = app, page, limits, everything
        self._calls = TokenBuckets(limits.burst, limits.rate)
        self._logins = TokenBuckets(limits.logins_burst, limits.logins_rate)
        self._guesses = _Guesses(galleries, limits)
        self._streams: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or answers 429 with Retry-After and a sentence."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, posted, address = scope["path"], scope["method"] == "POST", address_of(scope)
        try:
            if posted and LOGIN.fullmatch(path):
                self._pay(self._logins, address, 1.0, "Too many tries to log in")
            if posted and self._everything:
                call = CALL.fullmatch(path)
                if call:
                    receive = await self._admit(call["name"], scope, receive, address)
                elif UPLOAD.fullmatch(path):
                    self._pay(self._calls, address, 1.0, TOO_MANY)
                else:
                    receive = _replay(await _read_body(scope, receive, LARGEST_NOTE), receive)
            if not posted and self._everything and STREAM.fullmatch(path):
                await self._stream(address, scope, receive, send)
                return
        except _Refused as refused:
            headers = {"Retry-After": str(refused.seconds)}
            sentence = retold(str(refused), visitor_language(Request(scope)))
            answer = JSONResponse({"detail": sentence}, refused.status, headers)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admit(
        self, name: str | None, scope: Scope, receive: Receive, address: str
    ) -> Receive:
        body = await _read_body(scope, receive, self._limits.largest_body)
        values, number = _call(body)
        queue = find_queue(self._page, name, number) or "device"
        cost = COSTS.get(queue, CHEAP)
        keys = {value for value in values if isinstance(value, str)}
        keys = {key for key in (key.strip().lower() for key in keys) if KEY.fullmatch(key)}
        await self._guesses.admit(address, keys)
        for payer in (address, *keys):
            self._pay(self._calls, payer, cost, TOO_MANY)
        if queue in COSTS:
            self._wait_for_room(address)
        return _replay(body, receive)

    def _pay(self, buckets: TokenBuckets, payer: str, cost: float, what: str) -> None:
        seconds = buckets.compute_wait(payer, cost)
        if seconds:
            raise _Refused(f"{what}: come back in {_words(seconds)}.", seconds)
        buckets.take(payer, cost)

    def _wait_for_room(self, address: str) -> None:
        queues = [queue for queue in read_queues(self._page) if queue.name in COSTS]
        waiting = [address_of(scope) for queue in queues for scope in queue.waiting]
        mine = waiting.count(address)
        if mine >= self._limits.waiting_each:
            raise _Refused(
                f"{mine} of your calls are waiting already: come back in {_words(mine)}.", mine
            )
        if len(waiting) >= self._limits.waiting:
            raise _Refused(
                f"The page is busy, {len(waiting)} calls are waiting: come back in "
                f"{_words(len(waiting))}.",
                len(waiting),
            )

    async def _stream(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        if self._streams[address] >= self._limits.streams_each:
            raise _Refused(
                "Too many pages are open from your address: close some and come back in 10 "
                "seconds.",
                10,
            )
        self._streams[address] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._streams[address] -= 1
            if not self._streams[address]:
                del self._streams[address]


TOO_MANY = "Too many calls were made from here"


class _Guesses:
    """Slows down who opens gallery keys that nobody uses; a visitor's own new one costs once."""

    def __init__(self, galleries: Galleries, limits: Limits) -> None:
        self._galleries = galleries
        self._buckets = TokenBuckets(limits.keys_burst, limits.keys_rate)
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def admit(self, address: str, keys: set[str]) -> None:
        for key in keys:
            if (address, key) in self._seen or await run_sync(self._knows, key):
                continue
            seconds = self._buckets.compute_wait(address)
            if seconds:
                raise _Refused(
                    "Too many gallery keys that nobody uses were tried from here: come back in "
                    f"{_words(seconds)}.",
                    seconds,
                )
            self._buckets.take(address)
            self._seen[address, key] = None
            while len(self._seen) > 10_000:
                self._seen.popitem(last=False)

    def _knows(self, key: str) -> bool:
        try:
            return self._galleries.knows(key)
        except FacewebError:
            # The handler will say what is wrong with the database.
            return True


def address_of(scope: Scope) -> str:
    """Who asks: an IPv4 address, or the /64 network of an IPv6 one, since one visitor owns it all.

    The MCP server calls the page from within this machine, on behalf of visitors who paid already.
    """
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_loopback and Headers(scope=scope).get("x-gradio-user") == "mcp":
        return MCP
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return host


async def _read_body(scope: Scope, receive: Receive, largest: int) -> bytes:
    pieces, size = [], 0
    async for piece in Request(scope, receive).stream():
        size += len(piece)
        if size > largest:
            raise _Refused(
                f"This call is larger than {largest // 10**6} MB: send a smaller file.", 1, 413
            )
        pieces.append(piece)
    return b"".join(pieces)


def _call(body: bytes) -> tuple[list, object]:
    """The arguments of a call and the number of its function."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise _Refused("A call is a JSON object: docs/API.md has examples.", 1, 400)
    data = sent.get("data")
    values = data if isinstance(data, list) else list(sent.values())
    if len(values) > MOST_ARGUMENTS or len(sent) > MOST_ARGUMENTS:
        raise _Refused(f"A call has at most {MOST_ARGUMENTS} arguments.", 1, 400)
    return values, sent.get("fn_index")


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def _words(seconds: float) -> str:
    seconds = max(1, math.ceil(seconds))
    if seconds < 100:
        return "a second" if seconds == 1 else f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
