"""Files that a visitor takes home; they are gone after a quarter of an hour."""

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from faceweb.ui.serving.full import is_full
from faceweb.ui.tongue import say


def offered(data: bytes, name: str, otherwise: str) -> str | None:
    """Where a file lies that the page may hand out, or None with a warning.

    Args:
        data: its bytes.
        name: what it is called at the visitor's.
        otherwise: what a visitor is told to make of there being no file.
    """
    try:
        return save_bytes_to_cache(data, name, get_upload_folder())
    except OSError as error:
        reason = "disk is full" if is_full(error) else "folder for downloads cannot be written to"
        sentence = say(
            "The server's {reason}, so there is no file to download: {otherwise}.",
            reason=say(reason),
            otherwise=say(otherwise),
        )
        gr.Warning(sentence, title=say("Not saved"))
        return None
