"""Facts and activations of any layer of any Keras network, by the layer's name.

A layer is inspectable where it ends: behind the ReLU of its convolutions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import prod

import keras
import numpy as np
import tensorflow as tf

from faceweb.interpret.receptive_field import walk
from faceweb.networks.convnd import Crop
from faceweb.networks.device import Device
from faceweb.networks.graph import CONVOLUTIONS, as_list, inputs_of
from faceweb.types import LayerFacts, Peaks

# What a network ends in, such as a face's embedding.
OUTPUT = "output"
# Between a convolution and its ReLU.
BETWEEN = ("Add", "ZeroExtend", "BatchNormalization")


@dataclass(frozen=True)
class InspectableLayer:
    """The Keras layer whose output is looked at, and the convolutions that end in it."""

    layer: keras.Layer
    convolutions: list[keras.layers.Layer]


def find_inspectable_layers(model: keras.Model) -> dict[str, InspectableLayer]:
    """Per name of a layer worth looking at, where it ends."""
    users: dict[int, list] = {}
    for operation in model.operations:
        for tensor in inputs_of(operation):
            users.setdefault(id(tensor), []).append(operation)
    ends: dict[str, InspectableLayer] = {}
    for operation in _convolutions(model):
        layer = _behind(operation, users)
        name = operation.name if isinstance(layer, Crop) else layer.name
        ends.setdefault(name, InspectableLayer(layer, [])).convolutions.append(operation)
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
    return [user for tensor in as_list(operation.output) for user in users.get(id(tensor), [])]


class FeatureExtractor:
    """Facts and activations of a functional model's layers, traced once a layer.

    A layer worth looking at stands at the end of a convolution: behind its ReLU, which may come
    after a residual sum, and behind the crop of a mirrored border; else the convolution itself. It
    bears the Keras layer's name, and the convolution's where that layer is a crop.

    Args:
        model: from pictures, signals or volumes, float32, (n, positions..., c) of rank 1, 2 or 3,
            every layer used once.
        device: where it runs.

    Attributes:
        device: as above; graphs over `forward` take turns on it too.

    Raises:
        ValueError: the model has no convolution.
    """

    def __init__(self, model: keras.Model, device: Device) -> None:
        self.traces = 0
        self.device = device
        self._model = model
        self._ends = find_inspectable_layers(model)
        self._walk = lru_cache(maxsize=64)(partial(walk, model))
        self._functions: dict[str | tuple[str, int], Callable] = {}
        if not self._ends:
            raise ValueError(
                f"A feature extractor needs a model with a convolution. {model.name!r} has none."
            )

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers worth looking at, from the picture onwards."""
        return tuple(self._ends)

    @property
    def rank(self) -> int:
        """How many axes of position an input has."""
        return len(self._model.inputs[0].shape) - 2

    @property
    def channels(self) -> int:
        """How many channels an input has."""
        return self._model.inputs[0].shape[-1]

    @property
    def size(self) -> tuple[int, ...] | None:
        """The only (h, w) of a picture that the model takes, or None where it takes any."""
        sides = self._model.inputs[0].shape[1:-1]
        return None if None in sides else sides

    def facts(self, layer: str, size: tuple[int, ...] | None = None) -> LayerFacts:
        """What a layer is, for pictures of one size.

        Args:
            layer: one of `layers`.
            size: (h, w) of the picture, (t,) of a signal, (d, h, w) of a volume; the model's own
                if None.

        Raises:
            ValueError: the layer is not among `layers`, the model takes no picture of that size,
                or a layer before it is of a kind whose receptive field is not known.
        """
        end, places = self._end(layer), self.layers
        axes = self._walk(self._check(size))
        here = axes[end.layer.name]
        if len({axis.field for axis in here}) > 1:
            raise ValueError(
                f"The layer {layer!r} sees {' and '.join(str(axis.field) for axis in here)} along "
                "its axes; a feature extractor needs all alike."
            )
        return LayerFacts(
            name=layer,
            convolutions=tuple(convolution.name for convolution in end.convolutions),
            shape=(*(axis.length for axis in here), self.units(layer)),
            field=here[0].field,
            parameters=sum(convolution.count_params() for convolution in end.convolutions),
            multiplies=sum(
                prod(convolution.kernel.shape)
                * prod(axis.length for axis in axes[convolution.name])
                for convolution in end.convolutions
            ),
            place=places.index(layer) + 1,
            places=len(places),
        )

    def units(self, layer: str) -> int:
        """How many units (channels) a layer has."""
        return self._end(layer).layer.output.shape[-1]

    def activations(self, pictures: np.ndarray, layer: str) -> np.ndarray:
        """What a layer says about pictures.

        Args:
            pictures: (n, h, w, 3) float32 in [0, 1], or (n, positions..., c) of the model's rank,
                at least one.
            layer: one of `layers`.

        Returns:
            (n, positions'..., c') float32.

        Raises:
            ValueError: the layer is not among `layers`, or the model takes no such pictures.
        """
        self._end(layer)
        batch = self._batch(pictures)
        with self.device.lock:
            (maps,) = self._compile(layer, lambda x: self.forward(x, (layer,)))(batch)
            return maps.numpy()

    def peaks(
        self, pictures: np.ndarray, most: int = 1, layers: tuple[str, ...] | None = None
    ) -> dict[str, Peaks]:
        """Where every unit of the layers is most excited, in one pass over the network.

        Args:
            pictures: as for `activations`.
            most: places a picture and unit; the next one is the strongest whose field's centre
                lies at least half a field from those before.
            layers: some of `layers`, all if None; each set is traced on its own.

        Returns:
            Per layer its peaks.

        Raises:
            ValueError: as for `activations`.
        """
        layers, batch = self.layers if layers is None else layers, self._batch(pictures)
        size = pictures.shape[1:-1]

        def found(x):
            apart = [_space_apart(self.facts(layer, size)) for layer in layers]
            maps = self.forward(x, layers)
            return [_peaks(*each, most) for each in zip(maps, apart, strict=True)]

        with self.device.lock:
            answers = self._compile((",".join(layers), most), found)(batch)
            return {
                layer: Peaks(*(part.numpy() for part in answer))
                for layer, answer in zip(layers, answers, strict=True)
            }

    def forward(self, pictures, layers: Sequence[str], relu: Callable | None = None) -> list:
        """The layers' outputs for tensors (n, positions..., c), to be traced or taped.

        Args:
            layers: some of `layers`, or OUTPUT for what the network ends in.
            relu: stands in for every ReLU on the way, if given.
        """
        wanted = [self._tensor(layer) for layer in layers]
        values, missing = {id(self._model.inputs[0]): pictures}, set(map(id, wanted))
        for operation in self._model.operations:
            inputs = [values[id(tensor)] for tensor in inputs_of(operation)]
            if not inputs:
                continue
            outputs = as_list(_apply(operation, inputs, relu))
            values.update(zip(map(id, as_list(operation.output)), outputs, strict=True))
            missing -= values.keys()
            if not missing:
                break
        return [values[id(tensor)] for tensor in wanted]

    def carries_all(self, layer: str) -> bool:
        """Whether everything that the network ends in passed through a layer; the layers of a
        residual branch are bypassed."""
        reached, here = {id(self._model.inputs[0])}, id(self._tensor(layer))
        for operation in self._model.operations:
            inputs = inputs_of(operation)
            if any(id(tensor) in reached for tensor in inputs):
                reached |= {id(tensor) for tensor in as_list(operation.output)} - {here}
        return id(self._model.outputs[-1]) not in reached

    def _tensor(self, layer: str) -> keras.KerasTensor:
        if layer == OUTPUT:
            return self._model.outputs[-1]
        return self._end(layer).layer.output

    def _end(self, layer: str) -> InspectableLayer:
        if layer not in self._ends:
            raise ValueError(
                f"{self._model.name!r} has no layer {layer!r} to look at. "
                f"There are: {', '.join(self._ends)}."
            )
        return self._ends[layer]

    def _batch(self, pictures: np.ndarray) -> tf.Tensor:
        fits = pictures.ndim == self.rank + 2 and pictures.shape[-1] == self.channels
        if not fits or not len(pictures):
            sides = ("t", "h, w", "d, h, w")[self.rank - 1]
            raise ValueError(
                f"Pictures must be (n, {sides}, {self.channels}), at least one. "
                f"Received: shape {pictures.shape}."
            )
        self._check(pictures.shape[1:-1])
        return tf.constant(pictures, tf.float32)

    def _check(self, size: tuple[int, ...] | None) -> tuple[int, ...]:
        own = self._model.inputs[0].shape[1:-1]
        wanted = own if size is None else tuple(size)
        fits = all(mine in (None, given) for mine, given in zip(own, wanted, strict=True))
        if None in wanted or not fits:
            raise ValueError(f"{self._model.name!r} takes pictures of {own}. Received: {size}.")
        return wanted

    def _compile(self, key: str | tuple[str, int], function: Callable) -> Callable:
        if key not in self._functions:

            def counted(pictures):
                self.traces += 1
                return function(pictures)

            # Not compiled: XLA would compile anew for every size of picture.
            spec = tf.TensorSpec(self._model.inputs[0].shape, tf.float32)
            self._functions[key] = tf.function(counted, input_signature=[spec], autograph=False)
        return self._functions[key]


def _space_apart(facts: LayerFacts) -> int:
    """Positions of a layer that lie half a field apart, at least one."""
    return max(1, -(-facts.field.size // (2 * facts.field.stride)))


def _peaks(maps, apart: int, most: int):
    """Values and places (n, most, c) of the strongest positions of maps (n, positions..., c)."""
    sides = tf.unstack(tf.shape(maps)[1:-1], num=maps.shape.rank - 2)
    flat = tf.reshape(maps, [tf.shape(maps)[0], tf.reduce_prod(sides), maps.shape[-1]])
    along = _along(tf.range(tf.reduce_prod(sides)), sides)
    values, places = [], []
    for number in range(most):
        place = tf.argmax(flat, axis=1, output_type=tf.int32)
        values.append(tf.reduce_max(flat, axis=1))
        places.append(place)
        if number + 1 < most:
            near = True
            for axis, here in zip(along, _along(place, sides), strict=True):
                near &= tf.abs(axis[None, :, None] - here[:, None]) < apart
            flat = tf.where(near, flat.dtype.min, flat)
    return tf.stack(values, axis=1), tf.stack(places, axis=1)


def _along(places, sides):
    """The position along every axis of places counted through in order."""
    found = []
    for side in sides[::-1]:
        found.append(places % side)
        places = places // side
    return found[::-1]


def _apply(operation: keras.Operation, inputs: list, relu: Callable | None):
    """An operation's output, with another ReLU if given."""
    if relu is not None and isinstance(operation, keras.layers.ReLU):
        return relu(*inputs)
    if relu is not None and getattr(operation, "activation", None) is keras.activations.relu:
        if isinstance(operation, CONVOLUTIONS):
            straight = operation.convolution_op(*inputs, operation.kernel)
            return relu(straight + operation.bias if operation.use_bias else straight)
        return relu(*inputs)
    if isinstance(operation, keras.Layer) and len(inputs) > 1:
        return operation(inputs)
    return operation(*inputs)
