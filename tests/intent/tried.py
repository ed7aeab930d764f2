"""Reads files one after the other and says what each came to, and how much memory it took.

`python -m tests.intent.tried FILE ...`, each named NUMBER.READER; in a process of its own, so that
the most memory it ever held is theirs alone.
"""

import json
import resource
import sys
import warnings
from pathlib import Path

from faceweb.errors import FacewebError
from tests.fuzz.readers import READERS


def most_memory() -> int:
    """Bytes that this process has held at once."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def imported() -> None:
    """Takes what the libraries themselves cost out of the account."""
    import av
    import edfio
    import nibabel
    import pydicom.filereader
    import scipy.ndimage
    import scipy.optimize
    import scipy.signal
    from PIL import Image

    Image.init()
    assert all((av, edfio, nibabel, pydicom, scipy))


def came_to(reader: str, path: Path) -> str:
    try:
        return f"read: {type(READERS[reader](path)).__name__}"
    except FacewebError as error:
        return str(error)
    except BaseException as error:  # noqa: BLE001 - that is what is to be found
        return f"raised: {type(error).__name__}: {error}"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    imported()
    start = most_memory()
    for name in sys.argv[1:]:
        before = most_memory()
        said = came_to(Path(name).suffix[1:], Path(name))
        # What is below an earlier peak is not seen, and need not be.
        grown = most_memory() - start if most_memory() > before else 0
        sys.stdout.write(json.dumps([said, grown]) + "\n")
        sys.stdout.flush()
