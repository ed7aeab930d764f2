"""Bundled sounds, by what one hears in them."""

import numpy as np
import pytest

from faceweb.media.audio import RATE
from faceweb.signals.samples import INSTRUMENTS, bell, birds, drum_loop, melody, rain


def peaks(samples, least=0.02):
    """Frequencies in Hz whose spectrum rises above all within 15 Hz and `least` of the highest."""
    size = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    hertz, reach = RATE / len(samples), int(15 * len(samples) / RATE)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(size, reach), 2 * reach + 1)
    there = (size == around.max(axis=1)) & (size > least * size.max())
    return np.flatnonzero(there) * hertz


def share_above(samples, hertz):
    power = np.abs(np.fft.rfft(samples)) ** 2
    return power[int(hertz * len(samples) / RATE) :].sum() / power.sum()


def loudness(samples, seconds=0.02):
    """Root mean square of pieces."""
    width = int(seconds * RATE)
    return np.sqrt((samples[: len(samples) // width * width].reshape(-1, width) ** 2).mean(axis=1))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_each_lasts_five_seconds_is_as_loud_and_does_not_click(name):
    signal = INSTRUMENTS[name]()
    samples = signal.samples
    assert (signal.rate, signal.seconds, samples.dtype) == (RATE, 5, np.float32)
    assert np.abs(samples).max() == pytest.approx(0.8, abs=1e-6)
    assert abs(samples[0]) + abs(samples[-1]) < 1e-6
    assert max(np.abs(np.diff(samples[:50])).max(), np.abs(np.diff(samples[-50:])).max()) < 0.05
    np.testing.assert_array_equal(samples, INSTRUMENTS[name]().samples)


def test_the_melody_begins_on_a4_and_has_its_harmonics():
    """A string a little stiff: its third partial is sharp by sqrt(1 + 9 * 0.0004), 0.2 %."""
    found = peaks(melody().samples[int(0.06 * RATE) : int(0.5 * RATE)], least=0.05)
    np.testing.assert_allclose(found[:3], [440, 880, 1320], rtol=0.005)


def test_the_melody_climbs_an_octave():
    """Its notes at beats 0, 1, 2 and 5 of 0.47 s are 0, 3, 7 and 12 half-tones above A4."""
    samples = melody().samples
    for beat, half_tones in ((0, 0), (1, 3), (2, 7), (5, 12)):
        first = int((0.05 + 0.47 * beat) * RATE)
        size = np.abs(np.fft.rfft(samples[first : first + RATE // 5] * np.hanning(RATE // 5)))
        assert 5 * size.argmax() == pytest.approx(440 * 2 ** (half_tones / 12), abs=5)


def test_the_drums_keep_their_beat():
    """96 beats a minute: strokes every 0.3125 s, each louder than what is just before it."""
    level = loudness(drum_loop().samples, 0.01)
    for stroke in range(16):
        place = round((0.02 + stroke * 0.3125) / 0.01)
        assert level[place : place + 3].max() > 2 * level[max(place - 4, 0) : place - 1].mean()


def test_kick_and_snare_differ():
    samples = drum_loop().samples
    kick, snare = (samples[int(s * RATE) : int((s + 0.2) * RATE)] for s in (0.02, 0.645))
    assert share_above(kick, 300) < 0.1
    assert share_above(snare, 300) > 0.4
    for stroke in (kick, snare):
        level = loudness(stroke)
        assert level[-2:].max() < 0.2 * level.max()


def test_rain_is_a_steady_hiss_without_pitch():
    """White noise has a flatness (geometric over arithmetic mean of power) of exp(-0.577) = 0.56
    within its band, a tone next to nothing."""
    samples = rain().samples
    power = np.abs(np.fft.rfft(samples)) ** 2
    band = power[1_500 * 5 : 7_000 * 5]
    assert np.exp(np.log(band).mean()) / band.mean() > 0.45
    level = loudness(samples[RATE // 4 : -RATE // 4], 0.1)
    assert level.std() / level.mean() < 0.25


def test_the_bell_has_partials_in_no_whole_ratio_and_its_high_ones_die_first():
    """Hum 165 Hz, prime 330, tierce 330 * 1.183 = 390.4, quint 497, nominal 660."""
    samples = bell().samples
    found = peaks(samples[RATE // 5 : 2 * RATE], least=0.05)
    for hertz in (165, 330, 390.4, 497, 660):
        assert np.abs(found - hertz).min() < 2
    early, late = samples[RATE // 10 : RATE // 2], samples[2 * RATE : int(2.4 * RATE)]
    assert share_above(early, 600) > 2 * share_above(late, 600)


def test_the_bell_is_struck_at_once():
    level = loudness(bell().samples, 0.01)
    assert level[3:6].max() > 0.5 * level.max()


def test_birds_sing_high_and_pause():
    samples = birds().samples
    assert share_above(samples, 2_000) > 0.95
    level = loudness(samples)
    assert np.mean(level < 0.1 * level.max()) > 0.1
