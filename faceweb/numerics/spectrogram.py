"""Sound as a picture of time and frequency, and back.

Short-time spectra have (t, f) values: t positions of a Hann window, every `hop` samples, and
f = n_fft / 2 + 1 frequencies from 0 to half the rate. The first window is centred on the first
sample. At 22,050 samples a second the defaults give 86 positions a second and 21.5 Hz a bin.
"""

from dataclasses import dataclass

import numpy as np

N_FFT, HOP = 1024, 256


@dataclass(frozen=True, eq=False)
class Scaled:
    """Values (t, c) float32 in [0, 1]; 0 and 1 stand for `low` and `high`."""

    values: np.ndarray
    low: float
    high: float


def spectra(samples: np.ndarray, n_fft: int = N_FFT, hop: int = HOP) -> np.ndarray:
    """Short-time spectra of samples (n,): (ceil(n / hop) + 1, n_fft / 2 + 1) complex64."""
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
    total = _overlapped(pieces, hop)
    weight = _overlapped(np.broadcast_to(window**2, pieces.shape), hop)
    sound = total / np.maximum(weight, 1e-8)
    count = (len(values) - 1) * hop if length is None else length
    return sound[n_fft // 2 :][:count]


def compressed(values: np.ndarray) -> np.ndarray:
    """log(1 + magnitude), as in Ulyanov & Lebedev 2016, (t, f) float32."""
    return np.log1p(np.abs(values)).astype(np.float32)


def expanded(values: np.ndarray) -> np.ndarray:
    """Magnitudes (t, f) float32 out of compressed ones; what lies below 0 is taken for 0."""
    return np.expm1(np.maximum(values, 0)).astype(np.float32)


def scaled(values: np.ndarray, low: float | None = None, high: float | None = None) -> Scaled:
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


def unscaled(given: Scaled) -> np.ndarray:
    """The values (t, c) float32 that were scaled."""
    return (given.low + given.values * (given.high - given.low)).astype(np.float32)


def _hann(n_fft: int) -> np.ndarray:
    """Periodic, so that its copies add up evenly."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)).astype(np.float32)


def phases(values: np.ndarray) -> np.ndarray:
    """Values of size 1 that turn as complex ones (t, f) do; 1 where there are none."""
    size = np.abs(values)
    return np.where(size > 1e-12, values / np.maximum(size, 1e-12), 1)


def _overlapped(pieces: np.ndarray, hop: int) -> np.ndarray:
    """Pieces (t, n) laid `hop` samples apart and summed."""
    pieces = np.pad(pieces, ((0, 0), (0, -pieces.shape[1] % hop)))
    count, size = pieces.shape
    total = np.zeros((count - 1) * hop + size, np.float32)
    # Blocks of a hop's width lie side by side: one addition each, not one a piece.
    for start in range(0, size, hop):
        total[start : start + count * hop] += pieces[:, start : start + hop].ravel()
    return total
