"""Where in a network a layer ends that is worth looking at: behind the ReLU of its convolutions."""

from collections.abc import Iterator
from dataclasses import dataclass

import keras

from faceweb.models.convnd import Crop
from faceweb.models.fields import CONVOLUTIONS, inputs_of, listed

# Between a convolution and its ReLU.
BETWEEN = ("Add", "ZeroExtend", "BatchNormalization")


@dataclass(frozen=True)
class End:
    """The Keras layer whose output is looked at, and the convolutions that end in it."""

    layer: keras.Layer
    convolutions: list[keras.layers.Layer]


def ends_of(model: keras.Model) -> dict[str, End]:
    """Per name of a layer worth looking at, where it ends."""
    users: dict[int, list] = {}
    for operation in model.operations:
        for tensor in inputs_of(operation):
            users.setdefault(id(tensor), []).append(operation)
    ends: dict[str, End] = {}
    for operation in _convolutions(model):
        layer = _behind(operation, users)
        name = operation.name if isinstance(layer, Crop) else layer.name
        ends.setdefault(name, End(layer, [])).convolutions.append(operation)
    return ends


def _convolutions(model: keras.Model) -> Iterator[keras.layers.Layer]:
    return (each for each in model.operations if isinstance(each, CONVOLUTIONS))


def _behind(convolution: keras.layers.Layer, users: dict[int, list]) -> keras.Layer:
    end = convolution
    if convolution.activation is keras.activations.linear:
        end = _activation(convolution, users) or convolution
    return next((user for user in _users(end, users) if isinstance(user, Crop)), end)


def _activation(operation: keras.Layer, users: dict[int, list]) -> keras.Layer | None:
    following = _users(operation, users)
    for user in following:
        if isinstance(user, (keras.layers.ReLU, keras.layers.Activation)):
            return user
    between = (user for user in following if type(user).__name__ in BETWEEN)
    return next((found for user in between if (found := _activation(user, users))), None)


def _users(operation: keras.Layer, users: dict[int, list]) -> list:
    return [user for tensor in listed(operation.output) for user in users.get(id(tensor), [])]
