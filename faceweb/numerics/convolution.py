"""What a convolution makes of a shape, along any number of axes."""

from collections.abc import Sequence
from math import prod


def reach(kernel: int, dilation: int = 1) -> int:
    """How many positions a dilated filter of `kernel` taps covers along an axis."""
    return (kernel - 1) * dilation + 1


def output_length(
    size: int, kernel: int, stride: int = 1, padding: str = "valid", dilation: int = 1
) -> int:
    """How many positions a filter takes along an axis of `size` positions; 0 where it has no room.

    Args:
        size: positions of the input.
        kernel: taps of the filter.
        stride: positions it moves by.
        padding: "valid", floor((size - reach) / stride) + 1, or "same", ceil(size / stride).
        dilation: positions from tap to tap.
    """
    if padding == "same":
        return -(-size // stride)
    return max(size - reach(kernel, dilation), -stride) // stride + 1


def padding_length(
    size: int, kernel: int, stride: int = 1, padding: str = "valid", dilation: int = 1
) -> tuple[int, int]:
    """Zeros before and after an axis; an odd one stands after it, as in TensorFlow."""
    if padding == "valid":
        return 0, 0
    last = (output_length(size, kernel, stride, padding, dilation) - 1) * stride
    zeros = max(last + reach(kernel, dilation) - size, 0)
    return zeros // 2, zeros - zeros // 2


def parameters(kernel: int, rank: int, channels: int, filters: int) -> int:
    """Numbers a layer learns: a weight for each tap, channel and filter, and a bias a filter."""
    return kernel**rank * channels * filters + filters


def multiplies(output: Sequence[int], kernel: int, channels: int, filters: int) -> int:
    """Multiplications of one input, zeros of the padding among them, for an output's positions."""
    return prod(output) * kernel ** len(output) * channels * filters
