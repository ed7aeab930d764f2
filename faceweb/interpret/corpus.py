"""Corpora: many pictures, read one by one, and the views of each that a network is shown.

A view is a whole picture, an aligned face of it, a signal or a volume.
"""

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image

from faceweb.config import ASSETS
from faceweb.errors import CorpusError, PictureError
from faceweb.faces.quality import Networks, detect_faces
from faceweb.media.image import check_shape, read_picture
from faceweb.media.sandbox import entries, plain, unpack
from faceweb.types import Box

# Longer side of a photo that is looked at; shorter side of a picture of a corpus.
PHOTO_SIDE, CORPUS_SIDE = 384, 160
# Sides of a corpus's pictures are whole multiples, so that many are of one shape; what is more than
# half as long again as wide is cut.
GRAIN, LONGEST_CORPUS = 16, 1.5


@dataclass(frozen=True, eq=False)
class View:
    """What a network is shown, and where it lies in the picture.

    Attributes:
        pixels: (h, w, 3) uint8.
        what: in words: "whole", "middle", or which face, as "face 2 of 3".
        left, top: pixels of the picture at the view's corner; 0 for a face, which is turned.
        scale: pixels of the view a pixel of the picture; 1 for a face.
    """

    pixels: np.ndarray
    what: str
    left: float = 0.0
    top: float = 0.0
    scale: float = 1.0

    @property
    def floats(self) -> np.ndarray:
        """(h, w, 3) float32 in [0, 1]."""
        return self.pixels / np.float32(255)

    def box(self, *spans: tuple[int, int]) -> Box:
        """Half-open rows and columns of the view, in pixels of the picture; of a face, its own."""
        rows, columns = spans
        return Box(
            self.left + columns[0] / self.scale,
            self.top + rows[0] / self.scale,
            (columns[1] - columns[0]) / self.scale,
            (rows[1] - rows[0]) / self.scale,
        )


def photo_view(
    networks: Networks, picture: np.ndarray, size: tuple[int, ...] | None, side: int = PHOTO_SIDE
) -> View:
    """The one view of a visitor's photo.

    Args:
        networks: finds and aligns faces.
        picture: (h, w, 3) uint8 RGB.
        size: (h, w) of what the network takes, which is then an aligned face; None for any.
        side: the view's longer side at most, where the network takes any.

    Raises:
        PictureError: the photo is too small or too long.
    """
    check_shape(picture)
    if size is not None:
        return _faces(networks, picture, size, most=1)[0]
    scale = min(1.0, side / max(picture.shape[:2]))
    return View(_resize(picture, scale), "whole", scale=scale)


def corpus_views(
    networks: Networks, picture: np.ndarray, size: tuple[int, ...] | None
) -> list[View]:
    """The views of one picture of a corpus: every face where the network takes faces, else one.

    Args and Raises: as for `photo_view`.
    """
    check_shape(picture)
    if size is not None:
        return _faces(networks, picture, size)
    height, width = picture.shape[:2]
    scale = min(1.0, CORPUS_SIDE / min(height, width))
    pixels = _resize(picture, scale)
    limit = LONGEST_CORPUS * min(pixels.shape[:2])
    rows, columns = (int(min(length, limit)) // GRAIN * GRAIN for length in pixels.shape[:2])
    top, left = (pixels.shape[0] - rows) // 2, (pixels.shape[1] - columns) // 2
    return [
        View(
            pixels[top : top + rows, left : left + columns],
            "whole",
            left / scale,
            top / scale,
            scale,
        )
    ]


def _faces(
    networks: Networks, picture: np.ndarray, size: tuple[int, ...], most: int | None = None
) -> list[View]:
    """Aligned faces, largest first, or the middle square of a picture without one."""
    faces = detect_faces(networks, picture)
    chips = networks.align(picture, faces[:most])
    if chips:
        return [View(chip, f"face {n} of {len(faces)}") for n, chip in enumerate(chips, start=1)]
    height, width = picture.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    square = Image.fromarray(picture[top : top + side, left : left + side])
    shown = square.resize((size[1], size[0]), Image.Resampling.LANCZOS)
    return [View(np.asarray(shown), "middle", left, top, size[0] / side)]


def _resize(picture: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1.0:
        return picture
    height, width = (max(GRAIN, round(length * scale)) for length in picture.shape[:2])
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))


MOST_PICTURES = 5000
LARGEST_PICTURE, LARGEST_ZIP = 60_000_000, 2_000_000_000
# A large zip member that grows more than this is a bomb; pictures are compressed already.
LARGEST_RATIO, LARGE = 200, 10_000_000
MOST_ENTRIES = 20_000
SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"))
BUNDLED = ("corpus", "styles", "examples")
GONE = "These pictures were erased, as promised after a quarter of an hour: upload them again."


@dataclass(frozen=True)
class Item:
    """A picture: a file, or a member of a zip; `label` is what it is called on the page."""

    path: Path
    member: str = ""
    label: str = ""


@dataclass(frozen=True)
class Corpus:
    """Pictures in a fixed order.

    Attributes:
        title: what they are, in words.
        items: where each lies.
        fingerprint: of what a visitor's files hold; of a folder's names, sizes and times of change.
        note: what was left out and why, or "".
        kept: whether a pass over it may be kept on disk: a visitor's own may not.
        borrowed: whether it is a visitor's own, and erased after a while.
    """

    title: str
    items: tuple[Item, ...]
    fingerprint: str
    note: str = ""
    kept: bool = False
    borrowed: bool = False

    def __len__(self) -> int:
        return len(self.items)

    def pictures(self, numbers: Iterable[int]) -> Iterator[tuple[int, np.ndarray | None]]:
        """Reads some of the pictures, (h, w, 3) uint8, None for one that is broken or missing.

        Raises:
            CorpusError: a visitor's pictures were erased.
        """
        archive: zipfile.ZipFile | None = None
        try:
            for number in numbers:
                item = self.items[number]
                if item.member and (archive is None or archive.filename != str(item.path)):
                    archive = _open(item.path)
                if self.borrowed and not item.path.exists():
                    raise CorpusError(GONE)
                yield number, _read(item, archive)
        finally:
            if archive is not None:
                archive.close()

    def views(
        self, numbers: Iterable[int], networks: Networks, size: tuple[int, ...] | None
    ) -> Iterator[tuple[int, list[View]]]:
        """What a network that takes `size`, or any, is shown of some of the pictures.

        None of a picture that is broken, missing, or too small or long.
        """
        for number, picture in self.pictures(numbers):
            try:
                yield number, [] if picture is None else corpus_views(networks, picture, size)
            except PictureError:
                yield number, []


def bundled_corpus() -> Corpus:
    """The pictures that come with the page."""
    folders = [ASSETS / name for name in BUNDLED]
    paths = [path for folder in folders for path in sorted(folder.glob("*.jpg"))]
    return _of_files("the bundled pictures", ASSETS, paths)


def in_folder(folder: Path) -> Corpus:
    """All pictures below a folder.

    Raises:
        CorpusError: it is no folder, or holds none.
    """
    if not folder.is_dir():
        raise CorpusError(f"{folder.name} is not a folder: name one that holds pictures.")
    paths = sorted(path for path in folder.rglob("*") if _is_picture(path.name) and path.is_file())
    if not paths:
        raise CorpusError(f"The folder {folder.name} holds no picture: name one that does.")
    return replace(_of_files(f"the pictures in {folder.name}", folder, paths), kept=True)


def make_uploaded_corpus(paths: Sequence[Path]) -> Corpus:
    """A visitor's own pictures.

    Args:
        paths: of pictures and zips of pictures.

    Raises:
        CorpusError: there is none, or a zip is broken, a bomb, or reaches out of itself.
    """
    items: list[Item] = []
    digest = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except FileNotFoundError:
            raise CorpusError(GONE) from None
        zipped = path.suffix.lower() == ".zip" or zipfile.is_zipfile(path)
        items += _members(path) if zipped else [Item(path, label=path.name)]
    if not items:
        raise CorpusError("There is no picture in what you uploaded: add some, or a zip of them.")
    return replace(_corpus("your pictures", items, digest.hexdigest()), borrowed=True)


def _of_files(title: str, root: Path, paths: list[Path]) -> Corpus:
    digest = hashlib.sha256()
    for path in paths:
        facts = path.stat()
        name = path.relative_to(root)
        digest.update(f"{name}/{facts.st_size}/{facts.st_mtime_ns}\n".encode(errors="replace"))
    return _corpus(title, [Item(path, label=path.name) for path in paths], digest.hexdigest())


def _corpus(title: str, items: list[Item], fingerprint: str) -> Corpus:
    used = tuple(items[:MOST_PICTURES])
    note = f"Only the first {len(used):,} of {len(items):,} pictures are used."
    return Corpus(title, used, fingerprint, note if len(used) < len(items) else "")


def _members(path: Path) -> list[Item]:
    """The pictures in a zip, refused as a whole where it is not to be trusted."""
    if entries(path) > MOST_ENTRIES:
        raise CorpusError(
            f"{path.name} holds more than {MOST_ENTRIES:,} files: pack fewer pictures."
        )
    with _open(path) as archive:
        members = archive.infolist()
        for member in members:
            _trust(member, path.name)
    if sum(member.file_size for member in members) > LARGEST_ZIP:
        raise CorpusError(
            f"{path.name} unpacks to more than {LARGEST_ZIP // 10**9} GB: pack fewer pictures."
        )
    return [
        Item(path, member.filename, PurePosixPath(member.filename).name)
        for member in members
        if not member.filename.endswith("/") and _is_picture(PurePosixPath(member.filename).name)
    ]


def _trust(member: zipfile.ZipInfo, name: str) -> None:
    where = PurePosixPath(member.filename.replace("\\", "/"))
    if where.is_absolute() or ".." in where.parts:
        raise CorpusError(
            f"{name} holds a path that climbs out of it: pack the pictures anew, without folders."
        )
    if stat.S_ISLNK(member.external_attr >> 16) or member.flag_bits & 1:
        raise CorpusError(f"{name} holds a link or a locked file: pack the pictures themselves.")
    if not plain(member):
        raise CorpusError(f"{name} is packed in an unusual way: pack the pictures as a plain zip.")
    if member.file_size > max(LARGE, LARGEST_RATIO * member.compress_size):
        raise CorpusError(
            f"{name} holds a file that unpacks to {LARGEST_RATIO} times its size, as no picture "
            "does: pack the pictures alone."
        )


def _is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES and not name.startswith(".")


def _open(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError:
        raise CorpusError(GONE) from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise CorpusError(
            f"{path.name} is no zip, or is cut short: pack the pictures anew."
        ) from None


def _read(item: Item, archive: zipfile.ZipFile | None) -> np.ndarray | None:
    try:
        if not item.member or archive is None:
            return read_picture(item.path)
        data = unpack(archive, item.member, LARGEST_PICTURE)
        return None if len(data) > LARGEST_PICTURE else read_picture(data)
    except (
        PictureError,
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
    ):
        return None


@dataclass(frozen=True, eq=False)
class Stretch:
    """What a network is shown of a recording: all of it, (positions..., c) float32."""

    pixels: np.ndarray
    what: str = "whole"

    @property
    def floats(self) -> np.ndarray:
        return self.pixels

    def box(self, *spans: tuple[int, int]) -> Box:
        """The last two axes as a box, of a signal its only one."""
        (top, bottom), (left, right) = ((0, 1), *spans)[-2:]
        return Box(left, top, right - left, bottom - top)


@dataclass(frozen=True)
class Titled:
    """What the only item of a corpus is called."""

    label: str


@dataclass(frozen=True, eq=False)
class Recording:
    """One signal (t, c) or volume (d, h, w, c), float32 in [0, 1], as `scan_corpus` takes it."""

    values: np.ndarray
    title: str = "the recording"

    @property
    def items(self) -> tuple[Titled]:
        return (Titled(self.title),)

    def __len__(self) -> int:
        return 1

    def views(
        self, numbers: Iterable[int], networks: Any, size: tuple[int, ...] | None
    ) -> Iterator[tuple[int, list[Stretch]]]:
        """The recording itself, whatever a network would take."""
        for number in numbers:
            yield number, [Stretch(self.values)]
