"""dlib's face-recognition ResNet (29 convolutions, 128 numbers) as a Keras model.

He et al. 2016, "Deep Residual Learning for Image Recognition"; King 2017, "High Quality Face
Recognition with Deep Metric Learning" (weights: public domain, CC0).

The file is read without dlib. Its format: an integer is a control byte (low four bits: how many
bytes follow, high bit: sign) and then its bytes, little-endian; a tensor is the integer 2, four
dimensions and raw little-endian float32; a layer is its name, a tensor of parameters and its
settings. Layers come from input to output.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import keras
import numpy as np
from keras import layers, ops

from faceweb.networks.device import Batched, Device

CHIP = 150  # side of an aligned face
CHIPS = 16  # of which the stem takes so many at once
_LAYER = re.compile(rb"\x01\x05con_4|\x01\x07affine_|\x01\x04fc_2")


@dataclass(frozen=True, eq=False)
class Convolution:
    """A convolution with its affine layer folded in.

    `kernel` is (h, w, in, out) and `bias` (out,), both float32, as Keras keeps them.
    """

    kernel: np.ndarray
    bias: np.ndarray
    stride: int
    padding: int


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def integer(self) -> int:
        control = self._data[self._at]
        count = control & 0x0F
        value = int.from_bytes(self._data[self._at + 1 : self._at + 1 + count], "little")
        self._at += 1 + count
        return -value if control & 0x80 else value

    def tensor(self) -> np.ndarray:
        version = self.integer()
        if version != 2:
            raise ValueError(f"A dlib tensor starts with the integer 2. Received: {version}.")
        shape = tuple(self.integer() for _ in range(4))
        values = np.frombuffer(self._data, "<f4", prod(shape), self._at)
        self._at += 4 * prod(shape)
        return values


def read_network(data: bytes) -> tuple[list[Convolution], np.ndarray]:
    """Parses a residual network of convolutions, affines and one fully connected layer.

    Args:
        data: the whole file.

    Returns:
        The convolutions from input to output, affines folded in, and the matrix (in, out) of the
        last layer.

    Raises:
        ValueError: the bytes are not such a network.
    """
    convolutions: list[Convolution] = []
    matrix = None
    for found in _LAYER.finditer(data):
        reader = _Reader(data, found.end())
        if found.group().endswith(b"con_4"):
            convolutions.append(_convolution(reader))
        elif found.group().endswith(b"affine_"):
            convolutions[-1] = _fold(convolutions[-1], reader.tensor())
        else:
            outputs, inputs = reader.integer(), reader.integer()
            matrix = reader.tensor().reshape(inputs, outputs)
    if matrix is None:
        raise ValueError("The file holds no fully connected layer: it is not dlib's face network.")
    return convolutions, matrix


def _convolution(reader: _Reader) -> Convolution:
    values = reader.tensor()
    filters, height, width, stride, _, padding, _ = (reader.integer() for _ in range(7))
    weights, bias = values[:-filters], values[-filters:]
    kernel = weights.reshape(filters, -1, height, width).transpose(2, 3, 1, 0)
    return Convolution(kernel, bias, stride, padding)


def _fold(convolution: Convolution, gammas_betas: np.ndarray) -> Convolution:
    gamma, beta = np.split(gammas_betas, 2)
    return Convolution(
        convolution.kernel * gamma,
        convolution.bias * gamma + beta,
        convolution.stride,
        convolution.padding,
    )


LEVELS = ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1))
# The last two residual blocks and the embedding follow this layer.
TAIL_INPUT = "level5_2"
_MEAN = np.array([122.782, 117.001, 104.298])


def build_embedder(data: bytes) -> keras.Model:
    """Builds the network from dlib's file.

    Args:
        data: the bytes of `dlib_face_recognition_resnet_model_v1.dat`.

    Returns:
        A model from aligned faces, float32 RGB in [0, 1], (n, 150, 150, 3), to embeddings (n, 128).
        Encodings are compared by Euclidean distance and are not of unit length.
    """
    convolutions, matrix = read_network(data)
    inputs = keras.Input((CHIP, CHIP, 3), name="chip")
    x = layers.Rescaling(255 / 256, offset=(-_MEAN / 256).tolist(), name="mean")(inputs)
    remaining = iter(convolutions)
    x = layers.ReLU(name="conv1_relu")(_convolve(x, next(remaining), "conv1"))
    x = layers.MaxPooling2D(3, 2, name="pool1")(x)
    for level, (_, blocks) in enumerate(LEVELS, start=2):
        for block in range(1, blocks + 1):
            down = level > 2 and block == 1
            x = _residual(x, remaining, f"level{level}_{block}", down)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    outputs = layers.Dense(matrix.shape[1], use_bias=False, name="encoding")(x)
    model = keras.Model(inputs, outputs, name="face_resnet")
    model.get_layer("encoding").set_weights([matrix])
    for convolution, layer in zip(convolutions, _convolution_layers(model), strict=True):
        layer.set_weights([convolution.kernel, convolution.bias])
    model.trainable = False
    return model


def build_stem(network: keras.Model) -> keras.Model:
    """The embedder up to its last two residual blocks: chips to maps (n, h, w, 256)."""
    return keras.Model(network.input, network.get_layer(TAIL_INPUT).output, name="stem")


def batch_stem(network: keras.Model, device: Device) -> Batched:
    """From aligned faces (n, 150, 150, 3) in [0, 1] to the maps that the tail is given."""
    stem = build_stem(network)
    return Batched(
        lambda x: stem(x, training=False), (CHIP, CHIP, 3), (CHIPS,), compiles=device.compiles
    )


def build_tail(network: keras.Model) -> keras.Model:
    """A copy of the embedder's last two residual blocks and its embedding, which can be trained.

    Returns:
        A model of 2,400,000 parameters from maps, (n, h, w, 256), to embeddings (n, 128).
    """
    part = keras.Model(network.get_layer(TAIL_INPUT).output, network.output, name="tail")
    tail = keras.models.clone_model(part)
    tail.set_weights(part.get_weights())
    for layer in tail.layers:  # the model's own flag does not reach what was cloned as frozen
        layer.trainable = True
    return tail


def _convolve(x, convolution: Convolution, name: str):
    if convolution.padding:
        x = layers.ZeroPadding2D(convolution.padding, name=f"{name}_pad")(x)
    return layers.Conv2D(
        convolution.kernel.shape[-1],
        convolution.kernel.shape[:2],
        convolution.stride,
        name=name,
    )(x)


def _residual(x, remaining: Iterator[Convolution], name: str, down: bool):
    shortcut = layers.AveragePooling2D(2, 2, name=f"{name}_shortcut")(x) if down else x
    x = layers.ReLU(name=f"{name}_a_relu")(_convolve(x, next(remaining), f"{name}_a"))
    x = _convolve(x, next(remaining), f"{name}_b")
    if down:
        x, shortcut = ZeroExtend(name=f"{name}_extend")([x, shortcut])
    return layers.ReLU(name=name)(layers.Add(name=f"{name}_add")([x, shortcut]))


def _convolution_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    return (layer for layer in model.layers if isinstance(layer, layers.Conv2D))


class ZeroExtend(layers.Layer):
    """Pads two feature maps with zeros at the bottom, right and last channels to one shape.

    This is how dlib adds a shortcut of another size.
    """

    def call(self, maps):
        shape = [max(a, b) for a, b in zip(maps[0].shape[1:], maps[1].shape[1:], strict=True)]
        return [
            ops.pad(
                x, [(0, 0), *((0, n - have) for n, have in zip(shape, x.shape[1:], strict=True))]
            )
            for x in maps
        ]

    def compute_output_spec(self, maps):
        shape = [max(a, b) for a, b in zip(maps[0].shape[1:], maps[1].shape[1:], strict=True)]
        return [keras.KerasTensor((x.shape[0], *shape), x.dtype) for x in maps]
