"""Accuracy and speed of the face networks beside their peers: python -m benchmarks.faces

Peers measured in the same run: the `mtcnn` package's own detector (requirements-dev.txt), and dlib
where it is installed.
Accuracy needs a folder a person of photos, by default ../shared/data/faces-lfw100.
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

from benchmarks.report import about, emit, time_action
from faceweb.engine import Engine
from faceweb.faces.pipeline import FaceNetworks
from faceweb.media.image import read_picture
from faceweb.networks import weights
from training.calibrate_odds import embed_folder, pair_distances

THRESHOLD = 0.6


def accuracy(networks: FaceNetworks, folder: Path) -> None:
    """Balanced accuracy over all pairs, and one-shot recognition."""
    embeddings, names = embed_folder(networks, folder)
    same, different = pair_distances(embeddings, names)
    accepted, rejected = (different <= THRESHOLD).mean(), (same > THRESHOLD).mean()
    emit(
        "balanced accuracy at 0.6",
        float(1 - (accepted + rejected) / 2),
        ">= 0.985",
        false_accept=float(accepted),
        false_reject=float(rejected),
        pairs=len(same) + len(different),
    )
    first = np.unique(names, return_index=True)[1]
    rest = np.setdiff1d(np.arange(len(names)), first)
    distances = np.linalg.norm(embeddings[rest, None] - embeddings[None, first], axis=-1)
    right = names[first][distances.argmin(axis=1)] == names[rest]
    known = distances.min(axis=1) <= THRESHOLD
    wrong = int((known & ~right).sum())
    emit("one-shot named right", float((known & right).mean()), ">= 0.98", asked=len(rest))
    emit("one-shot named wrong", wrong, "0")


def embedding(networks: FaceNetworks, repeats: int) -> None:
    """Milliseconds a face in batches of 32, beside dlib."""
    chips = np.random.default_rng(0).integers(0, 256, (32, 150, 150, 3)).astype(np.uint8)
    ours = time_action(lambda: networks.embed(chips), repeats)["median"] / 32
    try:
        import dlib
    except ImportError:
        emit("embedding, ms a face", 1e3 * ours, "20 times faster than dlib", dlib="not installed")
        return
    peer = dlib.face_recognition_model_v1(str(weights.locate(weights.SOURCES["face_resnet"])))
    singly = time_action(lambda: peer.compute_face_descriptor(chips[0]), repeats)["median"]
    batched = time_action(lambda: peer.compute_face_descriptor(list(chips)), 3, 1)["median"] / 32
    theirs = min(singly, batched)
    emit(
        "embedding, dlib's time over ours",
        theirs / ours,
        ">= 20",
        ours_ms=1e3 * ours,
        dlib_ms=1e3 * theirs,
        dlib=dlib.__version__,
    )


def detection(networks: FaceNetworks, pictures: list[np.ndarray], side: int, target: str) -> None:
    """Milliseconds a picture, beside the package that the weights come from."""
    from mtcnn import MTCNN

    package = MTCNN()
    ours = [time_action(lambda p=p: networks.detect(p), 3, 1)["median"] for p in pictures]
    theirs = [
        time_action(lambda p=p: package.detect_faces(p, output_type="numpy"), 3, 1)["median"]
        for p in pictures
    ]
    emit(
        f"detection at {side} px, the package's time over ours",
        float(np.median(theirs) / np.median(ours)),
        target,
        ours_ms=1e3 * float(np.median(ours)),
        package_ms=1e3 * float(np.median(theirs)),
        pictures=len(pictures),
    )


def enlarge(picture: np.ndarray, side: int) -> np.ndarray:
    """The picture with its longer side at so many pixels."""
    scale = side / max(picture.shape[:2])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parents[2] / "shared" / "data" / "faces-lfw100"
    parser.add_argument("--faces", type=Path, default=default, help="a folder a person of photos")
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    engine = Engine("cpu")
    engine.load()
    networks = engine.faces()
    about(engine.status.device)
    embedding(networks, options.repeats)
    if not options.faces.is_dir():
        emit("accuracy and detection", {}, "", skipped=f"no folder {options.faces.name}")
        return
    pictures = [read_picture(path) for path in sorted(options.faces.glob("*/*.jpg"))]
    detection(networks, pictures, 250, ">= 6")
    detection(networks, [enlarge(p, 1024) for p in pictures[::5]], 1024, ">= 4")
    accuracy(networks, options.faces)


if __name__ == "__main__":
    main()
