"""What every layer of a Keras network sees of the picture, found by walking its graph.

Receptive fields are those of `faceweb.numerics.receptive_field`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import keras

from faceweb.models.convnd import Crop, MirrorBorder
from faceweb.models.embedder import ZeroExtend
from faceweb.numerics.receptive_field import PIXEL, joined, positions, same_padding, through
from faceweb.types import ReceptiveField

POINTWISE = (
    keras.layers.Rescaling,
    keras.layers.ReLU,
    keras.layers.Activation,
    keras.layers.BatchNormalization,
)
CONVOLUTIONS = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
AVERAGES = (
    keras.layers.AveragePooling1D,
    keras.layers.AveragePooling2D,
    keras.layers.AveragePooling3D,
)
POOLS = (*AVERAGES, *(getattr(keras.layers, f"MaxPooling{rank}D") for rank in (1, 2, 3)))
PADDINGS = tuple(getattr(keras.layers, f"ZeroPadding{rank}D") for rank in (1, 2, 3))


@dataclass(frozen=True)
class Axis:
    """The positions of a layer along one axis: how many, and what each sees of the input."""

    length: int
    field: ReceptiveField


Axes = tuple[Axis, ...]


def walk(model: keras.Model, size: tuple[int, ...]) -> dict[str, Axes]:
    """The axes of every layer whose output is a map, by its name, for an input of one size."""
    maps: dict[int, Axes] = {id(model.inputs[0]): tuple(Axis(side, PIXEL) for side in size)}
    found = {}
    for operation in model.operations:
        inputs, outputs = inputs_of(operation), listed(operation.output)
        if not inputs or any(len(tensor.shape) != len(size) + 2 for tensor in (*inputs, *outputs)):
            continue
        if any(id(tensor) not in maps for tensor in inputs):
            raise ValueError(f"The layer {operation.name!r} does not follow from the input alone.")
        axes = _beyond(operation, [maps[id(tensor)] for tensor in inputs])
        if min(axis.length for pair in axes for axis in pair) < 1:
            raise ValueError(f"An input of {size} is too small for the layer {operation.name!r}.")
        maps.update(zip(map(id, outputs), axes, strict=True))
        found[operation.name] = axes[0]
    return found


def _beyond(operation: keras.Operation, inputs: list[Axes]) -> list[Axes]:
    """The axes of each output of an operation, out of those of its inputs."""
    kind = type(operation).__name__
    if isinstance(operation, POINTWISE) or (kind == "Flip" and _flips_channels(operation)):
        return inputs
    if isinstance(operation, ZeroExtend):
        return _extended(inputs)
    # `x + y` makes an operation that is no layer, with the same name.
    if kind == "Add":
        return [_summed(operation, inputs)]
    (axes,) = inputs
    if isinstance(operation, CONVOLUTIONS):
        spans = zip(operation.kernel_size, operation.dilation_rate, strict=True)
        return [_slid(operation, axes, [(size - 1) * apart + 1 for size, apart in spans])]
    if isinstance(operation, POOLS):
        return [_slid(operation, axes, operation.pool_size)]
    if isinstance(operation, PADDINGS):
        by = operation.padding
        return [_padded(axes, [by] if len(axes) == 1 else by)]
    if isinstance(operation, (MirrorBorder, Crop)):
        by = operation.count if isinstance(operation, MirrorBorder) else -operation.count
        return [_padded(axes, [(by, by)] * len(axes))]
    raise ValueError(
        f"The receptive field of the layer {operation.name!r} is not known: it is a {kind}. "
        "Add its kind to faceweb/models/fields.py."
    )


def _slid(operation: keras.Layer, axes: Axes, kernel: Iterable[int]) -> Axes:
    if operation.padding not in ("same", "valid"):
        raise ValueError(
            f"The layer {operation.name!r} must have padding same or valid. "
            f"Received: {operation.padding!r}."
        )
    return tuple(
        _slid_along(axis, size, stride, operation.padding == "same")
        for axis, size, stride in zip(axes, kernel, operation.strides, strict=True)
    )


def _slid_along(axis: Axis, kernel: int, stride: int, same: bool) -> Axis:
    before, after = same_padding(axis.length, kernel, stride) if same else (0, 0)
    length = positions(axis.length + before + after, kernel, stride)
    return Axis(length, through(axis.field, kernel, stride, before))


def _padded(axes: Axes, padding: Iterable[tuple[int, int]]) -> Axes:
    return tuple(
        Axis(axis.length + before + after, through(axis.field, 1, 1, before))
        for axis, (before, after) in zip(axes, padding, strict=True)
    )


def _extended(inputs: list[Axes]) -> list[Axes]:
    longest = [max(axis.length for axis in along) for along in zip(*inputs, strict=True)]
    return [
        tuple(Axis(length, axis.field) for length, axis in zip(longest, axes, strict=True))
        for axes in inputs
    ]


def _summed(operation: keras.Operation, inputs: list[Axes]) -> Axes:
    shapes = {tuple(axis.length for axis in axes) for axes in inputs}
    if len(shapes) > 1:
        raise ValueError(
            f"The layer {operation.name!r} must add maps of one size. Received: {sorted(shapes)}."
        )
    try:
        return tuple(
            Axis(branches[0].length, joined(axis.field for axis in branches))
            for branches in zip(*inputs, strict=True)
        )
    except ValueError as error:
        raise ValueError(f"In the layer {operation.name!r}: {error}") from None


def _flips_channels(operation: keras.Operation) -> bool:
    return operation.axis in (-1, len(operation.output.shape) - 1)


def inputs_of(operation: keras.Operation) -> list:
    """The tensors that an operation takes; none for the input itself."""
    return [] if isinstance(operation, keras.layers.InputLayer) else listed(operation.input)


def listed(tensors: object) -> list:
    """One tensor or several, as a list."""
    return list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
