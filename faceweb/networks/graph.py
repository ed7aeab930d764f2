"""The graph of a Keras network: the tensors its operations take, and kinds of layers."""

import keras

POINTWISE = (
    keras.layers.Rescaling,
    keras.layers.ReLU,
    keras.layers.Activation,
    keras.layers.BatchNormalization,
)


CONVOLUTIONS = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)


AVERAGES = (
    keras.layers.AveragePooling1D,
    keras.layers.AveragePooling2D,
    keras.layers.AveragePooling3D,
)


POOLS = (*AVERAGES, *(getattr(keras.layers, f"MaxPooling{rank}D") for rank in (1, 2, 3)))


PADDINGS = tuple(getattr(keras.layers, f"ZeroPadding{rank}D") for rank in (1, 2, 3))


def inputs_of(operation: keras.Operation) -> list:
    """The tensors that an operation takes; none for the input itself."""
    return [] if isinstance(operation, keras.layers.InputLayer) else as_list(operation.input)


def as_list(tensors: object) -> list:
    """One tensor or several, as a list."""
    return list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
