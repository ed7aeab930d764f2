"""The one place that reaches into parts of Pillow that are not documented.

Pillow reads the notes of a TIFF, and EXIF in any other format, by a class that reads as many bytes
as a file's entries claim, however often they point at the same ones, and has no setting for it. The
class is replaced, once and for the whole process, by one that stops where an honest file would.

`SEEN` is the version it was written for and `PRIVATE` what it relies on; where a later Pillow has
it no more, tests/media/test_pillow_patches.py says what is missing and what for.
"""

import io
from typing import IO

from PIL import TiffImagePlugin

from faceweb.errors import PictureError

SEEN = "12.3.0"
# Attributes of modules and classes, each with what is lost without it.
PRIVATE = {
    "PIL.TiffImagePlugin.ImageFileDirectory_v2": "a picture's notes would be read without a bound",
    "PIL.TiffImagePlugin.ImageFileDirectory_v2.load": "as many notes as are claimed would be read",
}
# Notes of a picture beyond the bytes of all its notes, which an honest file has once each.
SPARE = 1_000_000
# Bytes of numbers among those notes, of which Python makes objects twenty times as large.
MOST_NUMBERS, _BYTES = 4_000_000, frozenset((1, 2, 7))


def bound_notes() -> None:
    """Has Pillow read notes by `BoundedDirectory` from now on; a second call changes nothing."""
    # Pillow looks this name up whenever it reads notes, also after a picture was opened.
    if TiffImagePlugin.ImageFileDirectory_v2 is not BoundedDirectory:
        TiffImagePlugin.ImageFileDirectory_v2 = BoundedDirectory  # type: ignore[misc]


class BoundedDirectory(TiffImagePlugin.ImageFileDirectory_v2):
    """Entries of a TIFF or of EXIF, which may all point at the same bytes."""

    def load(self, fp: IO[bytes]) -> None:
        super().load(BoundedStream(fp))  # type: ignore[arg-type]
        kept = self._tagdata.items()
        numbers = sum(len(data) for tag, data in kept if self.tagtype[tag] not in _BYTES)
        if numbers > MOST_NUMBERS:
            raise PictureError(
                f"This picture has more than {MOST_NUMBERS // 10**6} MB of numbers in its notes: "
                "save it anew, without them."
            )


class BoundedStream:
    """A stream out of which no more can be read than it holds, and a little."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, here = stream, stream.tell()
        self._left = stream.seek(0, io.SEEK_END) + SPARE
        self.seek, self.tell = stream.seek, stream.tell
        stream.seek(here)

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise PictureError(
                "The notes in this picture repeat themselves without end: save it anew, without "
                "them."
            )
        return data
