"""The drawn people that networks learn from: drawn when first asked for, once a process."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from faceweb.features.album import Album
from faceweb.features.avatar_easel import avatar
from faceweb.features.avatars import identity, occasion

SEED, PICTURES = 0, 20
LEARNT, WATCHED, TESTED = range(160), range(160, 200), range(200, 240)
# So many of those who are watched, with so many pictures, are seen several times a second.
SEEN_PEOPLE, SEEN_PICTURES = 20, 8


@dataclass(frozen=True, eq=False)
class Split:
    """Who is learnt from, and who it is measured on.

    Attributes:
        learnt: who is learnt from.
        watched: who is measured while it learns.
        tested: who is measured at the start and at the end.
        known: whether those who are measured are learnt from too, since there are so few.
        copied: whether their pairs of one person are copies of one photo, easier than real ones.
        apart: whether those who are tested are others than those who are watched.
    """

    learnt: Album
    watched: Album
    tested: Album
    known: bool = False
    copied: bool = False
    apart: bool = False

    @property
    def who(self) -> str:
        """Who is measured, in words."""
        return "the people it learns from" if self.known else "people held out"


class Avatars:
    """240 people who do not exist, with 20 pictures each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._split: Split | None = None

    def split(self, report: Callable[[float], None]) -> Split:
        """The people, drawn where they are not yet.

        Args:
            report: called with the share that is drawn.
        """
        with self._lock:
            if self._split is None:
                everybody = range(LEARNT.start, TESTED.stop)
                pictures = []
                for person, own in enumerate(album(SEED, everybody, PICTURES), start=1):
                    pictures.append(own)
                    report(person / len(everybody))
                whole = Album(tuple(pictures), tuple(pictures))
                seen = WATCHED[:SEEN_PEOPLE]
                self._split = Split(
                    whole.part(LEARNT),
                    whole.part(seen, SEEN_PICTURES),
                    whole.part(TESTED),
                    apart=True,
                )
            return self._split


def album(seed: int, people: range, pictures: int) -> Iterator[np.ndarray]:
    """The pictures (pictures, 64, 64, 3) uint8 of one person after the other."""
    for number in people:
        who = identity(seed, number)
        yield np.stack([avatar(who, occasion(seed, number, i)) for i in range(pictures)])
