"""What every layer of a Keras network sees of the picture, found by walking its graph.

Receptive fields are those of `faceweb.numerics.receptive_field`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import keras

from faceweb.models.embedder import ZeroExtend
from faceweb.models.perceptual import Crop, MirrorBorder
from faceweb.numerics.receptive_field import PIXEL, joined, positions, same_padding, through
from faceweb.types import ReceptiveField

POINTWISE = (
    keras.layers.Rescaling,
    keras.layers.ReLU,
    keras.layers.Activation,
    keras.layers.BatchNormalization,
)
POOLS = (keras.layers.AveragePooling2D, keras.layers.MaxPooling2D)


@dataclass(frozen=True)
class Axis:
    """Rows or columns of a layer: how many, and what each sees of the picture."""

    length: int
    field: ReceptiveField


Axes = tuple[Axis, Axis]


def walk(model: keras.Model, size: tuple[int, int]) -> dict[str, Axes]:
    """Rows and columns of every layer whose output is a map, by its name."""
    start = (Axis(size[0], PIXEL), Axis(size[1], PIXEL))
    maps = {id(model.inputs[0]): start}
    found = {}
    for operation in model.operations:
        inputs, outputs = inputs_of(operation), listed(operation.output)
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
        "Add its kind to faceweb/models/fields.py."
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


def inputs_of(operation: keras.Operation) -> list:
    """The tensors that an operation takes; none for the input itself."""
    return [] if isinstance(operation, keras.layers.InputLayer) else listed(operation.input)


def listed(tensors: object) -> list:
    """One tensor or several, as a list."""
    return list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
