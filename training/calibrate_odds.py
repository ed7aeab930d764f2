"""Measures the odds of the Verify tab: python -m training.calibrate_odds FOLDER

FOLDER has one folder a person, each with photos of that person. Only counts and the fitted
figures are written, to assets/odds.json.
"""

import argparse
import dataclasses
import itertools
import json
import logging
from pathlib import Path

import numpy as np

from faceweb.config import ASSETS
from faceweb.engine import Engine
from faceweb.faces.calibration import calibrate
from faceweb.faces.evaluation import euclidean
from faceweb.faces.pipeline import FaceNetworks
from faceweb.faces.quality import find_faces
from faceweb.media.image import read_picture
from faceweb.types import Face

log = logging.getLogger(__name__)


def central(faces: list[Face], picture: np.ndarray) -> Face:
    """The face nearest the middle, which is whom the photos are of."""
    middle = np.array(picture.shape[1::-1]) / 2
    return min(faces, key=lambda face: float(np.hypot(*(face.landmarks.mean(axis=0) - middle))))


def embed_folder(networks: FaceNetworks, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Encodings (n, 128) and names (n,) of the photos of a folder a person, in name order."""
    embeddings, names = [], []
    for path in sorted(folder.glob("*/*.jpg")):
        picture = read_picture(path)
        face = central(find_faces(networks, picture), picture)
        embeddings.append(networks.embed_faces(picture, [face])[0].embedding)
        names.append(path.parent.name)
    return np.array(embeddings), np.array(names)


def pair_distances(embeddings: np.ndarray, names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances of all pairs of one person and of all pairs of two people."""
    distances = euclidean(embeddings, embeddings)
    same: list[float] = []
    different: list[float] = []
    for i, j in itertools.combinations(range(len(names)), 2):
        (same if names[i] == names[j] else different).append(float(distances[i, j]))
    return np.array(same), np.array(different)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    engine = Engine("cpu")
    engine.load()
    embeddings, names = embed_folder(engine.faces(), folder)
    same, different = pair_distances(embeddings, names)
    source = (
        f"{len(same):,} pairs of one person and {len(different):,} pairs of two people, from "
        f"{len(names)} photos of {len(set(names))} people of Labeled Faces in the Wild"
    )
    record = dataclasses.asdict(calibrate(same, different, source))
    (ASSETS / "odds.json").write_text(json.dumps(record) + "\n")
    log.info("%s: same mean %.3f, different mean %.3f", source, same.mean(), different.mean())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
