"""Solid textures: a block of colour whose every slice looks like one picture.

Kopf et al. 2007, "Solid Texture Synthesis from 2D Exemplars", for the idea; Gutierrez et al. 2020,
"On Demand Solid Texture Synthesis Using Deep 3D Networks", for the costs of slices.
"""

import keras
from keras import layers, ops

from faceweb.models.device import Device
from faceweb.models.painter import Painter
from faceweb.numerics import style

AXES = 3


class SolidPainter(Painter):
    """Steps that move a block (1, d, h, w, 3); J_style is the mean of the costs of its slices,
    along all three axes, each with statistics of its own.

    Args:
        network: from pictures in [0, 1] to taps, as `build_perceptual` makes it.
        device: where it runs.
        styles_by: the painter of that network, which the style picture is shown to.
    """

    def __init__(self, network: keras.Model, device: Device, styles_by: Painter) -> None:
        self._taps = len(network.outputs)
        super().__init__(sliced(network), device, 0, styles_by=styles_by)

    def _trace_style(self, taps, targets, lambdas):
        count, cost = len(taps) // AXES, 0.0
        for first in range(0, len(taps), count):
            slices = [tap[0] for tap in taps[first : first + count]]
            each = [style.gram_each(tap) for tap in slices]
            total = style.style_cost(each, targets.styles, lambdas, self._plain)
            cost += total / ops.cast(ops.shape(slices[0])[0], total.dtype)
        return cost / AXES


def sliced(network: keras.Model) -> keras.Model:
    """A network of pictures over all slices of a block.

    Returns:
        A model from (1, d, h, w, 3) to the taps of its slices along the first axis, then along the
        second and the third: each (1, slices, h', w', c).
    """
    block = keras.Input((None, None, None, 3), name="block")
    taps = []
    for axis in range(1, AXES + 1):
        slices = Slices(axis, name=f"slices{axis}")(block)
        taps += [Stacked()(tap) for tap in network(slices)]
    return keras.Model(block, taps, name="sliced")


class Slices(layers.Layer):
    """The slices of one block along an axis, as a batch.

    Args:
        axis: 1, 2 or 3.
    """

    def __init__(self, axis: int, **options) -> None:
        super().__init__(**options)
        self._axis = axis

    def call(self, block):
        return ops.moveaxis(block, self._axis, 1)[0]

    def compute_output_spec(self, block):
        return keras.KerasTensor((None, None, None, block.shape[-1]), block.dtype)


class Stacked(layers.Layer):
    """A batch as one block."""

    def call(self, maps):
        return maps[None]

    def compute_output_spec(self, maps):
        return keras.KerasTensor((1, *maps.shape), maps.dtype)
