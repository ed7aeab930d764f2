"""One convolutional network over one, two or three axes: rank is a parameter.

Simonyan & Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
for the shape; Carreira & Zisserman 2017, "Quo Vadis, Action Recognition?", for inflating; Ulyanov &
Lebedev 2016, "Audio texture synthesis and style transfer", for random filters.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

# Ulyanov & Lebedev 2016 take 4,096 filters over 11 frames; an eighth of them costs an eighth.
SOUND_WIDTH, SOUND_KERNEL, SOUND_SEED = 512, 11, 0


@dataclass(frozen=True)
class Design:
    """What a network is made of; each tap is behind the first convolution of a block.

    Attributes:
        channels: of the input.
        widths: filters of every block; pools of 2 lie between blocks.
        convolutions: how many each block has.
        kernel: taps of a filter along every axis, odd.
        scale, offset: applied to the input first.
    """

    channels: int
    widths: tuple[int, ...]
    convolutions: tuple[int, ...]
    kernel: int = 3
    scale: float = 1.0
    offset: float = 0.0


def build_convnd(rank: int, design: Design, name: str = "convnd") -> keras.Model:
    """Builds an untrained network.

    Args:
        rank: 1, 2 or 3 axes of position.
        design: the same for every rank.
        name: of the model.

    Returns:
        A model from float32 (n, positions..., channels) to one (n, ceil(positions / 2^i)..., c)
        a block, i = 0, 1 ..., each behind its ReLU. A position's side must be at least as long as
        the mirrored border of every block.
    """
    convolution, pool = (getattr(layers, f"{kind}{rank}D") for kind in ("Conv", "AveragePooling"))
    reach = design.kernel // 2
    inputs = keras.Input((*(None,) * rank, design.channels), name="picture")
    x = layers.Rescaling(design.scale, offset=design.offset, name="scale")(inputs)
    style_layers = []
    blocks = zip(design.widths, design.convolutions, strict=True)
    for block, (width, count) in enumerate(blocks, start=1):
        if block > 1:
            x = pool(2, padding="same", name=f"pool{block - 1}")(x)
        x = MirrorBorder(count * reach, name=f"border{block}")(x)
        for number in range(1, count + 1):
            layer = f"conv{block}_{number}"
            x = convolution(width, design.kernel, activation="relu", name=layer)(x)
            if number == 1:
                style_layers.append(Crop((count - 1) * reach, name=f"tap{block}")(x))
    return keras.Model(inputs, style_layers, name=name)


def inflate(network: keras.Model, design: Design, middle: bool = False) -> keras.Model:
    """A network with one axis more in front, which sees repeats as the network sees one of them.

    Every filter is repeated along the new axis and divided by its length there. Carreira &
    Zisserman train what they inflate on films; this is where they begin. Untrained, its filters
    are alike forwards and backwards along the new axis: they blur it, see no edge across it and
    cannot tell which way something moves.

    Args:
        network: what `build_convnd` made of the design, of rank 1 or 2.
        design: its design.
        middle: whether a filter stands only in the middle of the new axis, between zeros, instead:
            then what moves is not blurred, and pools alone look along the axis.
    """
    model = build_convnd(len(network.inputs[0].shape) - 1, design, "inflated")
    for layer in model.layers:
        if layer.weights:
            kernel, bias = network.get_layer(layer.name).get_weights()
            shares = np.full(design.kernel, 1 / design.kernel, np.float32)
            if middle:
                shares = np.eye(design.kernel, dtype=np.float32)[design.kernel // 2]
            layer.set_weights([np.stack([share * kernel for share in shares]), bias])
    model.trainable = False
    return model


def randomize(network: keras.Model, seed: int) -> keras.Model:
    """The network with random filters of unit gain (He et al. 2015) and no biases."""
    numbers = np.random.default_rng(seed)
    for layer in network.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            gain = (2 / np.prod(kernel.shape[:-1])) ** 0.5
            layer.set_weights([gain * numbers.standard_normal(kernel.shape, np.float32), 0 * bias])
    return network


def build_sound_network(channels: int) -> keras.Model:
    """Random filters over the time of spectrograms (t, channels), as Ulyanov & Lebedev 2016."""
    design = Design(channels, (SOUND_WIDTH,), (1,), SOUND_KERNEL)
    network = randomize(build_convnd(1, design, "random"), SOUND_SEED)
    network.trainable = False
    return network


class MirrorBorder(layers.Layer):
    """Mirrors the outermost positions on every side; zeros there would be painted as a frame.

    Args:
        count: how many positions, as many as the convolutions that follow take away.
    """

    def __init__(self, count: int = 1, **options) -> None:
        super().__init__(**options)
        self.count = count

    def call(self, x):
        by = [(self.count, self.count)] * (len(x.shape) - 2)
        return ops.pad(x, [(0, 0), *by, (0, 0)], mode="symmetric")

    def compute_output_spec(self, x):
        return _resize(x, 2 * self.count)


class Crop(layers.Layer):
    """Cuts `count` positions off every side.

    Keras's own layer slices by indices, whose gradient is three times as slow on a CPU.
    """

    def __init__(self, count: int, **options) -> None:
        super().__init__(**options)
        self.count = count

    def call(self, x):
        if not self.count:
            return x
        n, *sides, c = ops.shape(x)
        start = (0, *[self.count] * len(sides), 0)
        return ops.slice(x, start, (n, *(side - 2 * self.count for side in sides), c))

    def compute_output_spec(self, x):
        return _resize(x, -2 * self.count)


def _resize(x, more: int) -> keras.KerasTensor:
    n, *sides, c = x.shape
    return keras.KerasTensor((n, *(side and side + more for side in sides), c), x.dtype)
