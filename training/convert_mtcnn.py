"""Converts the weights of MTCNN to assets/weights/mtcnn.npz: python -m training.convert_mtcnn

Needs the package that publishes them and what unpacks it: pip install mtcnn==1.0.0 joblib lz4

The package holds a pickled list of arrays a network. Here every array has a name, network/layer/
variable, and its published numbers; only the slopes lose their axes of length one.
"""

import hashlib
import io
import logging
import zipfile
from importlib.resources import files
from pathlib import Path

import joblib
import numpy as np

from faceweb.config import ASSETS

log = logging.getLogger("training.convert_mtcnn")
TARGET = ASSETS / "weights" / "mtcnn.npz"
SHA256 = {
    "pnet": "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
    "rnet": "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
    "onet": "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
}
# In the order of the package's lists; behind each layer but the heads stands its slope.
LAYERS = {
    "pnet": ("conv1", "conv2", "conv3"),
    "rnet": ("conv1", "conv2", "conv3", "dense"),
    "onet": ("conv1", "conv2", "conv3", "conv4", "dense"),
}
HEADS = {
    "pnet": ("offsets", "face"),
    "rnet": ("offsets", "face"),
    "onet": ("offsets", "landmarks", "face"),
}


def published(network: str) -> list[np.ndarray]:
    """The arrays of a network as the package holds them.

    Raises:
        ValueError: the file is not that of mtcnn 1.0.0. It is a pickle, so it is not opened then.
    """
    data = (files("mtcnn") / "assets" / "weights" / f"{network}.lz4").read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256[network]:
        raise ValueError(f"{network}.lz4 is not the file of mtcnn 1.0.0.")
    return joblib.load(io.BytesIO(data))


def names(network: str) -> list[str]:
    """What the published arrays of a network are called, in their order."""
    wanted = []
    for layer in LAYERS[network]:
        slope = layer.replace("conv", "slope") if "conv" in layer else f"slope_{layer}"
        wanted += [f"{layer}/kernel", f"{layer}/bias", f"{slope}/below_zero"]
    for head in HEADS[network]:
        wanted += [f"{head}/kernel", f"{head}/bias"]
    return [f"{network}/{name}" for name in wanted]


def convert() -> dict[str, np.ndarray]:
    """All arrays of the three networks, float32, by their names."""
    arrays = {}
    for network in SHA256:
        for name, array in zip(names(network), published(network), strict=True):
            arrays[name] = array.ravel() if name.endswith("/below_zero") else array
    return arrays


def write(arrays: dict[str, np.ndarray], path: Path) -> None:
    """Writes an npz that is the same byte by byte, whichever Python writes it and when."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            stream = io.BytesIO()
            np.save(stream, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")  # of 1980, unless told otherwise
            entry.create_system = 3
            archive.writestr(entry, stream.getvalue())


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    write(convert(), TARGET)
    data = TARGET.read_bytes()
    log.info("%s: %d bytes, SHA-256 %s", TARGET.name, len(data), hashlib.sha256(data).hexdigest())


if __name__ == "__main__":
    main()
