"""What visitors have learnt: the pairs they marked and the head they trained, by their key."""

from dataclasses import dataclass

import numpy as np

from faceweb.errors import GalleryFullError
from faceweb.gallery.store import Galleries
from faceweb.gallery.tables import HeadRow, LabelledPairRow

MOST_MARKS = 200


@dataclass(frozen=True, eq=False)
class StoredPair:
    """A marked pair: embeddings (128,) float32, the answer, and the unit (129,) taught by it."""

    a: np.ndarray
    b: np.ndarray
    same: bool
    unit: np.ndarray

    def same_pair(self, a: np.ndarray, b: np.ndarray) -> bool:
        """Whether it is of these two embeddings, in whatever order."""
        return any(
            np.array_equal(self.a, one) and np.array_equal(self.b, other)
            for one, other in ((a, b), (b, a))
        )


class Learnt:
    """Marked pairs and heads, committed before any method returns; erased with their gallery.

    Every method raises KeyRefusedError and StorageError, as those of `Galleries` do.
    """

    def __init__(self, galleries: Galleries) -> None:
        self._galleries = galleries

    def add_mark(self, key: str, mark: StoredPair) -> None:
        """Adds a marked pair, in the place of an earlier answer on it.

        Raises:
            GalleryFullError: as many are marked as may be.
        """
        with self._galleries.writing() as session:
            gallery = self._galleries.row(session, key, make=True)
            a, b = (np.asarray(embedding, "<f4").tobytes() for embedding in (mark.a, mark.b))
            rows = gallery.marks if gallery else []
            earlier = [row for row in rows if (row.a, row.b) in ((a, b), (b, a))]
            if len(rows) - len(earlier) >= MOST_MARKS:
                raise GalleryFullError(
                    f"{MOST_MARKS} pairs are marked, which is all that is learnt from: undo some, "
                    "or begin anew."
                )
            for row in earlier:
                session.delete(row)
            unit = np.asarray(mark.unit, "<f8").tobytes()
            session.add(LabelledPairRow(gallery=gallery, a=a, b=b, same=mark.same, unit=unit))
            session.commit()

    def marks(self, key: str) -> list[StoredPair]:
        """All marked pairs, oldest first."""
        with self._galleries.session() as session:
            gallery = self._galleries.row(session, key)
            return [
                StoredPair(
                    np.frombuffer(row.a, "<f4"),
                    np.frombuffer(row.b, "<f4"),
                    row.same,
                    np.frombuffer(row.unit, "<f8"),
                )
                for row in (gallery.marks if gallery else [])
            ]

    def forget_marks(self, key: str, last: bool = False) -> int:
        """Removes the last marked pair, or all; returns how many are left."""
        with self._galleries.writing() as session:
            gallery = self._galleries.row(session, key)
            rows = list(gallery.marks) if gallery else []
            gone = rows[-1:] if last else rows
            for row in gone:
                session.delete(row)
            session.commit()
            return len(rows) - len(gone)

    def keep_head(self, key: str, weights: bytes) -> None:
        """Puts a head in the place of the one before."""
        with self._galleries.writing() as session:
            gallery = self._galleries.row(session, key, make=True)
            if gallery is not None:
                for head in gallery.heads:
                    session.delete(head)
                session.flush()
                session.add(HeadRow(gallery=gallery, weights=weights))
            session.commit()

    def forget_head(self, key: str) -> bool:
        """Removes the head; whether there was one."""
        with self._galleries.writing() as session:
            gallery = self._galleries.row(session, key)
            heads = list(gallery.heads) if gallery else []
            for head in heads:
                session.delete(head)
            session.commit()
            return bool(heads)

    def head(self, key: str) -> bytes | None:
        """The head, or None."""
        with self._galleries.session() as session:
            gallery = self._galleries.row(session, key)
            return gallery.heads[0].weights if gallery and gallery.heads else None
