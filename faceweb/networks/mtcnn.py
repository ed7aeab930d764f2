"""The three networks of MTCNN as Keras models, with the weights of the `mtcnn` package (MIT).

Zhang et al. 2016, "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
Networks". Each takes float32 RGB in [0, 1] and gives one row a window: the logit of a face, then
the box's offsets left, top, right, bottom as fractions of the window, then what else it knows.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops

PROPOSAL_CELL = 12
REFINE_SIZE = 24
OUTPUT_SIZE = 48


def build_pnet(weights: Sequence[np.ndarray]) -> keras.Model:
    """Proposal network: (n, h, w, 3) to (n, rows, columns, 5), a 12x12 window every 2 pixels."""
    x = inputs = keras.Input((None, None, 3))
    x = _conv(x, 10, 3, 1)
    x = layers.MaxPooling2D(2, 2, padding="same")(x)
    x = _conv(x, 16, 3, 2)
    x = _conv(x, 32, 3, 3)
    x = layers.Conv2D(5, 1, name="heads")(x)
    return _load(keras.Model(inputs, x, name="pnet"), weights)


def build_rnet(weights: Sequence[np.ndarray]) -> keras.Model:
    """Refinement network: crops (n, 24, 24, 3) to (n, 5)."""
    x = inputs = keras.Input((REFINE_SIZE, REFINE_SIZE, 3))
    x = _conv(x, 28, 3, 1)
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    x = _conv(x, 48, 3, 2)
    x = layers.MaxPooling2D(3, 2)(x)
    x = _conv(x, 64, 2, 3)
    x = layers.Dense(5, name="heads")(_dense(x, 128))
    return _load(keras.Model(inputs, x, name="rnet"), weights)


def build_onet(weights: Sequence[np.ndarray]) -> keras.Model:
    """Output network: crops (n, 48, 48, 3) to (n, 15).

    The last ten are the landmarks, five x and then five y as fractions of the crop, in the order
    left eye, right eye, nose, left mouth corner, right mouth corner.
    """
    x = inputs = keras.Input((OUTPUT_SIZE, OUTPUT_SIZE, 3))
    x = _conv(x, 32, 3, 1)
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    x = _conv(x, 64, 3, 2)
    x = layers.MaxPooling2D(3, 2)(x)
    x = _conv(x, 64, 3, 3)
    x = layers.MaxPooling2D(2, 2, padding="same")(x)
    x = _conv(x, 128, 2, 4)
    x = layers.Dense(15, name="heads")(_dense(x, 256))
    return _load(keras.Model(inputs, x, name="onet"), weights)


class Slope(layers.Layer):
    """PReLU with one slope a channel, in three passes over memory (Keras's own takes five)."""

    def build(self, shape):
        self.below_zero = self.add_weight(shape=(shape[-1],), name="below_zero")

    def call(self, x):
        return x + (self.below_zero - 1) * ops.minimum(x, 0)


def _conv(x, filters: int, size: int, number: int):
    return Slope(name=f"slope{number}")(layers.Conv2D(filters, size, name=f"conv{number}")(x))


def _dense(x, units: int):
    # The published weights count rows within columns.
    x = layers.Flatten()(layers.Permute((2, 1, 3))(x))
    return Slope(name="slope_dense")(layers.Dense(units, name="dense")(x))


def _load(model: keras.Model, weights: Sequence[np.ndarray]) -> keras.Model:
    """Fills a network from the package's arrays, which end with offsets, (landmarks,) softmax."""
    body = [w for layer in model.layers if layer.name != "heads" for w in layer.weights]
    for variable, value in zip(body, weights[: len(body)], strict=True):
        variable.assign(value.reshape(variable.shape))
    kernels, biases = weights[len(body) :: 2], weights[len(body) + 1 :: 2]
    model.get_layer("heads").set_weights([_merge(kernels), _merge(biases)])
    _take_unit_range(model.get_layer("conv1"))
    model.trainable = False
    return model


def _merge(heads: Sequence[np.ndarray]) -> np.ndarray:
    # A softmax over two is the logistic function of their difference.
    *rest, softmax = heads
    return np.concatenate([softmax[..., 1:] - softmax[..., :1], *rest], axis=-1)


def _take_unit_range(first: layers.Conv2D) -> None:
    """Folds the published scaling (255 x - 127.5) / 128 into the first convolution."""
    kernel, bias = first.get_weights()
    first.set_weights([kernel * 255 / 128, bias - kernel.sum(axis=(0, 1, 2)) * 127.5 / 128])
