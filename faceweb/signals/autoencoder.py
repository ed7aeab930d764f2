"""Filters learnt from one signal: a small convolutional autoencoder of rank 1.

Vincent et al. 2008, "Extracting and Composing Robust Features with Denoising Autoencoders": what a
signal was before noise was added must be told from what its filters say.
"""

import threading
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.networks.convnd import Design, build_convnd, randomize
from faceweb.networks.device import Device
from faceweb.style.optimizer import adam_update
from faceweb.types import LayerFacts, Peaks

WIDTHS, KERNEL = (16, 24), 9
WINDOW, BATCH, NOISE = 256, 32, 0.1
RATE = 0.003


class Graph:
    """The autoencoder's graph, traced once for all who learn; it keeps nobody's weights.

    Args:
        device: where it runs.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self._encoder = build_convnd(1, Design(1, WIDTHS, (1, 1), KERNEL), "trace")
        x = layers.UpSampling1D(2)(self._encoder.outputs[-1])
        decoded = layers.Conv1D(1, KERNEL, padding="same", name="decoded")(x)
        self.model = keras.Model(self._encoder.inputs, decoded)
        self._extractor, self._lock = FeatureExtractor(self._encoder, device), threading.Lock()
        windows, number = tf.TensorSpec((BATCH, WINDOW, 1)), tf.TensorSpec(())
        weights = [tf.TensorSpec(each.shape) for each in self.model.trainable_variables]
        signature = [[weights] * 3, windows, windows, number, number]
        self.step = tf.function(self._trace_step, input_signature=signature)

    def begin(self, seed: int) -> list[np.ndarray]:
        """Weights to begin with."""
        with self._lock:
            return randomize(self.model, seed).get_weights()

    def evaluate(self, weights: list[np.ndarray], question: str, *arguments, **named):
        """What the extractor answers a method's question while the filters are some weights."""
        with self._lock:
            self.model.set_weights(weights)
            return getattr(self._extractor, question)(*arguments, **named)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers worth looking at."""
        return self._extractor.layers

    def _trace_step(self, state, noisy, clean, rate, step):
        weights, first, second = state
        with tf.GradientTape() as tape:
            tape.watch(weights)
            decoded, _ = self.model.stateless_call(weights, [], noisy)
            error = tf.reduce_mean(tf.square(decoded - clean))
        moved = [
            adam_update(*each, step)
            for each in zip(tape.gradient(error, weights), first, second, strict=True)
        ]
        directions, first, second = map(list, zip(*moved, strict=True))
        weights = [old - rate * way for old, way in zip(weights, directions, strict=True)]
        return [weights, first, second], error


class Autoencoder:
    """One signal's own filters.

    Args:
        graph: what runs it.
        seed: of its first weights.

    Attributes:
        weights: kernels and biases, as they are now.
    """

    def __init__(self, graph: Graph, seed: int = 0) -> None:
        self._graph = graph
        self.weights = graph.begin(seed)

    @property
    def taps(self) -> np.ndarray:
        """The filters of the first layer, (filters, style layers)."""
        return self.weights[0][:, 0].T

    def learn(self, samples: np.ndarray, steps: int, seed: int = 0) -> Iterator[float]:
        """Learns from random windows of a signal.

        Args:
            samples: (t,) float32 of mean 0 and deviation 1, t at least `WINDOW`.
            steps: of Adam (Kingma & Ba 2015), whose rate falls along half a cosine.
            seed: of the windows and the noise.

        Yields:
            The mean squared error of every step.
        """
        numbers = np.random.default_rng(seed)
        weights = [tf.constant(each) for each in self.weights]
        zeros = [tf.zeros_like(each) for each in weights]
        state = [weights, zeros, zeros]
        for step in range(steps):
            starts = numbers.integers(0, len(samples) - WINDOW + 1, BATCH)
            clean = np.stack([samples[at : at + WINDOW] for at in starts])[..., None]
            noisy = clean + NOISE * numbers.standard_normal(clean.shape, np.float32)
            rate = RATE * (1 + np.cos(np.pi * step / steps)) / 2
            values = (tf.constant(value, tf.float32) for value in (noisy, clean, rate, step + 1))
            with self._graph.device.lock:
                state, error = self._graph.step(state, *values)
            self.weights = [each.numpy() for each in state[0]]
            yield float(error)

    @property
    def extractor(self) -> "LearntFeatureExtractor":
        """What looks into the filters, as they are whenever it is asked."""
        return LearntFeatureExtractor(self._graph, self)


class LearntFeatureExtractor:
    """What `FeatureExtractor` offers, of one signal's own filters.

    Args:
        graph: that learns them.
        learner: whose they are.

    Attributes:
        size: None, as it takes signals of any length.
    """

    size = None

    def __init__(self, graph: Graph, learner: Autoencoder) -> None:
        self._graph, self._learner = graph, learner

    @property
    def layers(self) -> tuple[str, ...]:
        """As of `FeatureExtractor`."""
        return self._graph.layers

    def units(self, layer: str) -> int:
        """As of `FeatureExtractor`."""
        return self._graph.evaluate(self._learner.weights, "units", layer)

    def facts(self, layer: str, size: tuple[int, ...]) -> LayerFacts:
        """As of `FeatureExtractor`."""
        return self._graph.evaluate(self._learner.weights, "facts", layer, size)

    def activations(self, signals: np.ndarray, layer: str) -> np.ndarray:
        """As of `FeatureExtractor`, of signals (n, t, 1)."""
        return self._graph.evaluate(self._learner.weights, "activations", signals, layer)

    def peaks(self, signals: np.ndarray, most: int = 1, **named) -> dict[str, Peaks]:
        """As of `FeatureExtractor`, of signals (n, t, 1)."""
        return self._graph.evaluate(self._learner.weights, "peaks", signals, most, **named)
