"""Verification: are the faces of two pictures one person?"""

from dataclasses import dataclass

import numpy as np

from faceweb.config import FacesConfig
from faceweb.errors import NoFaceFoundError
from faceweb.faces.calibration import Calibration
from faceweb.faces.evaluation import euclidean
from faceweb.faces.heads import Head
from faceweb.faces.quality import Networks, find_faces, pick
from faceweb.types import EmbeddedFace, Face, MatchProbability, Verdict


@dataclass(frozen=True, eq=False)
class Verification:
    """A verdict on the largest face of each picture, and all faces that were found.

    Where a head decided in the place of the distance, `head` is it and `score` what it found.
    """

    verdict: Verdict
    odds: MatchProbability
    compared: tuple[EmbeddedFace, EmbeddedFace]
    found: tuple[list[Face], list[Face]]
    head: Head | None = None
    score: float = 0.0

    @property
    def same(self) -> bool:
        return self.verdict.same if self.head is None else self.score <= self.head.threshold


def verify(
    networks: Networks,
    calibration: Calibration,
    picture_a: np.ndarray,
    picture_b: np.ndarray,
    config: FacesConfig,
    head: Head | None = None,
) -> Verification:
    """Compares the largest faces of two pictures, d(a, b) <= threshold.

    Args:
        networks: detector and embedder.
        calibration: what distances are worth.
        picture_a: (h, w, 3) uint8 RGB.
        picture_b: (h, w, 3) uint8 RGB.
        config: the threshold.
        head: decides in the place of the distance.

    Raises:
        NoFaceFoundError: one of them shows no face, or only one too small to embed.
    """
    found_a, a = _largest(networks, picture_a, "A")
    found_b, b = _largest(networks, picture_b, "B")
    distance = float(euclidean(a.embedding[None], b.embedding[None])[0, 0])
    verdict = Verdict(distance, config.threshold)
    score = float(head.scores(a.embedding[None], b.embedding[None])[0, 0]) if head else 0.0
    odds = calibration.odds(verdict)
    return Verification(verdict, odds, (a, b), (found_a, found_b), head, score)


def _largest(
    networks: Networks, picture: np.ndarray, letter: str
) -> tuple[list[Face], EmbeddedFace]:
    """All faces of a picture, and the largest one encoded."""
    try:
        found = find_faces(networks, picture)
        (embedded,) = networks.embed_faces(picture, [pick(found, 0)])
    except NoFaceFoundError as error:
        raise NoFaceFoundError(f"Photo {letter}: {error}") from None
    return found, embedded
