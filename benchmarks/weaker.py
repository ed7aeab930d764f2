"""Where the face networks are weaker: python -m benchmarks.weaker

One photo of each pair stays as it is, the other is spoiled; every pair of Labeled Faces in the
Wild that benchmarks.faces compares is compared again, at the same threshold.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from benchmarks.faces import THRESHOLD
from benchmarks.report import about, emit
from faceweb.engine import Engine
from faceweb.errors import FacewebError
from faceweb.faces.evaluation import euclidean
from faceweb.faces.pipeline import FaceNetworks
from faceweb.faces.quality import find_faces, pick
from faceweb.media.image import read_picture
from training.calibrate_odds import central


def rescale(share: float) -> Callable[[Image.Image], Image.Image]:
    """Makes a photo smaller."""
    return lambda photo: photo.resize((round(photo.width * share), round(photo.height * share)))


def cover_band(top: float, bottom: float) -> Callable[[Image.Image], Image.Image]:
    """Blackens a band of a photo, in shares of its height."""

    def cover(photo: Image.Image) -> Image.Image:
        photo = photo.copy()
        band = (0, round(top * photo.height), photo.width, round(bottom * photo.height))
        photo.paste((0, 0, 0), band)
        return photo

    return cover


def noisy(photo: Image.Image) -> Image.Image:
    """Adds noise as of a dark room."""
    noise = np.random.default_rng(0).normal(0, 30, (photo.height, photo.width, 3))
    return Image.fromarray((np.asarray(photo) + noise).clip(0, 255).astype(np.uint8))


# Of photos 250 pixels wide, whose faces are about 100; the eyes are near 0.45 of the height.
SPOILED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as it is": lambda photo: photo,
    "mirrored": lambda photo: photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "without colours": lambda photo: photo.convert("L").convert("RGB"),
    "a face of 50 pixels": rescale(0.5),
    "a face of 35 pixels": rescale(0.35),
    "out of focus, 3 pixels": lambda photo: photo.filter(ImageFilter.GaussianBlur(3)),
    "out of focus, 6 pixels": lambda photo: photo.filter(ImageFilter.GaussianBlur(6)),
    "a tenth of the light": lambda photo: ImageEnhance.Brightness(photo).enhance(0.1),
    "noise of a dark room": noisy,
    "tilted by 30 degrees": lambda photo: photo.rotate(30, Image.Resampling.BICUBIC),
    "tilted by 60 degrees": lambda photo: photo.rotate(60, Image.Resampling.BICUBIC),
    "a bar over the eyes": cover_band(0.4, 0.5),
    "a mask over mouth and chin": cover_band(0.6, 0.8),
}


def embed_photo(networks: FaceNetworks, photo: np.ndarray) -> np.ndarray | None:
    """The embedding of whom a photo is of; nothing where no face is found or it is too small."""
    try:
        faces = find_faces(networks, photo)
        face = pick([central(faces, photo)], 0)
    except FacewebError:
        return None
    return networks.embed_faces(photo, [face])[0].embedding


def compare(networks: FaceNetworks, folder: Path) -> None:
    """Both kinds of error for each way to spoil a photo."""
    paths = sorted(folder.glob("*/*.jpg"))
    photos = [read_picture(path) for path in paths]
    names = np.array([path.parent.name for path in paths])
    clean = np.array([embed_photo(networks, photo) for photo in photos])
    for what, spoil in SPOILED.items():
        found = [
            embed_photo(networks, np.asarray(spoil(Image.fromarray(photo)))) for photo in photos
        ]
        seen = np.array([n for n, embedding in enumerate(found) if embedding is not None], int)
        spoiled = np.array([found[n] for n in seen]).reshape(-1, clean.shape[1])
        distances = euclidean(clean, spoiled)
        one, other = names[:, None] == names[seen], np.arange(len(names))[:, None] != seen
        same, different = distances[one & other], distances[~one]
        refused = float((same > THRESHOLD).mean()) if len(same) else 1.0
        accepted = float((different <= THRESHOLD).mean()) if len(different) else 0.0
        emit(
            f"{what}: balanced accuracy at {THRESHOLD}",
            1 - (accepted + refused) / 2,
            "stated",
            false_accept=accepted,
            false_reject=refused,
            no_face=len(photos) - len(seen),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parents[2] / "shared" / "data" / "faces-lfw100"
    parser.add_argument("--faces", type=Path, default=default, help="a folder a person of photos")
    options = parser.parse_args()
    engine = Engine("cpu")
    engine.load()
    about(engine.status.device)
    compare(engine.faces(), options.faces)


if __name__ == "__main__":
    main()
