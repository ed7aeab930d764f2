"""Sliders out of a config, so that a default and its range are written once."""

from dataclasses import fields

import gradio as gr

from faceweb.config import Bounded


def slider(config: type[Bounded], name: str, **options) -> gr.Slider:
    """A slider for one bounded field of a config."""
    item = next(item for item in fields(config) if item.name == name)
    return gr.Slider(
        item.metadata["low"],
        item.metadata["high"],
        value=item.default,
        step=item.metadata["step"],
        **{"label": name.replace("_", " ").capitalize(), **options},
    )
