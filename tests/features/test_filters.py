"""What is said of a trace whose ectopic beats are known."""

import numpy as np

from faceweb.features.filters import RATE, Beats, told_apart


def test_ectopic_beats_found_missed_and_mistaken():
    """Beats at 1 to 8 s, true ones at 3 and 6; 3 and 5 are marked, 3 of them 80 ms early."""
    times = np.arange(1.0, 9.0)
    places = (times * RATE).astype(int)
    places[2] -= round(0.08 * RATE)
    distances = np.array([0.1, 0.11, 2.0, 0.1, 2.0, 0.1, 0.11, 0.1])
    found = Beats(places, np.zeros((8, 3)), distances)
    odd = np.isin(times, [3, 6])
    assert told_apart(found, times, odd) == (1, 1)
    assert told_apart(found, times, np.isin(times, [3, 5])) == (2, 0)
    quiet = Beats(places, np.zeros((8, 3)), np.full(8, 0.1))
    assert told_apart(quiet, times, odd) == (0, 0)
