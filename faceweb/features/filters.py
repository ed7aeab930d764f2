"""Filters learnt from a trace, what they say along it, and which of its beats are unusual.

Not for medical use.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from faceweb.errors import MediaError
from faceweb.features.heartbeat import beats, segments
from faceweb.types import Signal

if TYPE_CHECKING:
    from faceweb.models.autoencoder import Autoencoder, LearntProbe

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


def prepared(signal: Signal) -> Signal:
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


def activations(probe: "LearntProbe", trace: Signal, layer: str) -> np.ndarray:
    """What the filters of a layer say along a prepared trace, (t', filters)."""
    return probe.activations(trace.samples[None, :, None], layer)[0]


def heartbeats(probe: "LearntProbe", trace: Signal) -> Beats:
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
    said = probe.activations(around[..., None], LAYERS[-1])
    said = said.reshape(len(places), -1)
    distances = np.linalg.norm(said - np.median(said, axis=0), axis=1)
    return Beats(places, around, distances / said.shape[1] ** 0.5)


def told_apart(found: Beats, times: np.ndarray, odd: np.ndarray) -> tuple[int, int]:
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
    from faceweb.features.trace_file import SHORTEST

    least = int(SHORTEST * RATE)
    if len(trace.samples) < least:
        raise MediaError(
            f"This trace lasts {trace.seconds:.1f} s: load one of at least {SHORTEST:.0f} s."
        )
    return trace.samples
