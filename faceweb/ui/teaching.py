"""Teach it, in Verify: a visitor says who a pair is, and the unit that decides moves."""

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr
import numpy as np

from faceweb.config import FacesConfig
from faceweb.errors import KeyRefusedError, TrainingError
from faceweb.features import teach
from faceweb.features.verify import verify
from faceweb.ui import teach_words
from faceweb.ui.deciders import choice
from faceweb.ui.handlers import DEVICE_QUEUE, Services, Shared, guarded
from faceweb.ui.photos import required

INTRO = f"""A second way to decide: a logistic unit on |f(a) − f(b)|, σ(Σ w<sub>k</sub>
|f<sub>k</sub>(a) − f<sub>k</sub>(b)| + b), which begins with 128 equal weights. Say who the two
photos above show, and it takes gradient steps until it is right on this pair and on all you marked
before. Steps that would worsen known pairs by more than {100 * teach.BOUND:.0f} percentage point
are refused. Kept under your gallery key: 128 numbers a face, until you undo, begin anew or erase
your gallery. A head that you trained and kept can decide too, until you forget it."""
NO_HEAD = """(decides) => decides === "trained" ? "distance" : decides"""


@dataclass(frozen=True)
class Panel:
    """What Verify wires: what decides, and events after which the unit has moved."""

    decide: gr.Radio
    changed: tuple[Callable, ...]


@dataclass(frozen=True)
class Handlers:
    """The panel's events."""

    services: Services

    @guarded
    def mark(
        self, photo_a: np.ndarray, photo_b: np.ndarray, same: bool = True, gallery_key: str = ""
    ):
        """Marks two photos as one person (same) or two, and teaches the unit of gallery_key.

        Returns a record (right, log_odds before and after, steps, held_back, refused, marks,
        right_before, right_after, known_error before and after, bound) and what moved as HTML.
        """
        if not gallery_key:
            raise KeyRefusedError("Teaching needs a gallery key: enroll somebody, or make one.")
        a, b = required(photo_a, "photo A"), required(photo_b, "photo B")
        services = self.services
        result = verify(services.networks(), services.calibration, a, b, FacesConfig())
        first, second = (face.encoding for face in result.compared)
        pair = teach.Mark(first, second, bool(same))
        taught = teach.mark(services.known, services.learnt, gallery_key, pair)
        return teach_words.record(taught), teach_words.taught(taught, services.known)

    @guarded
    def one(self, photo_a: np.ndarray, photo_b: np.ndarray, gallery_key: str):
        """They are one person."""
        return self.mark(photo_a, photo_b, True, gallery_key)

    @guarded
    def two(self, photo_a: np.ndarray, photo_b: np.ndarray, gallery_key: str):
        """They are two people."""
        return self.mark(photo_a, photo_b, False, gallery_key)

    @guarded
    def undo(self, gallery_key: str = ""):
        """Takes the last marked pair back. Returns a record (marks) and a sentence."""
        if not gallery_key or not self.services.learnt.marks(gallery_key):
            raise TrainingError("There is nothing to undo: no pair is marked.")
        left = self.services.learnt.forget_marks(gallery_key, last=True)
        return {"marks": left}, teach_words.undone(left)

    @guarded
    def forget(self, gallery_key: str = ""):
        """Forgets all marked pairs and the unit. Returns a record (marks) and a sentence."""
        if gallery_key:
            self.services.learnt.forget_marks(gallery_key)
        return {"marks": 0}, teach_words.undone(0)

    @guarded
    def forget_head(self, gallery_key: str = ""):
        """Forgets the head that was trained and kept. Returns a record (head) and a sentence."""
        if not gallery_key or not self.services.learnt.forget_head(gallery_key):
            raise TrainingError("There is no head to forget: none is kept under this key.")
        return {"head": False}, teach_words.headless()


def build(services: Services, shared: Shared, photos: list[gr.Image]) -> Panel:
    """Lays out and wires the panel, which is closed and decides nothing by default."""
    handlers, key = Handlers(services), shared.key
    with gr.Accordion("Teach it, or decide by what was learnt", open=False, elem_id="teach"):
        gr.HTML(f'<p class="note">{INTRO}</p>', padding=False)
        decide = choice("verify")
        with gr.Row():
            one = gr.Button("They are one person", elem_id="teach-one")
            two = gr.Button("They are two people", elem_id="teach-two")
        with gr.Row():
            undo = gr.Button("Undo", min_width=80, elem_id="teach-undo")
            forget = gr.Button("Begin anew", min_width=80, elem_id="teach-forget")
            headless = gr.Button("Forget the head", min_width=80, elem_id="teach-forget-head")
        shown = gr.HTML(elem_id="teach-answer", padding=False)
        with gr.Accordion("The record", open=False):
            record = gr.JSON(show_label=False)
        same = gr.Checkbox(True, visible=False)
        program = gr.Button("Mark", visible=False)
    outputs, private = [record, shown], {"api_visibility": "private"}
    changed = [
        one.click(handlers.one, [*photos, key], outputs, **private, **DEVICE_QUEUE),
        two.click(handlers.two, [*photos, key], outputs, **private, **DEVICE_QUEUE),
        undo.click(handlers.undo, key, outputs, api_name="unteach"),
        forget.click(handlers.forget, key, outputs, api_name="forget_taught"),
    ]
    headed = headless.click(handlers.forget_head, key, outputs, api_name="forget_head")
    # The distance decides where a head did that is gone.
    changed.append(headed.success(None, decide, decide, js=NO_HEAD, **private))
    program.click(handlers.mark, [*photos, same, key], outputs, api_name="teach", **DEVICE_QUEUE)
    for photo in photos:
        photo.input(None, None, shown, js="() => ''")
    return Panel(decide, tuple(event.success for event in changed))
