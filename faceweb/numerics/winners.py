"""The strongest few of a stream, for every unit at once.

All arrays are (k, c): places from the strongest down, units. A place that nothing has taken has the
value 0 and the view -1; what is not above 0 never takes one.
"""

from typing import NamedTuple

import numpy as np


class Winners(NamedTuple):
    """Activations, and where they were: view (a picture's number), row and column."""

    values: np.ndarray
    views: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


def nobody(places: int, units: int) -> Winners:
    """Before anything was seen."""
    empty = np.full((places, units), -1, np.int32)
    return Winners(np.zeros((places, units), np.float32), empty, empty, empty)


def merged(winners: Winners, candidates: Winners) -> Winners:
    """The strongest of both, in an order that does not depend on who came first.

    Of two equal values the smaller view wins, then the smaller row, then the smaller column.

    Args:
        winners: of k places.
        candidates: (m, c), any m.
    """
    places = len(winners.values)
    both = Winners(*(np.concatenate(pair) for pair in zip(winners, candidates, strict=True)))
    fires = both.values > 0
    values = np.where(fires, both.values, 0).astype(np.float32)
    marks = [np.where(fires, part, -1).astype(np.int32) for part in both[1:]]
    # The last key rules; places that are empty come last whatever their marks.
    order = np.lexsort((marks[2], marks[1], marks[0], -values), axis=0)[:places]
    return Winners(*(np.take_along_axis(part, order, axis=0) for part in (values, *marks)))
