"""Erases idle galleries in the background."""

import logging
import threading

from faceweb.errors import StorageError
from faceweb.storage.galleries import Galleries

log = logging.getLogger(__name__)
HOUR = 3600.0


def expire_hourly(galleries: Galleries, days: int) -> None:
    """Erases what nobody opened for so many days, now and once an hour, in a thread of its own."""

    def sweep() -> None:
        pause = threading.Event()
        while True:
            try:
                erased = galleries.expire(days)
                if erased:
                    log.info("%d idle galleries erased", erased)
            except StorageError as error:
                log.warning("idle galleries were not erased: %s", error)
            pause.wait(HOUR)

    threading.Thread(target=sweep, name="expiry", daemon=True).start()
