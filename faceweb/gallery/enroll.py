"""One-shot enrolment: one photo makes a person known, under a name that is checked."""

import unicodedata
from dataclasses import dataclass

import numpy as np

from faceweb.config import FacesConfig, GalleryConfig
from faceweb.errors import NameRefusedError
from faceweb.faces import quality
from faceweb.faces.quality import MODEL, Networks, find_faces, pick, to_png
from faceweb.gallery.recognize import rank
from faceweb.gallery.store import Galleries, StoredPhoto
from faceweb.types import Candidate, Check, EmbeddedFace


def clean_name(name: str, config: GalleryConfig | None = None) -> str:
    """A name in composed form, without outer or doubled spaces.

    Raises:
        NameRefusedError: it is empty, overlong or holds characters that do not print.
    """
    longest = (config or GalleryConfig()).longest_name
    parts = unicodedata.normalize("NFC", name or "").strip().split(" ")
    cleaned = " ".join(part for part in parts if part)
    if not cleaned:
        raise NameRefusedError("Whose face is this? Type a name first.")
    if len(cleaned) > longest:
        raise NameRefusedError(
            f"This name has {len(cleaned)} characters: {longest} is the most that is kept."
        )
    if not cleaned.isprintable():
        raise NameRefusedError(
            "This name holds characters that do not print, such as a tab or a line break: type it "
            "again without them."
        )
    return cleaned


# Saved anew as JPEG a photo moves by up to 0.10; another photo of the person was 0.27 off or more
# (100 photos of 10 people).
SAME_PHOTO = 0.12


@dataclass(frozen=True, eq=False)
class Enrolled:
    """A committed enrolment, with the photo's report card and the nearest other person.

    `added` is False where the person has this very photo already, and nothing was added; `which`
    face of the picture was asked for.
    """

    photo: StoredPhoto
    face: EmbeddedFace
    found: int
    card: tuple[Check, ...]
    nearest: Candidate | None
    threshold: float
    people: int
    photos: int
    added: bool
    which: int = 0

    @property
    def look_alike(self) -> Candidate | None:
        """Somebody else who is near enough to be taken for this person."""
        near = self.nearest is not None and self.nearest.distance <= self.threshold
        return self.nearest if near else None


def enroll(
    networks: Networks,
    galleries: Galleries,
    key: str,
    picture: np.ndarray,
    name: str,
    which: int = 0,
) -> Enrolled:
    """Adds one face of a picture to a gallery.

    Args:
        networks: detector and embedder.
        galleries: where it is kept.
        key: of the visitor's gallery.
        picture: (h, w, 3) uint8 RGB.
        name: whose face it is.
        which: index among the faces, largest first.

    Raises:
        NoFaceFoundError: no face, none of that index, or one too small to embed.
        NameRefusedError, KeyRefusedError, GalleryFullError, StorageError: see there.
    """
    name = clean_name(name)
    faces = find_faces(networks, picture)
    chosen = pick(faces, which)
    (embedded,) = networks.embed_faces(picture, [chosen])
    before = galleries.photos(key)
    mine = [photo for photo in before if photo.person == name]
    nearest = rank(embedded.embedding, [photo for photo in before if photo.person != name])[:1]
    photo = _again(embedded, mine)
    added = photo is None
    if photo is None:
        photo = galleries.add(key, name, embedded.embedding, to_png(embedded.chip), MODEL)
    return Enrolled(
        photo=photo,
        face=embedded,
        found=len(faces),
        card=report_card(embedded),
        nearest=nearest[0] if nearest else None,
        threshold=FacesConfig().threshold,
        people=len({p.person for p in before} | {name}),
        photos=len(mine) + added,
        added=added,
        which=which,
    )


def _again(embedded: EmbeddedFace, mine: list[StoredPhoto]) -> StoredPhoto | None:
    near = rank(embedded.embedding, mine)[:1]
    if not near or near[0].distance > SAME_PHOTO:
        return None
    return next(photo for photo in mine if photo.id == near[0].photo_id)


def report_card(embedded: EmbeddedFace) -> tuple[Check, ...]:
    """Is the face large, sharp, bright and frontal enough to be known again?"""
    eyes = quality.eye_distance(embedded.face.landmarks)
    sharp = quality.sharpness(embedded.chip)
    light = quality.brightness(embedded.chip)
    turn = quality.turn(embedded.face.landmarks)
    return (
        Check("Large", eyes >= 30, f"{eyes:.0f} px between the eyes", "30 px or more is better"),
        Check("Sharp", sharp >= 7, f"{sharp:.1f} % fine detail", "hold still, or focus"),
        Check(
            "Well lit",
            0.2 <= light <= 0.85,
            f"{100 * light:.0f} % brightness",
            "find softer light" if light > 0.85 else "find more light",
        ),
        Check("Frontal", turn <= 0.25, f"nose {100 * turn:.0f} % off centre", "face the camera"),
    )
