"""Verify: are two faces one person? With the panel that teaches a verdict."""

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr
import numpy as np

from faceweb.config import FacesConfig
from faceweb.errors import KeyRefusedError, TrainingError
from faceweb.faces.heads import Head, from_bytes, load_taught_head
from faceweb.faces.verify import verify
from faceweb.gallery import feedback
from faceweb.i18n import read_text
from faceweb.ui import records
from faceweb.ui.boundary import DEVICE_QUEUE, Services, Shared, handler
from faceweb.ui.components import PAIRS, PAIRS_NOTE, check_upload, example_row, photo_input, require
from faceweb.ui.controls import default, into_view, slider
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.views import faces as faces_view
from faceweb.ui.views.faces import verification

DECIDERS = ("distance", "taught", "trained")
LABELS = ("the distance, d ≤ τ", "what I taught (Verify)", "the head I trained (Train)")


def decider(services: Services, decide: str, key: str) -> Head | None:
    """The head that decides, or None where the distance does.

    Raises:
        TrainingError: there is no such decider, or no trained head under this key.
    """
    if decide == "distance":
        return None
    if decide == "taught":
        marks = services.learnt.marks(key) if key else []
        source = "the pairs you marked" if marks else "a unit that was not taught yet"
        return load_taught_head(feedback.unit_of(services.known, marks), source)
    if decide != "trained":
        raise TrainingError(f"Decide must be one of {', '.join(DECIDERS)}. Received: {decide}.")
    kept = services.learnt.head(key) if key else None
    if kept is None:
        raise TrainingError(
            "You have not kept a trained head: train on your gallery or a zip of photos, then "
            "press Use it."
        )
    return from_bytes(kept)


def choice(name: str) -> gr.Radio:
    """Buttons for what decides."""
    return gr.Radio(
        list(zip(LABELS, DECIDERS, strict=True)),
        value=DECIDERS[0],
        label="Decide by",
        elem_id=f"{name}-decide",
    )


NO_HEAD = """(decides) => decides === "trained" ? "distance" : decides"""


@dataclass(frozen=True)
class Panel:
    """What Verify wires: what decides, and events after which the unit has moved."""

    decide: gr.Radio
    changed: tuple[Callable, ...]


@dataclass(frozen=True)
class FeedbackPanel:
    """The panel's events."""

    services: Services

    @handler
    def mark(
        self, photo_a: np.ndarray, photo_b: np.ndarray, same: bool = True, gallery_key: str = ""
    ):
        """Marks two photos as one person (same) or two, and teaches the unit of gallery_key.

        Returns a record (right, log_odds before and after, steps, held_back, refused, marks,
        right_before, right_after, known_error before and after, bound) and what moved as HTML.
        """
        if not gallery_key:
            raise KeyRefusedError("Teaching needs a gallery key: enroll somebody, or make one.")
        a, b = require(photo_a, "photo A"), require(photo_b, "photo B")
        services = self.services
        result = verify(services.ready().faces(), services.calibration, a, b, FacesConfig())
        first, second = (face.embedding for face in result.compared)
        pair = feedback.LabelledPair(first, second, bool(same))
        taught = feedback.mark(services.known, services.learnt, gallery_key, pair)
        return faces_view.record(taught), faces_view.feedback(taught, services.known)

    @handler
    def one(self, photo_a: np.ndarray, photo_b: np.ndarray, gallery_key: str):
        """They are one person."""
        return self.mark(photo_a, photo_b, True, gallery_key)

    @handler
    def two(self, photo_a: np.ndarray, photo_b: np.ndarray, gallery_key: str):
        """They are two people."""
        return self.mark(photo_a, photo_b, False, gallery_key)

    @handler
    def undo(self, gallery_key: str = ""):
        """Takes the last marked pair back. Returns a record (marks) and a sentence."""
        if not gallery_key or not self.services.learnt.marks(gallery_key):
            raise TrainingError("There is nothing to undo: no pair is marked.")
        left = self.services.learnt.forget_marks(gallery_key, last=True)
        return {"marks": left}, faces_view.undo(left)

    @handler
    def forget(self, gallery_key: str = ""):
        """Forgets all marked pairs and the unit. Returns a record (marks) and a sentence."""
        if gallery_key:
            self.services.learnt.forget_marks(gallery_key)
        return {"marks": 0}, faces_view.undo(0)

    @handler
    def forget_head(self, gallery_key: str = ""):
        """Forgets the head that was trained and kept. Returns a record (head) and a sentence."""
        if not gallery_key or not self.services.learnt.forget_head(gallery_key):
            raise TrainingError("There is no head to forget: none is kept under this key.")
        return {"head": False}, faces_view.head_forgotten()


def build_feedback(services: Services, shared: Shared, photos: list[gr.Image]) -> Panel:
    """Lays out and wires the panel, which is closed and decides nothing by default."""
    handlers, key = FeedbackPanel(services), shared.key
    with gr.Accordion("Teach it, or decide by what was learnt", open=False, elem_id="teach"):
        gr.HTML(f'<p class="note">{read_text("feedback_intro")}</p>', padding=False)
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


TITLE = "Verify"
THRESHOLD = default(FacesConfig, "threshold")


@dataclass(frozen=True)
class VerifyTab:
    """The tab's events."""

    services: Services

    @handler
    def verify(
        self,
        photo_a: np.ndarray,
        photo_b: np.ndarray,
        threshold: float = THRESHOLD,
        decide: str = DECIDERS[0],
        gallery_key: str = "",
    ):
        """Are the largest faces of two photos one person?

        Decided by the distance, or by what was taught or trained under gallery_key. Returns a
        record (same, distance, threshold, probability at a prior of one half, error rates, boxes of
        all faces as left, top, width, height, decided_by, and score, threshold, probability and
        source of a head that decided) and the answer as HTML.
        """
        config = FacesConfig(threshold=threshold)
        a, b = require(photo_a, "photo A"), require(photo_b, "photo B")
        calibration = self.services.calibration
        head = decider(self.services, decide, gallery_key)
        result = verify(self.services.ready().faces(), calibration, a, b, config, head)
        return records.verification(result), verification(result, calibration)

    @handler
    def again(
        self,
        photo_a: np.ndarray | None,
        photo_b: np.ndarray | None,
        threshold: float,
        decide: str,
        gallery_key: str,
    ):
        """The same photos, decided anew; nothing where one is missing."""
        if photo_a is None or photo_b is None:
            return gr.skip(), gr.skip()
        return self.verify(photo_a, photo_b, threshold, decide, gallery_key)


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the tab."""
    handlers = VerifyTab(services)
    gr.HTML(f'<p class="intro">{read_text("verify_intro")}</p>', padding=False)
    with gr.Row(elem_classes="pair-input"):
        photo_a = photo_input("Photo A", elem_id="verify-a")
        photo_b = photo_input("Photo B", elem_id="verify-b")
    examples = example_row(PAIRS, [photo_a, photo_b], "verify-examples", PAIRS_NOTE)
    with gr.Row(elem_classes="act"):
        threshold = slider(
            FacesConfig, "threshold", label="Threshold τ", scale=3, elem_id="verify-threshold"
        )
        start = gr.Button("Compare", variant="primary", scale=1, elem_id="verify-start")
    answer = gr.HTML(elem_id="verify-answer", padding=False)
    panel = build_feedback(services, shared, [photo_a, photo_b])
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    explain_tab("verify", read_text("verify_how"))
    inputs = [photo_a, photo_b, threshold, panel.decide, shared.key]
    outputs = [record, answer]
    check_upload([photo_a, photo_b])
    for photo in (photo_a, photo_b):
        photo.input(None, None, answer, js="() => ''")
    asked = start.click(handlers.verify, inputs, outputs, api_name="verify", **DEVICE_QUEUE)
    private = {"inputs": inputs, "outputs": outputs, "api_visibility": "private"}
    tried = examples.then(handlers.verify, **private, **DEVICE_QUEUE)
    for event in (asked, tried):
        event.success(None, js=into_view("#verify-answer"))
    for event in (threshold.change, panel.decide.input, *panel.changed):
        moved = event(handlers.again, **private, show_progress="hidden", **DEVICE_QUEUE)
        moved.failure(None, None, answer, js="() => ''")
