"""The detector's weights: what the package `mtcnn` publishes, number by number."""

import io

import numpy as np

from faceweb.networks import weights
from training import convert_mtcnn


def test_the_file_holds_what_the_package_publishes():
    """Lists of arrays there, names here: the order is the same."""
    with np.load(io.BytesIO(weights.read("mtcnn")), allow_pickle=False) as held:
        arrays = list(held.values())
    wanted = [w for network in ("pnet", "rnet", "onet") for w in convert_mtcnn.published(network)]
    assert len(arrays) == len(wanted) == 50
    for ours, theirs in zip(arrays, wanted, strict=True):
        assert ours.dtype == theirs.dtype == np.float32
        np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))


def test_the_script_makes_the_file_byte_by_byte(tmp_path):
    convert_mtcnn.write(convert_mtcnn.convert(), tmp_path / "mtcnn.npz")
    assert (tmp_path / "mtcnn.npz").read_bytes() == weights.read("mtcnn")
