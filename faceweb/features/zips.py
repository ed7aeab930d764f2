"""Opens a visitor's zip of a volume, if it is to be trusted."""

import zipfile
from pathlib import Path

from faceweb.errors import MediaError
from faceweb.features.corpus import entries

MOST_FILES = 4096


def opened(path: Path) -> zipfile.ZipFile:
    """A zip whose members unpack in bounded pieces; nothing is unpacked yet.

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
    for member in archive.infolist():
        usual = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        if member.flag_bits & 1 or not usual:
            archive.close()
            raise MediaError("This zip is locked or packed in an unusual way: pack a plain one.")
    return archive
