"""Siamese networks: a small one that learns from scratch, and heads on embeddings.

Bromley et al. 1993, "Signature Verification using a Siamese Time Delay Neural Network": both
pictures of a pair pass through one network, so its weights are shared and errors come back twice.
"""

import keras
from keras import layers, ops

SIDE, UNITS, ENCODING = 64, 64, 128
WIDTHS = (24, 48, 64, 96)


def build_siamese() -> keras.Model:
    """A convolutional network of 194,000 parameters, which whoever trains it draws by lot.

    Returns:
        A model from pictures, float32 RGB in [0, 1], (n, 64, 64, 3), to embeddings (n, 64) of unit
        length.
    """
    inputs = keras.Input((SIDE, SIDE, 3), name="picture")
    x = layers.Rescaling(2.0, offset=-1.0, name="centred")(inputs)
    for i, width in enumerate(WIDTHS, start=1):
        size, stride = (5 if i == 1 else 3), (1 if i == len(WIDTHS) else 2)
        x = layers.Conv2D(width, size, stride, padding="same", activation="relu", name=f"conv{i}")(
            x
        )
    x = layers.MaxPooling2D(2, name="pool")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(UNITS, name="embedding")(x)
    outputs = UnitLength(name="unit_length")(x)
    return keras.Model(inputs, outputs, name="siamese")


def build_projection() -> keras.Model:
    """A matrix that moves embeddings (n, 128), float32, to embeddings (n, 128)."""
    inputs = keras.Input((ENCODING,), name="encoding")
    outputs = layers.Dense(ENCODING, use_bias=False, name="projection")(inputs)
    return keras.Model(inputs, outputs, name="projection")


def build_frozen() -> keras.Model:
    """Encodings (n, 128) as they are, for a logistic unit on them."""
    inputs = keras.Input((ENCODING,), name="encoding")
    return keras.Model(inputs, layers.Identity(name="frozen")(inputs), name="frozen")


class UnitLength(layers.Layer):
    """Rows of length 1; the gradient at a row of zeros is finite."""

    def call(self, x):
        return x / ops.sqrt(ops.sum(ops.square(x), axis=-1, keepdims=True) + 1e-12)

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, x.dtype)
