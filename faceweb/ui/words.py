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
from faceweb.ui.tongue import retold, say

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


def counted(number: int, one: str, many: str) -> str:
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


def enrolled(result: Enrolled) -> str:
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
        photos=counted(result.photos, "photo", "photos"),
        name=name,
        people=counted(result.people, "person", "people"),
    )
    chip = draw.picture(result.face.chip, say("aligned face of {name}", name=result.photo.person))
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
    chip = draw.inline(photo.chip, say("photo of {name}", name=photo.person))
    question = say("Forget this photo of {name}?", name=name)
    return f"<p>{chip}{question}{also if last else ''}{_staying(marks, head)}</p>"


def _staying(marks: int, head: bool) -> str:
    if not marks and not head:
        return ""
    pairs = counted(marks, "pair", "pairs")
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


def numbered(faces: list[EncodedFace]) -> str:
    """The faces of one photo, numbered to choose from."""
    chips = ""
    for i, face in enumerate(faces, start=1):
        caption = say("Face {i}", i=i)
        chips += f"<figure>{draw.picture(face.chip, caption)}"
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
        chips = "".join(draw.inline(p.chip, alt) for p in mine[:MOST_CHIPS])
        count = counted(person.photos, "photo", "photos")
        cards.append(
            f'<figure><div class="chips">{chips}</div>'
            f"<figcaption><strong>{name}</strong><small>{count}</small></figcaption></figure>"
        )
    hidden = len(people) - len(cards)
    more = f'<p class="note">{counted(hidden, "more person", "more people")}</p>'
    return f'<div class="people">{"".join(cards)}</div>{more if hidden else ""}'


def live(picture: np.ndarray | None) -> str:
    """A labelled frame of the live camera, or what to do to get one."""
    if picture is None:
        start = say("Start the camera: the answer appears here, frame by frame.")
        return f'<p class="empty">{start}</p>'
    return draw.photo(picture, say("the camera's picture with names"))


def recognized(
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
            people=counted(people, "person", "people"),
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
        f'<li class="{kind}">{draw.picture(answer.face.chip, name)}<div>'
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
        people=counted(erased.people, "person", "people"),
        photos=counted(erased.photos, "photo", "photos"),
        bytes=f"{erased.bytes:,}",
        left=counted(left, "photo", "photos") if left else say("nothing"),
    )
    return f'<p class="empty">{proof}</p>'
