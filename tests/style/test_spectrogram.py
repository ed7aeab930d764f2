"""Sounds as spectra, by hand and against SciPy."""

import numpy as np
import pytest
from scipy.signal import ShortTimeFFT, get_window

from faceweb.style.sound import compress, expand, inverse, phases, scale, spectra, unscale

RATE = 22_050


def noise(count, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, count).astype(np.float32)


def short_time(n_fft, hop):
    """SciPy's transform, whose phases turn from each window's beginning, as here."""
    window = get_window("hann", n_fft)
    return ShortTimeFFT(window, hop, fs=1, fft_mode="onesided", phase_shift=None)


def chords(seconds=1.0):
    """Two notes after each other, each with partials, over faint noise."""
    t = np.arange(int(seconds * RATE)) / RATE
    pitch = np.where(t < seconds / 2, 220.0, 330.0)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tone = sum(np.sin(k * phase) / k for k in range(1, 6))
    return (0.2 * tone + 0.002 * noise(len(t))).astype(np.float32)


def test_a_sine_peaks_in_its_bin():
    """Bin 32 of 1024 at 22,050 Hz is 32 * 22050 / 1024 = 689.0625 Hz.  A sine of amplitude 0.5
    under a Hann window, whose sum is 512, has 0.5 / 2 * 512 = 128 there and half in bins beside."""
    samples = 0.5 * np.sin(2 * np.pi * 689.0625 * np.arange(RATE) / RATE)
    found = np.abs(spectra(samples))
    assert found.shape == (88, 513)
    assert (found[4:-4].argmax(axis=1) == 32).all()
    np.testing.assert_allclose(found[40, 30:35], [0, 64, 128, 64, 0], atol=0.01)


@pytest.mark.parametrize(
    ("count", "n_fft", "hop"), [(5000, 1024, 256), (5120, 512, 128), (999, 64, 32)]
)
def test_spectra_are_those_of_scipy(count, n_fft, hop):
    samples = noise(count)
    found = spectra(samples, n_fft, hop)
    oracle = short_time(n_fft, hop).stft(samples, 0, len(found)).T
    np.testing.assert_allclose(found, oracle, atol=2e-4)


@pytest.mark.parametrize(("count", "n_fft", "hop"), [(5000, 1024, 256), (999, 64, 32)])
def test_the_sound_of_any_spectra_is_that_of_scipy(count, n_fft, hop):
    """Where as many windows meet as ever, which is half a window from both ends: SciPy takes
    windows beyond them, which no spectra here have, for silent ones."""
    rng = np.random.default_rng(1)
    values = spectra(noise(count), n_fft, hop)
    values = values * np.exp(2j * np.pi * rng.random(values.shape))
    transform = short_time(n_fft, hop)
    before, length = -transform.p_min, (len(values) - 1) * hop
    after = transform.p_max(length) - len(values)
    oracle = transform.istft(np.pad(values, ((before, after), (0, 0))).T, 0, length)
    inside = slice(n_fft // 2, -n_fft // 2)
    np.testing.assert_allclose(inverse(values, hop)[inside], oracle[inside], atol=1e-6)


@pytest.mark.parametrize(
    ("count", "n_fft", "hop"), [(5000, 1024, 256), (4096, 512, 128), (999, 64, 24)]
)
def test_true_phases_give_the_sound_back(count, n_fft, hop):
    samples = noise(count)
    back = inverse(spectra(samples, n_fft, hop), hop, count)
    np.testing.assert_allclose(back, samples, atol=1e-6)


def test_without_a_length_whole_hops_come_back():
    assert inverse(spectra(noise(1000))).shape == (1024,)


def test_compression_is_undone_and_keeps_within_magnitudes():
    values = np.array([[3 + 4j, 0]])
    np.testing.assert_allclose(compress(values), [[1.7917595, 0]], atol=1e-6)
    np.testing.assert_allclose(expand(compress(values)), [[5, 0]], atol=1e-5)
    np.testing.assert_allclose(expand(np.array([[-0.5]])), [[0]])


def test_phases_are_those_of_the_spectra_and_1_where_there_is_nothing():
    found = phases(np.array([[3 + 4j, 0, -2]], np.complex64))
    np.testing.assert_allclose(found, [[0.6 + 0.8j, 1, -1]], atol=1e-6)


def test_the_nearest_sound_is_nearer_after_every_iteration():
    """Griffin & Lim 1984: the distance of the magnitudes never grows."""
    magnitudes = np.abs(spectra(chords()))
    values = np.exp(2j * np.pi * np.random.default_rng(0).random(magnitudes.shape))
    apart = []
    for _ in range(8):
        found = spectra(inverse(magnitudes * values))
        apart.append(np.linalg.norm(np.abs(found) - magnitudes))
        values = phases(found)
    assert (np.diff(apart) < 0).all()
    assert apart[-1] < 0.6 * apart[0]


def test_a_spectrogram_fits_between_0_and_1_and_comes_back():
    """From -2 to 6: 0 lies a quarter of the way up."""
    values = np.array([[-2.0, 0.0], [6.0, 2.0]])
    given = scale(values)
    np.testing.assert_allclose(given.values, [[0, 0.25], [1, 0.5]])
    assert (given.values.dtype, given.low, given.high) == (np.float32, -2, 6)
    np.testing.assert_allclose(unscale(given), values, atol=1e-6)


def test_a_scale_can_be_shared_and_an_even_spectrogram_has_one():
    np.testing.assert_allclose(scale(np.array([[-1.0, 2.0, 9.0]]), 0, 4).values, [[0, 0.5, 1]])
    even = scale(np.full((2, 2), 3.0))
    np.testing.assert_allclose(even.values, 0)
    np.testing.assert_allclose(unscale(even), 3)
