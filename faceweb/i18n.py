"""What the page says in the visitor's language: English in the code, Chinese in locale/zh/*.json.

The English text is its own key, spaces and line breaks apart; what has no Chinese stays English.
Texts of several lines are files in ui/content, of the same name in both languages.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TypeVar

ENGLISH, CHINESE = "en", "zh"
# Set by assets/language.js; a program that asks sends none, and is answered in English.
COOKIE = "faceweb-language"
LOCALE = Path(__file__).parent / "locale" / CHINESE
# Markdown, a folder a language. Chinese has no spaces to break at: a paragraph is a line there.
CONTENT = Path(__file__).parent / "ui" / "content"
PARAGRAPHS = re.compile(r"\n\s*\n")
# Within what is retold these are parts of the sentence; all else is what somebody gave a name.
PARTS = ("error", "what", "kind", "how", "why", "reason", "instead", "remedy", "who", "loss")
SENTENCES = re.compile(r"(?<=\.) ")
# HTML that holds numbers, English to Chinese, where the page begins with it.
_twins: dict[str, str] = {}
Step = TypeVar("Step")
_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


@cache
def chinese() -> dict[str, str]:
    """Every text that has a Chinese one, by its key."""
    table: dict[str, str] = {}
    for path in sorted(LOCALE.glob("*.json")):
        table |= json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((CONTENT / CHINESE).glob("*.md")):
        texts = (read_text(path.stem), read_text(path.stem, CHINESE))
        english, said = (PARAGRAPHS.split(text) for text in texts)
        table |= dict(zip(map(key_of, english), said, strict=True))
    return table


@cache
def read_text(name: str, language: str = ENGLISH) -> str:
    """A text of several lines, as Markdown; the page puts Chinese in its place where it is shown.

    Args:
        name: of a file in ui/content, without its ending.
        language: in which it is read.
    """
    return (CONTENT / language / f"{name}.md").read_text(encoding="utf-8").strip()


def key_of(text: str) -> str:
    """The text on one line: where the code breaks it makes no difference."""
    return " ".join(text.split())


def say(text: str, **values: object) -> str:
    """The text in the language that is spoken, with its {names} filled in."""
    if _spoken.get() == CHINESE:
        text = chinese().get(key_of(text), text)
    return text.format(**values) if values else text


def retold(sentence: str, language: str | None = None) -> str:
    """A finished sentence, as errors are, in a language; the one that is spoken if none is named.

    Its Chinese is in retold*.json, under the sentence with {names} where cases differ.
    """
    if (language or _spoken.get()) != CHINESE:
        return sentence
    whole = chinese().get(key_of(sentence))
    if whole is not None:
        return whole
    for form, said in _forms():
        found = form.fullmatch(key_of(sentence))
        if found:
            values = found.groupdict()
            told = {name: retold(values[name], CHINESE) for name in PARTS if name in values}
            return said.format(**values | told)
    return sentence


def each_retold(text: str, between: re.Pattern = SENTENCES) -> str:
    """As `retold`, of what stands one after the other; Chinese leaves no space between."""
    if _spoken.get() != CHINESE:
        return text
    return "".join(map(retold, between.split(text)))


def in_script(words: Callable[[], str]) -> str:
    """What scripts of the page write for `words`: its answer in the language that is shown."""
    english = json.dumps(words())
    with speaking(CHINESE):
        return f"(document.documentElement.lang === 'en' ? {english} : {json.dumps(words())})"


@cache
def _forms() -> list[tuple[re.Pattern, str]]:
    """Patterns of what is retold, the ones that say most first."""
    table: dict[str, str] = {}
    for path in sorted(LOCALE.glob("retold*.json")):
        table |= json.loads(path.read_text(encoding="utf-8"))
    forms = []
    for text in sorted(table, key=len, reverse=True):
        parts = [re.escape(part) for part in re.split(r"\{(\w+)\}", text)]
        parts[1::2] = [f"(?P<{name}>.+?)" for name in parts[1::2]]
        forms.append((re.compile("".join(parts)), table[text]))
    return forms


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Whatever is said within is said in that language."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def said_in(language: str, steps: Iterator[Step]) -> Iterator[Step]:
    """The steps of a generator, each made while that language is spoken."""
    while True:
        with speaking(language):
            try:
                step = next(steps)
            except StopIteration:
                return
        yield step


def both(words: Callable[..., str], *arguments: object) -> str:
    """What `words` answers in English, of which `twin` then knows the Chinese."""
    english = words(*arguments)
    with speaking(CHINESE):
        _twins[english] = words(*arguments)
    return english


def twin(english: str) -> str | None:
    """The Chinese of what `both` answered."""
    return _twins.get(english)
