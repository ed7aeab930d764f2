import numpy as np
import pytest

from faceweb.config import FacesConfig
from faceweb.faces.calibration import load_calibration
from faceweb.faces.heads import Head
from faceweb.faces.verify import Verification, verify
from faceweb.types import Box, EmbeddedFace, Face, Verdict
from faceweb.ui.views.faces import verification

CALIBRATION = load_calibration()
CHIP = np.zeros((150, 150, 3), np.uint8)
FACE = EmbeddedFace(
    Face(Box(30, 20, 60, 80), 0.99, np.zeros((5, 2))), CHIP, np.zeros(128, np.float32)
)
ASIDE = "What the distance alone would say"
UNIT = (np.zeros(128), np.array(0.0))


def test_a_verdict_against_the_odds_is_not_called_clear(networks, picture):
    for threshold, word in ((1.2, "odds speak against"), (0.6, "Clear")):
        config = FacesConfig(threshold=threshold)
        pair = verify(networks, CALIBRATION, picture("collins"), picture("hopper"), config)
        assert word in verification(pair, CALIBRATION)


def decided(score: float, distance: float = 0.8, threshold: float = 0.4, slope: float = -1.0):
    """The answer, where a unit found a score and the odds are those of slope * score."""
    verdict = Verdict(distance, 0.6)
    head = Head("binary", UNIT, threshold, slope, 0.0, 7.0, "the <head>")
    odds = CALIBRATION.odds(verdict)
    result = Verification(verdict, odds, (FACE, FACE), ([], []), head, score)
    page = verification(result, CALIBRATION)
    assert page.count(ASIDE) == 1
    return page.split(ASIDE)


def test_what_decided_leads_and_the_distance_stands_aside():
    """Score -2.0: log-odds of 2, 1 / (1 + exp(-2)) = 88 %."""
    lead, aside = decided(-2.0)
    assert "Same person" in lead
    assert "score -2.00 &le; 0.40, its threshold" in lead
    assert "One person: 88\u00a0%" in lead
    assert "Decided by the &lt;head&gt;" in lead
    for said in ("d = ", "histogram", "Strangers let in", "&tau;"):
        assert said not in lead
        assert said in aside
    assert "Different people instead: " in aside


@pytest.mark.parametrize(
    ("score", "distance", "headline", "says"),
    [
        (0.5, 0.8, "Different people", "Different people as well"),
        (0.5, 0.3, "Different people", "Same person instead"),
        (0.3, 0.3, "Same person", "Same person as well"),
    ],
)
def test_the_distance_agrees_or_not(score, distance, headline, says):
    lead, aside = decided(score, distance)
    assert headline in lead
    assert says in aside


def test_odds_that_contradict_what_decided_are_said_to():
    """At 0.3 the unit is below its threshold of 0.4, but its odds are exp(-0.3): 43 %."""
    lead, _ = decided(0.3)
    assert "43\u00a0%, if half of such pairs were, which speaks against its threshold" in lead
    lead, _ = decided(-2.0)
    assert "speaks against" not in lead


def test_the_distance_alone_has_no_aside():
    verdict = Verdict(0.3, 0.6)
    result = Verification(verdict, CALIBRATION.odds(verdict), (FACE, FACE), ([], []))
    page = verification(result, CALIBRATION)
    assert ASIDE not in page
    assert "d = 0.300 &le; 0.60" in page
