"""The fold "How it works" of a tab, read from assets/howto: formula, sketch, text and papers."""

import json
import re
from dataclasses import dataclass
from functools import cache

import gradio as gr
from markupsafe import Markup

from faceweb.config import ASSETS
from faceweb.ui.views.render import render

TITLE = "How it works"
FOLDER = ASSETS / "howto"
# What stands in a file for whoever opens it alone: within HTML the namespace is implied, and the
# caption is a text below the drawing.
NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'
CAPTION = re.compile("<desc>(.*?)</desc>")


@dataclass(frozen=True)
class Paper:
    """Whose it is, when and where it came out, and where it can be read."""

    authors: str
    year: int
    title: str
    link: str


@dataclass(frozen=True)
class Fold:
    """What a fold holds beside its text and its sketch: a formula as HTML, and papers."""

    formula: str
    papers: tuple[Paper, ...]


@cache
def read_folds() -> dict[str, Fold]:
    """Every fold by its name, from folds.json and references.json."""
    papers = {key: Paper(**fields) for key, fields in _read_json("references.json").items()}
    return {
        name: Fold(fields["formula"], tuple(papers[key] for key in fields["papers"]))
        for name, fields in _read_json("folds.json").items()
    }


@cache
def read_sketch(name: str) -> str:
    """The panels of a fold as HTML, beside each other, or below each other where room is short."""
    panels = (_inline_svg(path.read_text("utf-8")) for path in sorted(FOLDER.glob(f"{name}-*.svg")))
    return f'<div class="sketch">{"".join(panels)}</div>'


def list_papers(papers: tuple[Paper, ...]) -> Markup:
    """Papers as a list of links."""
    return render("page/papers", papers=papers)


def explain_tab(name: str, words: str = "") -> None:
    """Lays the fold of one tab out.

    Args:
        name: in folds.json.
        words: what there is to say, as Markdown.
    """
    fold = read_folds()[name]
    with gr.Accordion(TITLE, open=False, elem_classes="howto"):
        gr.HTML(f'<p class="formula">{fold.formula}</p>{read_sketch(name)}', padding=False)
        if words:
            gr.Markdown(words)
        gr.HTML(list_papers(fold.papers), padding=False)


def _read_json(name: str) -> dict[str, dict]:
    return json.loads((FOLDER / name).read_text("utf-8"))


def _inline_svg(text: str) -> str:
    """One SVG file as a figure of the page, on one line, with its caption below it."""
    line = "".join(text.splitlines()).replace(NAMESPACE, "", 1)
    drawing, caption, shapes = CAPTION.split(line, maxsplit=1)
    return f"<figure>{drawing}{shapes}<figcaption>{caption}</figcaption></figure>"
