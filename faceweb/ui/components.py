"""What several tabs share: picture inputs, clickable HTML, confirmation, downloads, examples.

Pictures are decoded by our own reader, so that every refusal is one sentence. The sources and
licences of the examples: assets/examples/README.md.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from pathlib import Path

import gradio as gr
import numpy as np
from gradio.components import Component
from gradio.data_classes import ImageData
from gradio.events import Dependency
from markupsafe import Markup

from faceweb.config import ASSETS
from faceweb.errors import FacewebError, LayerError, PictureError
from faceweb.i18n import retold, say
from faceweb.media.image import read_picture
from faceweb.serving.gradio_patches import (
    is_full,
    read_event_data,
    save_for_download,
    set_preprocess,
    visitor_language,
)
from faceweb.ui.boundary import handler

SOURCES = ["upload", "webcam", "clipboard"]


def photo_input(label: str, **options) -> gr.Image:
    """A picture input that hands (h, w, 3) uint8 RGB, upright, or None to its handler.

    A handler may set its value but no other property: Gradio would rebuild it without the reader.
    """
    options = {"sources": SOURCES, "height": 320, "buttons": ["fullscreen"], **options}
    image = gr.Image(label=label, type="numpy", **options)
    # Gradio's own reader would decode first and refuse later.
    set_preprocess(image, _read_upload)
    return image


def check_upload(photos: Sequence[gr.Image]) -> None:
    """Says of an upload that is no picture so at once, and takes it away again."""
    for photo in photos:
        refused = photo.upload(
            _acknowledge,
            photo,
            None,
            concurrency_limit=None,
            show_progress="hidden",
            api_visibility="private",
        )
        refused.failure(None, None, photo, js="() => null")


def _acknowledge(_photo: np.ndarray) -> None:
    """Nothing is left to do once it was read."""


def require(photo: np.ndarray | None, what: str) -> np.ndarray:
    """The picture, or a sentence that asks for it."""
    if photo is None:
        raise PictureError(f"Add {what} first: upload it, take it with the camera or paste it.")
    return photo


def _read_upload(payload: ImageData | None) -> np.ndarray | None:
    if payload is None:
        return None
    try:
        return read_picture(_source(payload))
    except FacewebError as error:
        language = visitor_language()
        title = retold("Not a usable picture", language)
        raise gr.Error(retold(str(error), language), title=title, print_exception=False) from None


def _source(payload: ImageData) -> Path | bytes:
    if payload.path:
        return Path(payload.path)
    if payload.url and payload.url.startswith("data:"):
        try:
            return base64.b64decode(payload.url.partition(",")[2], validate=True)
        except binascii.Error:
            return b""
    raise PictureError("This picture did not arrive: send it again.")


CHOOSE = "Choose a part of the picture by a click."
# Digits of the largest number that a layer could give a unit.
LONGEST = 9

# One listener for whatever is shown later; x and y are shares of the part's width and height.
_LISTEN = """element.addEventListener('click', (event) => {
  const part = event.target.closest('[data-pick]');
  if (!part) return;
  for (const other of element.querySelectorAll('.unit.chosen')) other.classList.remove('chosen');
  part.classList.add('chosen');
  const box = part.getBoundingClientRect();
  trigger('select', {
    pick: part.dataset.pick,
    x: (event.clientX - box.left) / box.width,
    y: (event.clientY - box.top) / box.height,
  });
});"""


def clickable(value: str, elem_id: str) -> gr.HTML:
    """HTML whose parts bear `data-pick`; `pick_choice` reads its `select` event."""
    return gr.HTML(value, js_on_load=_LISTEN, elem_id=elem_id, padding=False)


def pick_choice(event: gr.EventData) -> str:
    """What was chosen.

    Raises:
        LayerError: a program sent something else.
    """
    pick = read_event_data(event).get("pick")
    if not isinstance(pick, str):
        raise LayerError(CHOOSE)
    return pick


@handler
def pick_unit(event: gr.EventData):
    """The unit that was clicked at, as a handler."""
    pick = pick_choice(event)
    if not pick.isdecimal() or len(pick) > LONGEST:
        raise LayerError(CHOOSE)
    return int(pick)


def where(event: gr.EventData) -> tuple[float, float]:
    """Where in the part the click was, as shares in [0, 1) from the left and from above."""
    data = read_event_data(event)
    shares = []
    for name in ("x", "y"):
        value = data.get(name)
        real = isinstance(value, int | float) and 0 <= value <= 1
        shares.append(min(float(value), 0.999999) if real else 0.0)
    return shares[0], shares[1]


def confirm(
    button: gr.Button,
    question: Callable | str,
    inputs: list[Component],
    answer: str,
    name: str,
    outdated: list[Callable],
) -> gr.Button:
    """Puts a question under a button's row; call it where the question shall appear.

    Args:
        button: what brings the question up.
        question: what is about to happen as HTML, or a handler that makes it of `inputs`.
        inputs: what the question is about.
        answer: on the button that lets it happen.
        name: the question's element id.
        outdated: events that take the question away, since it is no longer about the same.

    Returns:
        That button; every answer takes the question away.
    """
    known = isinstance(question, str)
    with gr.Row(visible=False, elem_id=name, elem_classes="question") as row:
        words = gr.HTML(question if known else "", padding=False)
        certain = gr.Button(answer, variant="stop", size="sm")
        keep = gr.Button("Keep", size="sm")
    private = {"api_visibility": "private", "show_progress": "hidden"}
    quick = {"queue": False, **private}
    bring = button.click if known else button.click(question, inputs, words, **private).success
    bring(lambda: gr.update(visible=True), None, row, **quick)
    for end in (certain.click, keep.click, *outdated):
        end(lambda: gr.update(visible=False), None, row, **quick)
    return certain


def offer_download(data: bytes, name: str, otherwise: str) -> str | None:
    """Where a file lies that the page may hand out, or None with a warning.

    Args:
        data: its bytes.
        name: what it is called at the visitor's.
        otherwise: what a visitor is told to make of there being no file.
    """
    try:
        return save_for_download(data, name)
    except OSError as error:
        reason = "disk is full" if is_full(error) else "folder for downloads cannot be written to"
        sentence = say(
            "The server's {reason}, so there is no file to download: {otherwise}.",
            reason=say(reason),
            otherwise=say(otherwise),
        )
        gr.Warning(sentence, title=say("Not saved"))
        return None


FOLDER = ASSETS / "examples"
PAIRS = (
    ("collins.jpg", "collins_turned.jpg"),
    ("hopper.jpg", "hopper_dim.jpg"),
    ("collins.jpg", "hopper.jpg"),
)
PAIRS_NOTE = (
    "Eileen Collins (NASA) beside a turned and mirrored copy; Grace Hopper (US Navy) beside a "
    "cropped and darkened copy; the two side by side."
)
PEOPLE = (("collins.jpg", "Eileen Collins"), ("hopper.jpg", "Grace Hopper"))
PEOPLE_NOTE = "Portraits by NASA and the US Navy, public domain."
GROUPS = (("group.jpg",),)
GROUP_NOTE = "A collage of both portraits: turned, blurred, re-lit and cropped copies."


STYLES_FOLDER = ASSETS / "styles"
STYLES = tuple((path.name,) for path in sorted(STYLES_FOLDER.glob("*.jpg")))
STYLES_NOTE = "Drawn by our own code, free for any use."
STYLE_PAIRS = (
    ("chelsea.jpg", "stained_glass.jpg"),
    ("rocket.jpg", "flow_field.jpg"),
    ("coffee.jpg", "mosaic.jpg"),
)
INSIDE = (("chelsea.jpg",), ("collins.jpg",), ("coffee.jpg",), ("rocket.jpg",))
INSIDE_NOTE = "Photos by Stéfan van der Walt, NASA, Rachel Michetti and SpaceX."
PAINT_NOTE = "Photos by Stéfan van der Walt, SpaceX and Rachel Michetti (CC0)."


def example_row(
    rows: Sequence[Sequence[str]],
    inputs: list[Component],
    name: str,
    note: str,
    label: str = "Or click an example",
) -> Dependency:
    """A strip of examples; a click fills the inputs.

    Args:
        rows: per example one value an input; a name ending in .jpg is a file of the folder.
        inputs: what a click fills.
        name: the element's id.
        note: what the pictures are.
        label: above the strip.

    Returns:
        The click's event, to act upon with `then`.
    """
    values = [[locate_example(value) for value in row] for row in rows]
    strip = gr.Dataset(
        components=inputs,
        samples=values,
        type="values",
        samples_per_page=len(values),
        label=label,
        elem_id=name,
    )
    gr.HTML(Markup('<p class="note">%s</p>') % note, padding=False)
    # Not gr.Examples: it would rebuild the picture inputs without their reader.
    return strip.click(
        _fill, strip, inputs, show_progress="hidden", api_visibility="private", queue=False
    )


def try_it(what: str, name: str) -> gr.Button:
    """The one click that shows what a tab does, for who has nothing at hand.

    Args:
        what: it does.
        name: the element's id.
    """
    return gr.Button(f"Try it: {what}", elem_id=name, elem_classes="try-it")


def locate_example(value: str) -> str:
    """The path of an example or a style by its name; any other word as it is."""
    if not value.endswith(".jpg"):
        return value
    style = STYLES_FOLDER / value
    return str(style if style.exists() else FOLDER / value)


def _fill(sample: list[str]):
    return sample if len(sample) > 1 else sample[0]
