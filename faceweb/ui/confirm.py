"""A second click before what cannot be undone."""

from collections.abc import Callable

import gradio as gr
from gradio.components import Component


def asked(
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
