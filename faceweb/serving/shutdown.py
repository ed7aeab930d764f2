"""A clean stop: what is under way ends at its next step, and its visitors read why."""

import logging
import signal
import sys
import threading
import time

import gradio as gr

from faceweb.errors import ClosingError
from faceweb.serving.monitoring import queues

log = logging.getLogger(__name__)
# A container is killed ten seconds after it was told to stop.
GRACE = 7.0
_told = threading.Event()


def still_open() -> None:
    """Does nothing until the page is being stopped.

    Raises:
        ClosingError: it is.
    """
    if _told.is_set():
        raise ClosingError(
            "This page is being restarted, so this was stopped: what you enrolled is kept, start "
            "the rest again in a minute."
        )


def wait_and_close(page: gr.Blocks, stop: threading.Event) -> None:
    """Blocks until SIGTERM or Ctrl-C, lets what is under way end, and leaves with code 0.

    Args:
        page: what is served.
        stop: set by a signal, or before this was called.
    """
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    # A wait without an end would keep signals from being handled on some systems.
    while not stop.wait(1.0):
        pass
    _told.set()
    busy = sum(running for _, running in queues(page).values())
    log.info("stopping, %d calls are under way", busy)
    deadline = time.monotonic() + GRACE
    while busy and time.monotonic() < deadline:
        time.sleep(0.1)
        busy = sum(running for _, running in queues(page).values())
    # The last sentences are still on their way to the visitors.
    time.sleep(0.5)
    sys.exit(0)
