"""Reads the layers of a network that dlib serialised, without dlib.

The format is dlib's own: an integer is a control byte (low four bits: how many bytes follow, high
bit: sign) and then its bytes, little-endian; a tensor is the integer 2, four dimensions and raw
little-endian float32; a layer is its name, a tensor of parameters and its settings. Layers come
from input to output.
"""

import re
from dataclasses import dataclass
from math import prod

import numpy as np

_LAYER = re.compile(rb"\x01\x05con_4|\x01\x07affine_|\x01\x04fc_2")


@dataclass(frozen=True, eq=False)
class Convolution:
    """A convolution with its affine layer folded in.

    `kernel` is (h, w, in, out) and `bias` (out,), both float32, as Keras keeps them.
    """

    kernel: np.ndarray
    bias: np.ndarray
    stride: int
    padding: int


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def integer(self) -> int:
        control = self._data[self._at]
        count = control & 0x0F
        value = int.from_bytes(self._data[self._at + 1 : self._at + 1 + count], "little")
        self._at += 1 + count
        return -value if control & 0x80 else value

    def tensor(self) -> np.ndarray:
        version = self.integer()
        if version != 2:
            raise ValueError(f"A dlib tensor starts with the integer 2. Received: {version}.")
        shape = tuple(self.integer() for _ in range(4))
        values = np.frombuffer(self._data, "<f4", prod(shape), self._at)
        self._at += 4 * prod(shape)
        return values


def read_network(data: bytes) -> tuple[list[Convolution], np.ndarray]:
    """Parses a residual network of convolutions, affines and one fully connected layer.

    Args:
        data: the whole file.

    Returns:
        The convolutions from input to output, affines folded in, and the matrix (in, out) of the
        last layer.

    Raises:
        ValueError: the bytes are not such a network.
    """
    convolutions: list[Convolution] = []
    matrix = None
    for found in _LAYER.finditer(data):
        reader = _Reader(data, found.end())
        if found.group().endswith(b"con_4"):
            convolutions.append(_convolution(reader))
        elif found.group().endswith(b"affine_"):
            convolutions[-1] = _folded(convolutions[-1], reader.tensor())
        else:
            outputs, inputs = reader.integer(), reader.integer()
            matrix = reader.tensor().reshape(inputs, outputs)
    if matrix is None:
        raise ValueError("The file holds no fully connected layer: it is not dlib's face network.")
    return convolutions, matrix


def _convolution(reader: _Reader) -> Convolution:
    values = reader.tensor()
    filters, height, width, stride, _, padding, _ = (reader.integer() for _ in range(7))
    weights, bias = values[:-filters], values[-filters:]
    kernel = weights.reshape(filters, -1, height, width).transpose(2, 3, 1, 0)
    return Convolution(kernel, bias, stride, padding)


def _folded(convolution: Convolution, gammas_betas: np.ndarray) -> Convolution:
    gamma, beta = np.split(gammas_betas, 2)
    return Convolution(
        convolution.kernel * gamma,
        convolution.bias * gamma + beta,
        convolution.stride,
        convolution.padding,
    )
