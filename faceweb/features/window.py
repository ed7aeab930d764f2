"""A filter's window on its way over a real signal, picture or volume, with the very numbers."""

from dataclasses import dataclass, replace

import numpy as np

from faceweb.errors import DimensionsError
from faceweb.features import specimens
from faceweb.features.dimensions import dimensions
from faceweb.numerics import filters
from faceweb.numerics.convolution import padding_length, reach
from faceweb.numerics.convolve import convolve
from faceweb.rank_config import DimensionsConfig, WindowConfig

# Positions a side that can be drawn cell by cell, by rank.
DRAWN = {1: 64, 2: 24, 3: 14}
SPECIMENS = {1: specimens.signal, 2: specimens.picture, 3: specimens.volume}
CLASSICAL = {
    "average": filters.average,
    "difference": filters.difference,
    "second difference": filters.second_difference,
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
