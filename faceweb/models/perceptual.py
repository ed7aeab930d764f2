"""The perceptual network: a small VGG-like network whose taps imitate VGG-19's.

Simonyan & Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
for the shape; Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural Networks", for
the use. Trained by `training/perceptual.py`.
"""

import io

import keras
import numpy as np
from keras import layers, ops

WIDTHS = (24, 48, 96, 160, 192)
TAPS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
CONVOLUTIONS = (2, 2, 2, 2, 1)


def build_perceptual() -> keras.Model:
    """Builds the untrained network.

    Returns:
        A model from pictures, float32 RGB in [0, 1], (n, h, w, 3) with sides of at least 16, to
        one (n, ceil(h / 2^i), ceil(w / 2^i), c) a tap, i = 0 ... 4, each behind its ReLU.
    """
    inputs = keras.Input((None, None, 3), name="picture")
    # ImageNet's mean and standard deviation over all channels, rounded.
    x = layers.Rescaling(4.0, offset=-1.8, name="scale")(inputs)
    taps = []
    for block, (width, count) in enumerate(zip(WIDTHS, CONVOLUTIONS, strict=True), start=1):
        if block > 1:
            x = layers.AveragePooling2D(2, padding="same", name=f"pool{block - 1}")(x)
        x = MirrorBorder(count, name=f"border{block}")(x)
        for number in range(1, count + 1):
            name = f"conv{block}_{number}"
            x = layers.Conv2D(width, 3, activation="relu", name=name)(x)
            if number == 1:
                taps.append(Crop(count - 1, name=f"tap{block}")(x))
    return keras.Model(inputs, taps, name="perceptual")


def load_perceptual(data: bytes) -> keras.Model:
    """Builds the network with the weights of `assets/weights/perceptual.npz`.

    Args:
        data: the file's bytes.
    """
    model = build_perceptual()
    with np.load(io.BytesIO(data)) as arrays:
        for layer in model.layers:
            if layer.weights:
                layer.set_weights([arrays[f"{layer.name}/{part}"] for part in ("kernel", "bias")])
    model.trainable = False
    return model


class MirrorBorder(layers.Layer):
    """Mirrors the outermost pixels on every side; zeros there would be painted as a frame.

    Args:
        count: how many pixels, as many as 3x3 convolutions follow.
    """

    def __init__(self, count: int = 1, **options) -> None:
        super().__init__(**options)
        self._by = (count, count)

    @property
    def count(self) -> int:
        """How many pixels are mirrored on every side."""
        return self._by[0]

    def call(self, x):
        return ops.pad(x, [(0, 0), self._by, self._by, (0, 0)], mode="symmetric")

    def compute_output_spec(self, x):
        n, h, w, c = x.shape
        more = sum(self._by)
        return keras.KerasTensor((n, h and h + more, w and w + more, c), x.dtype)


class Crop(layers.Layer):
    """Cuts `count` rows and columns off every side.

    Keras's own layer slices by indices, whose gradient is three times as slow on a CPU.
    """

    def __init__(self, count: int, **options) -> None:
        super().__init__(**options)
        self._by = count

    @property
    def count(self) -> int:
        """How many rows and columns are cut off every side."""
        return self._by

    def call(self, x):
        by, (n, h, w, c) = self._by, ops.shape(x)
        return ops.slice(x, (0, by, by, 0), (n, h - 2 * by, w - 2 * by, c)) if by else x

    def compute_output_spec(self, x):
        n, h, w, c = x.shape
        less = 2 * self._by
        return keras.KerasTensor((n, h and h - less, w and w - less, c), x.dtype)
