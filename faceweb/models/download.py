"""Files that are too large to ship, fetched when a visitor asks for them."""

import errno
import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from faceweb.errors import WeightsUnavailableError

PIECE = 1 << 18

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Remote:
    """A file on the net: `name` and `instead` (what serves without it) are shown to visitors.

    An empty `md5` stands for a file whose publisher names no checksum.
    """

    name: str
    url: str
    md5: str
    instead: str

    def unavailable(self, reason: str) -> WeightsUnavailableError:
        """The error to raise, `reason` being a clause."""
        return WeightsUnavailableError(
            f"{self.name} could not be downloaded: {reason}. {self.instead}"
        )

    def matches(self, path: Path) -> bool:
        """Whether a file of the right checksum lies at `path`."""
        try:
            data = path.read_bytes()
        except OSError:
            return False
        return hashlib.md5(data, usedforsecurity=False).hexdigest() == self.md5


def download(remote: Remote, target: Path, report: Report | None, timeout: float) -> None:
    """Puts the file at `target` once it is whole; until then, what was there stays.

    Args:
        remote: what to fetch, and the checksum it must have.
        target: a path; its folders are made.
        report: is told a stage and the share done, 0 to 1. What it raises ends the download.
        timeout: seconds for which the net may stay silent.

    Raises:
        WeightsUnavailableError: no net, a broken or silent connection, a wrong file, a full disk.
    """
    part = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
    digest = hashlib.md5(usedforsecurity=False)
    with disk_trouble(remote):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as file:
                for piece, share in _pieces(remote, timeout):
                    file.write(piece)
                    digest.update(piece)
                    if report:
                        report(f"Downloading {remote.name}", share)
            if remote.md5 and digest.hexdigest() != remote.md5:
                raise remote.unavailable("what arrived has a wrong checksum")
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def disk_trouble(remote: Remote) -> Iterator[None]:
    """Turns a failure to write into the sentence for it."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise remote.unavailable(
            "the disk is full" if full else "the cache folder cannot be written to"
        ) from None


def _pieces(remote: Remote, timeout: float) -> Iterator[tuple[bytes, float]]:
    """The file piece by piece, each with the share that has then arrived (0 if unknown)."""
    try:
        with urlopen(remote.url, timeout=timeout) as answer:
            total, arrived = answer.length, 0
            while piece := answer.read(PIECE):
                arrived += len(piece)
                yield piece, arrived / total if total else 0.0
    except HTTPError as error:
        raise remote.unavailable(f"the server answered {error.code}") from None
    except (OSError, HTTPException) as error:
        cause = error.reason if isinstance(error, URLError) else error
        if isinstance(cause, TimeoutError):
            reason = f"no answer came within {timeout:g} seconds"
        elif isinstance(error, URLError):
            reason = "the net cannot be reached from here"
        else:
            reason = "the connection broke off"
        raise remote.unavailable(reason) from None
    if total and arrived < total:
        raise remote.unavailable("the connection broke off")
