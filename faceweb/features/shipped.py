"""Files that come with the project, read whole or named in a sentence."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faceweb.errors import WeightsUnavailableError


@contextmanager
def shipped(path: Path) -> Iterator[None]:
    """Says what to do about a file, whatever reading it raises.

    Args:
        path: of the file that is read meanwhile.

    Raises:
        WeightsUnavailableError: it is missing, cut short or altered.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, EOFError, zlib.error, zipfile.BadZipFile):
        raise WeightsUnavailableError(
            f"The file {path.name} is missing, cut short or altered: restore it from the project."
        ) from None
