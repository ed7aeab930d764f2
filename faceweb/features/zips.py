"""Opens a visitor's zip, if it is to be trusted, and unpacks no more of it than it states."""

import io
import zipfile
from pathlib import Path

from faceweb.errors import MediaError

MOST_FILES, FEW = 4096, 64
# What every file in a zip's list begins with.
LISTED, PIECE = b"PK\1\2", 1 << 20


def opened(path: Path) -> zipfile.ZipFile:
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


def opened_bytes(data: bytes) -> zipfile.ZipFile:
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


def unpacked(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
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
