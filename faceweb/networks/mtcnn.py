"""The three networks of MTCNN as Keras models, with the weights that their authors published.

Zhang et al. 2016, "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
Networks". Each takes float32 RGB in [0, 1] and gives one row a window: the logit of a face, then
the box's offsets left, top, right, bottom as fractions of the window, then what else it knows.
"""

import io
from collections.abc import Mapping

import keras
import numpy as np
from keras import layers, ops

PROPOSAL_CELL = 12
REFINE_SIZE = 24
OUTPUT_SIZE = 48


def load_mtcnn(data: bytes) -> tuple[keras.Model, keras.Model, keras.Model]:
    """The proposal, the refinement and the output network, with published weights.

    Args:
        data: the bytes of `assets/weights/mtcnn.npz`.
    """
    networks = build_pnet(), build_rnet(), build_onet()
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        for network in networks:
            _fill(network, arrays)
    return networks


def build_pnet() -> keras.Model:
    """Proposal network: (n, h, w, 3) to (n, rows, columns, 5), a 12x12 window every 2 pixels."""
    x = inputs = keras.Input((None, None, 3))
    x = _conv(x, 10, 3, 1)
    x = layers.MaxPooling2D(2, 2, padding="same")(x)
    x = _conv(x, 16, 3, 2)
    x = _conv(x, 32, 3, 3)
    x = layers.Conv2D(5, 1, name="heads")(x)
    return keras.Model(inputs, x, name="pnet")


def build_rnet() -> keras.Model:
    """Refinement network: crops (n, 24, 24, 3) to (n, 5)."""
    x = inputs = keras.Input((REFINE_SIZE, REFINE_SIZE, 3))
    x = _conv(x, 28, 3, 1)
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    x = _conv(x, 48, 3, 2)
    x = layers.MaxPooling2D(3, 2)(x)
    x = _conv(x, 64, 2, 3)
    x = layers.Dense(5, name="heads")(_dense(x, 128))
    return keras.Model(inputs, x, name="rnet")


def build_onet() -> keras.Model:
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
    return keras.Model(inputs, x, name="onet")


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


def _fill(network: keras.Model, arrays: Mapping[str, np.ndarray]) -> None:
    """Gives a network its weights, which are named network/layer/variable."""
    for layer in network.layers:
        if layer.name != "heads" and layer.weights:
            names = [f"{network.name}/{layer.name}/{weight.name}" for weight in layer.weights]
            layer.set_weights([arrays[name] for name in names])
    merged = [_merge(network.name, part, arrays) for part in ("kernel", "bias")]
    network.get_layer("heads").set_weights(merged)
    _take_unit_range(network.get_layer("conv1"))
    network.trainable = False


def _merge(network: str, part: str, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """One layer for the published heads: face, offsets and, in the last network, landmarks."""
    # A softmax over two is the logistic function of their difference.
    softmax = arrays[f"{network}/face/{part}"]
    rest = [f"{network}/{head}/{part}" for head in ("offsets", "landmarks")]
    others = [arrays[name] for name in rest if name in arrays]
    return np.concatenate([softmax[..., 1:] - softmax[..., :1], *others], axis=-1)


def _take_unit_range(first: layers.Conv2D) -> None:
    """Folds the published scaling (255 x - 127.5) / 128 into the first convolution."""
    kernel, bias = first.get_weights()
    first.set_weights([kernel * 255 / 128, bias - kernel.sum(axis=(0, 1, 2)) * 127.5 / 128])
