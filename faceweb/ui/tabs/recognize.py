"""Recognize: who of the gallery is each face, or nobody?"""

from dataclasses import dataclass

import gradio as gr
import numpy as np

from faceweb.config import FacesConfig
from faceweb.gallery.archive import people
from faceweb.gallery.enroll import enroll
from faceweb.gallery.recognize import recognize
from faceweb.i18n import read_text
from faceweb.media.image import read_picture
from faceweb.ui import images, records
from faceweb.ui.boundary import (
    CAMERA_QUEUE,
    CAMERA_SECONDS,
    DEVICE_QUEUE,
    Services,
    Shared,
    handler,
)
from faceweb.ui.components import (
    FOLDER,
    GROUP_NOTE,
    GROUPS,
    PEOPLE,
    check_upload,
    example_row,
    locate_example,
    photo_input,
    require,
    try_it,
)
from faceweb.ui.controls import default, into_view, slider
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.tabs.verify import DECIDERS, choice, decider
from faceweb.ui.views import faces as faces_view

TITLE = "Recognize"
TRY = "enroll two portraits, then find them in a collage"
THRESHOLD = default(FacesConfig, "threshold")
FRAME_SECONDS = 0.2


@dataclass(frozen=True)
class RecognizeTab:
    """The tab's events."""

    services: Services

    @handler
    def recognize(
        self,
        photo: np.ndarray,
        threshold: float = THRESHOLD,
        gallery_key: str = "",
        decide: str = DECIDERS[0],
    ):
        """Who of the gallery is each face of a photo?

        Decided by the distance, or by what was taught or trained under gallery_key, whose scores
        then stand in for distances. Returns a record (per face: box, score, person or null,
        distance, candidates with the photo that decided; and the chance that a stranger is taken
        for somebody of this gallery), the photo with boxes and names, and the answer as HTML.
        """
        return self._answer(require(photo, "a photo"), threshold, gallery_key, decide)

    @handler
    def again(self, photo: np.ndarray | None, threshold: float, gallery_key: str, decide: str):
        """The same photo at another threshold; nothing where there is no photo yet."""
        if photo is None:
            return gr.skip(), gr.skip(), gr.skip()
        return self._answer(photo, threshold, gallery_key, decide)

    @handler
    def introduce(self, gallery_key: str, version: int):
        """Enrolls the two people of the example, and hands it over."""
        for file, name in PEOPLE:
            picture = read_picture(FOLDER / file)
            enroll(
                self.services.ready().faces(),
                self.services.galleries,
                gallery_key,
                picture,
                name,
            )
        return locate_example(GROUPS[0][0]), version + 1

    @handler
    def live(self, frame: np.ndarray, threshold: float, gallery_key: str, decide: str):
        """One frame of the live camera; nothing of it is written to a file."""
        if frame is None or not self.services.engine.status.ready:
            return gr.skip(), gr.skip()
        _, picture, page = self._answer(frame, threshold, gallery_key, decide)
        return faces_view.live(picture), page

    def _answer(self, picture: np.ndarray, threshold: float, key: str, decide: str):
        config = FacesConfig(threshold=threshold)
        photos = self.services.galleries.photos(key, chips=False) if key else []
        head = decider(self.services, decide, key)
        answers = recognize(self.services.ready().faces(), picture, photos, config, head)
        threshold = threshold if head is None else head.threshold
        count = len(people(photos))
        # The odds are those of the distance: a head has none for so many people.
        among = self.services.calibration.false_accept_among(config.threshold, count)
        known = among if count and head is None else None
        return (
            records.recognition(answers, threshold, known),
            images.label_faces(picture, answers),
            faces_view.recognition(answers, count, among, threshold, head),
        )


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the tab."""
    handlers = RecognizeTab(services)
    gr.HTML(f'<p class="intro">{read_text("recognize_intro")}</p>', padding=False)
    with gr.Tabs(elem_classes="quiet"):
        with gr.Tab("Photo") as photo_tab:
            example = try_it(TRY, "recognize-try")
            with gr.Row(elem_classes="pair-input"):
                photo = photo_input("Photo")
                labelled = gr.Image(
                    label="Who is who",
                    height=320,
                    interactive=False,
                    buttons=["download", "fullscreen"],
                )
            examples = example_row(GROUPS, [photo], "recognize-examples", GROUP_NOTE)
            start = gr.Button("Recognize", variant="primary", elem_id="recognize-start")
        with gr.Tab("Live camera") as camera_tab, gr.Row(elem_classes="pair-input"):
            camera = photo_input(
                "Camera", sources=["webcam"], streaming=True, elem_id="recognize-camera"
            )
            seen = gr.HTML(faces_view.live(None), padding=False)
    threshold = slider(FacesConfig, "threshold", label="Threshold τ")
    with gr.Accordion("Decide by what you taught or trained", open=False):
        decide = choice("recognize")
    answer = gr.HTML(elem_id="recognize-answer", padding=False)
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    explain_tab("recognize", read_text("recognize_how"))
    inputs, outputs = [photo, threshold, shared.key, decide], [record, labelled, answer]
    check_upload([photo])
    outdated = {"fn": None, "outputs": [labelled, answer], "js": "() => [null, '']"}
    for event in (photo_tab.select, camera_tab.select, photo.change, shared.version.change):
        event(**outdated)
    asked = start.click(handlers.recognize, inputs, outputs, api_name="recognize", **DEVICE_QUEUE)
    private = {"inputs": inputs, "outputs": outputs, "api_visibility": "private"}
    tried = examples.then(handlers.recognize, **private, **DEVICE_QUEUE)
    met = example.click(
        handlers.introduce,
        [shared.key, shared.version],
        [photo, shared.version],
        api_visibility="private",
        **DEVICE_QUEUE,
    )
    found = met.success(handlers.recognize, **private, **DEVICE_QUEUE)
    for event in (asked, tried, found):
        event.success(None, js=into_view("#recognize-answer"))
    for event in (threshold.change, decide.input):
        moved = event(handlers.again, **private, show_progress="hidden", **DEVICE_QUEUE)
        moved.failure(**outdated)
    camera.stream(
        handlers.live,
        [camera, threshold, shared.key, decide],
        [seen, answer],
        stream_every=FRAME_SECONDS,
        time_limit=CAMERA_SECONDS,
        show_progress="hidden",
        api_visibility="private",
        **CAMERA_QUEUE,
    )
