"""Style models: a network with the losses of style transfer, as traced steps that move a picture.

Or a signal, or a volume: where a shape below is (h, w, 3), it has as many axes of position as the
network, and its channels. The formulas are in `faceweb.style.losses`; the run is in
`faceweb.style.transfer`.

Clips hold together along their motion: Ruder et al. 2016, "Artistic Style Transfer for Videos", for
the temporal term. All frames are moved at once, with one Gram matrix for all.

Every slice of a solid texture looks like one picture: Kopf et al. 2007, "Solid Texture Synthesis
from 2D Exemplars"; Gutierrez et al. 2020, "On Demand Solid Texture Synthesis Using Deep 3D
Networks", for the losses of slices.
"""

import time
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from faceweb.networks.device import Device
from faceweb.networks.graph import as_list
from faceweb.style import losses as style_losses
from faceweb.style.optical_flow import estimate_flow
from faceweb.style.optimizer import adam_update
from faceweb.style.tiling import Tiles, margin, spec
from faceweb.types import StyleLosses, StyleWeights

AVERAGED = 0.9

# Pixels times channels of the first tap, which rule what a step takes: up to about 2 GB for 2.1
# million pixels of the perceptual network or 0.8 million of VGG-19.
LARGEST_WHOLE = 1024 * 768 * 64


class State(NamedTuple):
    """A painting under way; all but `step` are (1, h, w, 3).

    `average` sums the iterates with falling weight, `first` and `second` are Adam's moments
    (Kingma & Ba 2015), `step` counts since they were zero.
    """

    picture: tf.Tensor
    average: tf.Tensor
    first: tf.Tensor
    second: tf.Tensor
    step: tf.Tensor


class Targets(NamedTuple):
    """What a painting shall match at one size.

    Content features, per tap (Gram matrix, mean) of the style, and where to paint: (1, h, w, 1) in
    [0, 1].
    """

    content: tf.Tensor
    styles: tuple
    mask: tf.Tensor


class StyleModel:
    """Steps of one network, traced once whatever the size of the picture.

    Args:
        network: from pictures in [0, 1] to style layers, as `build_perceptual` makes it.
        device: where it runs.
        content_layer: index of the style layer that J_content compares.
        plain: whether J_style compares plain Gram matrices, instead of centred ones.
        fingerprint: checksum of the network's weights, for recipes.
        largest: pixels of a picture beyond which it is taken by tiles, which need less memory.
        tile: side of a tile at most, without its margin; with it no larger than `largest` if None.
            Only pictures are taken by tiles.
        styles_by: another style model with the same widths, whose network the styles are shown to;
            this one's if None.
    """

    # How many style layers have a style of their own, where several share one; all if None.
    _taps: int | None = None

    def __init__(
        self,
        network: keras.Model,
        device: Device,
        content_layer: int = 3,
        plain: bool = False,
        fingerprint: str = "",
        largest: int | None = None,
        tile: int | None = None,
        styles_by: "StyleModel | None" = None,
    ) -> None:
        self._styles_by = styles_by
        self.fingerprint, self._traces = fingerprint, 0
        self._network, self._device = network, device
        self._content_layer, self._plain = content_layer, plain
        widths = [style_layer.shape[-1] for style_layer in network.outputs[: self._taps]]
        _, *sides, channels = network.inputs[0].shape
        self._largest = LARGEST_WHOLE // widths[0] if largest is None else largest
        self._tiles: Tiles | None = None
        if len(sides) == 2:
            beside = margin(network)
            side = tile or max(int(self._largest**0.5) - 2 * beside, beside)
            self._tiles = Tiles(network, device, content_layer, plain, side)
        picture, number = spec(1, *sides, channels), spec()
        statistics = tuple((spec(c, c), spec(c)) for c in widths)
        content, mask = spec(1, *sides, widths[content_layer]), spec(1, *sides, 1)
        targets = self._targets_spec(Targets(content, statistics, mask))
        weights = spec(3 + len(widths))
        state = State(picture, picture, picture, picture, number)

        def traced(function, *signature):
            return tf.function(function, input_signature=signature, jit_compile=device.compiles)

        self._features = traced(self._trace_features, picture)
        self._gradient = traced(self._trace_gradient, picture, targets, weights)
        self._step = traced(self._trace_step, state, targets, weights, number)
        self._update = traced(self._trace_update, state, picture, number)

    @property
    def traces(self) -> int:
        """How often a function has been traced."""
        return self._traces + (self._tiles.traces if self._tiles else 0)

    def warm(self) -> float:
        """Traces everything; returns the seconds a step takes a pixel."""
        picture = np.full((144, 192, 3), 0.5, np.float32)
        even = StyleWeights(1.0, 1.0, 1.0, (1.0,) * len(self._network.outputs))
        targets = self.targets(picture, self.statistics([picture], [1.0]))
        self.gradient(picture, targets, even)
        state, _ = self.step(self.begin(picture), targets, even, 0.01)
        began = time.perf_counter()
        self.step(state, targets, even, 0.01)
        return (time.perf_counter() - began) / (picture.size // 3)

    def statistics(self, pictures: list[np.ndarray], shares: list[float]) -> tuple:
        """Gram matrix and mean of every tap, blended over styles (h, w, 3) float32."""
        if self._styles_by is not None:
            return self._styles_by.statistics(pictures, shares)
        found = [self._statistics(_batch(picture)) for picture in pictures]
        return style_losses.blend(found, shares)

    def targets(
        self, content: np.ndarray, statistics: tuple, mask: np.ndarray | None = None
    ) -> Targets:
        """Targets at the size of a content (h, w, 3) float32; `mask` is (h, w)."""
        whole = np.ones(content.shape[:-1], np.float32) if mask is None else mask
        return Targets(self._content(_batch(content)), statistics, _batch(whole[..., None]))

    def gradient(
        self, picture: np.ndarray, targets: Targets, weights: StyleWeights
    ) -> tuple[np.ndarray, StyleLosses]:
        """Gradient of J, (h, w, 3), and the costs, at a picture (h, w, 3) float32."""
        batch = _batch(picture)
        tiles = self._tiles_for(batch)
        if tiles:
            gradient, losses = tiles.gradient(batch, targets, self._tensor(weights))
            return gradient.numpy()[0], _costs(losses)
        with self._device.lock:
            gradient, losses = self._gradient(batch, targets, self._tensor(weights))
            return gradient.numpy()[0], _costs(losses)

    def step(
        self, state: State, targets: Targets, weights: StyleWeights, rate: float
    ) -> tuple[State, StyleLosses]:
        """One step of Adam down the gradient of J; the costs are those before it."""
        tiles = self._tiles_for(state.picture)
        if tiles:
            gradient, losses = tiles.gradient(state.picture, targets, self._tensor(weights))
            with self._device.lock:
                return self._update(state, gradient, tf.constant(rate)), _costs(losses)
        with self._device.lock:
            state, losses = self._step(state, targets, self._tensor(weights), tf.constant(rate))
            return state, _costs(losses)

    @staticmethod
    def begin(picture: np.ndarray) -> State:
        """A painting that starts from (h, w, 3) float32."""
        batch = _batch(picture)
        nothing = tf.zeros_like(batch)
        return State(batch, nothing, nothing, nothing, tf.constant(0.0))

    @staticmethod
    def render(state: State) -> np.ndarray:
        """The mean of the last iterates, (h, w, 3) float32; the start itself before any step."""
        weight = 1 - AVERAGED ** float(state.step)
        return (state.average / weight if weight else state.picture).numpy()[0]

    def resize(self, state: State, content: np.ndarray, mask: np.ndarray | None = None) -> State:
        """The painting at a content's size, its moments with it; outside the mask the content."""

        def to(tensor, method):
            return _resize(tensor, content.shape[:-1], method)

        picture = tf.clip_by_value(to(_batch(self.render(state)), "bicubic"), 0.0, 1.0)
        if mask is not None:
            picture = mask[..., None] * picture + (1 - mask[..., None]) * content
        weight = 1 - AVERAGED ** float(state.step)
        second = tf.nn.relu(to(state.second, "bilinear"))
        first = to(state.first, "bilinear")
        return State(picture, picture * weight, first, second, state.step)

    def _tiles_for(self, picture: tf.Tensor) -> Tiles | None:
        """What takes a picture that is too large to be taken whole."""
        large = self._tiles and picture.shape[1] * picture.shape[2] > self._largest
        return self._tiles if large else None

    def _tensor(self, weights: StyleWeights) -> tf.Tensor:
        # One tensor, so that no value of a slider is part of a trace.
        layer_weights = weights.layer_weights[: self._taps or len(self._network.outputs)]
        return tf.constant(
            [weights.alpha, weights.beta, weights.variation, *layer_weights], tf.float32
        )

    def _statistics(self, picture: tf.Tensor) -> list:
        tiles = self._tiles_for(picture)
        if tiles:
            return tiles.statistics(picture)
        with self._device.lock:
            return list(map(style_losses.gram, self._features(picture)))

    def _content(self, picture: tf.Tensor) -> tf.Tensor:
        tiles = self._tiles_for(picture)
        if tiles:
            return tiles.features(picture)
        with self._device.lock:
            return self._features(picture)[self._content_layer]

    def _trace_features(self, picture):
        self._traces += 1
        return as_list(self._network(picture, training=False))

    def _trace_costs(self, picture, targets, weights):
        style_layers = as_list(self._network(picture, training=False))
        j_content = style_losses.content_loss(style_layers[self._content_layer], targets.content)
        j_style = self._trace_style(style_layers, targets, weights[3:])
        variation = self._trace_variation(picture, targets)
        alpha, beta, gamma = weights[0], weights[1], weights[2]
        j = alpha * j_content + beta * j_style + gamma * variation
        return j, tf.stack([j, j_content, j_style, variation])

    def _targets_spec(self, targets: Targets) -> Any:
        return targets

    def _trace_variation(self, picture, targets):
        return style_losses.total_variation(picture)

    def _trace_style(self, style_layers, targets, layer_weights):
        statistics, mask = [], targets.mask
        for style_layer in style_layers:
            statistics.append(style_losses.gram(style_layer, mask))
            mask = tf.nn.avg_pool(mask, 2, 2, "SAME")
        return style_losses.style_loss(statistics, targets.styles, layer_weights, self._plain)

    def _trace_gradient(self, picture, targets, weights):
        self._traces += 1
        with tf.GradientTape() as tape:
            tape.watch(picture)
            j, losses = self._trace_costs(picture, targets, weights)
        return tape.gradient(j, picture) * targets.mask, losses

    def _trace_step(self, state, targets, weights, rate):
        gradient, losses = self._trace_gradient(state.picture, targets, weights)
        return self._trace_update(state, gradient, rate), losses

    def _trace_update(self, state, gradient, rate):
        self._traces += 1
        return apply_adam(state, gradient, rate)


def apply_adam(state: State, gradient, rate) -> State:
    """A painting after one step of Adam down a gradient."""
    step = state.step + 1
    direction, first, second = adam_update(gradient, state.first, state.second, step)
    picture = tf.clip_by_value(state.picture - rate * direction, 0.0, 1.0)
    average = AVERAGED * state.average + (1 - AVERAGED) * picture
    return State(picture, average, first, second, step)


def _batch(array: np.ndarray) -> tf.Tensor:
    return tf.constant(array[None].astype(np.float32, copy=False))


def _resize(tensor: tf.Tensor, sides: tuple[int, ...], method: str) -> tf.Tensor:
    """A tensor (1, positions..., c) at other sides; TensorFlow resizes two axes at a time."""
    n, *given, c = tensor.shape
    if len(sides) == 3:
        flat = tf.reshape(tensor, (given[0], given[1], given[2], c))
        flat = tf.image.resize(flat, sides[1:], method, antialias=True)
        tensor = tf.reshape(flat, (n, given[0], sides[1] * sides[2], c))
        tensor = tf.image.resize(tensor, (sides[0], sides[1] * sides[2]), method, antialias=True)
    elif len(sides) == 1:
        tensor = tf.image.resize(tensor[:, :, None], (*sides, 1), method, antialias=True)
    else:
        tensor = tf.image.resize(tensor, sides, method, antialias=True)
    return tf.reshape(tensor, (n, *sides, c))


def _costs(losses: tf.Tensor) -> StyleLosses:
    return StyleLosses(*map(float, losses.numpy()))


CORNERS = 4


class ClipTargets(NamedTuple):
    """What a clip (t, h, w, 3) shall match, and how its pixels move.

    `before` (n, 4) are the pixels of the frame before, counted through the clip, between which each
    pixel of all frames but the first came from; `shares` (n, 4) are their bilinear weights, all 0
    where it could not be seen.
    """

    content: tf.Tensor
    styles: tuple
    mask: tf.Tensor
    before: tf.Tensor
    shares: tf.Tensor


class VideoStyleModel(StyleModel):
    """Steps that move a clip (1, t, h, w, 3); J_variation is what changes along its motion.

    The optical flow is that of the content, estimated at every size.
    """

    def targets(
        self, content: np.ndarray, statistics: tuple, mask: np.ndarray | None = None
    ) -> Any:
        """`ClipTargets` at the size of a content (t, h, w, 3) float32."""
        plain = super().targets(content, statistics, mask)
        before, shares = origins(*estimate_flow(content))
        return ClipTargets(*plain, tf.constant(before), tf.constant(shares))

    def _targets_spec(self, targets: Targets) -> ClipTargets:
        before = tf.TensorSpec((None, CORNERS), tf.int32)
        return ClipTargets(*targets, before, spec(None, CORNERS))

    def _trace_variation(self, picture, targets):
        shape = tf.shape(picture)
        pixels = tf.reshape(picture, (-1, picture.shape[-1]))
        later = pixels[shape[2] * shape[3] :]
        came = tf.add_n(
            [
                tf.gather(pixels, targets.before[:, i]) * targets.shares[:, i, None]
                for i in range(CORNERS)
            ]
        )
        seen = tf.reduce_sum(targets.shares, axis=1, keepdims=True)
        count = tf.maximum(tf.reduce_sum(seen) * picture.shape[-1], 1.0)
        return tf.reduce_sum(seen * tf.square(later - came)) / count


def origins(flow: np.ndarray, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where every pixel of all frames but the first came from.

    Args:
        flow: (t - 1, h, w, 2), right and down from a pixel of frame t + 1 back to frame t.
        valid: (t - 1, h, w), where that can be seen.

    Returns:
        Indices of four pixels (n, 4) int32 and bilinear weights (n, 4) float32.
    """
    count, height, width, _ = flow.shape
    frames, rows, columns = np.indices((count, height, width))
    x = (columns + flow[..., 0]).clip(0, width - 1)
    y = (rows + flow[..., 1]).clip(0, height - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, low = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = x - left, y - top
    corners = [
        (top, left, (1 - down) * (1 - across)),
        (top, right, (1 - down) * across),
        (low, left, down * (1 - across)),
        (low, right, down * across),
    ]
    before = [(frames * height + row) * width + column for row, column, _ in corners]
    shares = [share * valid for *_, share in corners]
    return (
        np.stack(before, axis=-1).reshape(-1, CORNERS).astype(np.int32),
        np.stack(shares, axis=-1).reshape(-1, CORNERS).astype(np.float32),
    )


AXES = 3


class SolidStyleModel(StyleModel):
    """Steps that move a block (1, d, h, w, 3); J_style is the mean of the costs of its slices,
    along all three axes, each with statistics of its own.

    Args:
        network: from pictures in [0, 1] to style layers, as `build_perceptual` makes it.
        device: where it runs.
        styles_by: the style model of that network, which the style picture is shown to.
    """

    def __init__(self, network: keras.Model, device: Device, styles_by: StyleModel) -> None:
        self._taps = len(network.outputs)
        super().__init__(slice_network(network), device, 0, styles_by=styles_by)

    def _trace_style(self, style_layers, targets, layer_weights):
        count, cost = len(style_layers) // AXES, 0.0
        for first in range(0, len(style_layers), count):
            slices = [style_layer[0] for style_layer in style_layers[first : first + count]]
            each = [style_losses.gram_each(style_layer) for style_layer in slices]
            total = style_losses.style_loss(each, targets.styles, layer_weights, self._plain)
            cost += total / ops.cast(ops.shape(slices[0])[0], total.dtype)
        return cost / AXES


def slice_network(network: keras.Model) -> keras.Model:
    """A network of pictures over all slices of a block.

    Returns:
        A model from (1, d, h, w, 3) to the style layers of its slices along the first, the
        second and the third axis: each (1, slices, h', w', c).
    """
    block = keras.Input((None, None, None, 3), name="block")
    style_layers = []
    for axis in range(1, AXES + 1):
        slices = Slices(axis, name=f"slices{axis}")(block)
        style_layers += [Stacked()(style_layer) for style_layer in network(slices)]
    return keras.Model(block, style_layers, name="sliced")


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
