"""Which pixels excite a unit: the gradient of one activation, plain or guided.

Simonyan et al. 2014, "Deep Inside Convolutional Networks", for the plain gradient; Springenberg et
al. 2015, "Striving for Simplicity", for the guided one, which like the deconvnet of Zeiler & Fergus
2014 lets only what excites pass back through a ReLU.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from faceweb.interpret.feature_extractor import FeatureExtractor


class Saliency:
    """Gradients of a network's activations with respect to its picture, traced once a layer.

    Args:
        extractor: of the network.
    """

    def __init__(self, extractor: FeatureExtractor) -> None:
        self.traces = 0
        self._extractor = extractor
        self._functions: dict[tuple[str, bool], Callable] = {}

    def __call__(
        self, picture: np.ndarray, layer: str, place: tuple[int, ...], guided: bool
    ) -> np.ndarray:
        """The gradient of one activation, of the picture's shape.

        Args:
            picture: (h, w, 3) float32 in [0, 1], or (positions..., c) of the extractor's rank.
            layer: one of the extractor's layers.
            place: (row, column, unit) in the layer, inside it; (positions..., unit) likewise.
            guided: whether only positive gradients pass back through a ReLU.

        Raises:
            ValueError: the layer is not among the extractor's.
        """
        self._extractor.units(layer)
        with self._extractor.device.lock:
            function = self._compile(layer, guided)
            return function(tf.constant(picture[None]), tf.constant([0, *place])).numpy()[0]

    def _compile(self, layer: str, guided: bool) -> Callable:
        if (layer, guided) not in self._functions:

            def function(picture, place):
                self.traces += 1
                with tf.GradientTape() as tape:
                    tape.watch(picture)
                    (maps,) = self._extractor.forward(picture, (layer,), _guide if guided else None)
                    activation = tf.gather_nd(maps, place[None])[0]
                return tape.gradient(activation, picture)

            rank, channels = self._extractor.rank, self._extractor.channels
            size = self._extractor.size or (None,) * rank
            specs = [tf.TensorSpec((1, *size, channels)), tf.TensorSpec((rank + 2,), tf.int32)]
            self._functions[layer, guided] = tf.function(
                function, input_signature=specs, autograph=False
            )
        return self._functions[layer, guided]


@tf.custom_gradient
def _guide(x):
    excited = tf.nn.relu(x)
    return excited, lambda upstream: tf.where((excited > 0) & (upstream > 0), upstream, 0.0)
