"""Verification: are the faces of two pictures one person?"""

from dataclasses import dataclass

import numpy as np

from faceweb.config import FacesConfig
from faceweb.errors import NoFaceFoundError
from faceweb.features.faces import Networks, find_faces, pick
from faceweb.features.odds import Calibration
from faceweb.numerics.distances import euclidean
from faceweb.numerics.logistic import Unit
from faceweb.types import EncodedFace, Face, Odds, Verdict


@dataclass(frozen=True, eq=False)
class Verification:
    """A verdict on the largest face of each picture, and all faces that were found.

    `log_odds` is of one person, by the unit that the visitor taught; None where the distance
    decides.
    """

    verdict: Verdict
    odds: Odds
    compared: tuple[EncodedFace, EncodedFace]
    found: tuple[list[Face], list[Face]]
    log_odds: float | None = None

    @property
    def same(self) -> bool:
        return self.verdict.same if self.log_odds is None else self.log_odds >= 0


def verify(
    networks: Networks,
    calibration: Calibration,
    picture_a: np.ndarray,
    picture_b: np.ndarray,
    config: FacesConfig,
    unit: Unit | None = None,
) -> Verification:
    """Compares the largest faces of two pictures, d(a, b) <= threshold.

    Args:
        networks: detector and embedder.
        calibration: what distances are worth.
        picture_a: (h, w, 3) uint8 RGB.
        picture_b: (h, w, 3) uint8 RGB.
        config: the threshold.
        unit: decides in the place of the distance.

    Raises:
        NoFaceFoundError: one of them shows no face, or only one too small to encode.
    """
    found_a, a = _largest(networks, picture_a, "A")
    found_b, b = _largest(networks, picture_b, "B")
    distance = float(euclidean(a.encoding[None], b.encoding[None])[0, 0])
    verdict = Verdict(distance, config.threshold)
    log_odds = None if unit is None else float(unit.log_odds(np.abs(a.encoding - b.encoding)))
    odds = calibration.odds(verdict)
    return Verification(verdict, odds, (a, b), (found_a, found_b), log_odds)


def _largest(
    networks: Networks, picture: np.ndarray, letter: str
) -> tuple[list[Face], EncodedFace]:
    """All faces of a picture, and the largest one encoded."""
    try:
        found = find_faces(networks, picture)
        (encoded,) = networks.encode(picture, [pick(found, 0)])
    except NoFaceFoundError as error:
        raise NoFaceFoundError(f"Photo {letter}: {error}") from None
    return found, encoded
