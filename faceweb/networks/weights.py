"""Where weights come from: a package's file, one of ours, or a download that a visitor asks for.

Every file is checked against its checksum before it is read.
"""

import errno
import hashlib
import importlib.util
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from faceweb.config import ASSETS
from faceweb.errors import WeightsUnavailableError


@dataclass(frozen=True)
class Source:
    """A weight file inside an installed package, or in `assets/weights` where that is ""."""

    package: str
    path: str
    sha256: str
    licence: str


SOURCES = {
    "face_resnet": Source(
        "face_recognition_models",
        "models/dlib_face_recognition_resnet_model_v1.dat",
        "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
        "public domain (CC0), Davis King",
    ),
    "mtcnn": Source(
        "",
        "mtcnn.npz",
        "893f5a3a04bf7f71fd345de01b6756f978ef86ea77f50d124904f2e22b301e86",
        "MIT as published, disputed: assets/weights/README.md",
    ),
    "perceptual": Source(
        "",
        "perceptual.npz",
        "c5d6efc23ceb187675617a8a0a1bc37676eb31428d8c348e5d19548e73229ff7",
        "CC0, trained by training/perceptual.py",
    ),
}


def locate(source: Source) -> Path:
    """The file's path, found without importing the package.

    Raises:
        WeightsUnavailableError: the package is not installed.
    """
    if not source.package:
        return ASSETS / "weights" / source.path
    spec = importlib.util.find_spec(source.package)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsUnavailableError(
            f"The package {source.package}, which carries a network's weights, is not installed: "
            "run pip install -r requirements.txt."
        )
    return Path(spec.submodule_search_locations[0]) / source.path


def read(name: str) -> bytes:
    """The bytes of a weight file, whole and unaltered.

    Args:
        name: a key of `SOURCES`.

    Raises:
        WeightsUnavailableError: the file is missing, cut short or altered.
    """
    source = SOURCES[name]
    path = locate(source)
    try:
        data = path.read_bytes()
    except OSError:
        raise WeightsUnavailableError(
            f"The weight file {path.name} is missing: {_remedy(source)}."
        ) from None
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise WeightsUnavailableError(
            f"The weight file {path.name} is cut short or altered ({len(data):,} bytes, wrong "
            f"checksum): {_remedy(source)}."
        )
    return data


def _remedy(source: Source) -> str:
    package = source.package.replace("_", "-")
    return f"reinstall the package {package}" if package else "restore it from the project"


@contextmanager
def explain_missing(path: Path) -> Iterator[None]:
    """Says what to do about a file, whatever reading it raises.

    Args:
        path: of the file that is read meanwhile.

    Raises:
        WeightsUnavailableError: it is missing, cut short or altered.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, EOFError, zlib.error, zipfile.BadZipFile):
        raise WeightsUnavailableError(
            f"The file {path.name} is missing, cut short or altered: restore it from the project."
        ) from None


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
