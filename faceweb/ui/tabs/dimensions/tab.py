"""1-D and 3-D: the same convolution over signals, pictures and volumes."""

import gradio as gr

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
INTRO = """Filters see more than pictures: let them slide over sounds, heartbeats, scans and films.
A picture has two axes, a sound or a heartbeat has one, a scan or a film has three. A filter slides
along all of them alike, so one code serves every rank. <span
class="formula">14&nbsp;∗&nbsp;5&nbsp;→&nbsp;10, 14×14&nbsp;∗&nbsp;5×5&nbsp;→&nbsp;10×10,
14×14×14&nbsp;∗&nbsp;5×5×5&nbsp;→&nbsp;10×10×10</span>"""
PARTS = (convolution, sound, ecg, volumes, video, solid_texture, inflation)


def build(services: Services, shared: Shared) -> None:
    """Lays out the parts, each with its own TITLE and `build`."""
    gr.HTML(f'<p class="intro ranks-intro">{INTRO}</p>', padding=False)
    parts = {"elem_classes": "quiet", "elem_id": "dimensions-parts", "overflow_behavior": "wrap"}
    with gr.Tabs(**parts):
        for part in PARTS:
            with gr.Tab(part.TITLE):
                part.build(services, shared)
