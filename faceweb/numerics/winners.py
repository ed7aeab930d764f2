"""The strongest few of a stream, for every unit at once.

All arrays are (k, c): places from the strongest down, units. A place that nothing has taken has the
value 0 and the view -1; what is not above 0 never takes one.
"""

from typing import NamedTuple

import numpy as np


class Winners(NamedTuple):
    """Activations, and where they were: view (a picture's number) and position in its map,
    counted through row by row."""

    values: np.ndarray
    views: np.ndarray
    positions: np.ndarray


def nobody(places: int, units: int) -> Winners:
    """Before anything was seen."""
    empty = np.full((places, units), -1, np.int32)
    return Winners(np.zeros((places, units), np.float32), empty, empty)


def merged(winners: Winners, candidates: Winners) -> Winners:
    """The strongest of both, in an order that does not depend on who came first.

    Of two equal values the smaller view wins, then the smaller position.

    Args:
        winners: of k places.
        candidates: (m, c), any m.
    """
    places = len(winners.values)
    both = Winners(*(np.concatenate(pair) for pair in zip(winners, candidates, strict=True)))
    # The last key rules. A free place, 0 at view -1, comes before whatever does not fire.
    order = np.lexsort((both.positions, both.views, -both.values), axis=0)[:places]
    return Winners(*(np.take_along_axis(part, order, axis=0) for part in both))
