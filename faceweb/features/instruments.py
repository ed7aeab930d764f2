"""Bundled sounds, made by arithmetic alone: 5 s each, the same every time."""

from collections.abc import Callable

import numpy as np

from faceweb.features.sound_file import RATE
from faceweb.types import Signal

SECONDS, PEAK = 5.0, 0.8
_COUNT = int(SECONDS * RATE)
# Notes of a pentatonic tune: (beats, half-tones above A4), None for a rest.
_TUNE = (
    (1, 0),
    (0.5, 3),
    (0.5, 5),
    (1, 7),
    (0.5, 5),
    (0.5, 3),
    (1, 10),
    (0.5, 12),
    (0.5, 10),
    (1, 7),
    (0.5, 3),
    (0.5, 5),
    (2, 0),
)
# Ratios of a church bell's partials to its prime, their loudness and seconds to a 1000th: hum,
# prime, tierce, quint, nominal and above (Rossing, The Science of Sound, 1990).
_BELL = (
    (0.5, 0.6, 9.0),
    (1.0, 0.8, 6.5),
    (1.183, 0.7, 5.0),
    (1.506, 0.35, 3.5),
    (2.0, 1.0, 3.0),
    (2.514, 0.4, 2.0),
    (2.662, 0.35, 1.8),
    (3.011, 0.4, 1.4),
    (4.166, 0.35, 0.9),
    (5.433, 0.25, 0.6),
    (6.796, 0.15, 0.4),
)


def melody() -> Signal:
    """A plucked tune of ten beats: harmonics die the sooner, the higher they are."""
    total = _silence()
    start = 0.05
    for beats, half_tones in _TUNE:
        length = beats * 0.47
        t = _times(length + 0.35)
        note = np.zeros(len(t))
        for partial in range(1, 9):
            # Stiff strings sound a little sharp in their higher partials.
            hertz = 440 * 2 ** (half_tones / 12) * partial * np.sqrt(1 + 4e-4 * partial**2)
            if hertz < RATE / 2:
                fading = np.exp(-t * (2.2 + 1.4 * partial))
                note += np.sin(2 * np.pi * hertz * t) * fading / partial**1.3
        _add(total, start, note * _rise(t, 0.004) * _fall(t, 0.08))
        start += length
    return _finished(total)


def drum_loop() -> Signal:
    """Two bars of kick, snare and hi-hat at 96 beats a minute."""
    rng = np.random.default_rng(2)
    total, beat = _silence(), 60 / 96
    for half in range(16):
        start = 0.02 + half * beat / 2
        _add(total, start, _hat(rng, 0.16 if half % 2 else 0.1))
        if half in (0, 5, 8, 11, 13):
            _add(total, start, _kick())
        if half % 4 == 2:
            _add(total, start, _snare(rng))
    return _finished(total)


def rain() -> Signal:
    """A steady hiss whose loudness wavers, and some thousand drops, near ones with a ring."""
    rng = np.random.default_rng(3)
    hiss = _band(rng.normal(0, 1, _COUNT), 900, 8_500)
    sway = _band(rng.normal(0, 1, _COUNT), 0, 1.5)
    total = hiss / hiss.std() * (1 + 0.15 * sway / sway.std())
    for start in rng.uniform(0, SECONDS - 0.1, 1400):
        t = _times(rng.uniform(0.004, 0.02))
        hertz, loud = rng.uniform(1_500, 7_000), rng.exponential(1.2)
        drop = np.sin(2 * np.pi * hertz * t) * np.exp(-t * 500) * _rise(t, 0.001)
        _add(total, start, loud * drop)
    for start in rng.uniform(0, SECONDS - 0.2, 40):
        t = _times(0.09)
        # A bubble under a drop rings higher and higher while it closes.
        phase = 2 * np.pi * rng.uniform(600, 1_600) * (t + 3 * t**2)
        _add(total, start, 2.2 * np.sin(phase) * np.exp(-t * 60) * _rise(t, 0.002))
    return _finished(total, rise=0.15, fall=0.15)


def bell() -> Signal:
    """A church bell struck twice: partials in no whole ratio, doubled so that they beat."""
    total = _silence()
    rng = np.random.default_rng(4)
    for start, loud in ((0.03, 1.0), (2.5, 0.75)):
        t = _times(SECONDS - start)
        for ratio, strength, seconds in _BELL:
            fading = np.exp(-t * np.log(1000) / seconds)
            for detuned in (-0.35, 0.35):
                hertz = 330 * ratio + detuned * ratio**0.5
                ring = np.sin(2 * np.pi * hertz * t + rng.uniform(0, 2 * np.pi))
                _add(total, start, loud * strength / 2 * ring * fading * _rise(t, 0.003))
        clap = _band(rng.normal(0, 1, len(t)), 1_500, 6_000) * np.exp(-t * 120) * _rise(t, 0.001)
        _add(total, start, 0.8 * loud * clap)
    return _finished(total, fall=0.25)


def birds() -> Signal:
    """Three birds, one after another and over each other: trills, slides and whistles."""
    rng = np.random.default_rng(5)
    total = 0.004 * _band(rng.normal(0, 1, _COUNT), 200, 3_000)
    for start in (0.15, 1.75, 3.4):
        for number in range(int(rng.integers(7, 11))):
            _add(total, start + 0.085 * number, _chirp(0.06, 5_200, 3_600, 0.5))
    for start in (0.9, 2.6, 4.2):
        _add(total, start, _chirp(0.22, 2_400, 3_300, 0.9))
        _add(total, start + 0.27, _chirp(0.3, 3_300, 2_200, 0.8))
    for start in (1.3, 3.05):
        _add(total, start, _chirp(0.45, 4_100, 4_300, 0.45, wobble=350, times=28))
    echo = np.zeros(_COUNT)
    for delay, share in ((0.043, 0.25), (0.071, 0.18), (0.117, 0.1)):
        shift = int(delay * RATE)
        echo[shift:] += share * total[:-shift]
    return _finished(total + echo)


INSTRUMENTS: dict[str, Callable[[], Signal]] = {
    "melody": melody,
    "drum loop": drum_loop,
    "rain": rain,
    "bell": bell,
    "birds": birds,
}


def _kick() -> np.ndarray:
    """A skin that is struck sounds high and falls to its own pitch at once."""
    t = _times(0.35)
    phase = 2 * np.pi * (52 * t + 130 / 38 * (1 - np.exp(-38 * t)))
    return np.sin(phase) * np.exp(-t * 11) * _rise(t, 0.002) * _fall(t, 0.02)


def _snare(rng: np.random.Generator) -> np.ndarray:
    t = _times(0.25)
    wires = _band(rng.normal(0, 1, len(t)), 1_000, 9_000) * np.exp(-t * 20)
    skin = (np.sin(2 * np.pi * 185 * t) + 0.6 * np.sin(2 * np.pi * 330 * t)) * np.exp(-t * 28)
    return (0.45 * wires + 0.5 * skin) * _rise(t, 0.001) * _fall(t, 0.02)


def _hat(rng: np.random.Generator, loud: float) -> np.ndarray:
    t = _times(0.07)
    metal = _band(rng.normal(0, 1, len(t)), 6_500, 10_500)
    return loud * metal / metal.std() * np.exp(-t * 70) * _rise(t, 0.001) * _fall(t, 0.01)


def _chirp(
    seconds: float, low: float, high: float, loud: float, wobble: float = 0, times: float = 0
) -> np.ndarray:
    """A whistle from one pitch to another in Hz, wobbling so often a second, with a soft octave."""
    t = _times(seconds)
    pitch = low + (high - low) * t / seconds + wobble * np.sin(2 * np.pi * times * t)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    shape = np.sin(np.pi * t / seconds) ** 0.8
    return loud * shape * (np.sin(phase) + 0.12 * np.sin(2 * phase))


def _silence() -> np.ndarray:
    return np.zeros(_COUNT)


def _times(seconds: float) -> np.ndarray:
    return np.arange(int(seconds * RATE)) / RATE


def _rise(t: np.ndarray, seconds: float) -> np.ndarray:
    return np.minimum(t / seconds, 1)


def _fall(t: np.ndarray, seconds: float) -> np.ndarray:
    return np.minimum((t[-1] - t) / seconds, 1)


def _add(total: np.ndarray, start: float, sound: np.ndarray) -> None:
    first = int(start * RATE)
    there = total[first : first + len(sound)]
    there += sound[: len(there)]


def _band(noise: np.ndarray, low: float, high: float) -> np.ndarray:
    """What of a noise lies between two frequencies in Hz, with flanks a sixth of them wide."""
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(len(noise), 1 / RATE)
    above = 1 / (1 + (low / np.maximum(hertz, 1e-9)) ** 12) if low else np.ones(len(hertz))
    return np.fft.irfft(spectrum * above / (1 + (hertz / high) ** 12), len(noise))


def _finished(total: np.ndarray, rise: float = 0.01, fall: float = 0.03) -> Signal:
    """Softens both ends over some seconds, so that they do not click, and sets the peak."""
    t = _times(SECONDS)
    total = total * np.sin(np.pi / 2 * _rise(t, rise)) * np.sin(np.pi / 2 * _fall(t, fall))
    return Signal((PEAK * total / np.abs(total).max()).astype(np.float32), RATE)
