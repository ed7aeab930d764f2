"""1-D and 3-D: the same convolution over signals, pictures and volumes."""

import gradio as gr

from faceweb.i18n import read_text
from faceweb.ui.boundary import Services, Shared
from faceweb.ui.tabs.dimensions import (
    convolution,
    ecg,
    inflation,
    solid_texture,
    sound,
    video,
    volumes,
)

TITLE = "1-D and 3-D"
PARTS = (convolution, sound, ecg, volumes, video, solid_texture, inflation)


def build(services: Services, shared: Shared) -> None:
    """Lays out the parts, each with its own TITLE and `build`."""
    gr.HTML(f'<p class="intro ranks-intro">{read_text("dimensions_intro")}</p>', padding=False)
    parts = {"elem_classes": "quiet", "elem_id": "dimensions-parts", "overflow_behavior": "wrap"}
    with gr.Tabs(**parts):
        for part in PARTS:
            with gr.Tab(part.TITLE):
                part.build(services, shared)
