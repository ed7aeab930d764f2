"""VGG-19 as the perceptual network, its weights fetched when asked for.

Simonyan & Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition";
average pooling after Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural
Networks". The weights are those of `keras.applications.VGG19`.
"""

import os
import tempfile
from pathlib import Path

import keras
from keras import layers, ops

from faceweb.networks.convnd import MirrorBorder
from faceweb.networks.weights import Remote, Report, download

WIDTHS = (64, 128, 256, 512, 512)
CONVOLUTIONS = (2, 2, 4, 4, 1)
# ImageNet's mean on a scale of 0 to 255, red first.
MEAN = (123.68, 116.779, 103.939)
WEIGHTS = Remote(
    "VGG-19 (80 MB)",
    "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/"
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
    "253f8cb515780f3b799900260a226db6",
    "The built-in network needs no download.",
)


def load_vgg19(report: Report | None = None, timeout: float = 30.0) -> keras.Model:
    """VGG-19 with its ImageNet weights, from the Keras cache or else from the net.

    Args:
        report: is told a stage and the share done, 0 to 1, during a download.
        timeout: seconds for which the net may stay silent.

    Returns:
        The model of `build_vgg19`.

    Raises:
        WeightsUnavailableError: the weights are not in the cache and cannot be downloaded.
    """
    path = weight_file()
    if not WEIGHTS.matches(path):
        download(WEIGHTS, path, report, timeout)
    model = build_vgg19()
    model.load_weights(path, by_name=True)
    return model


def weight_file() -> Path:
    """Where keras.applications keeps the file, so that one download serves both."""
    writable = os.access(Path.home(), os.W_OK)
    default = (Path.home() if writable else Path(tempfile.gettempdir())) / ".keras"
    cache = Path(os.environ.get("KERAS_HOME") or default).expanduser()
    return cache / "models" / WEIGHTS.url.rpartition("/")[2]


def build_vgg19() -> keras.Model:
    """Builds the untrained network up to its last tap; layers bear the names of the weight file.

    Returns:
        A model from pictures, float32 RGB in [0, 1], (n, h, w, 3), to conv1_1 ... conv5_1, one
        (n, ceil(h / 2^i), ceil(w / 2^i), c) each, i = 0 ... 4, behind its ReLU.
    """
    inputs = keras.Input((None, None, 3), name="picture")
    centred = layers.Rescaling(255.0, offset=[-mean for mean in MEAN], name="centre")(inputs)
    x = ops.flip(centred, axis=-1)  # to blue, green, red
    style_layers = []
    for block, (width, count) in enumerate(zip(WIDTHS, CONVOLUTIONS, strict=True), start=1):
        if block > 1:
            x = layers.AveragePooling2D(2, padding="same", name=f"block{block - 1}_pool")(x)
        for number in range(1, count + 1):
            first = block == number == 1
            x = MirrorBorder(name="border")(x) if first else x
            x = layers.Conv2D(
                width,
                3,
                padding="valid" if first else "same",
                activation="relu",
                name=f"block{block}_conv{number}",
            )(x)
            if number == 1:
                style_layers.append(x)
    return keras.Model(inputs, style_layers, name="vgg19")
