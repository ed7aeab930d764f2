"""Any Keras network, looked into by the name of a layer: what its layers are, and what they say.

Receptive fields are those of `faceweb.numerics.receptive_field`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod

import keras
import numpy as np
import tensorflow as tf

from faceweb.models.device import Device
from faceweb.models.embedder import ZeroExtend
from faceweb.models.perceptual import Crop, MirrorBorder
from faceweb.numerics.receptive_field import PIXEL, joined, positions, same_padding, through
from faceweb.types import LayerFacts, ReceptiveField

POINTWISE = (
    keras.layers.Rescaling,
    keras.layers.ReLU,
    keras.layers.Activation,
    keras.layers.BatchNormalization,
)
POOLS = (keras.layers.AveragePooling2D, keras.layers.MaxPooling2D)
# Between a convolution and its ReLU.
BETWEEN = ("Add", "ZeroExtend", "BatchNormalization")


@dataclass(frozen=True)
class Axis:
    """Rows or columns of a layer: how many, and what each sees of the picture."""

    length: int
    field: ReceptiveField


Axes = tuple[Axis, Axis]


class Probe:
    """Facts and activations of a functional model's layers, traced once a layer.

    A layer worth looking at stands at the end of a convolution: behind its ReLU, which may come
    after a residual sum, and behind the crop of a mirrored border; else the convolution itself.

    Args:
        model: from pictures, float32 RGB in [0, 1], (n, h, w, 3), every layer used once.
        device: where it runs.

    Raises:
        ValueError: the model has no convolution.
    """

    def __init__(self, model: keras.Model, device: Device) -> None:
        self.traces = 0
        self._model, self._device = model, device
        self._ends = _ends(model)
        self._functions: dict[str, Callable] = {}
        if not self._ends:
            raise ValueError(f"A probe needs a model with a Conv2D. {model.name!r} has none.")

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers worth looking at, from the picture onwards."""
        return tuple(self._ends)

    def facts(self, layer: str, size: tuple[int, int] | None = None) -> LayerFacts:
        """What a layer is, for pictures of one size.

        Args:
            layer: one of `layers`.
            size: (h, w) of the picture; the model's own if None.

        Raises:
            ValueError: the layer is not among `layers`, the model takes no picture of that size,
                or a layer before it is of a kind whose receptive field is not known.
        """
        convolutions, places = self._convolutions(layer), self.layers
        axes = _walk(self._model, self._checked(size))
        end = self._model.get_layer(layer)
        rows, columns = axes[end.name]
        if rows.field != columns.field:
            raise ValueError(
                f"The layer {layer!r} sees {rows.field} along rows and {columns.field} along "
                "columns; a probe needs both alike."
            )
        return LayerFacts(
            name=layer,
            convolutions=tuple(convolution.name for convolution in convolutions),
            shape=(rows.length, columns.length, end.output.shape[-1]),
            field=rows.field,
            parameters=sum(convolution.count_params() for convolution in convolutions),
            multiplies=sum(
                prod(convolution.kernel.shape)
                * prod(axis.length for axis in axes[convolution.name])
                for convolution in convolutions
            ),
            place=places.index(layer) + 1,
            places=len(places),
        )

    def activations(self, pictures: np.ndarray, layer: str) -> np.ndarray:
        """What a layer says about pictures.

        Args:
            pictures: (n, h, w, 3) float32 in [0, 1], at least one.
            layer: one of `layers`.

        Returns:
            (n, h', w', c) float32.

        Raises:
            ValueError: the layer is not among `layers`, or the model takes no such pictures.
        """
        self._convolutions(layer)
        channels = self._model.inputs[0].shape[-1]
        if pictures.ndim != 4 or pictures.shape[-1] != channels or not len(pictures):
            raise ValueError(
                f"Pictures must be (n, h, w, {channels}), at least one. "
                f"Received: shape {pictures.shape}."
            )
        self._checked(pictures.shape[1:3])
        with self._device.turn:
            function = self._functions.get(layer) or self._traced(layer)
            return function(tf.constant(pictures, tf.float32)).numpy()

    def _convolutions(self, layer: str) -> list[keras.layers.Conv2D]:
        if layer not in self._ends:
            raise ValueError(
                f"{self._model.name!r} has no layer {layer!r} to look at. "
                f"There are: {', '.join(self._ends)}."
            )
        return self._ends[layer]

    def _checked(self, size: tuple[int, int] | None) -> tuple[int, int]:
        own = self._model.inputs[0].shape[1:3]
        wanted = own if size is None else tuple(size)
        fits = all(mine in (None, given) for mine, given in zip(own, wanted, strict=True))
        if None in wanted or not fits:
            raise ValueError(f"{self._model.name!r} takes pictures of {own}. Received: {size}.")
        return wanted[0], wanted[1]

    def _traced(self, layer: str) -> Callable:
        source = self._model.inputs[0]
        part = keras.Model(source, self._model.get_layer(layer).output)

        # Not compiled: XLA would compile anew for every size of picture.
        @tf.function(input_signature=[tf.TensorSpec(source.shape, tf.float32)])
        def function(pictures):
            self.traces += 1
            return part(pictures, training=False)

        self._functions[layer] = function
        return function


def _ends(model: keras.Model) -> dict[str, list[keras.layers.Conv2D]]:
    """Per layer worth looking at, the convolutions that end in it."""
    users: dict[int, list] = {}
    for operation in model.operations:
        for tensor in _inputs(operation):
            users.setdefault(id(tensor), []).append(operation)
    ends: dict[str, list[keras.layers.Conv2D]] = {}
    for operation in model.operations:
        if isinstance(operation, keras.layers.Conv2D):
            ends.setdefault(_end(operation, users).name, []).append(operation)
    return ends


def _end(convolution: keras.layers.Conv2D, users: dict[int, list]) -> keras.Layer:
    end = convolution
    if convolution.activation is keras.activations.linear:
        end = _activation(convolution, users) or convolution
    return next((user for user in _users(end, users) if isinstance(user, Crop)), end)


def _activation(operation: keras.Layer, users: dict[int, list]) -> keras.Layer | None:
    following = _users(operation, users)
    for user in following:
        if isinstance(user, (keras.layers.ReLU, keras.layers.Activation)):
            return user
    between = (user for user in following if type(user).__name__ in BETWEEN)
    return next((found for user in between if (found := _activation(user, users))), None)


def _users(operation: keras.Layer, users: dict[int, list]) -> list:
    return [user for tensor in _listed(operation.output) for user in users.get(id(tensor), [])]


def _walk(model: keras.Model, size: tuple[int, int]) -> dict[str, Axes]:
    """Rows and columns of every layer whose output is a map, by its name."""
    start = (Axis(size[0], PIXEL), Axis(size[1], PIXEL))
    maps = {id(model.inputs[0]): start}
    found = {}
    for operation in model.operations:
        inputs, outputs = _inputs(operation), _listed(operation.output)
        if not inputs or any(len(tensor.shape) != 4 for tensor in (*inputs, *outputs)):
            continue
        if any(id(tensor) not in maps for tensor in inputs):
            raise ValueError(
                f"The layer {operation.name!r} does not follow from the picture alone."
            )
        axes = _beyond(operation, [maps[id(tensor)] for tensor in inputs])
        if min(axis.length for pair in axes for axis in pair) < 1:
            raise ValueError(f"A picture of {size} is too small for the layer {operation.name!r}.")
        maps.update(zip(map(id, outputs), axes, strict=True))
        found[operation.name] = axes[0]
    return found


def _beyond(operation: keras.Operation, inputs: list[Axes]) -> list[Axes]:
    """Rows and columns of each output of an operation, out of those of its inputs."""
    kind = type(operation).__name__
    if isinstance(operation, POINTWISE) or (kind == "Flip" and operation.axis in (-1, 3)):
        return inputs
    if isinstance(operation, ZeroExtend):
        return _extended(inputs)
    # `x + y` makes an operation that is no layer, with the same name.
    if kind == "Add":
        return [_summed(operation, inputs)]
    (axes,) = inputs
    if isinstance(operation, keras.layers.Conv2D):
        spans = zip(operation.kernel_size, operation.dilation_rate, strict=True)
        return [_slid(operation, axes, [(size - 1) * apart + 1 for size, apart in spans])]
    if isinstance(operation, POOLS):
        return [_slid(operation, axes, operation.pool_size)]
    if isinstance(operation, keras.layers.ZeroPadding2D):
        return [_padded(axes, operation.padding)]
    if isinstance(operation, (MirrorBorder, Crop)):
        by = operation.count if isinstance(operation, MirrorBorder) else -operation.count
        return [_padded(axes, [(by, by)] * 2)]
    raise ValueError(
        f"The receptive field of the layer {operation.name!r} is not known: it is a {kind}. "
        "Add its kind to faceweb/models/probe.py."
    )


def _slid(operation: keras.Layer, axes: Axes, kernel: Iterable[int]) -> Axes:
    if operation.padding not in ("same", "valid"):
        raise ValueError(
            f"The layer {operation.name!r} must have padding same or valid. "
            f"Received: {operation.padding!r}."
        )
    rows, columns = (
        _slid_along(axis, size, stride, operation.padding == "same")
        for axis, size, stride in zip(axes, kernel, operation.strides, strict=True)
    )
    return rows, columns


def _slid_along(axis: Axis, kernel: int, stride: int, same: bool) -> Axis:
    before, after = same_padding(axis.length, kernel, stride) if same else (0, 0)
    length = positions(axis.length + before + after, kernel, stride)
    return Axis(length, through(axis.field, kernel, stride, before))


def _padded(axes: Axes, padding: Iterable[tuple[int, int]]) -> Axes:
    rows, columns = (
        Axis(axis.length + before + after, through(axis.field, 1, 1, before))
        for axis, (before, after) in zip(axes, padding, strict=True)
    )
    return rows, columns


def _extended(inputs: list[Axes]) -> list[Axes]:
    height, width = (max(axes[side].length for axes in inputs) for side in (0, 1))
    return [(Axis(height, rows.field), Axis(width, columns.field)) for rows, columns in inputs]


def _summed(operation: keras.Operation, inputs: list[Axes]) -> Axes:
    shapes = {tuple(axis.length for axis in axes) for axes in inputs}
    if len(shapes) > 1:
        raise ValueError(
            f"The layer {operation.name!r} must add maps of one size. Received: {sorted(shapes)}."
        )
    try:
        rows, columns = (
            Axis(branches[0].length, joined(axis.field for axis in branches))
            for branches in zip(*inputs, strict=True)
        )
    except ValueError as error:
        raise ValueError(f"In the layer {operation.name!r}: {error}") from None
    return rows, columns


def _inputs(operation: keras.Operation) -> list:
    return [] if isinstance(operation, keras.layers.InputLayer) else _listed(operation.input)


def _listed(tensors) -> list:
    return list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
