"""Heartbeats: traces simulated and bundled, filters learnt from them, and unusual beats.

Not for medical use.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from faceweb.errors import MediaError
from faceweb.types import Signal

if TYPE_CHECKING:
    from faceweb.signals.autoencoder import Autoencoder, LearntFeatureExtractor

# PyWavelets says neither whence its trace is nor how fast it was taken. It has a faint hum at a
# sixth of its rate: 60 Hz, as of American mains, if the rate is the 360 Hz usual there.
BUNDLED_RATE = 360.0
BUNDLED_NOTE = (
    "A trace that PyWavelets carries as an example; its source is not stated, and its rate is "
    "taken to be 360 Hz, as a hum in it suggests."
)
SIMULATED_NOTE = "Simulated by our own code: no patient's trace."
# Waves P, Q, R, S, T and a second half of T, which leans: heights in mV, times after R and widths
# in seconds, at one beat a second.
_NORMAL = np.array(
    [
        (0.12, -0.17, 0.024),
        (-0.11, -0.032, 0.009),
        (1.1, 0.0, 0.0105),
        (-0.24, 0.034, 0.010),
        (0.2, 0.25, 0.055),
        (0.16, 0.30, 0.035),
    ]
)
# A beat that begins in a ventricle: no P, a broad R and S, T upside down.
_ECTOPIC = np.array([(1.25, 0.0, 0.034), (-0.5, 0.105, 0.036), (-0.38, 0.31, 0.065)])
# Waves further from R than this, in seconds, move with the pulse.
_FAR = 0.12


def load_bundled() -> Signal:
    """The trace that PyWavelets carries: three beats in 2.8 s, in the steps of its converter."""
    import pywt.data

    return Signal(pywt.data.ecg().astype(np.float32), BUNDLED_RATE)


def simulate(
    seed: int,
    seconds: float = 30.0,
    rate: float = 250.0,
    ectopic: int | None = None,
    noise: float = 1.0,
) -> tuple[Signal, np.ndarray, np.ndarray]:
    """An ECG made of Gaussian waves, after McSharry, Clifford, Tarassenko & Smith 2003.

    The pulse breathes, the baseline wanders, mains hum and the muscles add noise; all of it, and
    the shapes of the waves, differ from seed to seed. An ectopic beat is a premature one of a
    ventricle: a sinus beat comes to nothing because of it, so that a pause follows.

    Args:
        seed: of everything that is drawn.
        seconds: at least 5; 15 or more if five ectopic beats shall find a place.
        rate: samples a second.
        ectopic: how many such beats, 3 to 5 where None, fewer if they find no place.
        noise: how many times what is usual.

    Returns:
        The trace in mV, the samples (n,) at which R is highest, and which beats are ectopic (n,).
    """
    rng = np.random.default_rng(seed)
    times = _pulse(rng, seconds)
    # A beat keeps the timing of the interval before it, also if it comes too early.
    intervals = np.diff(times, prepend=times[0] - np.median(np.diff(times)))
    odd = _choose(rng, len(times), int(rng.integers(3, 6)) if ectopic is None else ectopic)
    times = times - odd * intervals * rng.uniform(0.28, 0.42, len(times))
    normal, abnormal = (_vary(rng, waves) for waves in (_NORMAL, _ECTOPIC))
    abnormal[:, 0] *= rng.uniform(0.8, 1.2)
    t = np.arange(int(seconds * rate)) / rate
    clean = np.zeros(len(t))
    for at, interval, strange in zip(times, intervals, odd, strict=True):
        waves = (abnormal if strange else normal).copy()
        far = np.abs(waves[:, 1]) > _FAR
        waves[far, 1] *= np.sqrt(interval)
        waves[:, 0] *= rng.normal(1, 0.03)
        for height, place, width in waves:
            clean += height * np.exp(-(((t - at - place) / width) ** 2) / 2)
    peaks = _highest(clean, np.round(times * rate).astype(int), int(0.03 * rate))
    return Signal((clean + noise * _noise(rng, t)).astype(np.float32), rate), peaks, odd


def _pulse(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Times (n,) of sinus beats; breath and blood pressure sway the pulse at 0.25 and 0.1 Hz."""
    mean, breath = 60 / rng.uniform(58, 92), rng.uniform(0.2, 0.3)
    depths = mean * rng.uniform(0.01, 0.05, 2)
    starts = rng.uniform(0, 2 * np.pi, 2)
    times = [rng.uniform(0.3, 0.7)]
    while times[-1] < seconds - 0.45:
        waves = np.sin(2 * np.pi * np.array([breath, 0.1]) * times[-1] + starts)
        times.append(times[-1] + mean + float(depths @ waves) + rng.normal(0, 0.012 * mean))
    return np.array(times[:-1])


def _choose(rng: np.random.Generator, count: int, wanted: int) -> np.ndarray:
    """Beats (count,) that shall be ectopic: neither the first two, the last nor neighbours."""
    odd = np.zeros(count, bool)
    for place in rng.permutation(np.arange(2, count - 1)):
        if odd.sum() < wanted and not odd[place - 1 : place + 2].any():
            odd[place] = True
    return odd


def _vary(rng: np.random.Generator, waves: np.ndarray) -> np.ndarray:
    return waves * rng.uniform((0.8, 0.95, 0.88), (1.2, 1.05, 1.12), waves.shape)


def _noise(rng: np.random.Generator, t: np.ndarray) -> np.ndarray:
    """Wander, mains and muscles, in mV."""
    wander = sum(
        rng.uniform(0.03, 0.12) * np.sin(2 * np.pi * (hertz * t + rng.uniform()))
        for hertz in (0.08, 0.17, rng.uniform(0.2, 0.3))
    )
    mains = rng.uniform(0, 0.012) * np.sin(2 * np.pi * 50 * t)
    return wander + mains + rng.normal(0, rng.uniform(0.012, 0.03), len(t))


def _highest(samples: np.ndarray, places: np.ndarray, reach: int) -> np.ndarray:
    """The place of the highest sample within reach of each."""
    found = []
    for place in places:
        first = max(place - reach, 0)
        found.append(first + int(np.argmax(samples[first : place + reach + 1])))
    return np.array(found, int)


def beats(signal: Signal) -> np.ndarray:
    """Where the R peaks are, after Pan & Tompkins 1985, (n,) in samples.

    What is between 5 and 15 Hz is differentiated, squared and summed over 150 ms; a hump is a
    beat if it rises above a threshold between those of beats and of noise so far, and is sought
    again under half the threshold where a beat is overdue. Filters run both ways, so that nothing
    is delayed.
    """
    from scipy.signal import butter, find_peaks, sosfiltfilt

    rate = signal.rate
    samples = signal.samples.astype(np.float64)
    band = sosfiltfilt(butter(2, (5, 15), "bandpass", fs=rate, output="sos"), samples)
    slope = np.gradient(band)
    width = max(int(0.15 * rate), 1)
    energy = np.convolve(slope**2, np.ones(width) / width, "same")
    humps, _ = find_peaks(energy, distance=max(int(0.2 * rate), 1))
    steep = np.array(
        [np.abs(slope[max(h - width // 2, 0) : h + width // 2 + 1]).max() for h in humps]
    )
    chosen = _threshold(humps, energy, steep, rate)
    level = sosfiltfilt(butter(2, 0.7, "highpass", fs=rate, output="sos"), samples)
    # A lead may be the wrong way up: R is what rises highest, or falls lowest.
    return np.unique(_highest(np.abs(level), chosen, int(0.09 * rate)))


def _threshold(humps: np.ndarray, energy: np.ndarray, steep: np.ndarray, rate: float) -> np.ndarray:
    """Those humps that are beats; `steep` is the steepest slope within each."""
    heights = energy[humps]
    start = heights[humps < 3 * rate]
    if not len(start):
        return np.zeros(0, int)
    beat, noise = 0.5 * float(np.median(np.sort(start)[-3:])), 0.1 * float(start.mean())
    kept: list[int] = []
    for number, hump in enumerate(humps):
        threshold = noise + 0.25 * (beat - noise)
        if kept:
            overdue = 1.66 * _usual(humps[kept], rate)
            if hump - humps[kept[-1]] > overdue:
                between = np.arange(kept[-1] + 1, number)
                between = between[heights[between] > threshold / 2]
                if len(between):
                    missed = int(between[np.argmax(heights[between])])
                    kept.append(missed)
                    beat = 0.25 * float(heights[missed]) + 0.75 * beat
        soon = bool(kept) and hump - humps[kept[-1]] < 0.36 * rate
        # A T wave follows closely and rises less than half as steeply.
        if heights[number] > threshold and not (soon and steep[number] < steep[kept[-1]] / 2):
            kept.append(number)
            beat = 0.125 * float(heights[number]) + 0.875 * beat
        else:
            noise = 0.125 * float(heights[number]) + 0.875 * noise
    return humps[kept]


def _usual(places: np.ndarray, rate: float) -> float:
    """The mean of the last eight intervals in samples; a second where there is none."""
    return float(np.diff(places[-9:]).mean()) if len(places) > 1 else rate


def segments(signal: Signal, beats: np.ndarray, before: float, after: float) -> np.ndarray:
    """Windows (n, t) float32 around beats, R at the same place in each.

    What lies outside the trace is filled from the median of the other beats, moved up or down to
    join, so that a beat is not unusual for being at an end.

    Args:
        signal: the trace.
        beats: (n,) in samples.
        before, after: seconds of a window on either side of R.
    """
    first, last = round(before * signal.rate), round(after * signal.rate)
    places = beats[:, None] + np.arange(-first, last + 1)
    inside = (places >= 0) & (places < len(signal.samples))
    rows = signal.samples[places.clip(0, len(signal.samples) - 1)].astype(np.float32)
    whole = inside.all(axis=1)
    if not whole.any():
        return rows
    typical = np.median(rows[whole], axis=0)
    for number in np.flatnonzero(~whole):
        there = np.flatnonzero(inside[number])
        # Outside, `rows` repeats the sample at the end of the trace, which is where to join.
        moved = typical.copy()
        moved[: there[0]] += rows[number, there[0]] - typical[there[0]]
        moved[there[-1] + 1 :] += rows[number, there[-1]] - typical[there[-1]]
        rows[number, ~inside[number]] = moved[~inside[number]]
    return rows


def unusual_by_shape(segments: np.ndarray) -> np.ndarray:
    """Distances (n,) of segments (n, t) from the median one, each of mean 0 and deviation 1."""
    mean, spread = segments.mean(axis=1, keepdims=True), segments.std(axis=1, keepdims=True)
    shapes = (segments - mean) / np.maximum(spread, 1e-9)
    return np.linalg.norm(shapes - np.median(shapes, axis=0), axis=1)


RATE, LAYERS = 250.0, ("conv1_1", "conv2_1")
STEPS = 150
BEFORE, AFTER = 0.2, 0.35
FEWEST_BEATS = 3
# Two places so near are of one beat, in seconds.
SAME_BEAT = 0.1
REPORT_EVERY = 0.25


@dataclass(frozen=True, eq=False)
class FilterStep:
    """Filters being learnt: steps done and in all, seconds left, the error of every step so far."""

    step: int
    steps: int
    remaining: float
    errors: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Beats:
    """The beats of a trace.

    Attributes:
        places: (n,) samples at which R lies.
        segments: (n, t) around them, prepared as the trace is.
        distances: (n,) from the median beat, in the space of the learnt features; the larger, the
            more unusual.
    """

    places: np.ndarray
    segments: np.ndarray
    distances: np.ndarray

    @property
    def order(self) -> np.ndarray:
        """Beats from the most unusual on."""
        return np.argsort(-self.distances, kind="stable")

    @property
    def unusual(self) -> np.ndarray:
        """Which stand out (n,): by more than five times the spread of the usual ones."""
        middle = np.median(self.distances)
        spread = 1.4826 * np.median(np.abs(self.distances - middle))
        return self.distances > middle + 5 * max(spread, 0.05 * middle)


def prepare(signal: Signal) -> Signal:
    """A trace as its filters see it: 250 samples a second, level, of mean 0 and deviation 1.

    Raises:
        MediaError: nothing is left of it once it is level.
    """
    from scipy.ndimage import median_filter
    from scipy.signal import resample_poly

    ratio = Fraction(RATE / signal.rate).limit_denominator(1000)
    samples = resample_poly(signal.samples.astype(float), ratio.numerator, ratio.denominator)
    # Waves last less than half a second: what a median over 0.6 s follows is the baseline.
    samples = samples - median_filter(samples, int(0.6 * RATE) | 1, mode="nearest")
    spread = samples.std()
    if not spread > 0:
        raise MediaError("This trace is a straight line: load one that beats.")
    return Signal(((samples - samples.mean()) / spread).astype(np.float32), RATE)


def learn(
    autoencoder: "Autoencoder", trace: Signal, steps: int = STEPS, seed: int = 0
) -> Iterator[FilterStep]:
    """Learns filters from a prepared trace.

    Yields:
        How far it is, several times a second and at last.

    Raises:
        MediaError: the trace lasts less than two seconds.
    """
    errors: list[float] = []
    began = shown = time.perf_counter()
    for error in autoencoder.learn(_long_enough(trace), steps, seed):
        errors.append(error)
        now = time.perf_counter()
        if now - shown > REPORT_EVERY or len(errors) == steps:
            left = (now - began) / len(errors) * (steps - len(errors))
            yield FilterStep(len(errors), steps, left, tuple(errors))
            shown = now


def activations(extractor: "LearntFeatureExtractor", trace: Signal, layer: str) -> np.ndarray:
    """What the filters of a layer say along a prepared trace, (t', filters)."""
    return extractor.activations(trace.samples[None, :, None], layer)[0]


def heartbeats(extractor: "LearntFeatureExtractor", trace: Signal) -> Beats:
    """The whole beats of a prepared trace, and how unusual each is.

    A beat is what all filters of the last layer say from 0.2 s before R to 0.35 s after it; its
    distance is from the median of that over all beats.

    Raises:
        MediaError: there are fewer than three beats.
    """
    places = beats(trace)
    # A beat that is cut by an end of the trace is not judged.
    whole = (places >= BEFORE * RATE) & (places + AFTER * RATE < len(trace.samples))
    places = places[whole]
    if len(places) < FEWEST_BEATS:
        raise MediaError(
            f"Only {len(places)} beats were found: load a trace with at least {FEWEST_BEATS}, ten "
            "seconds or more."
        )
    around = segments(trace, places, BEFORE, AFTER)
    said = extractor.activations(around[..., None], LAYERS[-1])
    said = said.reshape(len(places), -1)
    distances = np.linalg.norm(said - np.median(said, axis=0), axis=1)
    return Beats(places, around, distances / said.shape[1] ** 0.5)


def tell_apart(found: Beats, times: np.ndarray, odd: np.ndarray) -> tuple[int, int]:
    """Where the truth is known: how many ectopic beats stand out, and how many others do.

    Args:
        found: of a prepared trace.
        times: (n,) seconds at which beats truly are.
        odd: (n,) which of them are ectopic.
    """
    marked = found.places[found.unusual] / RATE
    near = np.abs(marked[:, None] - times[odd][None]) <= SAME_BEAT
    return int(near.any(axis=0).sum()), int((~near.any(axis=1)).sum())


def _long_enough(trace: Signal) -> np.ndarray:
    from faceweb.media.ecg import SHORTEST

    least = int(SHORTEST * RATE)
    if len(trace.samples) < least:
        raise MediaError(
            f"This trace lasts {trace.seconds:.1f} s: load one of at least {SHORTEST:.0f} s."
        )
    return trace.samples
