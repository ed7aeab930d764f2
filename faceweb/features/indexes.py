"""Passes over corpora, kept so that the same question costs nothing the second time."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from faceweb.errors import CorpusError
from faceweb.features.corpus import Corpus, bundled, in_folder, uploaded
from faceweb.features.faces import Networks
from faceweb.features.patches import REPORT_EVERY, Index, PassStep, look_through
from faceweb.numerics.winners import Winners
from faceweb.storage.index_files import IndexFiles

if TYPE_CHECKING:
    from faceweb.models.probes import Lens

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
            return uploaded(paths)
        if name == "folder" and self._folder is not None:
            return in_folder(self._folder)
        if name != "bundled":
            raise CorpusError("There is no such corpus here: choose bundled, or upload pictures.")
        return bundled()

    def look(
        self, lens: "Lens", networks: Networks, corpus: Corpus, most: int = 1
    ) -> Iterator[PassStep]:
        """As `look_through`, at once where it was done before; a pass that somebody else makes is
        watched, and taken over where they stop."""
        key = _key(lens, corpus, most)
        with self._lock:
            under_way = self._under_way.setdefault(key, UnderWay(len(corpus)))
        while not under_way.lock.acquire(timeout=REPORT_EVERY):
            yield under_way.step
        try:
            index = self._found(key)
            if index is not None:
                yield PassStep(len(corpus), len(corpus), 0.0, index, finished=True)
                return
            for step in look_through(lens.probe, networks, corpus, most):
                if step.finished:
                    self._keep(key, step.index, on_disk=corpus.kept)
                else:
                    under_way.step = step
                yield step
        finally:
            under_way.lock.release()

    def found(self, lens: "Lens", corpus: Corpus, most: int = 1) -> Index | None:
        """What `look` would end with at once, or None where it would have to look."""
        return self._found(_key(lens, corpus, most))

    def _found(self, key: Key) -> Index | None:
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
        winners = {
            layer: Winners(*(arrays[f"{layer}/{part}"] for part in Winners._fields))
            for layer in layers
        }
        self._keep(key, Index(winners, views, skipped), on_disk=False)
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
                for layer, winners in index.winners.items()
                for part, array in winners._asdict().items()
            }
            self._files.save(key, {**arrays, "views": index.views, "skipped": index.skipped})


def _key(lens: "Lens", corpus: Corpus, most: int) -> Key:
    return KIND, lens.fingerprint, corpus.fingerprint, most
