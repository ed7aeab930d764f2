"""Answers as sentences and small pieces of HTML; every visitor's word is escaped."""

from html import escape

import numpy as np

from faceweb.features.enroll import Enrolled
from faceweb.features.faces import SMALLEST_EYES
from faceweb.features.gallery import PersonSummary
from faceweb.features.heads import Head
from faceweb.features.recognize import Recognized
from faceweb.models.engine import Status
from faceweb.numerics.quality import eye_distance
from faceweb.storage.galleries import Receipt, StoredPhoto
from faceweb.types import EncodedFace, Interval
from faceweb.ui import draw
from faceweb.ui.tongue import say

# What the panel shows of a large gallery; every chip is some 30 kB of page.
MOST_PEOPLE, MOST_CHIPS = 60, 6


def percent(share: float) -> str:
    """A share as a percentage, with as many digits as it deserves; it stays on one line."""
    if share > 0.999:
        return "over 99.9\u00a0%"
    if 0 < share < 0.001:
        return "under 0.1\u00a0%"
    digits = 0 if 0.1 <= share <= 0.9 else 1
    return f"{100 * share:.{digits}f}\u00a0%"


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


def status_line(status: Status) -> str:
    """The header's line on device, precision and warming."""
    if status.failure:
        return f'<p class="status failed" role="status">{escape(status.failure)}</p>'
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


def enrolled(result: Enrolled) -> str:
    """What was enrolled and how good its photo is."""
    name = escape(result.photo.person)
    several = (
        f"This photo shows {result.found} faces: check that this is the right one."
        if result.found > 1 and not result.which
        else ""
    )
    card = "".join(
        f'<li class="{"good" if check.good else "poor"}"><strong>{check.name}</strong> '
        f"{check.value}{'' if check.good else f': {check.advice}'}</li>"
        for check in result.card
    )
    box = result.face.face.box
    found = (
        f"Found with score {result.face.face.score:.2f}, {box.width:.0f} by {box.height:.0f} px."
    )
    again = "" if result.added else "This very photo was here already, so nothing was added. "
    count = counted(result.photos, "photo", "photos")
    chip = draw.picture(result.face.chip, f"aligned face of {result.photo.person}")
    people = counted(result.people, "person", "people")
    return f"""<section class="answer enrolled">{chip}<div><h3>{name} is enrolled</h3>
<p class="note">{again}{count} of {name}; {people} in the gallery. {found} {several}</p>
<ul class="card">{card}</ul>{_nearest(result)}</div></section>"""


def _nearest(result: Enrolled) -> str:
    nearest = result.nearest
    if nearest is None:
        return ""
    who = f"{escape(nearest.person)}, at distance {nearest.distance:.2f}"
    if result.look_alike is None:
        return f'<p class="note">Nearest of the others: {who}, too far to be mistaken.</p>'
    return f'<p class="warning">Looks like {who}: the two may be taken for each other.</p>'


def forgetting(person: str, marks: int = 0, head: bool = False) -> str:
    """The question before a person is forgotten, and what of them would stay."""
    return f"<p>Forget {escape(person)}, with all photos?{_staying(marks, head)}</p>"


def forgetting_photo(photo: StoredPhoto, last: bool, marks: int = 0, head: bool = False) -> str:
    """As `forgetting`, before a photo is; with the `last` one the person goes too."""
    name = escape(photo.person)
    also = f" It is the only one, so {name} is forgotten with it." if last else ""
    chip = draw.inline(photo.chip, f"photo of {photo.person}")
    return f"<p>{chip}Forget this photo of {name}?{also}{_staying(marks, head)}</p>"


def _staying(marks: int, head: bool) -> str:
    pairs = [f"{counted(marks, 'pair', 'pairs')} you marked"] if marks else []
    stay = " and ".join([*pairs, *(["the head you trained"] if head else [])])
    if not stay:
        return ""
    verb = "stay" if marks > 1 or (marks and head) else "stays"
    ways = [*(["Begin anew"] if marks else []), *(["Forget the head"] if head else [])]
    return (
        f" What was learnt knows no names: {stay} {verb}, until you press {' and '.join(ways)} in "
        "Verify, under Teach it."
    )


def numbered(faces: list[EncodedFace]) -> str:
    """The faces of one photo, numbered to choose from."""
    chips = "".join(
        f"<figure>{draw.picture(face.chip, f'face {i}')}<figcaption>Face {i}</figcaption></figure>"
        for i, face in enumerate(faces, start=1)
    )
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
        chips = "".join(draw.inline(p.chip, f"photo of {person.person}") for p in mine[:MOST_CHIPS])
        count = counted(person.photos, "photo", "photos")
        cards.append(
            f'<figure><div class="chips">{chips}</div>'
            f"<figcaption><strong>{name}</strong><small>{count}</small></figcaption></figure>"
        )
    hidden = len(people) - len(cards)
    more = f'<p class="note">and {counted(hidden, "more person", "more people")}</p>'
    return f'<div class="people">{"".join(cards)}</div>{more if hidden else ""}'


def live(picture: np.ndarray | None) -> str:
    """A labelled frame of the live camera, or what to do to get one."""
    if picture is None:
        return '<p class="empty">Start the camera: the answer appears here, frame by frame.</p>'
    return draw.photo(picture, "the camera's picture with names")


def recognized(
    answers: list[Recognized],
    people: int,
    among: Interval,
    threshold: float,
    head: Head | None = None,
) -> str:
    """Every face with its candidates, and the odds for the whole gallery."""
    if not answers:
        return '<p class="empty">No face was found in this picture.</p>'
    rows = "".join(_answer(i, answer) for i, answer in enumerate(answers, start=1))
    if not people:
        odds = "Your gallery is empty, so everybody is unknown: enroll somebody first."
    elif head is not None:
        odds = (
            f"Decided by {escape(head.source)}: scores in the place of distances, its own "
            f"threshold of {threshold:.2f}. How often it takes a stranger for somebody here "
            "was not counted."
        )
    else:
        odds = (
            f"In a gallery of {counted(people, 'person', 'people')} a stranger is taken for "
            f"somebody with a chance of {percent(among.value)} ({percent(among.low)} to "
            f"{percent(among.high)}) at &tau; = {threshold:.2f}: "
            f'<span class="formula">1 &minus; (1 &minus; FAR)<sup>{people}</sup></span>, '
            "FAR being the share of strangers let in by one photo. It counts one photo a person; "
            "several give a stranger more chances."
        )
    return (
        f'<section class="answer"><ol class="faces">{rows}</ol><p class="note">{odds}</p></section>'
    )


def _answer(number: int, answer: Recognized) -> str:
    match = answer.match
    name = match.person or "unknown"
    shown = [f"{escape(c.person)} {c.distance:.2f}" for c in match.candidates]
    if match.person:
        best = match.candidates[0]
        shown[0] = f"d = {best.distance:.2f} to photo {best.number}"
    elif shown:
        shown[0] = f"nearest: {shown[0]}"
    candidates = ", then ".join(shown) or _why_no_candidate(answer)
    kind = "known" if match.person else "unknown"
    return (
        f'<li class="{kind}">{draw.picture(answer.face.chip, name)}<div>'
        f"<strong>{number}. {escape(name)}</strong><small>{candidates}</small></div></li>"
    )


def _why_no_candidate(answer: Recognized) -> str:
    small = eye_distance(answer.face.face.landmarks) < SMALLEST_EYES
    return "too small to compare" if small else "the gallery is empty"


def receipt(erased: Receipt, left: int) -> str:
    """Proof of erasing; `left` is how many photos a search still finds."""
    if not erased.bytes:
        return '<p class="empty">There was nothing to erase.</p>'
    return (
        f'<p class="empty">Erased {counted(erased.people, "person", "people")}, '
        f"{counted(erased.photos, 'photo', 'photos')}, {erased.bytes:,} bytes; a search for this "
        f"key now finds {counted(left, 'photo', 'photos') if left else 'nothing'}.</p>"
    )
