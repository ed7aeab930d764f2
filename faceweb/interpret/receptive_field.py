"""Receptive fields along one axis, in whole pixels, exactly.

Araujo et al. 2019, "Computing Receptive Fields of Convolutional Neural Networks" (Distill).
Position i of a layer is centred on the input coordinate offset + i * stride, where 0 is the centre
of the first pixel, and sees `size` pixels around it. A field is an interval: what a dilated or a
strided window leaves out in between counts as seen.
`walk` finds the field of every layer of a Keras network in its graph.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faceweb.types import ReceptiveField

if TYPE_CHECKING:
    import keras

PIXEL = ReceptiveField(size=1, stride=1, offset=0.0)


def through(field: ReceptiveField, kernel: int, stride: int = 1, before: int = 0) -> ReceptiveField:
    """The field behind a window that slides over a layer: a convolution or a pool.

    size' = size + (kernel - 1) * stride_in, stride' = stride * stride_in and
    offset' = offset + ((kernel - 1) / 2 - before) * stride_in.

    Args:
        field: of the layer the window slides over, whose stride is stride_in.
        kernel: positions the window covers; a dilated one covers (kernel - 1) * dilation + 1.
        stride: positions it moves by.
        before: positions of padding ahead of position 0; negative where positions are cut off.
    """
    return ReceptiveField(
        field.size + (kernel - 1) * field.stride,
        field.stride * stride,
        field.offset + ((kernel - 1) / 2 - before) * field.stride,
    )


def join(fields: Iterable[ReceptiveField]) -> ReceptiveField:
    """The field of a sum of branches: the smallest interval that holds what every branch sees.

    With first = offset - (size - 1) / 2 of position 0, it reaches from the least first to the
    greatest first + size, and offset is its middle. This is the field of one branch where that
    holds the others'. Where none does, it is larger than each; a gap between two counts as seen.

    Raises:
        ValueError: strides differ, so that the branches drift apart from position to position.
    """
    fields = list(fields)
    strides = sorted({field.stride for field in fields})
    if len(strides) != 1:
        raise ValueError(
            f"Branches of a sum must have one stride. Received: strides {strides}. "
            "Bring them to one with a pool or a strided convolution."
        )
    start = min(_first(field) for field in fields)
    stop = max(_first(field) + field.size for field in fields)
    return ReceptiveField(stop - start, strides[0], (start + stop - 1) / 2)


def window(field: ReceptiveField, position: int, length: int | None = None) -> tuple[int, int]:
    """The half-open interval [start, stop) of input pixels that a position sees.

    start = offset + position * stride - (size - 1) / 2, always whole, and stop = start + size.

    Args:
        position: index along the axis.
        length: pixels of the picture; the interval is cut to [0, length) if given. What a mirrored
            border repeats lies in it too, for every position centred within the picture.
    """
    start = _first(field) + position * field.stride
    stop = start + field.size
    if length is None:
        return start, stop
    return min(max(start, 0), length), min(max(stop, 0), length)


def same_padding(length: int, kernel: int, stride: int) -> tuple[int, int]:
    """Padding before and after, where a layer's padding is "same": the odd one comes after.

    In all max((ceil(length / stride) - 1) * stride + kernel - length, 0).
    """
    total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
    return total // 2, total - total // 2


def positions(length: int, kernel: int, stride: int) -> int:
    """How often a window fits into a padded length; what is left at the end is not seen."""
    return max((length - kernel) // stride + 1, 0)


def _first(field: ReceptiveField) -> int:
    return round(field.offset - (field.size - 1) / 2)


@dataclass(frozen=True)
class Axis:
    """The positions of a layer along one axis: how many, and what each sees of the input."""

    length: int
    field: ReceptiveField


Axes = tuple[Axis, ...]


def walk(model: "keras.Model", size: tuple[int, ...]) -> dict[str, Axes]:
    """The axes of every layer whose output is a map, by its name, for an input of one size."""
    from faceweb.networks.graph import as_list, inputs_of

    maps: dict[int, Axes] = {id(model.inputs[0]): tuple(Axis(side, PIXEL) for side in size)}
    found = {}
    for operation in model.operations:
        inputs, outputs = inputs_of(operation), as_list(operation.output)
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


def _beyond(operation: "keras.Operation", inputs: list[Axes]) -> list[Axes]:
    """The axes of each output of an operation, out of those of its inputs."""
    # Keras takes seconds to import, and the page's first answer does not need it.
    from faceweb.networks import graph
    from faceweb.networks.convnd import Crop, MirrorBorder
    from faceweb.networks.face_resnet import ZeroExtend

    kind = type(operation).__name__
    if isinstance(operation, graph.POINTWISE) or (kind == "Flip" and _flips_channels(operation)):
        return inputs
    if isinstance(operation, ZeroExtend):
        return _extend(inputs)
    # `x + y` makes an operation that is no layer, with the same name.
    if kind == "Add":
        return [_sum(operation, inputs)]
    (axes,) = inputs
    if isinstance(operation, graph.CONVOLUTIONS):
        spans = zip(operation.kernel_size, operation.dilation_rate, strict=True)
        return [_slide(operation, axes, [(size - 1) * apart + 1 for size, apart in spans])]
    if isinstance(operation, graph.POOLS):
        return [_slide(operation, axes, operation.pool_size)]
    if isinstance(operation, graph.PADDINGS):
        by = operation.padding
        return [_pad(axes, [by] if len(axes) == 1 else by)]
    if isinstance(operation, (MirrorBorder, Crop)):
        by = operation.count if isinstance(operation, MirrorBorder) else -operation.count
        return [_pad(axes, [(by, by)] * len(axes))]
    raise ValueError(
        f"The receptive field of the layer {operation.name!r} is not known: it is a {kind}. "
        "Add its kind to faceweb/interpret/receptive_field.py."
    )


def _slide(operation: "keras.Layer", axes: Axes, kernel: Iterable[int]) -> Axes:
    if operation.padding not in ("same", "valid"):
        raise ValueError(
            f"The layer {operation.name!r} must have padding same or valid. "
            f"Received: {operation.padding!r}."
        )
    return tuple(
        _slide_along(axis, size, stride, operation.padding == "same")
        for axis, size, stride in zip(axes, kernel, operation.strides, strict=True)
    )


def _slide_along(axis: Axis, kernel: int, stride: int, same: bool) -> Axis:
    before, after = same_padding(axis.length, kernel, stride) if same else (0, 0)
    length = positions(axis.length + before + after, kernel, stride)
    return Axis(length, through(axis.field, kernel, stride, before))


def _pad(axes: Axes, padding: Iterable[tuple[int, int]]) -> Axes:
    return tuple(
        Axis(axis.length + before + after, through(axis.field, 1, 1, before))
        for axis, (before, after) in zip(axes, padding, strict=True)
    )


def _extend(inputs: list[Axes]) -> list[Axes]:
    longest = [max(axis.length for axis in along) for along in zip(*inputs, strict=True)]
    return [
        tuple(Axis(length, axis.field) for length, axis in zip(longest, axes, strict=True))
        for axes in inputs
    ]


def _sum(operation: "keras.Operation", inputs: list[Axes]) -> Axes:
    shapes = {tuple(axis.length for axis in axes) for axes in inputs}
    if len(shapes) > 1:
        raise ValueError(
            f"The layer {operation.name!r} must add maps of one size. Received: {sorted(shapes)}."
        )
    try:
        return tuple(
            Axis(branches[0].length, join(axis.field for axis in branches))
            for branches in zip(*inputs, strict=True)
        )
    except ValueError as error:
        raise ValueError(f"In the layer {operation.name!r}: {error}") from None


def _flips_channels(operation: "keras.Operation") -> bool:
    return operation.axis in (-1, len(operation.output.shape) - 1)
