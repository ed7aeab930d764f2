"""Verify: are these two the same person?"""

from dataclasses import dataclass

import gradio as gr
import numpy as np

from faceweb.config import FacesConfig
from faceweb.features.verify import verify
from faceweb.ui import records, teaching
from faceweb.ui.controls import default, into_view, slider
from faceweb.ui.deciders import DECIDERS, decider
from faceweb.ui.examples import PAIRS, PAIRS_NOTE, example_row
from faceweb.ui.handlers import DEVICE_QUEUE, Services, Shared, guarded
from faceweb.ui.howto.fold import fold
from faceweb.ui.photos import checked, photo_input, required
from faceweb.ui.verify_words import verification

TITLE = "Verify"
INTRO = """Are these two the same person? Each face becomes 128 numbers, f(a) and f(b); two
photos of one person lie near each other. <span class="formula">d(a, b) = ‖f(a) − f(b)‖ ≤
τ</span>"""
HOW = """A face is found and its eyes, nose and mouth marked (MTCNN, Zhang et al. 2016); the face
is turned and scaled so that these points fall where they fall on every face; a residual network
of 29 convolutions (He et al. 2016, weights by Davis King) turns it into 128 numbers. It was
trained so that photos of one person come out less than 0.6 apart, and photos of two people
further. That is verification: one comparison with the threshold τ.

**How sure is it?** The two hills are the distances of pairs whose answer is known. A larger τ
lets more strangers in and turns fewer friends away. The probability comes from a logistic curve
through the hills and says what it assumes: that half of such pairs are one person. If you would
have bet one in a hundred before looking, the same distance means much less."""
THRESHOLD = default(FacesConfig, "threshold")


@dataclass(frozen=True)
class Handlers:
    """The tab's events."""

    services: Services

    @guarded
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
        a, b = required(photo_a, "photo A"), required(photo_b, "photo B")
        calibration = self.services.calibration
        head = decider(self.services, decide, gallery_key)
        result = verify(self.services.networks(), calibration, a, b, config, head)
        return records.verification(result), verification(result, calibration)

    @guarded
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
    handlers = Handlers(services)
    gr.HTML(f'<p class="intro">{INTRO}</p>', padding=False)
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
    panel = teaching.build(services, shared, [photo_a, photo_b])
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    fold("verify", HOW)
    inputs = [photo_a, photo_b, threshold, panel.decide, shared.key]
    outputs = [record, answer]
    checked([photo_a, photo_b])
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
