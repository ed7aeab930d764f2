"""dlib's face-recognition ResNet (29 convolutions, 128 numbers) as a Keras model.

He et al. 2016, "Deep Residual Learning for Image Recognition"; King 2017, "High Quality Face
Recognition with Deep Metric Learning" (weights: public domain, CC0).
"""

from collections.abc import Iterator

import keras
import numpy as np
from keras import layers, ops

from faceweb.models.aligner import CHIP
from faceweb.models.dlib_file import Convolution, read_network

LEVELS = ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1))
# The last two residual blocks and the encoding follow this layer.
TAIL_INPUT = "level5_2"
_MEAN = np.array([122.782, 117.001, 104.298])


def build_embedder(data: bytes) -> keras.Model:
    """Builds the network from dlib's file.

    Args:
        data: the bytes of `dlib_face_recognition_resnet_model_v1.dat`.

    Returns:
        A model from aligned faces, float32 RGB in [0, 1], (n, 150, 150, 3), to encodings (n, 128).
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


def build_tail(network: keras.Model) -> keras.Model:
    """A copy of the embedder's last two residual blocks and its encoding, which can be trained.

    Returns:
        A model of 2,400,000 parameters from maps, (n, h, w, 256), to encodings (n, 128).
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
