"""Receptive fields along one axis, in whole pixels, exactly.

Araujo et al. 2019, "Computing Receptive Fields of Convolutional Neural Networks" (Distill).
Position i of a layer is centred on the input coordinate offset + i * stride, where 0 is the centre
of the first pixel, and sees `size` pixels around it. A field is an interval: what a dilated or a
strided window leaves out in between counts as seen.
"""

from collections.abc import Iterable

from faceweb.types import ReceptiveField

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


def joined(fields: Iterable[ReceptiveField]) -> ReceptiveField:
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
