"""The perceptual network: a small VGG-like network whose style layers imitate VGG-19's.

Simonyan & Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
for the shape; Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural Networks", for
the use. Trained by `training/perceptual.py`.
"""

import io

import keras
import numpy as np

from faceweb.networks.convnd import Design, build_convnd

WIDTHS = (24, 48, 96, 160, 192)
STYLE_LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
# ImageNet's mean and standard deviation over all channels, rounded.
DESIGN = Design(3, WIDTHS, (2, 2, 2, 2, 1), scale=4.0, offset=-1.8)


def build_perceptual() -> keras.Model:
    """Builds the untrained network.

    Returns:
        A model from pictures, float32 RGB in [0, 1], (n, h, w, 3) with sides of at least 16, to
        one (n, ceil(h / 2^i), ceil(w / 2^i), c) a tap, i = 0 ... 4, each behind its ReLU.
    """
    return build_convnd(2, DESIGN, "perceptual")


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
