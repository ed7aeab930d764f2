"""The gallery panel: who is enrolled, and every action on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import gradio as gr

from faceweb.errors import ImportRefusedError, KeyRefusedError, UnknownPersonError
from faceweb.gallery.archive import (
    export_feedback,
    export_gallery,
    import_feedback,
    import_gallery,
    people,
    read_feedback,
)
from faceweb.gallery.enroll import clean_name
from faceweb.gallery.store import StoredPhoto, fingerprint
from faceweb.i18n import read_text, say
from faceweb.serving.gradio_patches import save_for_download, set_api_info
from faceweb.ui import records
from faceweb.ui.boundary import Services, Shared, handler
from faceweb.ui.components import confirm
from faceweb.ui.views import faces as faces_view
from faceweb.ui.views.render import count_noun


@dataclass(frozen=True)
class GalleryActions:
    """The panel's events."""

    services: Services

    @handler
    def people(self, gallery_key: str = ""):
        """Who is enrolled? Returns people, each with photos and the time of the newest."""
        return records.people(people(self._photos(gallery_key)))

    @handler
    def rename(self, person: str | None = None, new_name: str = "", gallery_key: str = ""):
        """Gives a person another name. Returns the people, as /people does."""
        old, new = _choose(person), clean_name(new_name)
        self.services.galleries.rename(gallery_key, old, new)
        _tell(say("{old} is now called {new}.", old=old, new=new))
        return records.people(people(self._photos(gallery_key)))

    @handler
    def forget(self, person: str | None = None, gallery_key: str = ""):
        """Forgets a person with all photos, and a training that learnt from this gallery.

        Marked pairs and a kept head know no names, and stay. Returns how many people are left.
        """
        left = self.services.galleries.forget(gallery_key, _choose(person))
        self._untrain(gallery_key)
        _tell(say("{name} is forgotten, with all photos.", name=person))
        return {"people": left}

    @handler
    def forget_photo(self, photo_id: int | None = None, gallery_key: str = ""):
        """Forgets one photo, and its person with the last one. Returns the people left."""
        self.services.galleries.forget_photo(gallery_key, _photo_id(photo_id))
        self._untrain(gallery_key)
        _tell(say("The photo is forgotten."))
        return records.people(people(self._photos(gallery_key)))

    @handler
    def erase(self, gallery_key: str = ""):
        """Erases the whole gallery, with all that was taught or trained.

        Returns what was erased, and how many photos are left.
        """
        receipt = self.services.galleries.erase(gallery_key)
        self._untrain(gallery_key)
        erased = {"people": receipt.people, "photos": receipt.photos, "bytes": receipt.bytes}
        record = {"erased": erased, "left": len(self._photos(gallery_key))}
        return record, faces_view.receipt(receipt, record["left"])

    @handler
    def export(self, gallery_key: str = ""):
        """Exports the gallery, and what was taught and trained, as a zip of JSON and npz."""
        photos = self._photos(gallery_key)
        members = export_feedback(self.services.learnt, gallery_key) if gallery_key else {}
        if not photos and not members:
            raise UnknownPersonError("There is nobody to export: enroll somebody first.")
        archive = export_gallery(photos, members)
        return save_for_download(archive, "faceweb-gallery.zip")

    @handler
    def take_in(self, archive: bytes | None = None, gallery_key: str = ""):
        """Adds an exported zip; what was taught and trained too, where there is nothing yet.

        Returns how many photos were added and how many were known, how many marked pairs were
        taken and whether a head was.
        """
        if not archive:
            raise ImportRefusedError("Choose the zip that was exported first.")
        file = read_feedback(archive)
        added, known = import_gallery(self.services.galleries, gallery_key, archive)
        marks, headed = import_feedback(self.services.learnt, gallery_key, file)
        done = [count_noun(added, "photo was added.", "photos were added.")]
        if known:
            done.append(count_noun(known, "was here already.", "were here already."))
        if marks or headed:
            done.append(say("What was taught or trained came along."))
        _tell(" ".join(done))
        return {"added": added, "known": known, "marks": marks, "head": headed}

    @handler
    def open(self, gallery_key: str, person: str | None):
        """Another gallery, in the place of the one that is open."""
        key = gallery_key.strip().lower()
        if not self.services.galleries.photos(key, chips=False):
            raise KeyRefusedError(
                "Nobody is enrolled under this key: check that it was copied whole. Your gallery "
                "stays open."
            )
        return key, key, "", *self.show_panel(key, person)

    @handler
    def ask_forget(self, person: str | None, gallery_key: str):
        """The question before a person is forgotten."""
        name = _choose(person)
        if not any(photo.person == name for photo in self._photos(gallery_key)):
            raise UnknownPersonError(f"Nobody in this gallery is called {name}.")
        return faces_view.forget_question(name, *self._count_learnt(gallery_key))

    @handler
    def ask_forget_photo(self, photo_id: int | None, gallery_key: str):
        """The question before a photo is forgotten."""
        photos = {photo.id: photo for photo in self._photos(gallery_key)}
        photo = photos.get(_photo_id(photo_id))
        if photo is None:
            raise UnknownPersonError("Choose a person and a photo first.")
        others = [p for p in photos.values() if p.person == photo.person]
        return faces_view.forget_photo_question(
            photo, len(others) == 1, *self._count_learnt(gallery_key)
        )

    @handler
    def show_panel(self, gallery_key: str, person: str | None):
        """The panel's contents: cards, names, and photos of the chosen person."""
        photos = self._photos(gallery_key)
        names = [summary.person for summary in people(photos)]
        # Nobody is chosen in the place of somebody who is gone: the next click might forget them.
        person = person if person in names else None
        cards = faces_view.gallery(photos, people(photos))
        return cards, gr.update(choices=names, value=person), _choices(photos, person)

    @handler
    def offer_photos(self, person: str | None, gallery_key: str):
        """The photos of one person, to choose from."""
        return _choices(self._photos(gallery_key), person)

    def _count_learnt(self, key: str) -> tuple[int, bool]:
        """How many pairs are marked under a key, and whether a head is kept."""
        learnt = self.services.learnt
        return len(learnt.marks(key)), learnt.head(key) is not None

    def _untrain(self, key: str) -> None:
        # A training holds faces and numbers of the gallery it learnt from.
        self.services.runs.forget(fingerprint(key))

    def _photos(self, key: str) -> list[StoredPhoto]:
        return self.services.galleries.photos(key) if key else []


def _choose(person: str | None) -> str:
    if not person:
        raise UnknownPersonError("Choose a person first.")
    return str(person)


def _tell(sentence: str) -> None:
    # Gradio shows messages as HTML, and a name is whatever a visitor typed.
    gr.Info(escape(sentence), title=say("Done"), duration=5)


def _photo_id(given: object) -> int:
    # The box takes any text from a program; 0 is nobody's photo.
    text = str(given or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _choices(photos: list[StoredPhoto], person: str | None):
    mine = [photo for photo in photos if photo.person == person]
    day = say("%d %b %H:%M")
    labels = [
        (f"{say('Photo {i}', i=i)} ({p.added:{day}})", p.id) for i, p in enumerate(mine, start=1)
    ]
    return gr.update(choices=labels, value=mine[0].id if mine else None)


MAKE_KEY = """(kept) => {
  const key = /^[0-9a-f]{32}$/.test(kept || "") ? kept :
    Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, "0"))
      .join("");
  return [key, key];
}"""
CLEAR = """() => "" """
RENAMED = """(name) => [name.trim().replace(/\\s+/g, " "), ""]"""
SAVE = """() => document.querySelector("#gallery-download").click()"""


@dataclass(frozen=True)
class Panel:
    """The panel's components that events read and write."""

    key: gr.Textbox
    kept: gr.BrowserState
    cards: gr.HTML
    receipt: gr.HTML
    person: gr.Dropdown
    photo: gr.Dropdown


def build(
    services: Services,
    shared: Shared,
    changed: Sequence[gr.events.Dependency],
    record: gr.JSON,
    answer: gr.HTML,
) -> None:
    """Lays out and wires the panel.

    Args:
        services: what handlers work with.
        shared: page, key (rendered here) and version, which counts up here.
        changed: events that change the gallery and are not the panel's own.
        record: where every action leaves its record.
        answer: what an action on the gallery outdates.
    """
    handlers, key, version = GalleryActions(services), shared.key, shared.version
    # Gradio encrypts what it keeps in the browser with a secret that it sends to the browser: it
    # must be the same after a restart, and protects nothing else.
    kept = gr.BrowserState("", storage_key="faceweb-gallery-key", secret="faceweb")
    gr.HTML('<h2 class="section">Your gallery</h2>', padding=False)
    receipt = gr.HTML(elem_id="gallery-receipt", padding=False)
    cards = gr.HTML(elem_id="gallery-cards", padding=False)
    with gr.Accordion("Rename, forget, export, erase", open=False, elem_id="gallery-actions"):
        with gr.Row():
            person = gr.Dropdown(
                [], label="Person", allow_custom_value=True, elem_id="gallery-person"
            )
            photo = gr.Dropdown([], label="Photo", allow_custom_value=True)
        # Their choices are a visitor's own; Gradio would tell programs that there are none.
        set_api_info(person, {"type": "string"})
        set_api_info(photo, {"type": "integer"})
        panel = Panel(key, kept, cards, receipt, person, photo)
        show = {
            "fn": handlers.show_panel,
            "inputs": [key, person],
            "outputs": [cards, person, photo],
        }
        show |= {"api_visibility": "private", "show_progress": "hidden"}
        events = [
            *_person_actions(handlers, panel, record),
            *_gallery_actions(handlers, panel, record),
        ]
    with gr.Accordion("Gallery key", open=False):
        opened = _key_actions(handlers, panel)
    # Whoever changes the gallery counts its version up, and all that shows it follows.
    version.change(**show)
    for event in events:
        event.failure(**show)
    for event in (*events, opened):
        event.success(None, None, answer, js=CLEAR)
    for event in (*events, opened, *changed):
        event.success(lambda n: n + 1, version, version, api_visibility="private")
    shared.page.load(None, kept, [kept, key], js=MAKE_KEY).then(**show)
    person.input(handlers.offer_photos, [person, key], photo, api_visibility="private")
    for event in changed:
        event.then(None, None, receipt, js=CLEAR)
    refresh = gr.Button("Refresh", visible=False)
    refresh.click(handlers.people, key, record, api_name="people")


def _person_actions(
    handlers: GalleryActions, panel: Panel, record: gr.JSON
) -> list[gr.events.Dependency]:
    key, person, photo = panel.key, panel.person, panel.photo
    with gr.Row():
        forget = gr.Button("Forget this person", elem_id="gallery-forget")
        forget_photo = gr.Button("Forget this photo", elem_id="gallery-forget-photo")
    certain = confirm(
        forget,
        handlers.ask_forget,
        [person, key],
        "Forget",
        "gallery-forget-question",
        [person.change, forget_photo.click],
    )
    certain_photo = confirm(
        forget_photo,
        handlers.ask_forget_photo,
        [photo, key],
        "Forget",
        "gallery-forget-photo-question",
        [person.change, photo.change, forget.click],
    )
    with gr.Row(equal_height=True):
        new_name = gr.Textbox("", label="New name", max_lines=1, elem_id="gallery-new-name")
        rename = gr.Button("Rename")
    renamed = gr.on(
        [rename.click, new_name.submit],
        handlers.rename,
        [person, new_name, key],
        record,
        api_name="rename",
    )
    return [
        renamed.success(None, new_name, [person, new_name], js=RENAMED),
        certain.click(handlers.forget, [person, key], record, api_name="forget"),
        certain_photo.click(handlers.forget_photo, [photo, key], record, api_name="forget_photo"),
    ]


def _gallery_actions(
    handlers: GalleryActions, panel: Panel, record: gr.JSON
) -> list[gr.events.Dependency]:
    key, receipt = panel.key, panel.receipt
    with gr.Row():
        export = gr.Button("Export everything")
        take_in = gr.UploadButton(
            "Import a zip", file_types=[".zip"], type="binary", elem_id="gallery-import"
        )
        erase = gr.Button("Erase everything", variant="stop", elem_id="gallery-erase")
    certain = confirm(
        erase,
        "<p>Erase everybody in this gallery, with all you taught or trained on it? This cannot be "
        "undone.</p>",
        [],
        "Erase",
        "gallery-erase-question",
        [panel.person.change],
    )
    download = gr.DownloadButton("Save", elem_id="gallery-download", elem_classes="offscreen")
    export.click(handlers.export, key, download, api_name="export").success(None, js=SAVE)
    taken_in = take_in.upload(handlers.take_in, [take_in, key], record, api_name="import")
    taken_in.then(None, None, receipt, js=CLEAR)
    return [
        taken_in,
        certain.click(handlers.erase, key, [record, receipt], api_name="erase"),
    ]


def _key_actions(handlers: GalleryActions, panel: Panel) -> gr.events.Dependency:
    gr.Markdown(read_text("gallery_key"))
    panel.key.render()
    gr.Markdown(read_text("gallery_open"))
    with gr.Row(equal_height=True):
        other = gr.Textbox(
            "", label="Key of another gallery", max_lines=1, scale=3, elem_id="gallery-other-key"
        )
        start = gr.Button("Open it", scale=1, elem_id="gallery-open")
    shown = [panel.cards, panel.person, panel.photo]
    return gr.on(
        [start.click, other.submit],
        handlers.open,
        [other, panel.person],
        [panel.key, panel.kept, other, *shown],
        show_progress="hidden",
        api_visibility="private",
    )
