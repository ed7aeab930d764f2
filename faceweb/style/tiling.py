"""Losses and gradient of a style model by tiles, for pictures too large for the memory.

Gram matrices, means and J_content are made of sums over positions. A first pass adds these up tile
by tile, J is differentiated with respect to them, and a second pass takes that gradient back to the
pixels of every tile. A tile is seen with a margin as wide as the network reaches, so J and its
gradient are those of the whole picture.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from faceweb.networks.device import Device
from faceweb.networks.graph import AVERAGES, CONVOLUTIONS
from faceweb.style import losses as style_losses


class Piece(NamedTuple):
    """A tile with its margin, (1, h, w, 3); `inside` is 1 in the tile and 0 in its margin.

    `inside` and `mask` are (1, h, w, 1), `content` holds the content features of the same place.
    """

    picture: tf.Tensor
    inside: tf.Tensor
    mask: tf.Tensor
    content: tf.Tensor


class Sums(NamedTuple):
    """What adds up over tiles.

    Per tap the sums of outer products (c, c), of features (c,) and of weights (); squared
    differences from the content, and how many these are.
    """

    statistics: tuple
    squares: tf.Tensor
    count: tf.Tensor


class Box(NamedTuple):
    """(rows, columns) of a tile with its margin in the picture, and of the tile in that."""

    outer: tuple[slice, slice]
    inner: tuple[slice, slice]


class Tiles:
    """Statistics, features and slopes of pictures of any size, traced once.

    Args:
        network: from pictures in [0, 1] to style layers, each half as large as the one before.
        device: where it runs; its turn is taken a tile at a time.
        content_layer: index of the style layer that J_content compares.
        plain: whether J_style compares plain Gram matrices, instead of centred ones.
        side: of a tile at most, without its margin; rounded up to where all pools align.
    """

    def __init__(
        self, network: keras.Model, device: Device, content_layer: int, plain: bool, side: int
    ) -> None:
        self.traces = 0
        self._network, self._device = network, device
        self._content_layer, self._plain, self._side = content_layer, plain, side
        self._margin = margin(network)
        widths = [style_layer.shape[-1] for style_layer in network.outputs]
        picture, weight = spec(1, None, None, 3), spec(1, None, None, 1)
        statistics = tuple((spec(c, c), spec(c)) for c in widths)
        sums = Sums(tuple((*pair, spec()) for pair in statistics), spec(), spec())
        piece = Piece(picture, weight, weight, spec(1, None, None, widths[content_layer]))
        weights = spec(3 + len(widths))

        def traced(function, *signature):
            return tf.function(function, input_signature=signature, jit_compile=device.compiles)

        self._forward = traced(self._trace_forward, picture, weight)
        self._sums = traced(self._trace_sums, piece)
        self._costs = traced(self._trace_costs, sums, statistics, weights)
        self._gradient = traced(self._trace_gradient, piece, sums)
        self._finish = traced(self._trace_finish, picture, picture, weight, spec(3), weights)

    def statistics(self, picture: tf.Tensor) -> list[tuple[tf.Tensor, tf.Tensor]]:
        """Gram matrix and mean of every tap of (1, h, w, 3)."""
        return _normalize(_total(sums for _, (sums, _) in self._see(picture)))

    def features(self, picture: tf.Tensor) -> tf.Tensor:
        """The content tap of (1, h, w, 3)."""
        _, height, width, _ = picture.shape
        scale, channels = (
            2**self._content_layer,
            self._network.outputs[self._content_layer].shape[-1],
        )
        whole = np.empty((1, -(-height // scale), -(-width // scale), channels), np.float32)
        for box, (_, found) in self._see(picture):
            inner = _place(box.inner, scale)
            whole[_place(box.outer, scale)][inner] = found.numpy()[inner]
        return tf.constant(whole)

    def gradient(self, picture: tf.Tensor, targets: Any, weights: tf.Tensor) -> tuple:
        """Gradient of J, (1, h, w, 3), and (J, content, style, variation).

        Args:
            picture: (1, h, w, 3).
            targets: the painter's.
            weights: alpha, beta, gamma and one lambda a tap, in one tensor.
        """
        sums = _total(self._run(self._sums, piece) for _, piece in self._pieces(picture, targets))
        slopes, losses = self._run(self._costs, sums, targets.styles, weights)
        gradient = np.zeros(picture.shape, np.float32)
        for box, piece in self._pieces(picture, targets):
            gradient[_place(box.outer)] += self._run(self._gradient, piece, slopes).numpy()
        whole = tf.constant(gradient)
        return self._run(self._finish, picture, whole, targets.mask, losses, weights)

    def _run(self, function: Callable, *arguments: Any) -> Any:
        with self._device.lock:
            return function(*arguments)

    def _boxes(self, picture: tf.Tensor) -> list[Box]:
        align = 2 ** (len(self._network.outputs) - 1)
        rows, columns = (
            list(spans(length, self._side, self._margin, align)) for length in picture.shape[1:3]
        )
        return [Box(*zip(row, column, strict=True)) for row in rows for column in columns]

    def _see(self, picture: tf.Tensor) -> Iterator[tuple[Box, tuple]]:
        for box in self._boxes(picture):
            yield box, self._run(self._forward, picture[_place(box.outer)], _inside(box))

    def _pieces(self, picture: tf.Tensor, targets: Any) -> Iterator[tuple[Box, Piece]]:
        for box in self._boxes(picture):
            here = _place(box.outer)
            content = targets.content[_place(box.outer, 2**self._content_layer)]
            yield box, Piece(picture[here], _inside(box), targets.mask[here], content)

    def _trace_forward(self, picture, weight):
        self.traces += 1
        style_layers = self._network(picture, training=False)
        return _statistic_sums(style_layers, weight), style_layers[self._content_layer]

    def _trace_sums(self, piece):
        self.traces += 1
        style_layers = self._network(piece.picture, training=False)
        found, inside = style_layers[self._content_layer], piece.inside
        for _ in range(self._content_layer):
            inside = _pool(inside)
        squares = tf.reduce_sum(inside * tf.square(found - piece.content))
        count = tf.reduce_sum(inside) * found.shape[-1]
        return Sums(_statistic_sums(style_layers, piece.mask * piece.inside), squares, count)

    def _trace_costs(self, sums, styles, weights):
        self.traces += 1
        with tf.GradientTape() as tape:
            tape.watch(sums)
            content = sums.squares / (2 * sums.count)
            found = _normalize(sums.statistics)
            j_style = style_losses.style_loss(found, styles, weights[3:], self._plain)
            j = weights[0] * content + weights[1] * j_style
        slopes = tape.gradient(j, sums, unconnected_gradients="zero")
        return slopes, tf.stack([j, content, j_style])

    def _trace_gradient(self, piece, slopes):
        self.traces += 1
        with tf.GradientTape() as tape:
            tape.watch(piece.picture)
            sums = self._trace_sums(piece)
        return tape.gradient(sums, piece.picture, output_gradients=slopes)

    def _trace_finish(self, picture, gradient, mask, losses, weights):
        self.traces += 1
        with tf.GradientTape() as tape:
            tape.watch(picture)
            variation = style_losses.total_variation(picture)
        gradient += weights[2] * tape.gradient(variation, picture)
        j = losses[0] + weights[2] * variation
        return gradient * mask, tf.stack([j, losses[1], losses[2], variation])


def margin(network: keras.Model) -> int:
    """How far beside a tile the network looks, in pixels, rounded up to where all pools align."""
    reach, stride = 0, 1
    for layer in network.layers:
        if isinstance(layer, AVERAGES):
            stride *= layer.pool_size[0]
        elif isinstance(layer, CONVOLUTIONS):
            reach += layer.kernel_size[0] // 2 * stride
    return -(-reach // stride) * stride


def spans(length: int, side: int, beside: int, align: int) -> Iterator[tuple[slice, slice]]:
    """Even parts of at most `side`, rounded up to `align`: (part with margin, part in that)."""
    count = -(-length // side)
    step = -(-length // (count * align)) * align
    for start in range(0, length, step):
        end = min(start + step, length)
        first = max(start - beside, 0)
        yield slice(first, min(end + beside, length)), slice(start - first, end - first)


def spec(*shape: int | None) -> tf.TensorSpec:
    return tf.TensorSpec(shape, tf.float32)


def _statistic_sums(style_layers, weight):
    sums = []
    for style_layer in style_layers:
        rows = tf.reshape(style_layer, (-1, style_layer.shape[-1]))
        weighed = rows * tf.reshape(weight, (-1, 1))
        outer = tf.matmul(weighed, rows, transpose_a=True)
        sums.append((outer, tf.reduce_sum(weighed, 0), tf.reduce_sum(weight)))
        weight = _pool(weight)
    return tuple(sums)


def _normalize(sums):
    counted = ((outer, linear, tf.maximum(count, 1e-6)) for outer, linear, count in sums)
    return [(outer / count, linear / count) for outer, linear, count in counted]


def _pool(weight):
    return tf.nn.avg_pool2d(weight, 2, 2, "SAME")


def _total(parts):
    total = None
    for part in parts:
        total = part if total is None else tf.nest.map_structure(tf.add, total, part)
    return total


def _place(spans, scale=1):
    """Index of (rows, columns) of the picture in (1, h / scale, w / scale, c)."""
    return slice(None), *(slice(at.start // scale, -(-at.stop // scale)) for at in spans)


def _inside(box):
    rows, columns = box.outer
    inside = np.zeros((1, rows.stop - rows.start, columns.stop - columns.start, 1), np.float32)
    inside[_place(box.inner)] = 1
    return tf.constant(inside)
