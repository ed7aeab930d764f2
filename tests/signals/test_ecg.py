"""Simulated beats are what they are said to be, found where they are, and ranked as they should."""

import numpy as np
import pytest

from faceweb.signals.ecg import (
    BUNDLED_RATE,
    beats,
    load_bundled,
    segments,
    simulate,
    unusual_by_shape,
)
from faceweb.types import Signal

SEEDS = range(10)


def hits(found, true, reach):
    """How many true places have a found one of their own within reach."""
    left, count = list(found), 0
    for place in true:
        near = [other for other in left if abs(other - place) <= reach]
        if near:
            left.remove(min(near, key=lambda other: abs(other - place)))
            count += 1
    return count


def area(distances, odd):
    """Under the ROC: how often an odd one is further than another."""
    return (distances[odd][:, None] > distances[~odd]).mean()


def test_a_simulated_trace_repeats_itself_by_seed():
    (one, places, odd), (same, *_), (other, *_) = simulate(1), simulate(1), simulate(2)
    np.testing.assert_array_equal(one.samples, same.samples)
    assert not np.array_equal(one.samples, other.samples)
    assert (one.rate, one.seconds, one.samples.dtype) == (250, 30, np.float32)
    assert places.shape == odd.shape
    assert (odd.dtype, places.dtype) == (bool, np.dtype(int))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_heart_is_at_rest_and_beats_three_to_five_times_too_early(seed):
    signal, places, odd = simulate(seed)
    assert 3 <= odd.sum() <= 5
    assert 55 < 60 * (len(places) - 1) / np.ptp(places / signal.rate) < 95
    intervals = np.diff(places) / signal.rate
    usual = np.median(intervals)
    steady = intervals[~odd[1:] & ~odd[:-1]]
    assert 0.005 < steady.std() / usual < 0.1
    for place in np.flatnonzero(odd):
        assert intervals[place - 1] < 0.8 * usual
        # The beat after it comes when it would have come anyway.
        assert intervals[place - 1] + intervals[place] == pytest.approx(2 * usual, rel=0.15)


def test_an_ectopic_beat_is_broad_without_p_and_with_t_upside_down():
    for seed in SEEDS:
        signal, places, odd = simulate(seed)
        rows = segments(signal, places, 0.25, 0.45)
        normal, ectopic = (np.median(rows[kind], axis=0) for kind in (~odd, odd))
        r = round(0.25 * 250)
        widths = [(row[r - 25 : r + 25] > row[r] / 2).sum() / 250 for row in (normal, ectopic)]
        assert widths[0] < 0.04 < 0.06 < widths[1]
        # P is 0.17 s before R, T 0.3 s behind it; the baseline is that of 0.45 s behind.
        rest = rows[~odd][:, -10:].mean()
        t_wave = slice(r + 60, r + 85)
        assert normal[t_wave].max() - rest > 0.15
        assert ectopic[t_wave].min() - rest < -0.15
        p_wave, dip = normal[r - 50 : r - 30].max(), normal[r - 22 : r - 16].min()
        assert p_wave - dip > 0.03


def test_places_are_those_of_the_highest_sample():
    signal, places, _ = simulate(3, noise=0)
    for place in places:
        around = signal.samples[place - 10 : place + 11]
        assert around.argmax() == 10


@pytest.mark.parametrize("count", [0, 1, 4])
def test_as_many_ectopic_beats_as_asked_for(count):
    _, places, odd = simulate(0, ectopic=count)
    assert odd.sum() == count
    assert not (odd[1:] & odd[:-1]).any()
    assert len(places) > 25


@pytest.mark.parametrize("rate", [100, 250, 360])
def test_beats_are_found_within_50_ms(rate):
    found = true = right = 0
    for seed in SEEDS:
        signal, places, odd = simulate(seed, rate=rate)
        there = beats(signal)
        right += hits(there, places, 0.05 * rate)
        found, true = found + len(there), true + len(places)
        assert hits(there, places[odd], 0.05 * rate) == odd.sum()
    assert right / true >= 0.99
    assert right / found >= 0.99


@pytest.mark.parametrize("noise", [4, 8])
def test_noise_of_many_times_the_usual_hides_few_beats(noise):
    signal, places, _ = simulate(5, noise=noise)
    there = beats(signal)
    assert hits(there, places, 12) >= 0.97 * len(places)
    assert hits(there, places, 12) >= 0.97 * len(there)


def test_beats_are_found_upside_down_and_in_any_unit():
    signal, places, _ = simulate(0)
    for samples in (-signal.samples, 1000 * signal.samples + 5000):
        there = beats(Signal(samples, signal.rate))
        assert hits(there, places, 12) == len(places) == len(there)


def test_a_weak_beat_is_sought_again():
    """One of six tenths of the height: its energy is 0.36 of the others', and it is found."""
    signal, places, _ = simulate(0, ectopic=0)
    samples = signal.samples.copy()
    samples[places[12] - 12 : places[12] + 13] *= 0.35
    there = beats(Signal(samples, signal.rate))
    assert hits(there, places, 12) == len(places)


def test_a_steep_t_wave_is_not_taken_for_a_beat():
    signal, places, _ = simulate(0, ectopic=0, noise=0)
    t = np.arange(len(signal.samples))
    waves = sum(np.exp(-(((t - place - 70) / 8) ** 2) / 2) for place in places)
    there = beats(Signal((signal.samples + waves).astype(np.float32), signal.rate))
    assert hits(there, places, 12) == len(places) == len(there)


def test_stillness_has_no_beats():
    assert len(beats(Signal(np.zeros(1000, np.float32), 250))) == 0


def test_the_bundled_trace_has_three_beats_and_hums_at_a_sixth_of_its_rate():
    """66 beats a minute at 360 Hz; the hum is what that rate is concluded from."""
    signal = load_bundled()
    assert (signal.rate, len(signal.samples), signal.samples.dtype) == (360, 1024, np.float32)
    np.testing.assert_allclose(beats(signal), [190, 518, 848], atol=2)
    between = signal.samples[545:785]
    t = np.linspace(-1, 1, len(between))
    between = between - np.polynomial.Polynomial.fit(t, between, 7)(t)
    size = np.abs(np.fft.rfft(between * np.hanning(len(between)), 4096))
    hertz = np.fft.rfftfreq(4096, 1 / BUNDLED_RATE)
    size[hertz < 30] = 0
    assert hertz[size.argmax()] == pytest.approx(60, abs=0.2)
    assert size.max() > 2 * size[np.abs(hertz - 60) > 8].max()


def test_windows_lie_around_their_beats():
    """Ten samples a second: 0.2 s before are two samples, 0.1 s after is one."""
    signal = Signal(np.arange(100, dtype=np.float32), 10)
    np.testing.assert_array_equal(
        segments(signal, np.array([5, 50]), 0.2, 0.1), [[3, 4, 5, 6], [48, 49, 50, 51]]
    )


def test_windows_beyond_an_end_go_on_as_the_others_do():
    """The whole ones are 0 1 9 2 0.  The first lacks 0 1 and begins with 12, 3 above 9; the last
    lacks 2 0 and ends with 9."""
    samples = np.array([12, 2, 0, 0, 1, 9, 2, 0, 0, 1, 9, 2, 0, 0, 1, 9], np.float32)
    found = segments(Signal(samples, 1), np.array([0, 5, 10, 15]), 2, 2)
    np.testing.assert_array_equal(
        found, [[3, 4, 12, 2, 0], [0, 1, 9, 2, 0], [0, 1, 9, 2, 0], [0, 1, 9, 2, 0]]
    )


def test_shape_is_what_is_left_without_level_and_size():
    """Two are (-1, 1) when normalised, as is the median; the third is (1, -1): 2 √2 away."""
    found = unusual_by_shape(np.array([[-1.0, 1.0], [5.0, 9.0], [1.0, -1.0]]))
    np.testing.assert_allclose(found, [0, 0, 2.828427], atol=1e-6)
    assert np.isfinite(unusual_by_shape(np.ones((2, 3)))).all()


def test_ectopic_beats_stand_out_by_their_shape():
    areas = []
    for seed in SEEDS:
        signal, places, odd = simulate(seed)
        areas.append(area(unusual_by_shape(segments(signal, places, 0.25, 0.45)), odd))
    assert min(areas) >= 0.95
