"""The folder where uploads lie for a while, erased with its process."""

import atexit
import fcntl
import os
import shutil
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

_PREFIX = "faceweb-uploads-"
_MINUTE = 60.0
# Seconds without a byte after which an upload is taken for one that was broken off.
_BROKEN_OFF = 300.0


def scratch_folder() -> Path:
    """Makes a folder for this process only, and erases those whose process was killed.

    A process holds a lock on its folder for as long as it lives, whatever ends it. Its number would
    not do: in a container the next process has the same.
    """
    root = Path(tempfile.gettempdir())
    for left in root.glob(f"{_PREFIX}*"):
        held = _lock(left)
        if held is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(held)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        # Another process that starts may have taken it for one that was left.
        if _lock(folder) is not None and folder.exists():
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            return folder


def _lock(folder: Path) -> int | None:
    """A lock on a folder, or None where a process holds one."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        return None
    return held


def tidy_often(folder: Path) -> None:
    """Tidies a folder once a minute, in a thread of its own."""

    def watch() -> None:
        pause = threading.Event()
        while True:
            tidy(folder, time.time())
            pause.wait(_MINUTE)

    threading.Thread(target=watch, name="tidying", daemon=True).start()


def tidy(folder: Path, now: float) -> None:
    """Sees to files that Gradio would keep for too long.

    It erases a quarter of an hour after their date what was uploaded whole. So a file from the
    future, since the clock was put back, gets the date of today; and an upload that was broken off
    is erased, which lies beside the folders of whole ones.

    Args:
        folder: with all below it.
        now: seconds since 1970.
    """
    for path in folder.rglob("*"):
        # It may just have been erased.
        with suppress(OSError):
            state = path.stat()
            if state.st_ctime > now + _MINUTE:
                os.utime(path)
            elif path.parent == folder and path.is_file() and state.st_mtime < now - _BROKEN_OFF:
                path.unlink()
