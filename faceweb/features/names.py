"""What a person in the gallery may be called."""

import unicodedata

from faceweb.config import GalleryConfig
from faceweb.errors import NameRefusedError


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
