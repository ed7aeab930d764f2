"""Where weights come from: a package's file or one of ours, checked before it is read."""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from faceweb.config import ASSETS
from faceweb.errors import WeightsUnavailableError


@dataclass(frozen=True)
class Source:
    """A weight file inside an installed package, or in `assets/weights` where that is ""."""

    package: str
    path: str
    sha256: str
    licence: str


SOURCES = {
    "face_resnet": Source(
        "face_recognition_models",
        "models/dlib_face_recognition_resnet_model_v1.dat",
        "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
        "public domain (CC0), Davis King",
    ),
    "pnet": Source(
        "mtcnn",
        "assets/weights/pnet.lz4",
        "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
        "MIT, mtcnn",
    ),
    "rnet": Source(
        "mtcnn",
        "assets/weights/rnet.lz4",
        "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
        "MIT, mtcnn",
    ),
    "onet": Source(
        "mtcnn",
        "assets/weights/onet.lz4",
        "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
        "MIT, mtcnn",
    ),
    "perceptual": Source(
        "",
        "perceptual.npz",
        "c5d6efc23ceb187675617a8a0a1bc37676eb31428d8c348e5d19548e73229ff7",
        "CC0, trained by training/perceptual.py",
    ),
}


def locate(source: Source) -> Path:
    """The file's path, found without importing the package.

    Raises:
        WeightsUnavailableError: the package is not installed.
    """
    if not source.package:
        return ASSETS / "weights" / source.path
    spec = importlib.util.find_spec(source.package)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsUnavailableError(
            f"The package {source.package}, which carries a network's weights, is not installed: "
            "run pip install -r requirements.txt."
        )
    return Path(spec.submodule_search_locations[0]) / source.path


def read(name: str) -> bytes:
    """The bytes of a weight file, whole and unaltered.

    Args:
        name: a key of `SOURCES`.

    Raises:
        WeightsUnavailableError: the file is missing, cut short or altered.
    """
    source = SOURCES[name]
    path = locate(source)
    try:
        data = path.read_bytes()
    except OSError:
        raise WeightsUnavailableError(
            f"The weight file {path.name} is missing: {_remedy(source)}."
        ) from None
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise WeightsUnavailableError(
            f"The weight file {path.name} is cut short or altered ({len(data):,} bytes, wrong "
            f"checksum): {_remedy(source)}."
        )
    return data


def _remedy(source: Source) -> str:
    package = source.package.replace("_", "-")
    return f"reinstall the package {package}" if package else "restore it from the project"
