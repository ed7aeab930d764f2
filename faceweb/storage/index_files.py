"""Passes over a folder of pictures as files, so that a page started anew need not look again."""

import hashlib
import logging
import os
import threading
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

MOST_FILES = 24
log = logging.getLogger(__name__)


class IndexFiles:
    """Named arrays under a key, one npz file each; the last `MOST_FILES` are kept.

    Args:
        folder: where they lie; made when the first is saved.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, key: Iterable[object], arrays: Mapping[str, ArrayLike]) -> None:
        """Writes a file whole or not at all; a full disk is logged, and nothing is lost by it."""
        path = self._path(key)
        scratch = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with scratch.open("wb") as stream:
                np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
            scratch.replace(path)
            files = sorted(self._folder.glob("*.npz"), key=lambda file: file.stat().st_mtime_ns)
            for old in files[:-MOST_FILES]:
                old.unlink(missing_ok=True)
        except OSError as error:
            log.warning("a pass over the pictures could not be kept: %s", error)
            scratch.unlink(missing_ok=True)

    def load(self, key: Iterable[object]) -> dict[str, np.ndarray] | None:
        """The arrays under a key, or None where there are none that can be read."""
        try:
            with np.load(self._path(key), allow_pickle=False) as arrays:
                return dict(arrays)
        except (OSError, ValueError, EOFError, KeyError, zlib.error, zipfile.BadZipFile):
            return None

    def _path(self, key: Iterable[object]) -> Path:
        name = hashlib.sha256("/".join(map(str, key)).encode()).hexdigest()
        return self._folder / f"{name[:32]}.npz"
