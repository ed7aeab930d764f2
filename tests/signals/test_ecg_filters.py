"""Filters learnt from a trace, and the beats that stand out by them."""

import threading

import numpy as np
import pytest

from faceweb.errors import MediaError
from faceweb.interpret.corpus import Recording
from faceweb.interpret.top_patches import patches_of, scan_corpus
from faceweb.networks.device import Device
from faceweb.signals.autoencoder import Autoencoder, Graph
from faceweb.signals.ecg import (
    RATE,
    Beats,
    activations,
    heartbeats,
    learn,
    prepare,
    simulate,
    tell_apart,
)
from faceweb.types import Signal

SEED = 7


@pytest.fixture(scope="module")
def graph():
    return Graph(Device("cpu", "CPU", "float32"))


@pytest.fixture(scope="module")
def learnt(graph):
    signal, peaks, odd = simulate(SEED)
    trace, autoencoder = prepare(signal), Autoencoder(graph)
    steps = list(learn(autoencoder, trace))
    return trace, autoencoder, steps, peaks, odd


def test_filters_come_to_tell_the_trace_from_noise(learnt):
    """A trace of deviation 1 that were ignored would leave an error of 1."""
    _, _, steps, _, _ = learnt
    assert steps[-1].step == steps[-1].steps == len(steps[-1].errors)
    assert np.mean(steps[-1].errors[:5]) > 0.3
    assert np.mean(steps[-1].errors[-5:]) < 0.05
    assert steps[-1].remaining == 0


def test_the_ectopic_beats_are_those_that_stand_out(learnt):
    trace, autoencoder, _, peaks, odd = learnt
    found = heartbeats(autoencoder.extractor, trace)
    assert len(found.places) == len(peaks)
    truth = np.array([odd[np.abs(peaks - place).argmin()] for place in found.places])
    np.testing.assert_array_equal(found.unusual, truth)
    assert set(found.order[: truth.sum()]) == set(np.flatnonzero(truth))
    assert found.segments.shape == (len(peaks), 1 + round(0.2 * 250) + round(0.35 * 250))


def test_two_learn_side_by_side_without_mixing(graph, learnt):
    """One graph for both, traced once; a third with the first's seed learns the first's filters."""
    trace, autoencoder, *_ = learnt
    before = activations(autoencoder.extractor, trace, "conv2_1")
    traces = graph.step.experimental_get_tracing_count()
    other, again = Autoencoder(graph, seed=1), Autoencoder(graph)
    others = threading.Thread(target=lambda: list(learn(other, trace, steps=150)))
    others.start()
    for _ in learn(again, trace):
        activations(autoencoder.extractor, trace, "conv1_1")
    others.join()
    assert graph.step.experimental_get_tracing_count() == traces == 1
    np.testing.assert_array_equal(activations(autoencoder.extractor, trace, "conv2_1"), before)
    assert np.abs(activations(other.extractor, trace, "conv2_1") - before).max() > 0.1
    np.testing.assert_allclose(activations(again.extractor, trace, "conv2_1"), before, atol=1e-4)


def test_the_nine_segments_that_excite_a_filter_most(learnt):
    trace, autoencoder, *_ = learnt
    extractor, recording = autoencoder.extractor, Recording(trace.samples[:, None])
    *_, last = scan_corpus(extractor, None, recording, most=9)
    said = activations(extractor, trace, "conv1_1")
    unit = int(said.max(axis=0).argmax())
    found = patches_of(extractor, None, recording, last.index, "conv1_1", [unit])[unit]
    assert len(found) == 9
    assert found[0].activation == pytest.approx(said[:, unit].max(), rel=1e-5)
    # A filter of nine taps: the kernel itself, behind a bias, makes the activation of a segment.
    assert all(patch.pixels.shape == (9, 1) for patch in found)
    inner = next(patch for patch in found if patch.inside.all())
    bias = autoencoder.weights[1][unit]
    wanted = float(inner.pixels[:, 0] @ autoencoder.taps[unit] + bias)
    assert inner.activation == pytest.approx(wanted, rel=1e-4)


def test_a_trace_is_brought_to_250_samples_a_second_without_its_baseline():
    t = np.arange(3600) / 360
    beats = np.where(np.abs((t % 1) - 0.5) < 0.02, 1.0, 0.0)
    found = prepare(Signal((beats + 3 + 0.5 * t).astype(np.float32), 360.0))
    assert found.rate == 250
    assert len(found.samples) == 2500
    assert found.samples.mean() == pytest.approx(0, abs=1e-4)
    assert found.samples.std() == pytest.approx(1, abs=1e-3)
    between = np.abs(((np.arange(2500) / 250) % 1) - 0.5) > 0.2
    assert found.samples[between].std() < 0.1


def test_what_cannot_be_learnt_from_is_one_sentence(graph):
    with pytest.raises(MediaError, match="straight line"):
        prepare(Signal(np.full(5000, 2.0, np.float32), 250.0))
    noise = np.random.default_rng(0).standard_normal(300).astype(np.float32)
    with pytest.raises(MediaError, match=r"lasts 1\.2 s: load one of at least 2 s"):
        list(learn(Autoencoder(graph), Signal(noise, 250.0)))
    one = np.zeros(1000, np.float32)
    one[500:504] = 5.0
    with pytest.raises(MediaError, match=r"Only [012] beats were found"):
        heartbeats(Autoencoder(graph).extractor, Signal(one, 250.0))


def test_ectopic_beats_found_missed_and_mistaken():
    """Beats at 1 to 8 s, true ones at 3 and 6; 3 and 5 are marked, 3 of them 80 ms early."""
    times = np.arange(1.0, 9.0)
    places = (times * RATE).astype(int)
    places[2] -= round(0.08 * RATE)
    distances = np.array([0.1, 0.11, 2.0, 0.1, 2.0, 0.1, 0.11, 0.1])
    found = Beats(places, np.zeros((8, 3)), distances)
    odd = np.isin(times, [3, 6])
    assert tell_apart(found, times, odd) == (1, 1)
    assert tell_apart(found, times, np.isin(times, [3, 5])) == (2, 0)
    quiet = Beats(places, np.zeros((8, 3)), np.full(8, 0.1))
    assert tell_apart(quiet, times, odd) == (0, 0)
