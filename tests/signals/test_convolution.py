"""The arithmetic of convolution: the three known examples, a loop that counts, and Keras itself."""

import itertools

import numpy as np
import pytest

from faceweb.config import DimensionsConfig
from faceweb.errors import DimensionsError
from faceweb.signals.convolution import dimensions


@pytest.mark.parametrize(
    ("rank", "shape"), [(1, (10, 16)), (2, (10, 10, 16)), (3, (10, 10, 10, 16))]
)
def test_fourteen_positions_and_five_taps_give_ten(rank, shape):
    found = dimensions(DimensionsConfig(rank=rank, size=14, filter=5, filters=16))
    assert found.output_shape == shape
    # A weight for each tap and filter and a bias a filter; one multiplication a weight and place.
    assert found.parameters == 5**rank * 16 + 16
    assert found.multiplies == 10**rank * 5**rank * 16


def settings(seed: int) -> dict:
    rng = np.random.default_rng(seed)
    return {
        "rank": int(rng.integers(1, 4)),
        "size": int(rng.integers(1, 15)),
        "filter": int(rng.integers(1, 6)),
        "filters": int(rng.integers(1, 5)),
        "channels": int(rng.integers(1, 5)),
        "stride": int(rng.integers(1, 4)),
        "padding": str(rng.choice(["valid", "same"])),
        "dilation": int(rng.integers(1, 4)),
    }


def asked_of_keras(chosen: dict) -> tuple[tuple[int, ...], int]:
    """Keras' own output shape and parameters, of a layer that was run.

    Raises:
        ValueError: Keras refuses it.
    """
    import keras

    layer = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}[
        chosen["rank"]
    ](
        chosen["filters"],
        chosen["filter"],
        strides=chosen["stride"],
        padding=chosen["padding"],
        dilation_rate=chosen["dilation"],
    )
    shape = (1, *(chosen["size"],) * chosen["rank"], chosen["channels"])
    layer.build(shape)
    found = layer.compute_output_shape(shape)[1:]
    if min(found) < 1:
        raise ValueError("Before 3.14 Keras refuses so.")
    return found, layer.count_params()


def test_agrees_with_keras_and_refuses_what_keras_refuses():
    refused = 0
    for seed in range(300):
        chosen = settings(seed)
        config = DimensionsConfig(**chosen)
        try:
            wanted = asked_of_keras(chosen)
        except ValueError:
            refused += 1
            with pytest.raises(DimensionsError):
                dimensions(config)
        else:
            found = dimensions(config)
            assert (found.output_shape, found.parameters) == wanted, chosen
    assert 50 < refused < 250


def test_multiplies_are_those_a_loop_counts():
    chosen = {"rank": 2, "size": 7, "filter": 3, "filters": 2, "channels": 3, "stride": 2}
    starts = [at for at in range(7) if at % 2 == 0 and at + 3 <= 7]
    places = itertools.product(starts, starts, range(3), range(3), range(3), range(2))
    assert dimensions(DimensionsConfig(**chosen)).multiplies == sum(1 for _ in places)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"size": 4, "filter": 5}, "covers 5 positions has no room on 4"),
        ({"size": 8, "filter": 5, "dilation": 2}, "covers 9 positions has no room on 8"),
        ({"stride": 2, "dilation": 2}, "strided or dilated here, not both"),
    ],
)
def test_refusals_are_one_sentence(chosen, sentence):
    with pytest.raises(DimensionsError, match=sentence):
        dimensions(DimensionsConfig(**chosen))
