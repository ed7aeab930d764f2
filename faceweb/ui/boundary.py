"""What every handler shares: errors become page messages here, and only here."""

import functools
import inspect
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import get_origin

import gradio as gr

from faceweb.engine import Engine, Status
from faceweb.errors import ClosingError, FacewebError
from faceweb.faces.calibration import Calibration
from faceweb.gallery.feedback import Known, load_known
from faceweb.gallery.learnt import Learnt
from faceweb.gallery.store import Galleries
from faceweb.i18n import retold, said_in, say, speaking
from faceweb.interpret.index_cache import Indexes
from faceweb.metric_learning.dataset import SyntheticFaces
from faceweb.serving import monitoring
from faceweb.serving.gate import Limits
from faceweb.serving.gradio_patches import FULL, is_full, visitor_language
from faceweb.serving.shutdown import still_open
from faceweb.ui.controls import explain
from faceweb.ui.sessions.train import TrainingRuns

log = logging.getLogger(__name__)

# One queue for everything that computes, so that ten visitors do not run ten graphs at once.
DEVICE_QUEUE = {"concurrency_id": "device", "concurrency_limit": 1}
# A painting takes seconds: it shares the device step by step, instead of keeping others waiting.
PAINT_QUEUE = {"concurrency_id": "paint", "concurrency_limit": 2}
# A training keeps two cores busy for a minute: the next one waits and is told its place.
TRAIN_QUEUE = {"concurrency_id": "train", "concurrency_limit": 1}
# A download takes minutes, and nobody but who asked for it waits.
DOWNLOAD_QUEUE = {"concurrency_id": "download", "concurrency_limit": 4}
# A camera holds its place in a queue for as long as it runs, so it must not be the device's.
CAMERA_QUEUE = {"concurrency_id": "camera", "concurrency_limit": 8}
CAMERA_SECONDS = 600
# Quicker handlers, which the camera and the sliders call all the time, are counted but not logged.
SLOW = 1.0
WENT_WRONG = "Something went wrong on the server: try again. The log has the details."


@dataclass(frozen=True)
class Services:
    """What handlers work with."""

    engine: Engine
    galleries: Galleries
    calibration: Calibration
    indexes: Indexes = field(default_factory=Indexes)
    synthetic_faces: SyntheticFaces = field(default_factory=SyntheticFaces)
    known: Known = field(default_factory=load_known)
    runs: TrainingRuns = field(default_factory=TrainingRuns)
    limits: Limits = field(default_factory=Limits)

    @property
    def learnt(self) -> Learnt:
        """What visitors' networks have learnt."""
        return Learnt(self.galleries)

    def ready(self) -> Engine:
        """The engine once it is warm; a click that comes before waits with progress."""
        return self.engine.wait(_show_progress)


@dataclass(frozen=True)
class Shared:
    """What tabs share on one page.

    Attributes:
        page: the page itself.
        key: of the visitor's gallery.
        version: counts the gallery's changes, for who shows an answer that they outdate.
    """

    page: gr.Blocks
    key: gr.Textbox
    version: gr.State


def _show_progress(status: Status) -> None:
    gr.Progress()(status.share, desc=say("Waking the networks: {stage}", stage=say(status.stage)))


def show_download(stage: str, share: float) -> None:
    """Shows how far a download is."""
    gr.Progress()(share, desc=retold(stage))


def handler(function: Callable) -> Callable:
    """Turns what a handler raises into a page message; the log gets what a visitor should not.

    How it ended and how long it took is counted, and its docstring explains its arguments. What
    answers with a generator is one to Gradio, which streams it.
    """
    function.__doc__ = explain(function)
    if is_stream(function):

        @functools.wraps(function)
        def stream(*arguments, **named):
            language = visitor_language()
            with _translate(function, language):
                with speaking(language):
                    answer = function(*arguments, **named)
                with closing(answer) as steps:
                    # Every step may be asked for in a context of its own.
                    for step in said_in(language, steps):
                        still_open()
                        yield step

        return stream

    @functools.wraps(function)
    def run(*arguments, **named):
        language = visitor_language()
        with _translate(function, language), speaking(language):
            still_open()
            return function(*arguments, **named)

    return run


def is_stream(function: Callable) -> bool:
    """Whether a handler is a generator, or says that it returns one."""
    inner = inspect.unwrap(function)
    returned = get_origin(inner.__annotations__.get("return"))
    return inspect.isgeneratorfunction(inner) or returned is Iterator


@contextmanager
def _translate(function: Callable, language: str) -> Iterator[None]:
    began, outcome = time.perf_counter(), monitoring.OK
    try:
        yield
    except ClosingError as error:
        outcome = monitoring.STOPPED
        raise _message(retold(str(error), language), outcome, language) from None
    except GeneratorExit:
        outcome = monitoring.STOPPED
        raise
    except gr.Error as error:
        # It may be what another handler failed with, which this one called.
        outcome = getattr(error, "outcome", monitoring.REFUSED)
        raise
    except FacewebError as error:
        outcome = monitoring.REFUSED
        # Gradio shows messages as HTML, and a name is whatever a visitor typed.
        sentence = escape(retold(str(error), language), quote=False)
        raise _message(sentence, outcome, language) from None
    except OSError as error:
        outcome = monitoring.FAILED
        log.exception("handler %s failed", function.__name__)
        sentence = retold(FULL if is_full(error) else WENT_WRONG, language)
        raise _message(sentence, outcome, language) from None
    except Exception:
        outcome = monitoring.FAILED
        log.exception("handler %s failed", function.__name__)
        raise _message(retold(WENT_WRONG, language), outcome, language) from None
    finally:
        seconds = monitoring.count(function, outcome, began)
        if outcome != monitoring.OK or seconds >= SLOW:
            said = {"handler": function.__name__, "outcome": outcome, "seconds": round(seconds, 3)}
            log.info("%(handler)s: %(outcome)s after %(seconds)g s", said, extra=said)


def _message(sentence: str, outcome: str, language: str) -> gr.Error:
    error = gr.Error(sentence, title=retold("Not done", language), print_exception=False)
    error.outcome = outcome
    return error
