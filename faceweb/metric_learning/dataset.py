"""Pictures of people to learn from, and who is held out.

The people are synthetic, or those of a gallery or a zip, each enrolled face with augmented copies;
one photo a person is enough to begin with.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from faceweb.errors import TrainingError
from faceweb.faces.quality import Networks, detect_faces, from_png
from faceweb.gallery.store import StoredPhoto
from faceweb.interpret.corpus import make_uploaded_corpus
from faceweb.metric_learning.synthetic_faces import SIDE, draw_face, identity, occasion


@dataclass(frozen=True, eq=False)
class FaceDataset:
    """People with their pictures.

    Attributes:
        inputs: what a network is given, for each person (k, ...): pictures uint8 or embeddings
            float32; k may differ and is at least 1.
        pictures: what a visitor is shown of each, (k, h, w, 3) uint8.
    """

    inputs: tuple[np.ndarray, ...]
    pictures: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def people(self) -> np.ndarray:
        """Whose each input is, in order, (n,)."""
        return np.repeat(np.arange(len(self)), [len(own) for own in self.inputs])

    @property
    def flat(self) -> np.ndarray:
        """All inputs, (n, ...), as a network takes them."""
        return as_input(np.concatenate(self.inputs))

    def part(self, people: range, most: int | None = None) -> "FaceDataset":
        """Some of the people, with the first `most` pictures of each."""
        inputs = tuple(self.inputs[i][:most] for i in people)
        return FaceDataset(inputs, tuple(self.pictures[i][:most] for i in people))


@dataclass(frozen=True)
class Places:
    """A batch by places in a data set: (n,) whose, and (n,) which picture of theirs."""

    people: np.ndarray
    which: np.ndarray


def batch(dataset: FaceDataset, people: int, each: int, rng: np.random.Generator) -> Places:
    """Draws P people and K pictures of each; a picture comes again where a person has fewer.

    Of fewer than P people all come, with more pictures each, so that none is paired with itself.
    """
    if len(dataset) < people:
        quota = people * each // len(dataset)
        own = [rng.permutation(len(inputs))[:quota] for inputs in dataset.inputs]
        return Places(np.repeat(np.arange(len(dataset)), list(map(len, own))), np.concatenate(own))
    chosen = rng.choice(len(dataset), people, replace=False)
    which = [_draw(len(dataset.inputs[i]), each, rng) for i in chosen]
    return Places(np.repeat(chosen, each), np.concatenate(which))


def take(dataset: FaceDataset, places: Places) -> np.ndarray:
    """The inputs (n, ...) at places, as a network takes them."""
    pairs = zip(places.people, places.which, strict=True)
    return as_input(np.stack([dataset.inputs[person][which] for person, which in pairs]))


def as_input(values: np.ndarray) -> np.ndarray:
    """Pictures uint8 as float32 in [0, 1]; embeddings as they are."""
    return values / np.float32(255) if values.dtype == np.uint8 else values


def _draw(count: int, each: int, rng: np.random.Generator) -> np.ndarray:
    return np.concatenate([rng.permutation(count) for _ in range(-(-each // count))])[:each]


SEED, PICTURES = 0, 20
LEARNT, SYNTHETIC_WATCHED, SYNTHETIC_TESTED = range(160), range(160, 200), range(200, 240)
# So many of those who are watched, with so many pictures, are seen several times a second.
SEEN_PEOPLE, SEEN_PICTURES = 20, 8


@dataclass(frozen=True, eq=False)
class HoldOut:
    """Who is learnt from, and who it is measured on.

    Attributes:
        learnt: who is learnt from.
        watched: who is measured while it learns.
        tested: who is measured at the start and at the end.
        known: whether those who are measured are learnt from too, since there are so few.
        copied: whether their pairs of one person are copies of one photo, easier than real ones.
        apart: whether those who are tested are others than those who are watched.
    """

    learnt: FaceDataset
    watched: FaceDataset
    tested: FaceDataset
    known: bool = False
    copied: bool = False
    apart: bool = False

    @property
    def who(self) -> str:
        """Who is measured, in words."""
        return "the people it learns from" if self.known else "people held out"


class SyntheticFaces:
    """240 people who do not exist, with 20 pictures each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._split: HoldOut | None = None

    def split(self, report: Callable[[float], None]) -> HoldOut:
        """The people, drawn where they are not yet.

        Args:
            report: called with the share that is drawn.
        """
        with self._lock:
            if self._split is None:
                everybody = range(LEARNT.start, SYNTHETIC_TESTED.stop)
                pictures = []
                for person, own in enumerate(dataset(SEED, everybody, PICTURES), start=1):
                    pictures.append(own)
                    report(person / len(everybody))
                whole = FaceDataset(tuple(pictures), tuple(pictures))
                seen = SYNTHETIC_WATCHED[:SEEN_PEOPLE]
                self._split = HoldOut(
                    whole.part(LEARNT),
                    whole.part(seen, SEEN_PICTURES),
                    whole.part(SYNTHETIC_TESTED),
                    apart=True,
                )
            return self._split


def dataset(seed: int, people: range, pictures: int) -> Iterator[np.ndarray]:
    """The pictures (pictures, 64, 64, 3) uint8 of one person after the other."""
    for number in people:
        who = identity(seed, number)
        yield np.stack([draw_face(who, occasion(seed, number, i)) for i in range(pictures)])


FEWEST, MOST_PHOTOS = 3, 300
# Faces that are measured while it learns, and at the end: their pairs grow with the square.
WATCHED, TESTED = 160, 800
CHIPS = 64  # at once
COPIES = 7  # of every photo, beside itself
TURN, SCALE, SHIFT = 8.0, 0.08, 0.05  # degrees, share, share of the side
GAIN, TINT = 0.35, 0.06


@dataclass(frozen=True, eq=False)
class PhotoDataset:
    """A gallery to learn from.

    Attributes:
        split: who is learnt from, watched and tested.
        note: what a visitor should know of it.
    """

    split: HoldOut
    note: str


Embed = Callable[[np.ndarray], np.ndarray]


def photo_dataset(embed: Embed, photos: list[StoredPhoto], seed: int) -> PhotoDataset:
    """A gallery's faces and their copies, as a network takes them; of a large one a part.

    Args:
        embed: from chips (n, 150, 150, 3) uint8 to what the network that learns is given.
        photos: the gallery, with chips.
        seed: of the copies.

    Raises:
        TrainingError: it holds fewer than three people.
    """
    people: dict[str, list[bytes]] = {}
    for photo in photos:
        people.setdefault(photo.person, []).append(photo.chip)
    if len(people) < FEWEST:
        raise TrainingError(
            f"{FEWEST} people are needed to learn from, and this gallery holds {len(people)}: "
            f"{_enroll(FEWEST - len(people))} in the first tab, one photo each will do; or choose "
            "Drawn faces, or a zip with a folder of photos for each person."
        )
    each = max(MOST_PHOTOS // len(people), 1) if len(photos) > MOST_PHOTOS else len(photos)
    taken = [[from_png(chip) for chip in own[:each]] for own in people.values()][:MOST_PHOTOS]
    dataset, count = _build_dataset(embed, taken, seed), sum(map(len, taken))
    left = f" {count:,} of {len(photos):,} photos are learnt from." if count < len(photos) else ""
    return PhotoDataset(dataset.split, dataset.note + left)


def zip_dataset(
    networks: Networks,
    embed: Embed,
    archive: Path,
    seed: int,
    report: Callable[[float], None],
) -> PhotoDataset:
    """As `photo_dataset`, of a zip with a folder of photos for each person.

    The largest face of each photo counts. Photos that are broken, show none or lie in no folder
    beside the others' are left out and counted.

    Args:
        networks: detector and aligner.
        embed: as for `photo_dataset`.
        archive: the zip.
        seed: of the copies.
        report: called with the share that is read.

    Raises:
        CorpusError: it is no zip, or not to be trusted.
        TrainingError: it holds too many photos, no faces, or fewer than three people.
    """
    corpus = make_uploaded_corpus([archive])
    if len(corpus) > MOST_PHOTOS:
        raise TrainingError(
            f"This zip holds {len(corpus):,} photos and {MOST_PHOTOS} are what can be learnt from "
            "here: pack fewer."
        )
    people: dict[str, list[np.ndarray]] = {}
    owners = _owners([item.member for item in corpus.items])
    skipped = loose = 0
    for number, picture in corpus.pictures(range(len(corpus))):
        faces = [] if picture is None else detect_faces(networks, picture)
        if picture is None or not faces:
            skipped += 1
        elif not owners[number]:
            loose += 1
        else:
            people.setdefault(owners[number], []).extend(networks.align(picture, faces[:1]))
        report((number + 1) / len(corpus))
    if not people and not loose:
        raise TrainingError("No face was found in this zip: pack photos that show one each.")
    if len(people) < FEWEST:
        raise TrainingError(
            f"{FEWEST} people are needed to learn from, and faces of {len(people)} were found in "
            "this zip: pack one folder of photos for each person."
        )
    dataset = _build_dataset(embed, list(people.values()), seed)
    lost = f" {skipped} photos were left out: broken, or without a face." if skipped else ""
    lost += f" {loose} photos were left out: in no folder of a person." if loose else ""
    return PhotoDataset(dataset.split, dataset.note + lost)


def _enroll(missing: int) -> str:
    return "enroll a third" if missing == 1 else f"enroll {missing} more"


def _owners(members: list[str]) -> list[str]:
    """Whose each photo of a zip is: its first folder below those that all share, or ""."""
    folders = [PurePosixPath(member).parent.parts for member in members]
    levels = list(zip(*folders, strict=False))
    shared = next((i for i, level in enumerate(levels) if len(set(level)) > 1), len(levels))
    return [parts[shared] if len(parts) > shared else "" for parts in folders]


def _build_dataset(embed: Embed, people: list[list[np.ndarray]], seed: int) -> PhotoDataset:
    rng = np.random.default_rng(seed)
    # Last who can be measured: several photos of one person make real pairs.
    people = sorted(people, key=lambda chips: len(chips) > 1)
    inputs, pictures = [], []
    for chips in people:
        own = copies(chips, rng)
        pieces = [embed(own[i : i + CHIPS]) for i in range(0, len(own), CHIPS)]
        inputs.append(np.concatenate(pieces))
        pictures.append(np.stack([_thumbnail(chip) for chip in own]))
    dataset, counts = FaceDataset(tuple(inputs), tuple(pictures)), [len(chips) for chips in people]
    split = _hold_out(dataset, counts)
    return PhotoDataset(split, _note(split, counts))


def copies(chips: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Chips (150, 150, 3) uint8 of one person, and after them seven copies of each."""
    return np.stack(chips + [_augment(chip, rng) for chip in chips for _ in range(COPIES)])


def _thumbnail(chip: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(chip).resize((SIDE, SIDE), Image.Resampling.BOX))


def _hold_out(dataset: FaceDataset, counts: list[int]) -> HoldOut:
    """Holds half of the people out, where there are enough, and measures on photos, not copies."""
    known = len(dataset) < 2 * FEWEST
    kept = 0 if known else len(dataset) // 2
    others = range(kept, len(dataset))[::-1]
    copied = all(counts[i] == 1 for i in others)
    alone = [len(dataset.inputs[i]) if copied else counts[i] for i in others]
    measured = FaceDataset(
        *(
            tuple(each[i][:most] for i, most in zip(others, alone, strict=True))
            for each in (dataset.inputs, dataset.pictures)
        )
    )
    learnt = dataset if known else dataset.part(range(kept))
    return HoldOut(learnt, _is_seen(measured, WATCHED), _is_seen(measured, TESTED), known, copied)


def _is_seen(dataset: FaceDataset, most: int) -> FaceDataset:
    people = range(min(len(dataset), most // 2))
    return dataset.part(people, most // len(people))


def _note(split: HoldOut, counts: list[int]) -> str:
    people, single = len(counts), sum(count == 1 for count in counts)
    said = []
    if single:
        said.append(
            f"{single} of {people} people have one photo: copies of it, turned, moved and lit "
            "anew, stand in for further ones."
        )
    if split.copied:
        said.append(
            "Nobody who is measured has a second photo, so pairs of one person are copies, which "
            "are far easier than real ones: the errors are too small, and a head that was measured "
            "so is not kept."
        )
    if split.known:
        said.append(
            f"With fewer than {2 * FEWEST} people nobody can be held out: the errors are of those "
            "it learns from, and will be larger for others."
        )
    else:
        said.append(f"{people // 2} people are learnt from, the others held out.")
    return " ".join(said)


def _augment(chip: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A chip (150, 150, 3) uint8 turned, scaled, moved, mirrored and lit anew."""
    side = chip.shape[0]
    image = Image.fromarray(chip[:, ::-1] if rng.uniform() < 0.5 else chip)
    angle = np.deg2rad(rng.uniform(-TURN, TURN))
    scale = rng.uniform(1 - SCALE, 1 + SCALE)
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    x, y = rng.uniform(-SHIFT, SHIFT, 2) * side + side / 2
    middle = side / 2
    matrix = (cos, sin, x - cos * middle - sin * middle, -sin, cos, y + sin * middle - cos * middle)
    moved = image.transform((side, side), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    lit = np.asarray(moved, np.float32) * rng.uniform(1 - GAIN, 1 + GAIN)
    return np.clip(lit * rng.normal(1, TINT, 3), 0, 255).astype(np.uint8)
