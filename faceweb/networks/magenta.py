"""Magenta's arbitrary image stylization: a picture repainted in a single pass.

Ghiasi et al. 2017, "Exploring the Structure of a Real-Time, Arbitrary Neural Artistic Stylization
Network". The model comes from TensorFlow Hub and lies in that package's cache folder, but is read
by TensorFlow itself: the package would bring a second Keras along.
"""

import gzip
import hashlib
import os
import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path

import numpy as np
import tensorflow as tf

from faceweb.errors import WeightsUnavailableError
from faceweb.networks.weights import Remote, Report, disk_trouble, download

HANDLE = "https://tfhub.dev/google/magenta/arbitrary-image-stylization-v1-256/2"
ARCHIVE = Remote(
    "Magenta's instant style",
    f"{HANDLE}?tf-hub-format=compressed",
    "",
    "Painting step by step needs no download.",
)
STYLE_SIDE = 256


class Magenta:
    """The loaded model."""

    def __init__(self, module: tf.Module) -> None:
        self._module = module

    def paint(self, content: np.ndarray, style: np.ndarray) -> np.ndarray:
        """Repaints a picture in the style of another.

        Args:
            content: float32 RGB in [0, 1], (1, h, w, 3).
            style: float32 RGB in [0, 1], (1, h', w', 3); shrunk or stretched to 256 x 256, the
                size the model learned from.

        Returns:
            float32 RGB in [0, 1], (1, h, w, 3).
        """
        height, width = content.shape[1:3]
        small = tf.image.resize(style, (STYLE_SIDE, STYLE_SIDE), antialias=True)
        painted = self._module(tf.constant(content), small)[0]
        # The network rounds sides up to multiples of four.
        return np.clip(painted[:, :height, :width].numpy(), 0.0, 1.0)


def load_magenta(report: Report | None = None, timeout: float = 30.0) -> Magenta:
    """The model, from TensorFlow Hub's cache folder or else from the net.

    Args:
        report: is told a stage and the share done, 0 to 1, during a download.
        timeout: seconds for which the net may stay silent.

    Raises:
        WeightsUnavailableError: the model cannot be downloaded, or its files are altered.
    """
    folder = model_folder()
    if not _is_model(folder):
        _install(folder, report, timeout)
    try:
        return Magenta(tf.saved_model.load(str(folder)))
    except (OSError, ValueError, tf.errors.OpError):
        raise WeightsUnavailableError(
            f"The files of {ARCHIVE.name} are cut short or altered: delete the folder "
            f"{folder.name} from the cache of TensorFlow Hub and ask again."
        ) from None


def model_folder() -> Path:
    """Where the package tensorflow_hub keeps the model, so that one download serves both."""
    cache = os.environ.get("TFHUB_CACHE_DIR") or Path(tempfile.gettempdir(), "tfhub_modules")
    return Path(cache) / hashlib.sha1(HANDLE.encode(), usedforsecurity=False).hexdigest()


def _is_model(folder: Path) -> bool:
    return (folder / "saved_model.pb").is_file()


def _install(folder: Path, report: Report | None, timeout: float) -> None:
    """Downloads and unpacks beside `folder`, which appears once all of it is there."""
    with disk_trouble(ARCHIVE):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=folder.name) as work:
            archive, unpacked = Path(work, "archive"), Path(work, "model")
            download(ARCHIVE, archive, report, timeout)
            try:
                with gzip.open(archive) as stream, tarfile.open(fileobj=stream) as tar:
                    tar.extractall(unpacked, filter="data")
                    stream.read()  # to its end, where the checksum is
            except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError):
                raise ARCHIVE.unavailable("what arrived is not the archive expected") from None
            if not _is_model(unpacked):
                raise ARCHIVE.unavailable("what arrived holds no model")
            if not _is_model(folder):
                shutil.rmtree(folder, ignore_errors=True)
                unpacked.replace(folder)
