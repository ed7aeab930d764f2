import numpy as np
import pytest

from faceweb.faces.calibration import Calibration, calibrate, load_calibration
from faceweb.types import Verdict

SAME = np.array([0.305, 0.405, 0.505, 0.605])
DIFFERENT = np.array([0.555, 0.655, 0.755, 0.855, 0.955])


@pytest.fixture
def calibration() -> Calibration:
    return calibrate(SAME, DIFFERENT, "by hand")


@pytest.mark.parametrize(
    ("threshold", "accepted", "rejected"),
    [
        (0.3, 0, 1),
        (0.31, 0, 0.75),
        (0.555, 0.2, 0.25),
        (0.56, 0.2, 0.25),
        (0.6, 0.2, 0.25),
        (0.66, 0.4, 0),
        (1.2, 1, 0),
    ],
)
def test_rates_are_counted(calibration, threshold, accepted, rejected):
    odds = calibration.odds(Verdict(0.5, threshold))
    assert odds.false_accept.value == accepted
    assert odds.false_reject.value == rejected
    assert odds.false_accept.low <= accepted <= odds.false_accept.high


def test_four_pairs_cannot_make_it_surer_than_four_to_one(calibration):
    """At d = 0 the fit is steep; 5 different pairs allow odds of 5 to 1, 4 same ones 1 to 4."""
    assert calibration.odds(Verdict(0.0, 0.6)).probability == pytest.approx(5 / 6)
    assert calibration.odds(Verdict(1.5, 0.6)).probability == pytest.approx(1 / 5)


def test_odds_against_a_gallery(calibration):
    """FAR 1/5 at 0.6, three people: 1 - 0.8^3 = 0.488."""
    assert calibration.false_accept_among(0.6, 3).value == pytest.approx(0.488)
    assert calibration.false_accept_among(0.6, 0).value == 0


def test_shipped_figures_are_those_of_the_shipped_networks(networks, lfw):
    """Recounted from the photos with the code of the script that wrote them."""
    from training.calibrate_odds import embed_folder, pair_distances

    shipped = load_calibration()
    embeddings, names = embed_folder(networks, lfw)
    same, different = pair_distances(embeddings, names)
    assert (sum(shipped.same), sum(shipped.different)) == (450, 4500)
    odds = shipped.odds(Verdict(0.6, 0.6))
    assert odds.false_accept.value == pytest.approx((different <= 0.6).mean(), abs=5e-4)
    assert odds.false_reject.value == pytest.approx((same > 0.6).mean(), abs=5e-3)
    assert 1 - (odds.false_accept.value + odds.false_reject.value) / 2 >= 0.985
