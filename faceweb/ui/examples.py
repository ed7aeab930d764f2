"""Examples that work with one click. Their sources and licences: assets/examples/README.md."""

from collections.abc import Sequence

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from faceweb.config import ASSETS

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


def example_row(
    rows: Sequence[Sequence[str]], inputs: list[Component], name: str, note: str
) -> Dependency:
    """A strip of examples; a click fills the inputs.

    Args:
        rows: per example one value an input; a name ending in .jpg is a file of the folder.
        inputs: what a click fills.
        name: the element's id.
        note: what the pictures are.

    Returns:
        The click's event, to act upon with `then`.
    """
    values = [[str(FOLDER / v) if v.endswith(".jpg") else v for v in row] for row in rows]
    strip = gr.Dataset(
        components=inputs,
        samples=values,
        type="values",
        label="Or click an example",
        elem_id=name,
    )
    gr.HTML(f'<p class="note">{note}</p>', padding=False)
    # Not gr.Examples: it would rebuild the picture inputs without their reader.
    return strip.click(
        _fill, strip, inputs, show_progress="hidden", api_visibility="private", queue=False
    )


def _fill(sample: list[str]):
    return sample if len(sample) > 1 else sample[0]
