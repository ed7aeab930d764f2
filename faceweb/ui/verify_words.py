"""The answer on a pair: what decided leads, and what the distance says stands below it."""

from html import escape

from faceweb.features.heads import Head
from faceweb.features.odds import Calibration
from faceweb.features.separation import BINARY
from faceweb.features.verify import Verification
from faceweb.types import Interval, Odds, Verdict
from faceweb.ui import draw
from faceweb.ui.tongue import retold, say
from faceweb.ui.words import percent

SCORES = {
    "binary": "s = \u2212(\u03a3 w<sub>k</sub> |f<sub>k</sub>(a) \u2212 f<sub>k</sub>(b)| + b)",
    "chi-square": "s = \u2212(\u03a3 w<sub>k</sub> \u03c7\u00b2<sub>k</sub> + b)",
}
MATRIX = "s = \u2016f(a) M \u2212 f(b) M\u2016"


def verification(result: Verification, calibration: Calibration) -> str:
    """Faces, verdict, and the odds of what decided; then the distance's, where a head did."""
    headline = say("Same person") if result.same else say("Different people")
    sign = "same" if result.same else "different"
    a, b = (
        draw.picture(face.chip, say("aligned face of photo {letter}", letter=letter))
        for face, letter in zip(result.compared, "AB", strict=True)
    )
    several = [
        say(
            "Photo {letter} shows {found} faces; the largest was compared.",
            letter=letter,
            found=len(found),
        )
        for letter, found in zip("AB", result.found, strict=True)
        if len(found) > 1
    ]
    note = f'<p class="note">{" ".join(several)}</p>' if several else ""
    why, below = _by_distance(result), _counted(result, calibration)
    if result.head is not None:
        why = _by_head(result.head, result.score, result.same)
        below = _aside(result, below)
    return f"""<section class="answer">
<div class="pair">{a}<div class="verdict {sign}"><strong>{headline}</strong>{why}</div>{b}</div>
{note}{below}</section>"""


def _by_distance(result: Verification) -> str:
    sure = _how_sure(result.verdict.same, result.odds.probability)
    return f"{_distance(result.verdict)}<span>{sure}</span>"


def _by_head(head: Head, score: float, same: bool) -> str:
    relation = "&le;" if score <= head.threshold else "&gt;"
    chance = head.probability(score)
    formula = SCORES[head.loss] if head.loss in BINARY else MATRIX
    compared = say(
        "score {score} {relation} {threshold}, its threshold",
        score=f"{score:.2f}",
        relation=relation,
        threshold=f"{head.threshold:.2f}",
    )
    odds = say("One person: {chance}, if half of such pairs were", chance=percent(chance))
    if same != (chance >= 0.5):
        odds += say(", which speaks against its threshold")
    source = say("Decided by {source}", source=escape(retold(head.source)))
    return (
        f'<span class="formula">{compared}</span><span>{odds}</span>'
        f'<span>{source}</span><span class="formula how">{formula}</span>'
    )


def _aside(result: Verification, counted: str) -> str:
    verdict = result.verdict
    agrees = verdict.same == result.same
    if verdict.same:
        says = say("Same person as well") if agrees else say("Same person instead")
    else:
        says = say("Different people as well") if agrees else say("Different people instead")
    moves = say("The threshold &tau; moves this only; what decided above brings its own.")
    return f"""<section class="aside"><h3>{say("What the distance alone would say")}</h3>
<p class="note">{says}: {_distance(verdict)}. {moves}</p>{counted}</section>"""


def _distance(verdict: Verdict) -> str:
    relation = "&le;" if verdict.same else "&gt;"
    return (
        f'<span class="formula">d = {verdict.distance:.3f} {relation} '
        f"{verdict.threshold:.2f} = &tau;</span>"
    )


def _counted(result: Verification, calibration: Calibration) -> str:
    counted = say(
        "Counted on {source}; 95 % intervals, which are too narrow in so far as pairs share "
        "people. Other faces, ages and cameras can do worse. Not for access control.",
        source=escape(retold(calibration.source)),
    )
    return f"""{draw.histogram(calibration, result.verdict)}
<p class="legend"><span class="swatch same"></span> {say("pairs of one person")}
<span class="swatch different"></span> {say("pairs of two people")}</p>{_odds(result.odds)}
<p class="note">{counted}</p>
"""


def _odds(odds: Odds) -> str:
    one = say("One person, if half of such pairs were")
    return f"""<dl class="odds">
<div><dt>{one}</dt><dd>{percent(odds.probability)}</dd></div>
<div><dt>{say("Strangers let in at this &tau;")}</dt><dd>{_spread(odds.false_accept)}</dd></div>
<div><dt>{say("Same person turned away")}</dt><dd>{_spread(odds.false_reject)}</dd></div>
</dl>"""


def _spread(interval: Interval) -> str:
    low, high = percent(interval.low), percent(interval.high)
    between = say("({low} to {high})", low=low, high=high)
    return f"{percent(interval.value)} <small>{between}</small>"


def _how_sure(same: bool, probability: float) -> str:
    agrees = probability if same else 1 - probability
    if agrees > 0.99:
        return say("Clear")
    if agrees > 0.9:
        return say("Likely")
    if agrees > 0.5:
        return say("Close call: try a second photo")
    return say("The odds speak against this \u03c4")
