"""A signal or a volume as a corpus of one, to look for its strongest patches in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from faceweb.types import Box


@dataclass(frozen=True, eq=False)
class Stretch:
    """What a network is shown of a recording: all of it, (positions..., c) float32."""

    pixels: np.ndarray
    what: str = "whole"

    @property
    def floats(self) -> np.ndarray:
        return self.pixels

    def box(self, *spans: tuple[int, int]) -> Box:
        """The last two axes as a box, of a signal its only one."""
        (top, bottom), (left, right) = ((0, 1), *spans)[-2:]
        return Box(left, top, right - left, bottom - top)


@dataclass(frozen=True)
class Titled:
    """What the only item of a corpus is called."""

    label: str


@dataclass(frozen=True, eq=False)
class Recording:
    """One signal (t, c) or volume (d, h, w, c), float32 in [0, 1], as `look_through` takes it."""

    values: np.ndarray
    title: str = "the recording"

    @property
    def items(self) -> tuple[Titled]:
        return (Titled(self.title),)

    def __len__(self) -> int:
        return 1

    def views(
        self, numbers: Iterable[int], networks: Any, size: tuple[int, ...] | None
    ) -> Iterator[tuple[int, list[Stretch]]]:
        """The recording itself, whatever a network would take."""
        for number in numbers:
            yield number, [Stretch(self.values)]
