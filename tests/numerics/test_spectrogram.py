"""Sounds as spectra, by hand and against SciPy."""

import numpy as np
import pytest
from scipy import signal as scipy_signal

from faceweb.numerics.spectrogram import (
    compressed,
    expanded,
    griffin_lim,
    inverse,
    scaled,
    spectra,
    spectral_convergence,
    unscaled,
)

RATE = 22_050


def noise(count, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, count).astype(np.float32)


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
    _, _, oracle = scipy_signal.stft(
        samples, window="hann", nperseg=n_fft, noverlap=n_fft - hop, boundary="zeros", padded=True
    )
    np.testing.assert_allclose(spectra(samples, n_fft, hop), oracle.T * n_fft / 2, atol=2e-4)


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
    np.testing.assert_allclose(compressed(values), [[1.7917595, 0]], atol=1e-6)
    np.testing.assert_allclose(expanded(compressed(values)), [[5, 0]], atol=1e-5)
    np.testing.assert_allclose(expanded(np.array([[-0.5]])), [[0]])


def test_griffin_lim_comes_nearer_with_every_stage():
    samples = chords()
    magnitudes = np.abs(spectra(samples))
    errors = [
        spectral_convergence(magnitudes, griffin_lim(magnitudes, n, length=len(samples)))
        for n in (0, 5, 20, 60)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 0.5
    assert errors[-1] < 0.06


def test_momentum_beats_the_plain_method():
    """The plain method is written out here: project on magnitudes, then on spectra of a sound."""
    magnitudes = np.abs(spectra(chords()))
    turns = np.random.default_rng(0).random(magnitudes.shape, np.float32)
    guess = magnitudes * np.exp(2j * np.pi * turns)
    for _ in range(30):
        again = spectra(inverse(guess))
        guess = magnitudes * np.exp(1j * np.angle(again))
    plain = spectral_convergence(magnitudes, inverse(guess))
    fast = spectral_convergence(magnitudes, griffin_lim(magnitudes, 30, seed=0))
    assert fast < 0.9 * plain


def test_griffin_lim_repeats_itself_by_seed():
    magnitudes = np.abs(spectra(chords(0.3)))
    one, same, other = (griffin_lim(magnitudes, 3, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.01


def test_true_phases_are_a_start_that_needs_no_iteration():
    samples = chords(0.3)
    true = spectra(samples)
    for iterations in (0, 3):
        found = griffin_lim(np.abs(true), iterations, start=true, length=len(samples))
        np.testing.assert_allclose(found, samples, atol=1e-4)


def test_silence_stays_silent():
    found = griffin_lim(np.zeros((5, 513), np.float32), 2)
    np.testing.assert_array_equal(found, np.zeros(1024))


def test_a_spectrogram_fits_between_0_and_1_and_comes_back():
    """From -2 to 6: 0 lies a quarter of the way up."""
    values = np.array([[-2.0, 0.0], [6.0, 2.0]])
    given = scaled(values)
    np.testing.assert_allclose(given.values, [[0, 0.25], [1, 0.5]])
    assert (given.values.dtype, given.low, given.high) == (np.float32, -2, 6)
    np.testing.assert_allclose(unscaled(given), values, atol=1e-6)


def test_a_scale_can_be_shared_and_an_even_spectrogram_has_one():
    np.testing.assert_allclose(scaled(np.array([[-1.0, 2.0, 9.0]]), 0, 4).values, [[0, 0.5, 1]])
    even = scaled(np.full((2, 2), 3.0))
    np.testing.assert_allclose(even.values, 0)
    np.testing.assert_allclose(unscaled(even), 3)
