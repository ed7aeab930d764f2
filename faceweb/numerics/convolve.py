"""A convolution of the numbers themselves, along any number of axes."""

from itertools import product

import numpy as np

from faceweb.numerics.convolution import output_length, padding_length


def convolve(
    inputs: np.ndarray,
    kernel: np.ndarray,
    stride: int = 1,
    padding: str = "valid",
    dilation: int = 1,
) -> np.ndarray:
    """What every filter answers at every place, as a layer does before its bias.

    As in networks the filter is not turned round (cross-correlation).

    Args:
        inputs: (*positions, channels), with as many axes of positions as the kernel has.
        kernel: (*taps, channels, filters).
        stride: positions the filter moves by, alike on each axis.
        padding: "valid", or "same" with zeros around, as `padding_length` tells.
        dilation: positions from tap to tap.

    Returns:
        (*positions, filters), empty where the filter has no room.
    """
    taps = kernel.shape[:-2]
    sizes = list(zip(inputs.shape[:-1], taps, strict=True))
    around = [padding_length(n, k, stride, padding, dilation) for n, k in sizes]
    shape = [output_length(n, k, stride, padding, dilation) for n, k in sizes]
    padded = np.pad(inputs, [*around, (0, 0)])
    answer = np.zeros((*shape, kernel.shape[-1]), np.result_type(inputs, kernel))
    for tap in product(*map(range, taps)):
        seen = tuple(
            slice(at * dilation, at * dilation + (length - 1) * stride + 1, stride)
            if length
            else slice(0)
            for at, length in zip(tap, shape, strict=True)
        )
        answer += padded[seen] @ kernel[tap]
    return answer
