"""Makes dlib_encodings.npz: python -m tests.data.make_dlib_encodings, with dlib installed.

The chips are the faces of assets/examples (public domain), aligned by faceweb; the embeddings are
what dlib's own `face_recognition_model_v1` says of them, with the same weight file.
"""

from pathlib import Path

import dlib
import numpy as np

from faceweb.engine import Engine
from faceweb.media.image import read_picture
from faceweb.networks import weights
from faceweb.ui.components import FOLDER


def main() -> None:
    engine = Engine("cpu")
    engine.load()
    networks = engine.faces()
    chips = []
    for name in ("collins", "hopper", "hopper_dim", "group"):
        picture = read_picture(FOLDER / f"{name}.jpg")
        faces = networks.detect(picture)[:3]
        chips += [face.chip for face in networks.embed_faces(picture, faces)]
    network = dlib.face_recognition_model_v1(str(weights.locate(weights.SOURCES["face_resnet"])))
    embeddings = [np.array(network.compute_face_descriptor(chip)) for chip in chips]
    np.savez_compressed(
        Path(__file__).with_name("dlib_encodings.npz"),
        chips=np.array(chips),
        embeddings=np.array(embeddings, np.float32),
        made_with=f"dlib {dlib.__version__}",
    )


if __name__ == "__main__":
    main()
