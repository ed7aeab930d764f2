"""What every handler shares: errors become page messages here, and only here."""

import functools
import inspect
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np

from faceweb.config import PROBED
from faceweb.errors import ClosingError, FacewebError, LayerError, WeightsUnavailableError
from faceweb.features.avatar_album import Avatars
from faceweb.features.faces import Networks
from faceweb.features.indexes import Indexes
from faceweb.features.odds import Calibration
from faceweb.features.teach import Known, load_known
from faceweb.models.engine import Engine, Status
from faceweb.storage.galleries import Galleries
from faceweb.storage.learnt import Learnt
from faceweb.ui.arguments import explained
from faceweb.ui.lessons import Lessons
from faceweb.ui.serving import metrics
from faceweb.ui.serving.closing import still_open
from faceweb.ui.serving.full import FULL, is_full
from faceweb.ui.serving.gate import Limits
from faceweb.ui.tongue import asked, retold, said_in, say, speaking

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from faceweb.models.learner import Learner
    from faceweb.models.probes import Lens, Probes
    from faceweb.models.studio import Studio
    from faceweb.models.workshop import Workshop

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
    avatars: Avatars = field(default_factory=Avatars)
    known: Known = field(default_factory=load_known)
    lessons: Lessons = field(default_factory=Lessons)
    limits: Limits = field(default_factory=Limits)

    @property
    def learnt(self) -> Learnt:
        """What visitors' networks have learnt."""
        return Learnt(self.galleries)

    def networks(self) -> Networks:
        """The networks; a click that comes before they are warm waits with progress."""
        return self.engine.networks(_show_progress)

    def studio(self) -> "Studio":
        """The painters, as `networks`."""
        return self.engine.studio(_show_progress)

    def workshop(self) -> "Workshop":
        """What works on signals and volumes, as `networks`."""
        return self.engine.workshop(_show_progress)

    def learner(self, name: str) -> "Learner":
        """What trains a network, as `networks`."""
        return self.engine.school(_show_progress).learner(name)

    def face_maps(self, chips: np.ndarray) -> np.ndarray:
        """What the last blocks of the face recogniser are given for chips, as `networks`."""
        return self.engine.school(_show_progress).maps(chips)

    def lens(self, network: str) -> "Lens":
        """What looks into a network, as `networks`.

        Raises:
            LayerError: there is no such network.
            WeightsUnavailableError: it is still to be downloaded, which `fetch` does.
        """
        probes = self._probes(network)
        if not probes.at_hand(network):
            raise WeightsUnavailableError(
                f"The network {network} must be downloaded first: choose it at the top of the tab."
            )
        return probes.lens(network)

    def fetch(self, network: str) -> "Lens":
        """As `lens`, by a download with its progress where it must be."""
        return self._probes(network).lens(network, show_download)

    def _probes(self, network: str) -> "Probes":
        if network not in PROBED:
            raise LayerError(
                f"There is no network {network!r} here: choose one of {', '.join(PROBED)}."
            )
        return self.engine.probes(_show_progress)


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


def guarded(handler: Callable) -> Callable:
    """Turns what a handler raises into a page message; the log gets what a visitor should not.

    How it ended and how long it took is counted, and its docstring explains its arguments. A
    generator stays one, so that Gradio streams it.
    """
    handler.__doc__ = explained(handler)
    if inspect.isgeneratorfunction(handler):

        @functools.wraps(handler)
        def stream(*arguments, **named):
            language = asked()
            with _translated(handler, language), closing(handler(*arguments, **named)) as steps:
                # Every step may be asked for in a context of its own.
                for step in said_in(language, steps):
                    still_open()
                    yield step

        return stream

    @functools.wraps(handler)
    def run(*arguments, **named):
        language = asked()
        with _translated(handler, language), speaking(language):
            still_open()
            return handler(*arguments, **named)

    return run


@contextmanager
def _translated(handler: Callable, language: str) -> Iterator[None]:
    began, outcome = time.perf_counter(), metrics.OK
    try:
        yield
    except ClosingError as error:
        outcome = metrics.STOPPED
        raise _shown(retold(str(error), language), outcome, language) from None
    except GeneratorExit:
        outcome = metrics.STOPPED
        raise
    except gr.Error as error:
        # It may be what another handler failed with, which this one called.
        outcome = getattr(error, "outcome", metrics.REFUSED)
        raise
    except FacewebError as error:
        outcome = metrics.REFUSED
        # Gradio shows messages as HTML, and a name is whatever a visitor typed.
        sentence = escape(retold(str(error), language), quote=False)
        raise _shown(sentence, outcome, language) from None
    except OSError as error:
        outcome = metrics.FAILED
        log.exception("handler %s failed", handler.__name__)
        sentence = retold(FULL if is_full(error) else WENT_WRONG, language)
        raise _shown(sentence, outcome, language) from None
    except Exception:
        outcome = metrics.FAILED
        log.exception("handler %s failed", handler.__name__)
        raise _shown(retold(WENT_WRONG, language), outcome, language) from None
    finally:
        seconds = metrics.count(handler, outcome, began)
        if outcome != metrics.OK or seconds >= SLOW:
            said = {"handler": handler.__name__, "outcome": outcome, "seconds": round(seconds, 3)}
            log.info("%(handler)s: %(outcome)s after %(seconds)g s", said, extra=said)


def _shown(sentence: str, outcome: str, language: str) -> gr.Error:
    error = gr.Error(sentence, title=retold("Not done", language), print_exception=False)
    error.outcome = outcome
    return error
