"""Opens untrusted pictures and zips so that what they cost is bounded by what they state."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

from faceweb.errors import MediaError, PictureError
from faceweb.media.pillow_patches import bound_notes

# Pillow reads the head of a picture in small pieces, and adds many a piece to all before it. The
# pixels follow in pieces of 250 bytes or more.
MOST_PIECES, LARGEST_PIECES, SMALL, LEAST_PIECE = 5_000, 16_000_000, 65_536, 250
# Every page of a TIFF has a head, which is read more than once.
PIECES_A_PAGE = 500
# Every scan of a JPEG goes over the whole picture, and may be of a few bytes.
MOST_SCANS = 100
# Width and length of the tiles of a TIFF, which are decoded whole, however little is seen.
_TILE_SIDES, LARGEST_TILE = (322, 323), 4096
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]", re.DOTALL)
_JPEG, _SCAN, _END = b"\xff\xd8", 0xDA, 0xD9


def open_image(source: Path | bytes, formats: tuple[str, ...], pages: int = 1) -> Image.Image:
    """What `Image.open` gives, if its notes, pieces and scans are no more than its size allows.

    Args:
        source: a file or its bytes.
        formats: as Pillow names them.
        pages: how many of a TIFF's are looked at.

    Raises:
        PictureError: they are.
        OSError, SyntaxError and others: it is no picture, as from `Image.open`.
    """
    bound_notes()
    stream = _Pieces(source if isinstance(source, bytes) else source.read_bytes())
    image = Image.open(stream, formats=formats)
    # A compressed BMP is read byte by byte.
    stream.begin_pixels(PIECES_A_PAGE * pages, 1 if image.format == "BMP" else LEAST_PIECE)
    if image.format == "JPEG":
        _check_scans(stream.getvalue())
    return image


def check_tiles(image: Any, most: int = LARGEST_TILE, what: str = "This TIFF") -> None:
    """Refuses a TIFF whose tiles are of more than `most` pixels a side.

    Raises:
        PictureError: they are; the sentence begins with `what`.
    """
    if max(int(image.tag_v2.get(tag, 0)) for tag in _TILE_SIDES) > most:
        raise PictureError(f"{what} has tiles above {most} a side: save it in strips.")


def _check_scans(data: bytes) -> None:
    """Walks from marker to marker to the picture's end; what cameras append is not looked at."""
    place, count = len(_JPEG), 0
    while found := _MARKER.search(data, place):
        kind = data[found.start() + 1]
        if kind == _END:
            return
        count += kind == _SCAN
        if count > MOST_SCANS:
            raise PictureError(
                f"This JPEG is drawn over more than {MOST_SCANS} times: save it anew, as a plain "
                "one."
            )
        place = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")


class _Pieces(io.BytesIO):
    """A picture out of which no more pieces are read than an honest one has."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._size = len(data)
        self._pieces, self._bytes = MOST_PIECES, LARGEST_PIECES

    def begin_pixels(self, further: int, least: int) -> None:
        """Says that the head was read, and the pixels follow, in pieces of `least` or more."""
        self._pieces = MOST_PIECES + further + self._size // least
        self._bytes = self._size + LARGEST_PIECES

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self._pieces -= 1
        self._bytes -= len(data) if size is not None and 0 <= size < SMALL else 0
        if min(self._pieces, self._bytes) < 0:
            raise PictureError(
                "This picture is in too many pieces: save it anew, without what is noted in it."
            )
        return data


MOST_FILES, FEW = 4096, 64
# What every file in a zip's list begins with.
LISTED, PIECE = b"PK\1\2", 1 << 20


def open_zip(path: Path) -> zipfile.ZipFile:
    """A zip of a volume, whose members unpack in bounded pieces; nothing is unpacked yet.

    Raises:
        MediaError: it is broken, lists more than 4096 files, is locked, or is packed in a way that
            Python unpacks without a bound.
    """
    if entries(path) > MOST_FILES:
        raise MediaError(
            f"This zip holds more than {MOST_FILES} files: pack the slices of one series alone."
        )
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise MediaError("This zip is broken or cut short: pack it anew.") from None
    if not _plain(archive):
        archive.close()
        raise MediaError("This zip is locked or packed in an unusual way: pack a plain one.")
    return archive


def open_zip_bytes(data: bytes) -> zipfile.ZipFile:
    """A zip of a few members that unpack in bounded pieces.

    Raises:
        ValueError, zipfile.BadZipFile: it is something else.
    """
    if (count := data.count(LISTED)) > FEW:
        raise ValueError(f"A zip of at most {FEW} files was expected. Received: {count}.")
    archive = zipfile.ZipFile(io.BytesIO(data))
    if not _plain(archive):
        raise ValueError("A zip that is neither locked nor packed unusually was expected.")
    return archive


def unpack(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One member, or the first `most` + 1 bytes of one that is larger."""
    member = archive.getinfo(name)
    with archive.open(member) as stream:
        # Asked for more than a member states, Python would inflate so much and throw it away.
        return stream.read(min(member.file_size, most) + 1)


def entries(path: Path) -> int:
    """How many files a zip can list at most, before Python reads the whole list at once."""
    count, tail = 0, b""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            piece = tail + piece
            count += piece.count(LISTED)
            tail = piece[1 - len(LISTED) :]
    return count


def plain(member: zipfile.ZipInfo) -> bool:
    """Whether Python bounds what it unpacks of a member at once."""
    return member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _plain(archive: zipfile.ZipFile) -> bool:
    return all(plain(member) and not member.flag_bits & 1 for member in archive.infolist())
