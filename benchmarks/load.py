"""Fifty visitors at once on a public page: python -m benchmarks.load

Each has an address of its own on this machine's loopback, a gallery, and pauses between calls. All
answers are compared with what a quiet page gives: distances, names and costs.
"""

import argparse
import asyncio
import json
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from benchmarks.page import PORT, ROOT, resident, start, stop
from benchmarks.report import about, emit

EXAMPLES = ROOT / "assets" / "examples"
PAGE = f"http://127.0.0.1:{PORT}/gradio_api"
PAIRS = (("collins", "collins_turned"), ("hopper", "hopper_dim"), ("collins", "hopper"))
PORTRAITS = {"collins": "collins_turned", "hopper": "hopper_dim"}
PAINTING = {"size": 192, "steps": 40, "seed": 7}
# What visitors who do not paint ask for, and how often.
MIX = {"verify": 0.6, "recognize": 0.3, "enroll": 0.1}


class Busy(Exception):
    """The page asks to come back later, in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"busy, come back in {seconds:g} s")
        self.seconds = seconds


@dataclass
class Tally:
    """What happened: seconds of every answer by kind, how often the page was busy, and faults."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"stylize": []})
    busy: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def answered(self, kind: str, seconds: float) -> None:
        self.seconds.setdefault(kind, []).append(seconds)


class Visitor:
    """One who calls the page by its programming interface, from 127.0.x.y."""

    def __init__(self, number: int, tally: Tally) -> None:
        address = f"127.0.{1 + number // 200}.{1 + number % 200}"
        transport = httpx.AsyncHTTPTransport(local_address=address)
        self._http = httpx.AsyncClient(transport=transport, timeout=300)
        self._tally, self._number = tally, number
        self._random = random.Random(number)
        self._key = secrets.token_hex(16)
        self._photos = dict.fromkeys(PORTRAITS, 0)

    async def close(self) -> None:
        await self._http.aclose()

    async def upload(self, path: Path) -> dict:
        """Hands a file over, as a browser does."""
        answer = await self._http.post(
            f"{PAGE}/upload", files={"files": (path.name, path.read_bytes())}
        )
        _check(answer)
        return {"path": answer.json()[0], "meta": {"_type": "gradio.FileData"}}

    async def call(self, endpoint: str, /, **values) -> dict:
        """The record that an endpoint answers with, the last one of a stream."""
        for argument, value in values.items():
            if isinstance(value, Path):
                values[argument] = await self.upload(value)
        answer = await self._http.post(f"{PAGE}/call/v2/{endpoint}", json=values)
        _check(answer)
        event, data = "", "null"
        async with self._http.stream(
            "GET", f"{PAGE}/call/{endpoint}/{answer.json()['event_id']}"
        ) as stream:
            if stream.is_error:
                await stream.aread()
            _check(stream)
            async for line in stream.aiter_lines():
                kind, _, value = line.partition(": ")
                if kind == "event":
                    event = value
                elif kind == "data":
                    data = value
        if event != "complete":
            raise RuntimeError(f"{endpoint} ended in {event}: {data}")
        return json.loads(data)[0]

    async def visit(self, until: float, pause: float, paints: bool, quiet: dict) -> None:
        """Calls and pauses until the time is over; the answers are checked against `quiet`."""
        await asyncio.sleep(self._random.uniform(0, pause))
        while time.monotonic() < until:
            kind = "stylize" if paints else self._next()
            began = time.monotonic()
            try:
                wrong = await getattr(self, f"_{kind}")(quiet)
                self._tally.answered(kind, time.monotonic() - began)
                if wrong:
                    self._tally.faults.append(f"visitor {self._number}, {kind}: {wrong}")
            except Busy as busy:
                self._tally.busy[kind] += 1
                await asyncio.sleep(busy.seconds)
            except (httpx.HTTPError, RuntimeError) as error:
                self._tally.faults.append(f"visitor {self._number}, {kind}: {error!r}")
            await asyncio.sleep(self._random.expovariate(1 / pause))

    def _next(self) -> str:
        if not all(self._photos.values()):
            return "enroll"
        return self._random.choices(list(MIX), list(MIX.values()))[0]

    async def _verify(self, quiet: dict) -> str:
        pair = self._random.choice(PAIRS)
        found = await self.verify(pair)
        return _differ(found["distance"], quiet[pair], 1e-3)

    async def verify(self, pair: tuple[str, str]) -> dict:
        """The record of a comparison."""
        a, b = (EXAMPLES / f"{name}.jpg" for name in pair)
        return await self.call("verify", photo_a=a, photo_b=b)

    async def _enroll(self, _quiet: dict) -> str:
        portrait = min(self._photos, key=self._photos.__getitem__)
        name, photo = f"{portrait} of {self._number}", EXAMPLES / f"{portrait}.jpg"
        found = await self.call("enroll", photo=photo, name=name, gallery_key=self._key)
        self._photos[portrait] += 1
        people = sum(map(bool, self._photos.values()))
        # The same photo again counts once.
        if (found["person"], found["photos"], found["people"]) != (name, 1, people):
            return f"{found['person']} has {found['photos']} photos among {found['people']} people"
        return ""

    async def _recognize(self, _quiet: dict) -> str:
        portrait = self._random.choice(list(PORTRAITS))
        photo = EXAMPLES / f"{PORTRAITS[portrait]}.jpg"
        found = await self.call("recognize", photo=photo, gallery_key=self._key)
        names = [face["person"] for face in found["faces"]]
        return "" if names == [f"{portrait} of {self._number}"] else f"{portrait} is {names}"

    async def _stylize(self, quiet: dict) -> str:
        found = await self.paint()
        return _differ(found["j_style"], quiet["j_style"], 0.05 * quiet["j_style"])

    async def paint(self) -> dict:
        """The record of a small painting."""
        content, style = EXAMPLES / "rocket.jpg", ROOT / "assets" / "styles" / "flow_field.jpg"
        return await self.call("stylize", content=content, style=style, **PAINTING)


def _check(answer: httpx.Response) -> None:
    if answer.status_code == 429:
        raise Busy(float(answer.headers["Retry-After"]))
    answer.raise_for_status()


def _differ(found: float, expected: float, tolerance: float) -> str:
    return "" if abs(found - expected) <= tolerance else f"{found:g} instead of {expected:g}"


async def behind_paintings(painters: int, seconds: float) -> list[float]:
    """How long comparisons take, one after the other, while so many visitors only paint."""
    visitors = [Visitor(200 + n, Tally()) for n in range(painters + 1)]
    until, took = time.monotonic() + seconds, []

    async def paint(visitor: Visitor) -> None:
        while time.monotonic() < until:
            await visitor.paint()

    paintings = [asyncio.create_task(paint(visitor)) for visitor in visitors[1:]]
    await asyncio.sleep(2)
    while time.monotonic() < until:
        began = time.monotonic()
        await visitors[0].verify(PAIRS[0])
        took.append(time.monotonic() - began)
        await asyncio.sleep(1)
    await asyncio.gather(*paintings)
    for visitor in visitors:
        await visitor.close()
    return took


async def watch(process, until: float) -> list[tuple[float, float]]:
    """The page's memory: (seconds, MB), one every other second."""
    seen, began = [], time.monotonic()
    while time.monotonic() < until:
        seen.append((time.monotonic() - began, resident(process)))
        await asyncio.sleep(2)
    return seen


async def load(process, options: argparse.Namespace) -> None:
    """One quiet visitor, one behind paintings, then all at once."""
    first = Visitor(250, Tally())
    quiet: dict = {pair: (await first.verify(pair))["distance"] for pair in PAIRS}
    quiet["j_style"] = (await first.paint())["j_style"]
    await first.close()

    took = await behind_paintings(4, options.behind)
    emit("/verify while four visitors paint, slowest, s", max(took), "< 5",
         p50_s=float(np.median(took)), calls=len(took))  # fmt: skip

    tally, until = Tally(), time.monotonic() + 60 * options.minutes
    visitors = [Visitor(number, tally) for number in range(options.visitors)]
    memory = asyncio.create_task(watch(process, until))
    visits = (
        visitor.visit(until, options.pause, number < options.painters, quiet)
        for number, visitor in enumerate(visitors)
    )
    await asyncio.gather(*visits)
    for visitor in visitors:
        await visitor.close()
    report(tally, await memory)
    with suppress(httpx.HTTPError):
        health = httpx.get(f"http://127.0.0.1:{PORT}/healthz", timeout=10)
        emit("/healthz after the load", health.json(), "ready", status=health.status_code)


def report(tally: Tally, memory: list[tuple[float, float]]) -> None:
    """Prints what the load showed."""
    for kind, seconds in tally.seconds.items():
        p50, p95 = np.percentile(seconds, [50, 95]) if seconds else (np.nan, np.nan)
        emit(f"/{kind} under load, p95 s", float(p95), "stated", p50_s=float(p50),
             slowest_s=max(seconds, default=np.nan), answers=len(seconds),
             busy=tally.busy[kind])  # fmt: skip
    emit("faults: errors and wrong answers", len(tally.faults), "0", first=tally.faults[:5])
    half = [(when, megabytes) for when, megabytes in memory if when > memory[-1][0] / 2]
    slope = np.polyfit(*zip(*half, strict=True), 1)[0] * 60
    emit("memory over the last half, MB a minute", float(slope), "flat",
         at_half_mb=half[0][1], at_end_mb=half[-1][1])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--painters", type=int, default=3, help="how many of them only paint")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--pause", type=float, default=12.0, help="mean seconds between calls")
    parser.add_argument("--behind", type=float, default=40.0, help="seconds of the queue's test")
    options = parser.parse_args()
    about("CPU")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "app.py", "--public", "--port", str(PORT)]
        process, _ = start([*command, "--data-dir", folder])
        try:
            asyncio.run(load(process, options))
        finally:
            stop(process)


if __name__ == "__main__":
    main()
