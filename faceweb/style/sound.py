"""A sound repainted in the manner of another: spectra over time as a signal of many channels.

After Ulyanov & Lebedev 2016, "Audio texture synthesis and style transfer": frequencies are
channels, so random filters run along time alone. Unlike there, windows are shorter and filters
fewer, statistics are those of the page's pictures (covariance and mean), the start is the content,
and Adam moves it, with no value louder than the louder sound's.

Sound as a picture of time and frequency, and back.

Short-time spectra have (t, f) values: t positions of a Hann window, every `hop` samples, and
f = n_fft / 2 + 1 frequencies from 0 to half the rate. The first window is centred on the first
sample. At 22,050 samples a second the defaults give 86 positions a second and 21.5 Hz a bin.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from faceweb.config import StyleConfig
from faceweb.media.audio import RATE
from faceweb.style.array import ArrayCanvas, ArrayScene
from faceweb.style.transfer import StyleModel
from faceweb.types import Signal, StyleLosses, StyleWeights

N_FFT, HOP = 1024, 256


@dataclass(frozen=True, eq=False)
class Scaled:
    """Values (t, c) float32 in [0, 1]; 0 and 1 stand for `low` and `high`."""

    values: np.ndarray
    low: float
    high: float


def spectra(samples: np.ndarray, n_fft: int = N_FFT, hop: int = HOP) -> np.ndarray:
    """Short-time spectra of samples (n,): (ceil(n / hop) + 1, n_fft / 2 + 1) complex64.

    SciPy's `ShortTimeFFT` says the same, and the tests hold this to it, but it goes from window to
    window in Python, which takes 6 times as long, there and back; a sound needs it at every step.
    Its inverse also takes windows that lie before the first one here for silent.
    """
    half, last = n_fft // 2, -len(samples) % hop
    padded = np.pad(np.asarray(samples, np.float32), (half, half + last))
    windows = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]
    from scipy import fft

    return fft.rfft(windows * _hann(n_fft), axis=1)


def inverse(values: np.ndarray, hop: int = HOP, length: int | None = None) -> np.ndarray:
    """The sound whose spectra are nearest to some, in least squares (Griffin & Lim 1984, eq. 6).

    Args:
        values: (t, f) complex.
        hop: that they were made with, at most half a window.
        length: of the sound; (t - 1) * hop where None.

    Returns:
        (length,) float32; the sound itself where `values` are its spectra.
    """
    n_fft = 2 * (values.shape[1] - 1)
    window = _hann(n_fft)
    from scipy import fft

    pieces = fft.irfft(values, n=n_fft, axis=1).astype(np.float32) * window
    total = _overlap_add(pieces, hop)
    weight = _overlap_add(np.broadcast_to(window**2, pieces.shape), hop)
    sound = total / np.maximum(weight, 1e-8)
    count = (len(values) - 1) * hop if length is None else length
    return sound[n_fft // 2 :][:count]


def compress(values: np.ndarray) -> np.ndarray:
    """log(1 + magnitude), as in Ulyanov & Lebedev 2016, (t, f) float32."""
    return np.log1p(np.abs(values)).astype(np.float32)


def expand(values: np.ndarray) -> np.ndarray:
    """Magnitudes (t, f) float32 out of compressed ones; what lies below 0 is taken for 0."""
    return np.expm1(np.maximum(values, 0)).astype(np.float32)


def scale(values: np.ndarray, low: float | None = None, high: float | None = None) -> Scaled:
    """Brings values (t, c) into [0, 1].

    Args:
        values: compressed spectra.
        low, high: what 0 and 1 stand for, the least and the most where None; values beyond are
            cut off.
    """
    low = float(values.min()) if low is None else low
    high = float(values.max()) if high is None else high
    span = high - low if high > low else 1.0
    return Scaled(((values - low) / span).clip(0, 1).astype(np.float32), low, high)


def unscale(given: Scaled) -> np.ndarray:
    """The values (t, c) float32 that were scaled."""
    return (given.low + given.values * (given.high - given.low)).astype(np.float32)


def _hann(n_fft: int) -> np.ndarray:
    """Periodic, so that its copies add up evenly."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)).astype(np.float32)


def phases(values: np.ndarray) -> np.ndarray:
    """Values of size 1 that turn as complex ones (t, f) do; 1 where there are none."""
    size = np.abs(values)
    return np.where(size > 1e-12, values / np.maximum(size, 1e-12), 1)


def _overlap_add(pieces: np.ndarray, hop: int) -> np.ndarray:
    """Pieces (t, n) laid `hop` samples apart and summed."""
    pieces = np.pad(pieces, ((0, 0), (0, -pieces.shape[1] % hop)))
    count, size = pieces.shape
    total = np.zeros((count - 1) * hop + size, np.float32)
    # Blocks of a hop's width lie side by side: one addition each, not one a piece.
    for start in range(0, size, hop):
        total[start : start + count * hop] += pieces[:, start : start + hop].ravel()
    return total


CHANNELS = N_FFT // 2 + 1


@dataclass(frozen=True, eq=False)
class SoundCanvas(ArrayCanvas):
    """A scene of sounds, whose noise is as loud as the style on every frequency."""

    def start(self, config: StyleConfig) -> np.ndarray:
        """The content, or noise: an even one would be far louder than any sound."""
        if config.init != "noise":
            return self.content
        noise = np.random.default_rng(config.seed).random(self.content.shape, np.float32)
        return 2 * noise * self.styles[0].mean(axis=0)


@dataclass(frozen=True, eq=False)
class SoundScene(ArrayScene):
    """Spectrograms (t, f) of content and style; 1 stands for `loudest`, compressed.

    `phases` are the content's, (t, f) complex of size 1, and `length` its samples.
    """

    loudest: float = 1.0
    phases: np.ndarray = field(default_factory=lambda: np.ones(()))
    length: int = 0

    def canvas(self, config: StyleConfig, shape: tuple[int, ...]) -> SoundCanvas:
        """Content and style as they are."""
        return SoundCanvas(self.content, list(self.styles))

    def spectrogram(self, sound: Signal) -> np.ndarray:
        """What a sound of the content's length is in this scene, (t, f) in [0, 1]."""
        return scale(compress(spectra(sound.samples)), 0.0, self.loudest).values


class SoundStyleModel:
    """A painter whose every step ends at the spectrogram of a sound.

    Windows overlap, so that not every spectrogram is one of a sound: what was painted freely would
    be heard otherwise. After each step the nearest sound is taken, by one iteration of Griffin &
    Lim 1984, "Signal Estimation from Modified Short-Time Fourier Transform", which also moves the
    phases. One of these makes one sound.

    Args:
        painter: of spectrograms (t, f).
        scene: what is painted.
        config: whose start tells the phases to begin with: random ones for noise, else the
            content's.
    """

    def __init__(self, style_model: StyleModel, scene: SoundScene, config: StyleConfig) -> None:
        self._style_model, self._scene = style_model, scene
        self.statistics, self.targets = style_model.statistics, style_model.targets
        self.gradient, self.begin, self.resize = (
            style_model.gradient,
            style_model.begin,
            style_model.resize,
        )
        self._phases = scene.phases
        if config.init == "noise":
            turns = np.random.default_rng(config.seed).random(scene.content.shape)
            self._phases = np.exp(2j * np.pi * turns).astype(np.complex64)

    def step(
        self, state: Any, targets: Any, weights: StyleWeights, rate: float
    ) -> tuple[Any, StyleLosses]:
        """One step of the painter, and from there to the nearest sound."""
        state, losses = self._style_model.step(state, targets, weights, rate)
        found = spectra(self._samples(self.render(state)))
        self._phases = phases(found)
        values = scale(compress(found), 0.0, self._scene.loudest).values
        return state._replace(picture=self.begin(values).picture), losses

    @staticmethod
    def render(state: Any) -> np.ndarray:
        """The spectrogram (t, f) as it is: a mean of several would be none of a sound."""
        return state.picture.numpy()[0]

    def synthesize(self, values: np.ndarray) -> Signal:
        """The sound of the last step's spectrogram (t, f)."""
        return Signal(self._samples(values)[: self._scene.length], RATE)

    def _samples(self, values: np.ndarray) -> np.ndarray:
        magnitudes = expand(unscale(Scaled(values, 0.0, self._scene.loudest)))
        return inverse(magnitudes * self._phases)


def sound_scene(content: Signal, style: Signal) -> SoundScene:
    """What is painted where a sound takes on another's style.

    Args:
        content: what is kept in time; of a texture, only its length counts.
        style: what it shall sound like.
    """
    kept, wanted = (spectra(each.samples) for each in (content, style))
    loudest = max(float(compress(each).max()) for each in (kept, wanted))
    values, target = (scale(compress(each), 0.0, loudest).values for each in (kept, wanted))
    return SoundScene(
        values,
        [target],
        [values.shape[:1]],
        loudest=loudest,
        phases=phases(kept),
        length=len(content.samples),
    )


def correlate_with_content(scene: ArrayScene, values: np.ndarray) -> float:
    """Pearson's correlation of a spectrogram with the content's: 1 where nothing has changed, 0
    where one of them is the same throughout."""
    deviations = [each - each.mean() for each in map(np.float64, (values, scene.content))]
    norms = [float(np.linalg.norm(each)) for each in deviations]
    return float((deviations[0] * deviations[1]).sum()) / max(norms[0] * norms[1], 1e-12)
