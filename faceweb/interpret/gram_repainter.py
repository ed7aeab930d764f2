"""Repaints a picture so that one correlation of one layer becomes what is wanted.

J(G) = alpha * J_content(C, G) + beta * J_pair(G): the style loss of Gatys et al. 2016 cut down to a
single entry of the Gram matrix, centred and free of scale, minimised by Adam.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from keras import ops

from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.style.losses import content_loss, total_variation
from faceweb.style.model import State, StyleModel, apply_adam


def pair_cost(features, wanted, first, second):
    """Squared distance of one pair's correlation from what it shall be.

    Args:
        features: (1, positions..., c).
        wanted: the correlation in [-1, 1].
        first, second: the two channels, whole numbers or tensors.

    Returns:
        the cost, and the correlation as it is.
    """
    rows = ops.reshape(features, (-1, features.shape[-1]))
    pair = ops.take(rows, ops.stack([first, second]), axis=1)
    pair = pair - ops.mean(pair, axis=0, keepdims=True)
    # The epsilon sits inside the root: its slope at 0 is infinite.
    lengths = ops.sqrt(ops.sum(ops.square(pair), axis=0) + 1e-8)
    now = ops.sum(pair[:, 0] * pair[:, 1]) / (lengths[0] * lengths[1])
    return ops.square(now - wanted), now


ALPHA, BETA, SMOOTH, RATE = 1.0, 30.0, 2.0, 0.015


class GramRepainter:
    """Steps over one network, traced once a layer.

    Args:
        extractor: of the network.
    """

    def __init__(self, extractor: FeatureExtractor) -> None:
        self.traces = 0
        self._extractor = extractor
        self._functions: dict[str, Callable] = {}

    begin = staticmethod(StyleModel.begin)
    render = staticmethod(StyleModel.render)

    def content(self, picture: np.ndarray, layer: str) -> np.ndarray:
        """What J_content compares: the layer's activations for a picture (h, w, 3) float32."""
        return self._extractor.activations(picture[None], layer)

    def step(
        self, state: State, layer: str, content: np.ndarray, pair: tuple[int, int], wanted: float
    ) -> tuple[State, float]:
        """One step of Adam.

        Args:
            state: the painting under way.
            layer: one of the extractor's layers.
            content: what `content` gave.
            pair: two units of the layer.
            wanted: their correlation in [-1, 1].

        Returns:
            the painting after the step, and the pair's correlation before it.
        """
        with self._extractor.device.lock:
            state, now = self._compile(layer)(
                state, tf.constant(content), tf.constant(pair), tf.constant(wanted, tf.float32)
            )
            return state, float(now)

    def _compile(self, layer: str) -> Callable:
        if layer not in self._functions:

            def function(state, content, pair, wanted):
                self.traces += 1
                return self._step(layer, state, content, pair, wanted)

            picture = tf.TensorSpec((1, *(self._extractor.size or (None, None)), 3))
            content = tf.TensorSpec((1, None, None, self._extractor.units(layer)))
            specs = [
                State(picture, picture, picture, picture, tf.TensorSpec(())),
                content,
                tf.TensorSpec((2,), tf.int32),
                tf.TensorSpec(()),
            ]
            self._functions[layer] = tf.function(function, input_signature=specs, autograph=False)
        return self._functions[layer]

    def _step(self, layer, state, content, pair, wanted):
        with tf.GradientTape() as tape:
            tape.watch(state.picture)
            (maps,) = self._extractor.forward(state.picture, (layer,))
            cost, now = pair_cost(maps, wanted, pair[0], pair[1])
            # In units of the layer's own activations, so that one weight suits every layer.
            scale = tf.reduce_mean(content**2) + 1e-12
            cost = BETA * cost + ALPHA * content_loss(maps, content) / scale
            cost += SMOOTH * total_variation(state.picture)
        return apply_adam(state, tape.gradient(cost, state.picture), RATE), now
