"""Recognition: who of the gallery is each face of a picture, or nobody?"""

from dataclasses import dataclass

import numpy as np

from faceweb.config import FacesConfig
from faceweb.faces.evaluation import euclidean
from faceweb.faces.heads import Head
from faceweb.faces.quality import SMALLEST_EYES, Networks, detect_faces, eye_distance
from faceweb.gallery.store import StoredPhoto
from faceweb.types import Candidate, EmbeddedFace, Match

MOST_CANDIDATES = 3


@dataclass(frozen=True, eq=False)
class Recognized:
    """A face and who it is."""

    face: EmbeddedFace
    match: Match


def recognize(
    networks: Networks,
    picture: np.ndarray,
    photos: list[StoredPhoto],
    config: FacesConfig,
    head: Head | None = None,
) -> list[Recognized]:
    """Names every face of a picture.

    Args:
        networks: detector and embedder.
        picture: (h, w, 3) uint8 RGB.
        photos: the gallery.
        config: the threshold beyond which a face is unknown.
        head: decides in the place of the distance, by its own threshold.

    Returns:
        One answer a face, largest face first; empty where there is no face.
        A face too small to embed gets no candidates.
    """
    threshold = config.threshold if head is None else head.threshold
    faces = networks.embed_faces(picture, detect_faces(networks, picture))
    return [Recognized(face, _match(face, photos, threshold, head)) for face in faces]


def _match(
    face: EmbeddedFace, photos: list[StoredPhoto], threshold: float, head: Head | None
) -> Match:
    if eye_distance(face.face.landmarks) < SMALLEST_EYES:
        return Match((), threshold)
    return Match(tuple(rank(face.embedding, photos, head)[:MOST_CANDIDATES]), threshold)


def rank(
    embedding: np.ndarray, photos: list[StoredPhoto], head: Head | None = None
) -> list[Candidate]:
    """The people of a gallery by their nearest photo, nearest first.

    Candidates carry the distance of that photo, or a head's score.
    """
    if not photos:
        return []
    measure = euclidean if head is None else head.scores
    distances = measure(embedding[None], np.stack([photo.embedding for photo in photos]))[0]
    nearest: dict[str, Candidate] = {}
    for i in np.argsort(distances, kind="stable"):
        photo = photos[i]
        if photo.person not in nearest:
            number = 1 + sum(p.person == photo.person and p.id < photo.id for p in photos)
            candidate = Candidate(photo.person, photo.id, float(distances[i]), number)
            nearest[photo.person] = candidate
    return list(nearest.values())
