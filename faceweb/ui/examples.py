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
    values = [[located(value) for value in row] for row in rows]
    strip = gr.Dataset(
        components=inputs,
        samples=values,
        type="values",
        samples_per_page=len(values),
        label=label,
        elem_id=name,
    )
    gr.HTML(f'<p class="note">{note}</p>', padding=False)
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


def located(value: str) -> str:
    """The path of an example or a style by its name; any other word as it is."""
    if not value.endswith(".jpg"):
        return value
    style = STYLES_FOLDER / value
    return str(style if style.exists() else FOLDER / value)


def _fill(sample: list[str]):
    return sample if len(sample) > 1 else sample[0]
