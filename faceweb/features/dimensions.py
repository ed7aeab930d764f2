"""One convolution for signals, pictures and volumes: what comes out, and what it costs."""

from dataclasses import dataclass

from faceweb.errors import DimensionsError
from faceweb.numerics.convolution import multiplies, output_length, parameters, reach
from faceweb.rank_config import DimensionsConfig


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
