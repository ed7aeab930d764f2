"""What every handler shares: errors become page messages here, and only here."""

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import gradio as gr

from faceweb.errors import FacewebError
from faceweb.features.faces import Networks
from faceweb.features.odds import Calibration
from faceweb.models.engine import Engine, Status
from faceweb.storage.galleries import Galleries

log = logging.getLogger(__name__)

# One queue for everything that computes, so that ten visitors do not run ten graphs at once.
DEVICE_QUEUE = {"concurrency_id": "device", "concurrency_limit": 1}


@dataclass(frozen=True)
class Services:
    """What handlers work with."""

    engine: Engine
    galleries: Galleries
    calibration: Calibration

    def networks(self) -> Networks:
        """The networks; a click that comes before they are warm waits with progress."""
        return self.engine.networks(_show_progress)


def _show_progress(status: Status) -> None:
    gr.Progress()(status.share, desc=f"Waking the networks: {status.stage}")


def guarded(handler: Callable) -> Callable:
    """Turns what a handler raises into a page message; the log gets what a visitor should not."""

    @functools.wraps(handler)
    def run(*arguments, **named):
        try:
            return handler(*arguments, **named)
        except gr.Error:
            raise
        except FacewebError as error:
            # Gradio shows messages as HTML, and a name is whatever a visitor typed.
            raise gr.Error(escape(str(error)), title="Not done", print_exception=False) from None
        except Exception:
            log.exception("handler %s failed", handler.__name__)
            raise gr.Error(
                "Something went wrong on the server: try again. The log has the details.",
                title="Not done",
                print_exception=False,
            ) from None

    return run
