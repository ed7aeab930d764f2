"""Enroll: one photo makes a person known; the gallery and all its actions."""

from dataclasses import dataclass

import gradio as gr
import numpy as np

from faceweb.faces.quality import detect_faces
from faceweb.gallery.enroll import enroll
from faceweb.gallery.store import new_key
from faceweb.i18n import read_text, say
from faceweb.ui import records
from faceweb.ui.boundary import DEVICE_QUEUE, Services, Shared, handler
from faceweb.ui.components import PEOPLE, PEOPLE_NOTE, example_row, photo_input, require
from faceweb.ui.controls import into_view
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.tabs import gallery
from faceweb.ui.views import faces as faces_view

TITLE = "Enroll"


@dataclass(frozen=True)
class EnrollTab:
    """The tab's events."""

    services: Services

    @handler
    def choices(self, photo: np.ndarray):
        """Offers the faces of a photo with several to choose from."""
        networks = self.services.ready().faces()
        found = detect_faces(networks, photo) if photo is not None else []
        several = len(found) > 1
        shown = faces_view.number_faces(networks.embed_faces(photo, found)) if several else ""
        numbers = [(say("Face {i}", i=i + 1), i) for i in range(max(len(found), 1))]
        picker = gr.update(choices=numbers, value=0, visible=several)
        return gr.update(value=shown, visible=several), picker, 0

    @handler
    def enroll(self, photo: np.ndarray, name: str = "", gallery_key: str = "", face: int = 0):
        """Enrolls one face of a photo (0 is the largest) under a name.

        Returns a record (person, photos, people, gallery_key, face, report card, look-alike) and
        the answer as HTML. Without a key a new gallery is made and its key returned.
        """
        picture = require(photo, "a photo")
        key = gallery_key.strip() or new_key()
        result = enroll(
            self.services.ready().faces(),
            self.services.galleries,
            key,
            picture,
            name,
            int(face or 0),
        )
        return records.enrollment(result, key), faces_view.enrollment(result)


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the tab."""
    handlers = EnrollTab(services)
    gr.HTML(f'<p class="intro">{read_text("enroll_intro")}</p>', padding=False)
    with gr.Row(elem_classes="pair-input"):
        photo = photo_input("Photo", elem_id="enroll-photo")
        with gr.Column(min_width=280):
            name = gr.Textbox(
                "",
                label="Name",
                placeholder="Whose face is this?",
                max_lines=1,
                elem_id="enroll-name",
            )
            found = gr.HTML(visible=False)
            picker = gr.Radio(
                [("Face 1", 0)], value=0, label="Which face?", visible=False, elem_id="enroll-face"
            )
            face = gr.Number(0, precision=0, visible=False)
            start = gr.Button("Enroll", variant="primary", elem_id="enroll-start")
            examples = example_row(PEOPLE, [photo, name], "enroll-examples", PEOPLE_NOTE)
    answer = gr.HTML(elem_id="enroll-answer", padding=False)
    record = gr.JSON(show_label=False, render=False)
    photo.change(None, None, answer, js="() => ''")
    # At once, since the choice of another photo must not outlive it.
    photo.change(None, None, face, js="() => 0")
    photo.change(
        handlers.choices,
        photo,
        [found, picker, face],
        show_progress="hidden",
        api_visibility="private",
        **DEVICE_QUEUE,
    )
    picker.input(int, picker, face, api_visibility="private", show_progress="hidden")
    enrolled = gr.on(
        [start.click, name.submit],
        handlers.enroll,
        [photo, name, shared.key, face],
        [record, answer],
        api_name="enroll",
        **DEVICE_QUEUE,
    )
    # An example has one face; what was chosen of another photo does not hold for it.
    tried = examples.then(
        handlers.enroll,
        [photo, name, shared.key, face],
        [record, answer],
        js="(photo, name, key) => [photo, name, key, 0]",
        api_visibility="private",
        **DEVICE_QUEUE,
    )
    for event in (enrolled, tried):
        event.success(None, js=into_view("#enroll-answer"))
    gallery.build(services, shared, [enrolled, tried], record, answer)
    explain_tab("enroll", read_text("enroll_how"))
    with gr.Accordion("The record", open=False):
        record.render()
