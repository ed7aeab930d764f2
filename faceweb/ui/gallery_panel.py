"""The gallery panel: who is enrolled, and every action on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from faceweb.ui.confirm import asked
from faceweb.ui.gallery_actions import Handlers
from faceweb.ui.handlers import Services, Shared

MAKE_KEY = """(kept) => {
  const key = /^[0-9a-f]{32}$/.test(kept || "") ? kept :
    Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, "0"))
      .join("");
  return [key, key];
}"""
CLEAR = """() => "" """
RENAMED = """(name) => [name.trim().replace(/\\s+/g, " "), ""]"""
SAVE = """() => document.querySelector("#gallery-download").click()"""
KEY_NOTE = """The key is the only way to this gallery. It was made in your browser and is kept
there; the server stores only its SHA-256. Copy it to open the gallery in another browser or
through the API."""
OPEN_NOTE = """Another gallery takes the place of this one in this browser: copy the key above first
if you want to come back."""


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
    handlers, key, version = Handlers(services), shared.key, shared.version
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
        person.api_info = lambda: {"type": "string"}
        photo.api_info = lambda: {"type": "integer"}
        panel = Panel(key, kept, cards, receipt, person, photo)
        show = {"fn": handlers.shown, "inputs": [key, person], "outputs": [cards, person, photo]}
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
    handlers: Handlers, panel: Panel, record: gr.JSON
) -> list[gr.events.Dependency]:
    key, person, photo = panel.key, panel.person, panel.photo
    with gr.Row():
        forget = gr.Button("Forget this person", elem_id="gallery-forget")
        forget_photo = gr.Button("Forget this photo", elem_id="gallery-forget-photo")
    certain = asked(
        forget,
        handlers.ask_forget,
        [person, key],
        "Forget",
        "gallery-forget-question",
        [person.change, forget_photo.click],
    )
    certain_photo = asked(
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
    handlers: Handlers, panel: Panel, record: gr.JSON
) -> list[gr.events.Dependency]:
    key, receipt = panel.key, panel.receipt
    with gr.Row():
        export = gr.Button("Export everything")
        take_in = gr.UploadButton(
            "Import a zip", file_types=[".zip"], type="binary", elem_id="gallery-import"
        )
        erase = gr.Button("Erase everything", variant="stop", elem_id="gallery-erase")
    certain = asked(
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


def _key_actions(handlers: Handlers, panel: Panel) -> gr.events.Dependency:
    gr.Markdown(KEY_NOTE)
    panel.key.render()
    gr.Markdown(OPEN_NOTE)
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
