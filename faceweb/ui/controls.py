"""Sliders out of a config, so that a default and its range are written once; scrolling."""

from dataclasses import fields

import gradio as gr

from faceweb.config import Bounded


def default(config: type[Bounded], name: str) -> float:
    """The default of one field of a config."""
    return next(item.default for item in fields(config) if item.name == name)


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


def into_view(selector: str) -> str:
    """Script that scrolls to an answer that lies below what a small screen shows."""
    return f"""() => {{
  const answer = document.querySelector("{selector}");
  if (answer.getBoundingClientRect().top > 0.7 * window.innerHeight)
    answer.scrollIntoView({{behavior: "smooth", block: "start"}});
}}"""
