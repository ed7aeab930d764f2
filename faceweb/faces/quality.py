"""Finds and embeds the faces of a picture, and measures how fit a photo is for enrolling."""

import io
from typing import Protocol

import numpy as np
from PIL import Image

from faceweb.errors import NoFaceFoundError
from faceweb.types import EmbeddedFace, Face


def eye_distance(landmarks: np.ndarray) -> float:
    """Pixels between the eyes, landmarks (5, 2) as in `faceweb.types.Face`."""
    return float(np.hypot(*(landmarks[1] - landmarks[0])))


def turn(landmarks: np.ndarray) -> float:
    """How far the nose lies from midway between the eyes, in eye distances.

    0 is frontal; about 0.5 is where one eye begins to hide.
    """
    across = landmarks[1] - landmarks[0]
    along = (landmarks[2] - (landmarks[0] + landmarks[1]) / 2) @ across
    return float(abs(along) / (across @ across))


def luminance(chip: np.ndarray) -> np.ndarray:
    """Rec. 601 luma in [0, 1] of (h, w, 3) uint8."""
    return chip @ np.array([0.299, 0.587, 0.114]) / 255


def sharpness(chip: np.ndarray) -> float:
    """Mean absolute Laplacian of the chip's middle, in hundredths of its contrast.

    Relative to contrast, so that a dark photo is not called blurred.
    """
    middle = luminance(chip)[30:120, 30:120]
    laplacian = (
        4 * middle[1:-1, 1:-1]
        - middle[:-2, 1:-1]
        - middle[2:, 1:-1]
        - middle[1:-1, :-2]
        - middle[1:-1, 2:]
    )
    return float(100 * np.abs(laplacian).mean() / max(float(middle.std()), 1e-3))


def brightness(chip: np.ndarray) -> float:
    """Mean luma of the chip's middle, in [0, 1]."""
    return float(luminance(chip)[30:120, 30:120].mean())


MODEL = "dlib-resnet-v1"  # whose encodings may be compared
SURE = 0.95  # the detector's score from which even a speck counts
SMALLEST_EYES = 12  # pixels between the eyes; below, a chip is mostly guessed


class Networks(Protocol):
    """What the features need of `faceweb.faces.pipeline.FaceNetworks`."""

    def detect(self, picture: np.ndarray) -> list[Face]: ...

    def align(self, picture: np.ndarray, faces: list[Face]) -> list[np.ndarray]: ...

    def embed_faces(self, picture: np.ndarray, faces: list[Face]) -> list[EmbeddedFace]: ...

    def embed(self, chips: np.ndarray) -> np.ndarray: ...


def detect_faces(networks: Networks, picture: np.ndarray) -> list[Face]:
    """The faces of a picture (h, w, 3) uint8, largest first, without doubtful specks."""
    return [
        face
        for face in networks.detect(picture)
        if face.score >= SURE or eye_distance(face.landmarks) >= SMALLEST_EYES
    ]


def find_faces(networks: Networks, picture: np.ndarray) -> list[Face]:
    """As `detect_faces`, refusing a picture without a face.

    Raises:
        NoFaceFoundError: there is none, or all are too small to be seen.
    """
    faces = detect_faces(networks, picture)
    if not faces:
        raise NoFaceFoundError(
            "No face was found in this picture: use one where a face looks at the camera and is at "
            "least a twentieth of the picture wide."
        )
    return faces


def pick(faces: list[Face], which: int) -> Face:
    """One of the faces, refused where it is too small to tell apart."""
    if not 0 <= which < len(faces):
        raise NoFaceFoundError(
            f"There is no face number {which + 1}: this picture shows {len(faces)}."
        )
    eyes = eye_distance(faces[which].landmarks)
    if eyes < SMALLEST_EYES:
        raise NoFaceFoundError(
            f"This face is too small to tell apart ({eyes:.0f} pixels between the eyes, "
            f"{SMALLEST_EYES} are needed): use a larger photo or step closer."
        )
    return faces[which]


def embed_largest(networks: Networks, picture: np.ndarray) -> EmbeddedFace:
    """The largest face of a picture, embedded.

    Raises:
        NoFaceFoundError: there is none, or it is too small to tell apart.
    """
    (embedded,) = networks.embed_faces(picture, [pick(find_faces(networks, picture), 0)])
    return embedded


def to_png(chip: np.ndarray) -> bytes:
    """A chip as PNG bytes."""
    stream = io.BytesIO()
    Image.fromarray(chip).save(stream, "PNG")
    return stream.getvalue()


def from_png(data: bytes) -> np.ndarray:
    """The chip (150, 150, 3) uint8 of PNG bytes."""
    return np.asarray(Image.open(io.BytesIO(data), formats=("PNG",)).convert("RGB"))
