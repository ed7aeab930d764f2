"""Examples that work with one click. Their sources and licences: assets/examples/README.md."""

from collections.abc import Sequence

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from faceweb.config import ASSETS

FOLDER = ASSETS / "examples"
PAIRS = (("collins.jpg", "collins_turned.jpg"), ("hopper.jpg", "hopper_dim.jpg"), ("collins.jpg", "hopper.jpg"))
PEOPLE = (("collins.jpg", "Eileen Collins"), ("hopper.jpg", "Grace Hopper"))
GROUPS = (("group.jpg",),)


def example_row(rows: Sequence[Sequence[str]], inputs: list[Component], name: str) -> Dependency:
    """A strip of examples; a click fills the inputs.

    Args:
        rows: per example one value an input; a name ending in .jpg is a file of the folder.
        inputs: what a click fills.
        name: the element's id.

    Returns:
        The click's event, to act upon with `then`.
    """
    values = [[str(FOLDER / v) if v.endswith(".jpg") else v for v in row] for row in rows]
    examples = gr.Examples(
        values, inputs, label="Or try", elem_id=name, api_visibility="private", cache_examples=False
    )
    return examples.load_input_event
