"""Sliders out of a config, so that a default and its range are written once; scrolling."""

import inspect
from collections.abc import Callable, Sequence
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


def number(config: type[Bounded], name: str, **options) -> gr.Number:
    """A box for one field of a config whose range is too wide for a slider."""
    item = next(item for item in fields(config) if item.name == name)
    low, high = item.metadata["low"], item.metadata["high"]
    return gr.Number(item.default, minimum=low, maximum=high, precision=0, **options)


def choice(config: type[Bounded], name: str, **options) -> gr.Radio:
    """Buttons for one field of a config that takes one of several words."""
    item = next(item for item in fields(config) if item.name == name)
    label = name.replace("_", " ").capitalize()
    return gr.Radio(
        list(item.metadata["choices"]), value=item.default, **{"label": label, **options}
    )


def takes(
    config: type[Bounded],
    before: Sequence[str] = (),
    names: Sequence[str] = (),
    after: dict | None = None,
) -> Callable:
    """Gives a handler of positional values the argument names and defaults of a config.

    Gradio's programming interface shows them. The page's request comes last.

    Args:
        config: its fields follow `before`.
        before: arguments without a default.
        names: of the fields, all where empty.
        after: further arguments with their defaults.
    """
    defaults = {item.name: item.default for item in fields(config)}
    chosen = {name: defaults[name] for name in names or defaults} | (after or {})
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [
        *(inspect.Parameter(name, kind) for name in ("self", *before)),
        *(inspect.Parameter(name, kind, default=value) for name, value in chosen.items()),
        inspect.Parameter("request", kind, default=None),
    ]

    def sign(handler: Callable) -> Callable:
        handler.__annotations__ = {"request": gr.Request}
        handler.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return handler

    return sign


def into_view(selector: str) -> str:
    """Script that scrolls to an answer that lies below what a small screen shows."""
    return f"""() => {{
  const answer = document.querySelector("{selector}");
  if (answer.getBoundingClientRect().top > 0.7 * window.innerHeight)
    answer.scrollIntoView({{behavior: "smooth", block: "start"}});
}}"""
