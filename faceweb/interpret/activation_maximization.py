"""Activation maximisation: a picture moved up the gradient of one unit's activation.

Erhan et al. 2009, "Visualizing Higher-Layer Features of a Deep Network"; Olah et al. 2017, "Feature
Visualization" (Distill), for Fourier coefficients as what is moved, in decorrelated colours, under
small random rotations, shifts and scales.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import tensorflow as tf

from faceweb.config import AscentConfig
from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.interpret.top_patches import check_layer, check_unit
from faceweb.style.image import to_bytes
from faceweb.style.optimizer import adam_update

if TYPE_CHECKING:
    from faceweb.interpret.inspector import Inspector

SIDE = 128
RATE, DECAY, START = 0.03, 1.25, 0.05
TURN, SCALE, SHIFT = 5.0, 0.1, 8.0
# Steps up the mean, which fill the picture with what excites a unit, before those up the peak.
FILLING = 32
# Root of the covariance of the colours of assets/corpus, styles and examples, its largest column
# of length 1: natural pictures vary most in brightness, least in hue.
COLOURS = np.array(
    [[0.889, 0.398, 0.223], [0.398, 0.662, 0.409], [0.223, 0.409, 0.721]], np.float32
)
# A unit that the grey start leaves silent has no gradient: a little passes back all the same.
LEAK = 0.02


class AscentState(NamedTuple):
    """Pictures under way, as Fourier coefficients (n, 3, s, s // 2 + 1, 2), with Adam's moments."""

    spectrum: tf.Tensor
    first: tf.Tensor
    second: tf.Tensor
    step: tf.Tensor


class ActivationMaximization:
    """Activation maximisation over one network, traced once a layer.

    Args:
        extractor: of the network; the pictures have its size, or `SIDE` where it takes any.
    """

    def __init__(self, extractor: FeatureExtractor) -> None:
        self.traces = 0
        self._extractor = extractor
        self.side = extractor.size[0] if extractor.size else SIDE
        self._functions: dict[str, Callable] = {}
        vertical, horizontal = np.fft.fftfreq(self.side)[:, None], np.fft.rfftfreq(self.side)[None]
        frequency = np.maximum(np.hypot(vertical, horizontal), 1 / self.side)
        # Low frequencies move faster, so that shapes come before grain.
        self._amplitude = (frequency**-DECAY * self.side ** (2 - DECAY)).astype(np.complex64)

    def begin(self, count: int, seed: int) -> AscentState:
        """Pictures of faint noise, all grey to the eye.

        Args:
            count: how many at once.
            seed: of the noise.
        """
        numbers = np.random.default_rng(seed)
        shape = (count, 3, self.side, self.side // 2 + 1, 2)
        spectrum = tf.constant(START * numbers.standard_normal(shape, np.float32))
        nothing = tf.zeros_like(spectrum)
        return AscentState(spectrum, nothing, nothing, tf.constant(0.0))

    def step(
        self, dream: AscentState, layer: str, units: list[int], numbers: np.random.Generator
    ) -> tuple[AscentState, np.ndarray]:
        """Moves every picture, turned and shifted at random, uphill for its unit's activation.

        That is the mean over all positions in the first `FILLING` steps, and then the largest.

        Args:
            layer: one of the extractor's layers.
            units: one a picture.
            numbers: where the turns and shifts come from.

        Returns:
            the pictures after the step, and those activations (n,) before it.

        Raises:
            ValueError: the layer is not among the extractor's.
        """
        self._extractor.units(layer)
        moved = tf.constant(_transforms(len(units), self.side, numbers))
        with self._extractor.device.lock:
            dream, excited = self._compile(layer)(dream, tf.constant(units, tf.int32), moved)
            return dream, excited.numpy()

    def pictures(self, dream: AscentState) -> np.ndarray:
        """The pictures as they are, (n, side, side, 3) float32 in [0, 1]."""
        return self._render(dream.spectrum).numpy()

    def _compile(self, layer: str) -> Callable:
        if layer not in self._functions:

            def function(dream, units, transforms):
                self.traces += 1
                return self._step(layer, dream, units, transforms)

            spectrum = tf.TensorSpec((None, 3, self.side, self.side // 2 + 1, 2))
            specs = [
                AscentState(spectrum, spectrum, spectrum, tf.TensorSpec(())),
                tf.TensorSpec((None,), tf.int32),
                tf.TensorSpec((None, 8)),
            ]
            self._functions[layer] = tf.function(function, input_signature=specs, autograph=False)
        return self._functions[layer]

    def _step(self, layer, dream, units, transforms):
        with tf.GradientTape() as tape:
            tape.watch(dream.spectrum)
            shown = tf.raw_ops.ImageProjectiveTransformV3(
                images=self._render(dream.spectrum),
                transforms=transforms,
                output_shape=[self.side, self.side],
                fill_value=0.0,
                interpolation="BILINEAR",
                fill_mode="REFLECT",
            )
            (maps,) = self._extractor.forward(shown, (layer,), _leaky)
            mean, peak = tf.reduce_mean(maps, axis=(1, 2)), tf.reduce_max(maps, axis=(1, 2))
            wanted = tf.where(dream.step < FILLING, mean, peak)
            excited = tf.gather(wanted, units, axis=1, batch_dims=1)
            cost = -tf.reduce_sum(excited)
        gradient = tape.gradient(cost, dream.spectrum)
        # Units differ in scale by orders of magnitude: each picture's gradient has norm 1.
        norm = tf.sqrt(tf.reduce_mean(gradient**2, axis=(1, 2, 3, 4), keepdims=True))
        step = dream.step + 1
        direction, first, second = adam_update(
            gradient / (norm + 1e-12), dream.first, dream.second, step
        )
        return AscentState(dream.spectrum - RATE * direction, first, second, step), excited

    def _render(self, spectrum):
        waves = tf.complex(spectrum[..., 0], spectrum[..., 1]) * self._amplitude
        planes = tf.signal.irfft2d(waves, [self.side, self.side])
        return tf.sigmoid(tf.einsum("nchw,dc->nhwd", planes, COLOURS))


@tf.custom_gradient
def _leaky(x):
    return tf.nn.relu(x), lambda upstream: tf.where(x > 0, upstream, LEAK * upstream)


def _transforms(count: int, side: int, numbers: np.random.Generator) -> np.ndarray:
    """Small turns, scales and shifts about the middle, (n, 8) float32 as TensorFlow takes them."""
    angle = np.deg2rad(numbers.uniform(-TURN, TURN, count))
    scale = numbers.uniform(1 - SCALE, 1 + SCALE, count)
    right, down = numbers.uniform(-SHIFT, SHIFT, (2, count))
    across, along = np.cos(angle) * scale, np.sin(angle) * scale
    middle, none = (side - 1) / 2, np.zeros(count)
    x = middle * (1 - across + along) + right
    y = middle * (1 - across - along) + down
    return np.stack([across, -along, x, along, across, y, none, none], axis=1).astype(np.float32)


SHOWN_EVERY = 0.25


@dataclass(frozen=True, eq=False)
class AscentStep:
    """Pictures under way.

    Attributes:
        pictures: (n, s, s, 3) uint8, one a unit.
        activations: (n,), each unit's largest on its picture as it is.
        step, steps: how many are done, and shall be.
        remaining: expected seconds.
    """

    pictures: np.ndarray
    activations: np.ndarray
    step: int
    steps: int
    remaining: float


def maximize_activation(
    inspector: "Inspector", layer: str, units: Sequence[int], config: AscentConfig
) -> Iterator[AscentStep]:
    """Activation maximisation from faint noise.

    Args:
        inspector: looks into the network.
        layer: one of its layers.
        units: one a picture.
        config: how long, and from which noise.

    Yields:
        The pictures as they are, several times a second and at last.

    Raises:
        LayerError: there is no such layer or unit.
    """
    check_layer(inspector.extractor, layer)
    for unit in units:
        check_unit(inspector.extractor, layer, unit)
    numbers = np.random.default_rng(config.seed)
    under_way = inspector.maximization.begin(len(units), config.seed)
    began, shown = time.perf_counter(), -SHOWN_EVERY
    for step in range(1, config.steps + 1):
        under_way, _ = inspector.maximization.step(under_way, layer, list(units), numbers)
        now = time.perf_counter()
        if step == config.steps or now - shown > SHOWN_EVERY:
            pictures = to_bytes(inspector.maximization.pictures(under_way))
            maps = inspector.extractor.activations(pictures / np.float32(255), layer)
            peaks = maps.max(axis=(1, 2))[np.arange(len(units)), list(units)]
            remaining = (now - began) / step * (config.steps - step)
            yield AscentStep(pictures, peaks, step, config.steps, remaining)
            shown = now
