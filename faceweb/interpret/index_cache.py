"""Passes over corpora, kept in memory and as files, so that none is made twice."""

import hashlib
import logging
import os
import threading
import weakref
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from faceweb.errors import CorpusError
from faceweb.faces.quality import Networks
from faceweb.interpret.corpus import Corpus, bundled_corpus, in_folder, make_uploaded_corpus
from faceweb.interpret.top_patches import REPORT_EVERY, Index, PassStep, TopK, scan_corpus

if TYPE_CHECKING:
    from faceweb.interpret.inspector import Inspector

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


MOST_KEPT = 24

# Of the arrays that are kept: files of another kind are not read.
KIND = "positions"
Key = tuple[str, str, str, int]


class UnderWay:
    """A pass that others wait for instead of making it too: who holds the lock makes it."""

    def __init__(self, total: int) -> None:
        self.lock = threading.Lock()
        self.step = PassStep(0, total, 0.0, Index({}, []))


class Indexes:
    """The last passes, by network, corpus and patches a picture; safe from many threads.

    They hold where patches are, no pixels. A pass over the folder that the page was started with is
    also kept in a file.

    Args:
        corpus: that folder, or None.
        files: where such passes are kept, or None for memory alone.
    """

    def __init__(self, corpus: Path | None = None, files: IndexFiles | None = None) -> None:
        self._folder, self._files = corpus, files
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Index] = OrderedDict()
        self._under_way: weakref.WeakValueDictionary[Key, UnderWay] = weakref.WeakValueDictionary()

    @property
    def offers_folder(self) -> bool:
        """Whether the page was started with a folder of pictures."""
        return self._folder is not None

    def corpus(self, name: str, paths: list[Path]) -> Corpus:
        """The pictures that a visitor asks for.

        Args:
            name: "bundled" or "folder".
            paths: of the visitor's own pictures, which come before `name`.

        Raises:
            CorpusError: there is no such corpus, or the visitor's pictures cannot be used.
        """
        if paths:
            return make_uploaded_corpus(paths)
        if name == "folder" and self._folder is not None:
            return in_folder(self._folder)
        if name != "bundled":
            raise CorpusError("There is no such corpus here: choose bundled, or upload pictures.")
        return bundled_corpus()

    def look(
        self, inspector: "Inspector", networks: Networks, corpus: Corpus, most: int = 1
    ) -> Iterator[PassStep]:
        """As `scan_corpus`, at once where it was done before; a pass that somebody else makes is
        watched, and taken over where they stop."""
        key = _key(inspector, corpus, most)
        with self._lock:
            under_way = self._under_way.setdefault(key, UnderWay(len(corpus)))
        while not under_way.lock.acquire(timeout=REPORT_EVERY):
            yield under_way.step
        try:
            index = self._look_up(key)
            if index is not None:
                yield PassStep(len(corpus), len(corpus), 0.0, index, finished=True)
                return
            for step in scan_corpus(inspector.extractor, networks, corpus, most):
                if step.finished:
                    self._keep(key, step.index, on_disk=corpus.kept)
                else:
                    under_way.step = step
                yield step
        finally:
            under_way.lock.release()

    def peek(self, inspector: "Inspector", corpus: Corpus, most: int = 1) -> Index | None:
        """What `look` would end with at once, or None where it would have to look."""
        return self._look_up(_key(inspector, corpus, most))

    def _look_up(self, key: Key) -> Index | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        arrays = self._files.load(key) if self._files else None
        if arrays is None:
            return None
        views = [(int(picture), int(which)) for picture, which in arrays.pop("views")]
        skipped = int(arrays.pop("skipped"))
        layers = {name.rpartition("/")[0] for name in arrays}
        top_k = {
            layer: TopK(*(arrays[f"{layer}/{part}"] for part in TopK._fields)) for layer in layers
        }
        self._keep(key, Index(top_k, views, skipped), on_disk=False)
        return self._kept[key]

    def _keep(self, key: Key, index: Index, on_disk: bool) -> None:
        with self._lock:
            self._kept[key] = index
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        if on_disk and self._files:
            arrays = {
                f"{layer}/{part}": array
                for layer, top_k in index.top_k.items()
                for part, array in top_k._asdict().items()
            }
            self._files.save(key, {**arrays, "views": index.views, "skipped": index.skipped})


def _key(inspector: "Inspector", corpus: Corpus, most: int) -> Key:
    return KIND, inspector.fingerprint, corpus.fingerprint, most
