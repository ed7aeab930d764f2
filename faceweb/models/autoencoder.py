"""Filters learnt from one signal: a small convolutional autoencoder of rank 1.

Vincent et al. 2008, "Extracting and Composing Robust Features with Denoising Autoencoders": what a
signal was before noise was added must be told from what its filters say.
"""

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from faceweb.models.convnd import Design, build_convnd, randomised
from faceweb.models.device import Device
from faceweb.numerics.adam import descended

WIDTHS, KERNEL = (16, 24), 9
WINDOW, BATCH, NOISE = 256, 32, 0.1
RATE = 0.003


class Autoencoder:
    """An encoder that `Probe` can look into, and the decoder that judges it.

    Args:
        device: where it runs.
        seed: of its first weights.
    """

    def __init__(self, device: Device, seed: int = 0) -> None:
        self._device = device
        design = Design(1, WIDTHS, (1, 1), KERNEL)
        self.encoder = build_convnd(1, design, "trace")
        code = self.encoder.outputs[-1]
        x = layers.UpSampling1D(2)(code)
        decoded = layers.Conv1D(1, KERNEL, padding="same", name="decoded")(x)
        self._model = randomised(keras.Model(self.encoder.inputs, decoded), seed)
        self._variables = self._model.trainable_variables
        self._first, self._second = (
            [tf.Variable(tf.zeros_like(each)) for each in self._variables] for _ in range(2)
        )
        signature = [tf.TensorSpec((BATCH, WINDOW, 1))] * 2 + [tf.TensorSpec(())] * 2
        self._step = tf.function(self._trace_step, input_signature=signature)

    @property
    def taps(self) -> np.ndarray:
        """The filters of the first layer, (filters, taps)."""
        return np.asarray(self.encoder.get_layer("conv1_1").kernel)[:, 0].T

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
        for step in range(steps):
            starts = numbers.integers(0, len(samples) - WINDOW + 1, BATCH)
            clean = np.stack([samples[at : at + WINDOW] for at in starts])[..., None]
            noisy = clean + NOISE * numbers.standard_normal(clean.shape, np.float32)
            rate = RATE * (1 + np.cos(np.pi * step / steps)) / 2
            values = (tf.constant(value, tf.float32) for value in (noisy, clean, rate, step + 1))
            with self._device.turn:
                yield float(self._step(*values))

    def _trace_step(self, noisy, clean, rate, step):
        with tf.GradientTape() as tape:
            error = tf.reduce_mean(tf.square(self._model(noisy, training=True) - clean))
        slopes = tape.gradient(error, self._variables)
        for each in zip(self._variables, slopes, self._first, self._second, strict=True):
            variable, slope, first, second = each
            direction, one, two = descended(slope, first, second, step)
            variable.assign_sub(rate * direction)
            first.assign(one)
            second.assign(two)
        return error
