"""Answers as sentences and small pieces of HTML; every visitor's word is escaped.

What teaching says and draws: the decision, all marked pairs, the weights that moved.

The answer on a pair: what decided leads, and what the distance says stands below it.
"""

from html import escape

import numpy as np

from faceweb.engine import Status
from faceweb.faces.calibration import Calibration
from faceweb.faces.evaluation import BINARY
from faceweb.faces.heads import Head, LogisticUnit
from faceweb.faces.quality import SMALLEST_EYES, eye_distance
from faceweb.faces.verify import Verification
from faceweb.gallery.archive import PersonSummary
from faceweb.gallery.enroll import Enrolled
from faceweb.gallery.feedback import BOUND, Known, LabelledPair, Taught
from faceweb.gallery.recognize import Recognized
from faceweb.gallery.store import Receipt, StoredPhoto
from faceweb.i18n import retold, say
from faceweb.types import EmbeddedFace, Interval, MatchProbability, Verdict
from faceweb.ui import images

# What the panel shows of a large gallery; every chip is some 30 kB of page.
MOST_PEOPLE, MOST_CHIPS = 60, 6


def percent(share: float) -> str:
    """A share as a percentage, with as many digits as it deserves; it stays on one line."""
    if share > 0.999:
        return say("over 99.9\u00a0%")
    if 0 < share < 0.001:
        return say("under 0.1\u00a0%")
    digits = 0 if 0.1 <= share <= 0.9 else 1
    return f"{100 * share:.{digits}f}\u00a0%"


def count_noun(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return say(f"{{number}} {one if number == 1 else many}", number=f"{number:,}")


def status_line(status: Status) -> str:
    """The header's line on device, precision and warming."""
    if status.failure:
        return f'<p class="status failed" role="status">{escape(retold(status.failure))}</p>'
    if not status.ready:
        return (
            '<p class="status" role="status"><span class="dot waking"></span>'
            + say("Waking the networks: {stage}", stage=escape(say(status.stage)))
            + f" ({100 * status.share:.0f} %)</p>"
        )
    return (
        '<p class="status" role="status"><span class="dot"></span>'
        + say(
            "Ready on {device}, {precision}, warm after {seconds} s",
            device=escape(status.device),
            precision=escape(status.precision),
            seconds=f"{status.seconds:.0f}",
        )
        + "</p>"
    )


def enrollment(result: Enrolled) -> str:
    """What was enrolled and how good its photo is."""
    name = escape(result.photo.person)
    several = (
        say("This photo shows {found} faces: check that this is the right one.", found=result.found)
        if result.found > 1 and not result.which
        else ""
    )
    card = "".join(
        f'<li class="{"good" if check.good else "poor"}"><strong>{say(check.name)}</strong> '
        f"{retold(check.value)}{'' if check.good else f': {say(check.advice)}'}</li>"
        for check in result.card
    )
    box = result.face.face.box
    found = say(
        "Found with score {score}, {width} by {height} px.",
        score=f"{result.face.face.score:.2f}",
        width=f"{box.width:.0f}",
        height=f"{box.height:.0f}",
    )
    again = "" if result.added else say("This very photo was here already, so nothing was added.")
    kept = say(
        "{photos} of {name}; {people} in the gallery.",
        photos=count_noun(result.photos, "photo", "photos"),
        name=name,
        people=count_noun(result.people, "person", "people"),
    )
    chip = images.picture(result.face.chip, say("aligned face of {name}", name=result.photo.person))
    headline = say("{name} is enrolled", name=name)
    note = " ".join(part for part in (again, kept, found, several) if part)
    return f"""<section class="answer enrolled">{chip}<div><h3>{headline}</h3>
<p class="note">{note}</p>
<ul class="card">{card}</ul>{_nearest(result)}</div></section>"""


def _nearest(result: Enrolled) -> str:
    nearest = result.nearest
    if nearest is None:
        return ""
    who = {"name": escape(nearest.person), "distance": f"{nearest.distance:.2f}"}
    if result.look_alike is None:
        far = "Nearest of the others: {name}, at distance {distance}, too far to be mistaken."
        return f'<p class="note">{say(far, **who)}</p>'
    near = "Looks like {name}, at distance {distance}: the two may be taken for each other."
    return f'<p class="warning">{say(near, **who)}</p>'


def forgetting(person: str, marks: int = 0, head: bool = False) -> str:
    """The question before a person is forgotten, and what of them would stay."""
    question = say("Forget {name}, with all photos?", name=escape(person))
    return f"<p>{question}{_staying(marks, head)}</p>"


def forgetting_photo(photo: StoredPhoto, last: bool, marks: int = 0, head: bool = False) -> str:
    """As `forgetting`, before a photo is; with the `last` one the person goes too."""
    name = escape(photo.person)
    also = " " + say("It is the only one, so {name} is forgotten with it.", name=name)
    chip = images.inline(photo.chip, say("photo of {name}", name=photo.person))
    question = say("Forget this photo of {name}?", name=name)
    return f"<p>{chip}{question}{also if last else ''}{_staying(marks, head)}</p>"


def _staying(marks: int, head: bool) -> str:
    if not marks and not head:
        return ""
    pairs = count_noun(marks, "pair", "pairs")
    if not head:
        one = (
            "What was learnt knows no names: {pairs} you marked stays, until you press Begin anew "
            "in Verify, under Teach it."
        )
        more = (
            "What was learnt knows no names: {pairs} you marked stay, until you press Begin anew "
            "in Verify, under Teach it."
        )
        stay = say(one if marks == 1 else more, pairs=pairs)
    elif not marks:
        stay = say(
            "What was learnt knows no names: the head you trained stays, until you press Forget "
            "the head in Verify, under Teach it."
        )
    else:
        stay = say(
            "What was learnt knows no names: {pairs} you marked and the head you trained stay, "
            "until you press Begin anew and Forget the head in Verify, under Teach it.",
            pairs=pairs,
        )
    return " " + stay


def number_faces(faces: list[EmbeddedFace]) -> str:
    """The faces of one photo, numbered to choose from."""
    chips = ""
    for i, face in enumerate(faces, start=1):
        caption = say("Face {i}", i=i)
        chips += f"<figure>{images.picture(face.chip, caption)}"
        chips += f"<figcaption>{caption}</figcaption></figure>"
    return f'<div class="numbered">{chips}</div>'


def gallery(photos: list[StoredPhoto], people: list[PersonSummary]) -> str:
    """The people of a gallery with their chips."""
    if not people:
        nobody = say("Nobody is enrolled yet. One photo is enough.")
        return f'<p class="empty">{nobody}</p>'
    cards = []
    for person in people[:MOST_PEOPLE]:
        name = escape(person.person)
        mine = [p for p in photos if p.person == person.person]
        alt = say("photo of {name}", name=person.person)
        chips = "".join(images.inline(p.chip, alt) for p in mine[:MOST_CHIPS])
        count = count_noun(person.photos, "photo", "photos")
        cards.append(
            f'<figure><div class="chips">{chips}</div>'
            f"<figcaption><strong>{name}</strong><small>{count}</small></figcaption></figure>"
        )
    hidden = len(people) - len(cards)
    more = f'<p class="note">{count_noun(hidden, "more person", "more people")}</p>'
    return f'<div class="people">{"".join(cards)}</div>{more if hidden else ""}'


def live(picture: np.ndarray | None) -> str:
    """A labelled frame of the live camera, or what to do to get one."""
    if picture is None:
        start = say("Start the camera: the answer appears here, frame by frame.")
        return f'<p class="empty">{start}</p>'
    return images.photo(picture, say("the camera's picture with names"))


def recognition(
    answers: list[Recognized],
    people: int,
    among: Interval,
    threshold: float,
    head: Head | None = None,
) -> str:
    """Every face with its candidates, and the odds for the whole gallery."""
    if not answers:
        return f'<p class="empty">{say("No face was found in this picture.")}</p>'
    rows = "".join(_answer(i, answer) for i, answer in enumerate(answers, start=1))
    if not people:
        odds = say("Your gallery is empty, so everybody is unknown: enroll somebody first.")
    elif head is not None:
        odds = say(
            "Decided by {source}: scores in the place of distances, its own threshold of "
            "{threshold}. How often it takes a stranger for somebody here was not counted.",
            source=escape(retold(head.source)),
            threshold=f"{threshold:.2f}",
        )
    else:
        odds = say(
            "In a gallery of {people} a stranger is taken for somebody with a chance of {chance} "
            "({low} to {high}) at &tau; = {threshold}: {formula}, FAR being the share of strangers "
            "let in by one photo. It counts one photo a person; several give a stranger more "
            "chances.",
            people=count_noun(people, "person", "people"),
            chance=percent(among.value),
            low=percent(among.low),
            high=percent(among.high),
            threshold=f"{threshold:.2f}",
            formula=f'<span class="formula">1 &minus; (1 &minus; FAR)<sup>{people}</sup></span>',
        )
    return (
        f'<section class="answer"><ol class="faces">{rows}</ol><p class="note">{odds}</p></section>'
    )


def _answer(number: int, answer: Recognized) -> str:
    match = answer.match
    name = match.person or say("unknown")
    shown = [f"{escape(c.person)} {c.distance:.2f}" for c in match.candidates]
    if match.person:
        best = match.candidates[0]
        near = {"distance": f"{best.distance:.2f}", "number": best.number}
        shown[0] = say("d = {distance} to photo {number}", **near)
    elif shown:
        shown[0] = say("nearest: {who}", who=shown[0])
    candidates = say(", then ").join(shown) or _why_no_candidate(answer)
    kind = "known" if match.person else "unknown"
    return (
        f'<li class="{kind}">{images.picture(answer.face.chip, name)}<div>'
        f"<strong>{number}. {escape(name)}</strong><small>{candidates}</small></div></li>"
    )


def _why_no_candidate(answer: Recognized) -> str:
    small = eye_distance(answer.face.face.landmarks) < SMALLEST_EYES
    return say("too small to compare") if small else say("the gallery is empty")


def receipt(erased: Receipt, left: int) -> str:
    """Proof of erasing; `left` is how many photos a search still finds."""
    if not erased.bytes:
        return f'<p class="empty">{say("There was nothing to erase.")}</p>'
    proof = say(
        "Erased {people}, {photos}, {bytes} bytes; a search for this key now finds {left}.",
        people=count_noun(erased.people, "person", "people"),
        photos=count_noun(erased.photos, "photo", "photos"),
        bytes=f"{erased.bytes:,}",
        left=count_noun(left, "photo", "photos") if left else say("nothing"),
    )
    return f'<p class="empty">{proof}</p>'


WIDTH, HEIGHT = 640, 90
HELD = """The next step would have cost known pairs more than the bound allows, so it was not
taken."""
WEIGHTS = """How far each of the 128 weights is from where all begin: up where a difference speaks
more for one person than it did, down where more for two."""


def record(taught: Taught) -> dict:
    """The record of a marked pair."""
    last = taught.marks[-1]
    before, after = (float(unit.log_odds(last.terms)) for unit in (taught.before, taught.after))
    return {
        "same": last.same,
        "right": bool((after >= 0) == last.same),
        "log_odds": {"before": round(before, 4), "after": round(after, 4)},
        "steps": taught.steps,
        "held_back": taught.held_back,
        "refused": taught.refused,
        "marks": len(taught.marks) - taught.refused,
        "right_before": sum(taught.right(taught.before)),
        "right_after": sum(taught.right(taught.after)),
        "known_error": {
            "before": round(taught.error_before, 5),
            "after": round(taught.error_after, 5),
        },
        "bound": BOUND,
    }


def feedback(result: Taught, known: Known) -> str:
    """What marking a pair changed."""
    last = result.marks[-1]
    if result.refused:
        why = (
            say(
                "To decide it as you said, known pairs would have to be decided wrongly more often "
                "than the bound of {bound} percentage point allows.",
                bound=f"{100 * BOUND:.0f}",
            )
            if result.held_back
            else say(
                "To decide it as you said, more than {steps} steps would be needed beside the "
                "pairs you marked before: take back one that contradicts it.",
                steps=f"{result.steps:,}",
            )
        )
        pair = say("This pair: {odds}.", odds=_unit_odds(result.before, last))
        return f"""<section class="answer"><h3>{say("Refused, nothing was changed")}</h3>
<p class="note">{pair} {why}</p></section>"""
    headline = say("Learnt") if result.steps else say("It was right already")
    kept = sum(result.right(result.after))
    pairs = count_noun(len(result.marks), "pair", "pairs")
    held = f'<p class="warning">{say(HELD)}</p>' if result.held_back else ""
    moved = say(
        "{steps}. This pair: {before} &rarr; {after}. Of {pairs} you marked, {kept} decided as you "
        "said. Known pairs (normal approximation): {error_before} % &rarr; {error_after} % mean "
        "error; it began at {first} %.",
        steps=count_noun(result.steps, "step", "steps"),
        before=_unit_odds(result.before, last),
        after=_unit_odds(result.after, last),
        pairs=pairs,
        kept=kept,
        error_before=f"{100 * result.error_before:.2f}",
        error_after=f"{100 * result.error_after:.2f}",
        first=f"{100 * known.error(known.unit):.2f}",
    )
    return f"""<section class="answer"><h3>{headline}</h3>
<p class="note">{moved}</p>{held}
{_movement(known.unit, result.after)}<p class="note">{say(WEIGHTS)}</p></section>"""


def undone(left: int) -> str:
    """After pairs were taken back."""
    if not left:
        return f'<p class="note">{say("No pair is marked: the unit is where it began.")}</p>'
    still = count_noun(left, "pair is still marked.", "pairs are still marked.")
    return f'<p class="note">{say("Taken back.")} {still}</p>'


def headless() -> str:
    """After a head was forgotten."""
    return f'<p class="note">{say("The head you trained is forgotten.")}</p>'


def _unit_odds(unit: LogisticUnit, pair: LabelledPair) -> str:
    odds = float(unit.log_odds(pair.terms))
    verdict = say("one person") if odds >= 0 else say("two people")
    return f"{verdict} ({100 / (1 + np.exp(-abs(odds))):.0f} %)"


def _movement(before: LogisticUnit, after: LogisticUnit) -> str:
    ways = after.weights - before.weights
    tall = np.abs(ways).max() or 1.0
    wide, middle = WIDTH / len(ways), HEIGHT / 2
    bars = "".join(
        f'<rect class="{"up" if way > 0 else "down"}" x="{i * wide:.1f}" '
        f'y="{middle - max(way, 0) / tall * middle:.1f}" width="{wide - 1:.1f}" '
        f'height="{abs(way) / tall * middle:.1f}"/>'
        for i, way in enumerate(ways)
    )
    return (
        f'<svg class="moved" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{say("How far each weight moved")}">{bars}'
        f'<line x1="0" x2="{WIDTH}" y1="{middle}" y2="{middle}"/></svg>'
    )


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
        images.picture(face.chip, say("aligned face of photo {letter}", letter=letter))
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
    why, below = _by_distance(result), _count_errors(result, calibration)
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


def _count_errors(result: Verification, calibration: Calibration) -> str:
    counted = say(
        "Counted on {source}; 95 % intervals, which are too narrow in so far as pairs share "
        "people. Other faces, ages and cameras can do worse. Not for access control.",
        source=escape(retold(calibration.source)),
    )
    return f"""{images.distance_histogram(calibration, result.verdict)}
<p class="legend"><span class="swatch same"></span> {say("pairs of one person")}
<span class="swatch different"></span> {say("pairs of two people")}</p>{_odds(result.odds)}
<p class="note">{counted}</p>
"""


def _odds(odds: MatchProbability) -> str:
    one = say("One person, if half of such pairs were")
    return f"""<dl class="odds">
<div><dt>{one}</dt><dd>{percent(odds.probability)}</dd></div>
<div><dt>{say("Strangers let in at this &tau;")}</dt><dd>{_spread_of(odds.false_accept)}</dd></div>
<div><dt>{say("Same person turned away")}</dt><dd>{_spread_of(odds.false_reject)}</dd></div>
</dl>"""


def _spread_of(interval: Interval) -> str:
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
