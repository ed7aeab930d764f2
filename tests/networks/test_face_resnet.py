"""The Keras port against embeddings that dlib itself produced: see tests/data."""

from pathlib import Path

import numpy as np
import pytest

from faceweb.networks.face_resnet import read_network

STORED = Path(__file__).parent.parent / "data" / "dlib_encodings.npz"


def test_agrees_with_dlib(networks):
    stored = np.load(STORED, allow_pickle=False)
    np.testing.assert_allclose(networks.embed(stored["chips"]), stored["encodings"], atol=1e-4)


def test_a_padded_batch_gives_the_same_numbers(networks):
    """Three faces run in a batch of four, forty in one of 32 and one of 8."""
    chips = np.load(STORED, allow_pickle=False)["chips"]
    single = np.concatenate([networks.embed(chip[None]) for chip in chips[:3]])
    np.testing.assert_allclose(networks.embed(chips[:3]), single, atol=1e-5)
    many = np.tile(chips[:1], (40, 1, 1, 1))
    np.testing.assert_allclose(networks.embed(many), np.tile(single[:1], (40, 1)), atol=1e-5)


def test_no_faces_give_no_encodings(networks):
    assert networks.embed(np.zeros((0, 150, 150, 3), np.uint8)).shape == (0, 128)


def test_a_file_without_the_network_is_refused():
    with pytest.raises(ValueError, match="not dlib's face network"):
        read_network(b"\x01\x05nothing like it")


def test_integers_and_tensors_of_the_format():
    """One 1x1 convolution of 2 filters on 1 channel: weights 3, 4, biases 5, 6; affine x2 +1.

    Then 3 * 2 = 6, 4 * 2 = 8 and 5 * 2 + 1 = 11, 6 * 2 + 1 = 13; last a 2 -> 1 linear layer.
    """

    def integer(value):
        return bytes([1, value])

    def tensor(*values):
        shape = b"".join(integer(n) for n in (len(values), 1, 1, 1))
        return integer(2) + shape + np.array(values, "<f4").tobytes()

    convolution = b"\x01\x05con_4" + tensor(3, 4, 5, 6)
    convolution += b"".join(integer(n) for n in (2, 1, 1, 1, 1, 0, 0))
    affine = b"\x01\x07affine_" + tensor(2, 2, 1, 1)
    linear = b"\x01\x04fc_2" + integer(1) + integer(2) + tensor(7, 8)
    (read,), matrix = read_network(b"head" + convolution + affine + linear)
    np.testing.assert_array_equal(read.kernel, [[[[6, 8]]]])
    np.testing.assert_array_equal(read.bias, [11, 13])
    assert (read.stride, read.padding) == (1, 0)
    np.testing.assert_array_equal(matrix, [[7], [8]])
