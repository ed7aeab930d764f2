"""Convolution along any number of axes: shapes and costs, the numbers themselves, sliding windows.

The samples are a real signal, a real picture and a made volume, in small whole numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
from PIL import Image

from faceweb.config import ASSETS, DimensionsConfig, WindowConfig
from faceweb.errors import DimensionsError
from faceweb.media.image import read_picture


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


@dataclass(frozen=True)
class Dimensions:
    """What a convolution makes of one input.

    Attributes:
        input_shape, output_shape: positions along each axis, and channels last.
        parameters: numbers that the layer learns.
        multiplies: of one input.
    """

    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    parameters: int
    multiplies: int


def dimensions(config: DimensionsConfig) -> Dimensions:
    """The arithmetic of a convolutional layer of any rank.

    Raises:
        DimensionsError: the filter has no room, or is strided and dilated at once.
    """
    if config.stride > 1 and config.dilation > 1:
        raise DimensionsError(
            "A filter is strided or dilated here, not both, as in Keras: set one of them to 1."
        )
    length = output_length(
        config.size, config.filter, config.stride, config.padding, config.dilation
    )
    if length < 1:
        covered = reach(config.filter, config.dilation)
        raise DimensionsError(
            f"A filter that covers {covered} positions has no room on {config.size}: make it "
            "smaller, the input larger, or pad it (same)."
        )
    positions = (length,) * config.rank
    sizes = config.filter, config.channels, config.filters
    return Dimensions(
        (config.size,) * config.rank + (config.channels,),
        (*positions, config.filters),
        parameters(config.filter, config.rank, config.channels, config.filters),
        multiplies(positions, *sizes),
    )


# The sample of PyWavelets' trace at a beat's peak; every third sample of it is taken.
PEAK, EVERY = 190, 3
# Left, top, right and bottom of the cup in coffee.jpg.
CROP = (185, 20, 425, 260)
# Of an ellipsoid: half axes and centre along depth, height and width, in halves of the volume, and
# the value within, from 0 to 100. A later one lies inside an earlier one.
ELLIPSOIDS = (
    ((0.92, 0.94, 0.76), (0.0, 0.0, 0.0), 100),
    ((0.80, 0.82, 0.62), (0.0, 0.0, 0.0), 35),
    ((0.42, 0.40, 0.14), (0.0, -0.12, -0.24), 5),
    ((0.42, 0.40, 0.14), (0.0, -0.12, 0.24), 5),
    ((0.26, 0.20, 0.20), (0.1, 0.44, 0.16), 80),
)
FINE = 3


def signal(size: int) -> np.ndarray:
    """An electrocardiogram around one beat, (size,) whole numbers; for up to 120 samples."""
    # Here, since only who opens this part of the page needs it.
    import pywt

    start = PEAK - EVERY * (size // 2)
    return pywt.data.ecg()[start : start + EVERY * size : EVERY].astype(int)


def picture(size: int) -> np.ndarray:
    """A cup of coffee from above, (size, size) whole numbers from 0, black, to 255, white."""
    photo = Image.fromarray(read_picture(ASSETS / "examples" / "coffee.jpg"))
    small = photo.crop(CROP).convert("L").resize((size, size), Image.Resampling.BOX)
    return np.asarray(small).astype(int)


def volume(size: int) -> np.ndarray:
    """A phantom of a head, (size,) * 3 whole numbers from 0 to 100."""
    axis = (np.arange(size * FINE) + 0.5) / (size * FINE) * 2 - 1
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"))
    values = np.zeros(grid.shape[1:])
    for halves, centre, value in ELLIPSOIDS:
        away = (grid - np.reshape(centre, (3, 1, 1, 1))) / np.reshape(halves, (3, 1, 1, 1))
        values[(away**2).sum(0) <= 1] = value
    fine = values.reshape(size, FINE, size, FINE, size, FINE)
    return np.rint(fine.mean(axis=(1, 3, 5))).astype(int)


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


def average(taps: int, rank: int) -> np.ndarray:
    """Equal weights that add up to 1, (taps,) * rank."""
    return np.full((taps,) * rank, 1 / taps**rank)


def difference(taps: int, rank: int) -> np.ndarray:
    """What comes after the middle less what comes before it, along the last axis.

    (taps,) * rank; with three taps a side this is Prewitt's edge filter, with one tap nothing.
    """
    line = np.sign(np.arange(taps) - (taps - 1) / 2)
    return np.broadcast_to(line, (taps,) * rank).copy()


def second_difference(taps: int, rank: int) -> np.ndarray:
    """Both ends less twice the middle, summed over the axes: a Laplacian as wide as the filter.

    (taps,) * rank; an even filter's middle is half of each of two taps. All zero below 3 taps.
    """
    middle = np.zeros(taps)
    middle[[(taps - 1) // 2, taps // 2]] = 0.5
    middle /= middle.sum()
    line = -2 * middle
    line[0] += 1
    line[-1] += 1
    whole = np.zeros((taps,) * rank)
    for axis in range(rank):
        part = np.ones(())
        for other in range(rank):
            part = np.multiply.outer(part, line if other == axis else middle)
        whole += part
    return whole


# Positions a side that can be drawn cell by cell, by rank.
DRAWN = {1: 64, 2: 24, 3: 14}
SPECIMENS = {1: signal, 2: picture, 3: volume}
CLASSICAL = {
    "average": average,
    "difference": difference,
    "second difference": second_difference,
}
LEAST_TAPS = {"difference": 2, "second difference": 3}
# The random filter's weights are whole numbers from minus this to this.
LARGEST_WEIGHT = 3


@dataclass(frozen=True, eq=False)
class Window:
    """One filter's way over one channel.

    Attributes:
        input: (n,) * rank whole numbers.
        kernel: (taps,) * rank.
        output: (m,) * rank, sums of the window's numbers times the filter's, without a bias.
        before, after: zeros around each axis of the input.
        stride, dilation: positions from place to place and from tap to tap.
        asked: positions a side that were asked for; n where they can be drawn.
    """

    input: np.ndarray
    kernel: np.ndarray
    output: np.ndarray
    before: int
    after: int
    stride: int
    dilation: int
    asked: int


def slide(config: DimensionsConfig, chosen: WindowConfig) -> Window:
    """Slides one filter over a specimen, of the size asked for or the largest that can be drawn.

    Raises:
        DimensionsError: the convolution cannot be, its window is too large to be drawn, or the
            filter too short for what it is to do.
    """
    dimensions(config)
    limit, taps = DRAWN[config.rank], config.filter
    covered = reach(taps, config.dilation)
    if covered > limit:
        raise DimensionsError(
            f"A window that covers {covered} positions is more than the {limit} a side that can be "
            "drawn: make the filter or its dilation smaller to see it move."
        )
    least = LEAST_TAPS.get(chosen.kernel, 1)
    if taps < least:
        raise DimensionsError(
            f"A {chosen.kernel} needs a filter of at least {least}: make it larger, or choose the "
            "average."
        )
    drawn = replace(config, size=min(config.size, limit))
    how = drawn.stride, drawn.padding, drawn.dilation
    values = SPECIMENS[drawn.rank](drawn.size)
    kernel = _kernel(chosen, taps, drawn.rank)
    answer = convolve(values[..., None], kernel[..., None, None], *how)[..., 0]
    before, after = padding_length(drawn.size, taps, *how)
    return Window(values, kernel, answer, before, after, how[0], how[2], config.size)


def _kernel(chosen: WindowConfig, taps: int, rank: int) -> np.ndarray:
    if chosen.kernel in CLASSICAL:
        return CLASSICAL[chosen.kernel](taps, rank)
    dice = np.random.default_rng(chosen.seed)
    return dice.integers(-LARGEST_WEIGHT, LARGEST_WEIGHT, (taps,) * rank, endpoint=True)
