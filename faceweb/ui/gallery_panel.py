"""The gallery panel: who is enrolled, and every action on it."""

from dataclasses import dataclass

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from faceweb.errors import ImportRefusedError
from faceweb.features.gallery import export_gallery, import_gallery, people
from faceweb.features.names import clean_name
from faceweb.storage.galleries import StoredPhoto
from faceweb.ui import records, words
from faceweb.ui.handlers import Services, guarded

MAKE_KEY = """(kept) => {
  const key = /^[0-9a-f]{32}$/.test(kept || "") ? kept :
    Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, "0"))
      .join("");
  return [key, key];
}"""
# A key that is none is replaced by the one before, so that nothing is enrolled out of reach.
KEEP_KEY = """(key, kept) => {
  const good = /^[0-9a-f]{32}$/.test((key || "").trim()) ? key.trim() : kept;
  return [good, good];
}"""
CLEAR = """() => "" """
SAVE = """() => document.querySelector("#gallery-download").click()"""


@dataclass(frozen=True)
class Handlers:
    """The panel's events."""

    services: Services

    @guarded
    def people(self, gallery_key: str = ""):
        """Who is enrolled? Returns people, each with photos and the time of the newest."""
        return records.people(people(self._photos(gallery_key)))

    @guarded
    def rename(self, person: str | None = None, new_name: str = "", gallery_key: str = ""):
        """Gives a person another name. Returns the people, as /people does."""
        self.services.galleries.rename(gallery_key, str(person or ""), clean_name(new_name))
        return records.people(people(self._photos(gallery_key)))

    @guarded
    def forget(self, person: str | None = None, gallery_key: str = ""):
        """Forgets a person with all photos. Returns how many people are left."""
        return {"people": self.services.galleries.forget(gallery_key, str(person or ""))}

    @guarded
    def forget_photo(self, photo_id: int | None = None, gallery_key: str = ""):
        """Forgets one photo, and its person with the last one. Returns the people left."""
        self.services.galleries.forget_photo(gallery_key, _photo_id(photo_id))
        return records.people(people(self._photos(gallery_key)))

    @guarded
    def erase(self, gallery_key: str = ""):
        """Erases the whole gallery. Returns what was erased, and how many photos are left."""
        receipt = self.services.galleries.erase(gallery_key)
        erased = {"people": receipt.people, "photos": receipt.photos, "bytes": receipt.bytes}
        record = {"erased": erased, "left": len(self._photos(gallery_key))}
        return record, words.receipt(receipt, record["left"])

    @guarded
    def export(self, gallery_key: str = ""):
        """Exports the gallery as a zip of JSON and npz."""
        archive = export_gallery(self._photos(gallery_key))
        return save_bytes_to_cache(archive, "faceweb-gallery.zip", get_upload_folder())

    @guarded
    def take_in(self, archive: bytes | None = None, gallery_key: str = ""):
        """Adds an exported zip. Returns how many photos were added and how many were known."""
        if not archive:
            raise ImportRefusedError("Choose the zip that was exported first.")
        added, known = import_gallery(self.services.galleries, gallery_key, archive)
        return {"added": added, "known": known}

    @guarded
    def shown(self, gallery_key: str, person: str | None):
        """The panel's contents: cards, names, and photos of the chosen person."""
        photos = self._photos(gallery_key)
        names = [summary.person for summary in people(photos)]
        # Nobody is chosen in the place of somebody who is gone: the next click might forget them.
        person = person if person in names else None
        cards = words.gallery(photos, people(photos))
        return cards, gr.update(choices=names, value=person), _choices(photos, person)

    @guarded
    def offer_photos(self, person: str | None, gallery_key: str):
        """The photos of one person, to choose from."""
        return _choices(self._photos(gallery_key), person)

    def _photos(self, key: str) -> list[StoredPhoto]:
        return self.services.galleries.photos(key) if key else []


def _photo_id(given: object) -> int:
    # The box takes any text from a program; 0 is nobody's photo.
    text = str(given or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _choices(photos: list[StoredPhoto], person: str | None):
    mine = [photo for photo in photos if photo.person == person]
    labels = [(f"Photo {i} ({p.added:%d %b %H:%M})", p.id) for i, p in enumerate(mine, start=1)]
    return gr.update(choices=labels, value=mine[0].id if mine else None)


def build(
    services: Services,
    key: gr.Textbox,
    page: gr.Blocks,
    changed: gr.events.Dependency,
    record: gr.JSON,
) -> None:
    """Lays out and wires the panel.

    Args:
        services: what handlers work with.
        key: the visitor's key, rendered here.
        page: whose load makes or finds the key.
        changed: the event after which the gallery is shown anew.
        record: where every action leaves its record.
    """
    handlers = Handlers(services)
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
            new_name = gr.Textbox("", label="New name", max_lines=1)
            photo = gr.Dropdown([], label="Photo", allow_custom_value=True)
        with gr.Row():
            forget = gr.Button("Forget this person", elem_id="gallery-forget")
            rename = gr.Button("Rename")
            forget_photo = gr.Button("Forget this photo")
        with gr.Row():
            export = gr.Button("Export everything")
            take_in = gr.UploadButton(
                "Import a zip", file_types=[".zip"], type="binary", elem_id="gallery-import"
            )
            erase = gr.Button("Erase everything", variant="stop", elem_id="gallery-erase")
        download = gr.DownloadButton("Save", elem_id="gallery-download", elem_classes="offscreen")
    with gr.Accordion("Gallery key", open=False):
        gr.Markdown(
            "The key is the only way to this gallery. It was made in your browser and is kept "
            "there; the server stores only its SHA-256. Copy it to open the gallery in another "
            "browser or through the API; paste another one to change galleries."
        )
        key.render()

    show = {"fn": handlers.shown, "inputs": [key, person], "outputs": [cards, person, photo]}
    show |= {"api_visibility": "private", "show_progress": "hidden"}
    page.load(None, kept, [kept, key], js=MAKE_KEY).then(**show)
    for leave in (key.blur, key.submit):
        leave(None, [key, kept], [kept, key], js=KEEP_KEY).then(**show)
    person.input(handlers.offer_photos, [person, key], photo, api_visibility="private")
    changed.then(**show).then(None, None, receipt, js=CLEAR)
    rename.click(handlers.rename, [person, new_name, key], record, api_name="rename").then(**show)
    forget.click(handlers.forget, [person, key], record, api_name="forget").then(**show)
    forget_photo.click(handlers.forget_photo, [photo, key], record, api_name="forget_photo").then(
        **show
    )
    erase.click(handlers.erase, key, [record, receipt], api_name="erase").then(**show)
    take_in.upload(handlers.take_in, [take_in, key], record, api_name="import").then(**show)
    export.click(handlers.export, key, download, api_name="export").success(None, js=SAVE)
    refresh = gr.Button("Refresh", visible=False)
    refresh.click(handlers.people, key, record, api_name="people")
