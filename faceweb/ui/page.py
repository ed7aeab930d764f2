"""A page whose labels and texts are shown in Chinese or English, whichever the browser prefers.

Gradio translates in the browser, where a marker stands in the place of a text. The markers are put
only into what browsers load: components, and all that programs read, keep plain English.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from faceweb.i18n import chinese, key_of, twin
from faceweb.serving.gradio_patches import PatchedBlocks

LABELS = ("label", "info", "placeholder")
# What of a page is text as a whole, beside its labels.
MARKDOWN, HTML, BUTTON = "markdown", "html", "button"
# Between these a text is one of its own: tags, and what is the same in both languages, as formulas
# and papers. Tags within a sentence belong to it.
BLOCK = re.compile(
    r"(<p class=\"formula\">.*?</p>|<ul class=\"papers\">.*?</ul>"
    r"|</?(?:p|div|svg|text|title|h[1-6]|header|footer|section|figure|figcaption|button|[uod]l|li"
    r"|d[td]|table|caption|thead|tbody|t[rhd])\b[^>]*>)",
    re.S,
)
UNSAID = re.compile(r"<span\s+class=\"formula\">.*?</span>|<[^>]*>|&\w+;|\bconv\d_\d\b", re.S)
WORD = re.compile(r"[^\W\d_]{2,}")
PICTURE = 'src="data:'


class LocalizedBlocks(PatchedBlocks):
    """Blocks of which browsers get markers, and programs English."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        # Of the config that was asked for last: its texts, each with its kind.
        self.texts: dict[str, str] = {}
        super().__init__(*arguments, **named)

    def change_config(self, config: Any) -> Any:
        """The config with a marker for every text that has a Chinese one."""
        texts: dict[str, str] = {}

        def marked(text: str, kind: str) -> str:
            texts[text] = kind
            return text if in_chinese(text, kind) is None else _marker(text)

        for component in config["components"]:
            component["props"] = _map_texts(component, marked)
        self.texts = texts
        return config

    def change_api_info(self, info: Any) -> Any:
        """What programs read, in English."""
        english = {_marker(text): text for text in self.texts}
        return _unmark(info, english)

    def translations(self) -> gr.I18n:
        """Both languages of every text that is marked."""
        texts = {text: in_chinese(text, kind) for text, kind in self.texts.items()}
        both = {text: said for text, said in texts.items() if said is not None}
        return gr.I18n(
            **{
                "en": {_name(text): text for text in both},
                "zh-CN": {_name(text): said for text, said in both.items()},
            }
        )


def texts_of(component: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The texts that a component of a config shows, each with its kind."""
    found: list[tuple[str, str]] = []
    _map_texts(component, lambda text, kind: found.append((text, kind)) or text)
    yield from found


def in_chinese(text: str, kind: str) -> str | None:
    """The Chinese of a text, or None where a part of it has none."""
    if twin(text) is not None:
        return twin(text)
    pieces = pieces_of(text, kind)
    said = [chinese().get(key_of(piece)) if has_words(piece) else piece for piece in pieces]
    whole = "".join(piece for piece in said if piece is not None)
    return whole if None not in said and whole != text else None


def pieces_of(text: str, kind: str) -> list[str]:
    """The paragraphs of a text, and what lies between them."""
    if kind == HTML:
        return BLOCK.split(text)
    return re.split(r"(\n\s*\n)", text) if kind == MARKDOWN else [text]


def has_words(piece: str) -> bool:
    """Whether there is a word in it, formulas and names of layers apart."""
    return not BLOCK.fullmatch(piece) and bool(WORD.search(UNSAID.sub(" ", piece)))


def _map_texts(component: dict[str, Any], change: Callable[[str, str], str]) -> dict[str, Any]:
    props, kind = dict(component["props"]), component["type"]
    if props.get("visible") is False and kind == BUTTON:
        return props
    for name in LABELS:
        if isinstance(props.get(name), str):
            props[name] = change(props[name], BUTTON)
    value = props.get("value")
    if kind in (MARKDOWN, HTML, BUTTON) and isinstance(value, str) and _is_text(value):
        props["value"] = change(value, kind)
    if kind != "dropdown" and isinstance(props.get("choices"), list):
        props["choices"] = [(change(label, BUTTON), value) for label, value in props["choices"]]
    return props


def _is_text(value: str) -> bool:
    return PICTURE not in value or twin(value) is not None


def _marker(text: str) -> str:
    return str(gr.I18n()(_name(text)))


def _name(text: str) -> str:
    return "faceweb " + hashlib.blake2s(text.encode(), digest_size=6).hexdigest()


def _unmark(value: Any, english: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _unmark(item, english) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_unmark(item, english) for item in value]
    return english.get(value, value) if isinstance(value, str) else value
