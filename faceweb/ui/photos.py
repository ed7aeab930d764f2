"""Picture inputs, decoded by our own reader so that every refusal is one sentence."""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path

import gradio as gr
import numpy as np
from gradio.data_classes import ImageData

from faceweb.errors import FacewebError, PictureError
from faceweb.features.pictures import read_picture
from faceweb.ui.tongue import asked, retold

SOURCES = ["upload", "webcam", "clipboard"]


def photo_input(label: str, **options) -> gr.Image:
    """A picture input that hands (h, w, 3) uint8 RGB, upright, or None to its handler.

    A handler may set its value but no other property: Gradio would rebuild it without the reader.
    """
    options = {"sources": SOURCES, "height": 320, "buttons": ["fullscreen"], **options}
    image = gr.Image(label=label, type="numpy", **options)
    # Gradio's own reader would decode first and refuse later.
    image.preprocess = _read
    return image


def checked(photos: Sequence[gr.Image]) -> None:
    """Says of an upload that is no picture so at once, and takes it away again."""
    for photo in photos:
        refused = photo.upload(
            _received,
            photo,
            None,
            concurrency_limit=None,
            show_progress="hidden",
            api_visibility="private",
        )
        refused.failure(None, None, photo, js="() => null")


def _received(_photo: np.ndarray) -> None:
    """Nothing is left to do once it was read."""


def required(photo: np.ndarray | None, what: str) -> np.ndarray:
    """The picture, or a sentence that asks for it."""
    if photo is None:
        raise PictureError(f"Add {what} first: upload it, take it with the camera or paste it.")
    return photo


def _read(payload: ImageData | None) -> np.ndarray | None:
    if payload is None:
        return None
    try:
        return read_picture(_source(payload))
    except FacewebError as error:
        language = asked()
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
