"""The log: plain or one JSON object a line, and never what a visitor sent.

An exception's text may quote a name, a key or a file, so only its type and its frames are written.
"""

import atexit
import copy
import io
import json
import logging
import os
import sys
import threading
import traceback
from datetime import datetime, timezone
from typing import TextIO

log = logging.getLogger(__name__)
# Beside the message, where a record has them.
FIELDS = ("handler", "outcome", "seconds")
LINKS = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)
BEGINS = "Traceback (most recent call last):"


def configure(as_json: bool) -> None:
    """Writes the log to stderr, and what libraries print there through it."""
    stream = _native() if as_json else sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if as_json else PlainFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in ("httpx", "mcp"):
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.stderr = Printed(stream)


def complain(error: Exception, as_json: bool) -> None:
    """Says why the page does not start: a line of the log, or a plain sentence for a terminal."""
    if as_json:
        log.error("%s", error)
    else:
        (sys.__stderr__ or sys.stderr).write(f"{error}\n")


def _native() -> TextIO:
    """Makes a line of the log of each that TensorFlow's own C++ writes; gives the true stderr."""
    true = os.dup(2)
    reading, writing = os.pipe()
    os.dup2(writing, 2)
    os.close(writing)

    def listen() -> None:
        with os.fdopen(reading, errors="replace") as lines:
            for line in lines:
                if line.strip():
                    log.warning("%s", line.strip())

    listener = threading.Thread(target=listen, name="stderr", daemon=True)
    listener.start()

    def leave() -> None:
        os.dup2(true, 2)
        listener.join(1)

    atexit.register(leave)
    return os.fdopen(true, "w", buffering=1)


class PlainFormatter(logging.Formatter):
    """Time, logger and message; of an exception its type and frames."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        # Another formatter may have left its own text of the exception.
        record = copy.copy(record)
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: tuple) -> str:
        """One frame a line."""
        return "\n".join(f"  {line}" for line in frames(ei[1]))


class JsonFormatter(logging.Formatter):
    """An object a line: time (UTC, ISO 8601), level, logger, message, error and `FIELDS`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        when = datetime.fromtimestamp(record.created, timezone.utc)
        line: dict[str, object] = {
            "time": when.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = frames(record.exc_info[1])
        return json.dumps(line)


def frames(error: BaseException | None) -> list[str]:
    """Type and frames of an exception and of what it came from, without any text of theirs."""
    lines: list[str] = []
    while error is not None and len(lines) < 200:
        lines.append(type(error).__name__)
        for frame in traceback.extract_tb(error.__traceback__):
            lines.append(f"{frame.filename}:{frame.lineno} in {frame.name}")
        hidden = None if error.__suppress_context__ else error.__context__
        error = error.__cause__ or hidden
    return lines


class Printed(io.TextIOBase):
    """Stands for stderr: what is printed is logged, tracebacks without the exception's text.

    Args:
        stream: the stderr that was.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # Each thread prints its traceback in pieces: a head, frames, and the exception at last.
        self._thread = threading.local()

    def write(self, text: str) -> int:
        """Logs a piece; print_exc writes an exception, however many lines it has, as one."""
        if text.strip() and text.strip() not in LINKS and not self._in_traceback(text):
            log.warning("%s", text.strip())
        return len(text)

    def _in_traceback(self, text: str) -> bool:
        if BEGINS in text:
            self._thread.frames = []
        found = getattr(self._thread, "frames", None)
        if found is None:
            return False
        lines = [line.strip() for line in text.splitlines()]
        found += [line for line in lines if line.startswith('File "')]
        whole = BEGINS in text and len(lines) > 1
        if whole or (BEGINS not in text and not text[0].isspace()):
            self._thread.frames = None
            kind = "a library" if whole else text.partition(":")[0].strip().rpartition(".")[2]
            where = found[-1].partition(", in ")[0] if found else "an unknown place"
            log.error("%s was raised at %s", kind, where)
        return True

    def flush(self) -> None:
        """Flushes the stderr that was."""
        self._stream.flush()

    def fileno(self) -> int:
        """That of the stderr that was."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """No: nobody types here."""
        return False
