"""Answers on faces: what enrolling, recognizing, verifying and teaching found, as HTML.

The sentences stand in templates/faces/; here is chosen and computed what they are told of.
"""

import numpy as np
from markupsafe import Markup

from faceweb.engine import Status
from faceweb.faces.calibration import Calibration
from faceweb.faces.heads import Head, LogisticUnit
from faceweb.faces.quality import SMALLEST_EYES, eye_distance
from faceweb.faces.verify import Verification
from faceweb.gallery.archive import PersonSummary
from faceweb.gallery.enroll import Enrolled
from faceweb.gallery.feedback import BOUND, Known, LabelledPair, Taught
from faceweb.gallery.recognize import Recognized
from faceweb.gallery.store import Receipt, StoredPhoto
from faceweb.i18n import say
from faceweb.types import EmbeddedFace, Interval
from faceweb.ui import images, svg
from faceweb.ui.views.render import render

# What the panel shows of a large gallery; every chip is some 30 kB of page.
MOST_PEOPLE, MOST_CHIPS = 60, 6


def status_line(status: Status) -> Markup:
    """The header's line on device, precision and warming."""
    return render("faces/status", status=status)


def enrollment(result: Enrolled) -> Markup:
    """What was enrolled and how good its photo is."""
    chip = images.picture(result.face.chip, say("aligned face of {name}", name=result.photo.person))
    return render("faces/enrollment", result=result, chip=chip)


def forget_question(person: str, marks: int = 0, head: bool = False) -> Markup:
    """The question before a person is forgotten, and what of them would stay."""
    return render("faces/forgetting", person=person, marks=marks, head=head)


def forget_photo_question(
    photo: StoredPhoto, last: bool, marks: int = 0, head: bool = False
) -> Markup:
    """As `forgetting`, before a photo is; with the `last` one the person goes too."""
    person = photo.person
    chip = images.inline(photo.chip, say("photo of {name}", name=person))
    return render(
        "faces/forgetting_photo", person=person, chip=chip, last=last, marks=marks, head=head
    )


def number_faces(faces: list[EmbeddedFace]) -> Markup:
    """The faces of one photo, numbered to choose from."""
    chips = [
        images.picture(face.chip, say("Face {i}", i=i)) for i, face in enumerate(faces, start=1)
    ]
    return render("faces/numbered", chips=chips)


def gallery(photos: list[StoredPhoto], people: list[PersonSummary]) -> Markup:
    """The people of a gallery with their chips."""
    shown = []
    for person in people[:MOST_PEOPLE]:
        mine = [photo for photo in photos if photo.person == person.person]
        alt = say("photo of {name}", name=person.person)
        shown.append((person, [images.inline(photo.chip, alt) for photo in mine[:MOST_CHIPS]]))
    return render("faces/gallery", people=shown, hidden=len(people) - len(shown))


def live(picture: np.ndarray | None) -> Markup:
    """A labelled frame of the live camera, or what to do to get one."""
    if picture is None:
        return render("faces/live_empty")
    return images.photo(picture, say("the camera's picture with names"))


def recognition(
    answers: list[Recognized],
    people: int,
    among: Interval,
    threshold: float,
    head: Head | None = None,
) -> Markup:
    """Every face with its candidates, and the odds for the whole gallery."""
    rows = []
    for answer in answers:
        name = answer.match.person or say("unknown")
        small = eye_distance(answer.face.face.landmarks) < SMALLEST_EYES
        rows.append((images.picture(answer.face.chip, name), name, answer.match, small))
    return render(
        "faces/recognition",
        answers=rows,
        people=people,
        among=among,
        threshold=threshold,
        head=head,
    )


def receipt(erased: Receipt, left: int) -> Markup:
    """Proof of erasing; `left` is how many photos a search still finds."""
    return render("faces/receipt", erased=erased, left=left)


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


def feedback(result: Taught, known: Known) -> Markup:
    """What marking a pair changed."""
    last = result.marks[-1]
    moved = result.after.weights - known.unit.weights
    return render(
        "faces/feedback",
        result=result,
        before=_decide(result.before, last),
        after=_decide(result.after, last),
        bound=BOUND,
        kept=sum(result.right(result.after)),
        first=known.error(known.unit),
        movement="" if result.refused else svg.movement(moved),
    )


def undo(left: int) -> Markup:
    """After pairs were taken back."""
    return render("faces/undone", left=left)


def head_forgotten() -> Markup:
    """After a head was forgotten."""
    return render("faces/headless")


def _decide(unit: LogisticUnit, pair: LabelledPair) -> dict[str, object]:
    """Whether a unit takes a pair for one person, and how surely in percent."""
    odds = float(unit.log_odds(pair.terms))
    return {"same": odds >= 0, "percentage": 100 / (1 + np.exp(-abs(odds)))}


def verification(result: Verification, calibration: Calibration) -> Markup:
    """Faces, verdict, and the odds of what decided; then the distance's, where a head did."""
    chips = [
        images.picture(face.chip, say("aligned face of photo {letter}", letter=letter))
        for face, letter in zip(result.compared, "AB", strict=True)
    ]
    several = [
        (letter, len(found))
        for letter, found in zip("AB", result.found, strict=True)
        if len(found) > 1
    ]
    return render(
        "faces/verification",
        result=result,
        calibration=calibration,
        chips=chips,
        several=several,
        chance=None if result.head is None else result.head.probability(result.score),
        histogram=svg.distance_histogram(calibration, result.verdict),
    )
