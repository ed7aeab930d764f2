"""Both languages of the page: nothing lacks its Chinese, and no Chinese lacks its use."""

import ast
import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import gradio as gr
import pytest
from jinja2 import nodes

from faceweb import config
from faceweb.engine import Engine
from faceweb.faces.calibration import load_calibration
from faceweb.gallery.database import sqlite_url
from faceweb.gallery.store import Galleries
from faceweb.i18n import CHINESE, LOCALE, chinese, key_of, retold, say, speaking, twin
from faceweb.ui import page as page_module
from faceweb.ui.boundary import Services
from faceweb.ui.build import build_app
from faceweb.ui.views.render import TEMPLATES, environment

MILLIONS = re.compile(r"([\d.]+) million")
CODE = Path(page_module.__file__).parents[1]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    galleries = Galleries(sqlite_url(tmp_path_factory.mktemp("galleries")), 10)
    return build_app(Services(Engine("cpu"), galleries, load_calibration()))


@pytest.fixture(scope="module")
def shown(page) -> list[str]:
    """Every text of the page before anything was answered, paragraph by paragraph."""
    plain = gr.Blocks.get_config_file(page)
    texts = {
        text: kind for item in plain["components"] for text, kind in page_module.texts_of(item)
    }
    return [
        key_of(piece)
        for text, kind in texts.items()
        if twin(text) is None
        for piece in page_module.pieces_of(text, kind)
        if page_module.has_words(piece)
    ]


def written() -> set[str]:
    """Every text in the code, with {} for what is filled in."""
    paths = [*CODE.rglob("*.py"), *(CODE.parent / "training").rglob("*.py")]
    with ThreadPoolExecutor(1) as pool:
        trees = [pool.submit(ast.parse, path.read_text()).result() for path in paths]
    texts = [text_of(node) for tree in trees for node in ast.walk(tree)]
    texts += [text for template in templates() for text in strings(template)]
    return {shape(text) for text in texts if text is not None}


def templates() -> list[nodes.Template]:
    """Every template of the page, parsed."""
    return [environment().parse(path.read_text("utf-8")) for path in TEMPLATES.rglob("*.html")]


def strings(node: nodes.Node) -> list[str]:
    """Every string constant of a template, or of a part of it."""
    found = [node] if isinstance(node, nodes.Const) else list(node.find_all(nodes.Const))
    return [constant.value for constant in found if isinstance(constant.value, str)]


def calls(name: str) -> list[nodes.Call]:
    """Every call of one function in the templates."""
    found = (call for template in templates() for call in template.find_all(nodes.Call))
    return [call for call in found if getattr(call.node, "name", None) == name]


def settings() -> set[str]:
    """How settings are named where one is refused."""
    kinds = list(vars(config).values())
    kinds = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, config.Bounded)]
    kinds.remove(config.Settings)  # those of whoever starts the page
    names = (item.name for kind in set(kinds) - {config.Bounded} for item in fields(kind))
    return {name.replace("_", " ").capitalize() for name in names}


def text_of(node: ast.AST) -> str | None:
    """A string of the code; None where it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "{}" for part in node.values)
    return None


def shape(text: str) -> str:
    """A text by its fixed words."""
    return key_of(re.sub(r"\{\w*\}", "{}", text))


def test_a_sentence_is_parted_at_blocks_and_not_at_words():
    """Two paragraphs are two texts; bold within one, formulas and papers are none of their own."""
    html = (
        '<p class="formula">so many</p><figcaption>One <b>bold</b> text</figcaption>'
        '<ul class="papers"><li>Someone (2000)</li></ul><text x="3">Two</text>'
    )
    pieces = page_module.pieces_of(html, page_module.HTML)
    assert [piece for piece in pieces if page_module.has_words(piece)] == [
        "One <b>bold</b> text",
        "Two",
    ]


def test_every_text_of_the_page_has_its_chinese(shown):
    assert len(shown) > 250
    assert [text for text in shown if text not in chinese()] == []


def test_every_text_of_the_templates_has_its_chinese():
    """What `_` is given is written out, so that it can be found here; nouns are counted."""
    texts = [text for call in calls("_") for text in strings(call.args[0]) or ["?"]]
    texts += [f"{{number}} {text}" for call in calls("count") for text in strings(call)]
    assert len(texts) > 60
    assert {key_of(text) for text in texts} - set(chinese()) == set()


def test_every_setting_that_is_refused_has_its_chinese():
    assert len(settings()) > 30
    assert settings() - set(chinese()) == set()
    assert (
        retold("Style scale must be a number from 0.25 to 3. Received: 9.", CHINESE)
        == "风格尺度必须是 0.25 到 3 的数。收到：9。"
    )


def test_no_chinese_is_left_over(shown):
    """A text is on the page, or written in the code, by which it is said later."""
    used = {shape(text) for text in shown} | written() | settings()
    # A number and its noun are said by `counted`, which is given the noun.
    left = [text for text in chinese() if shape(text) not in used]
    assert [text for text in left if text.removeprefix("{number} ") not in used] == []


def test_no_text_has_two_translations():
    """Else the order of files would decide between them."""
    found = Counter(
        text for path in LOCALE.glob("*.json") for text in json.loads(path.read_text("utf-8"))
    )
    assert [text for text, count in found.items() if count > 1] == []


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(r"\d[\d,.]*\d|\d(?!-D)", id="numbers"),
        pytest.param(r"</?\w+|class=\"[\w -]*\"", id="tags"),
        pytest.param(r"<span class=\"formula\">.*?</span>", id="formulas"),
        pytest.param(r"[α-ωΣ√≤‖⌊∗]", id="symbols"),
        pytest.param(r"https?://\S+?(?=[)\s]|$)", id="links"),
        pytest.param(r"\{(?!millions|wan)\w*\}", id="values"),
        pytest.param(r"\*\*|J_\w+", id="emphasis"),
    ],
)
def test_nothing_exact_is_lost_in_translation(part):
    lost = [
        english
        for english, said in chinese().items()
        if Counter(re.findall(part, said)) != Counter(re.findall(part, MILLIONS.sub(wan, english)))
    ]
    assert lost == []


def wan(millions: re.Match) -> str:
    """Millions as Chinese counts them: 2.4 of ours are 240 ten thousands."""
    return f"{100 * float(millions[1]):g} 万"


def test_a_text_is_said_in_the_language_that_is_spoken():
    assert say("Steps") == "Steps"
    with speaking(CHINESE):
        assert say("Steps") == "步数"
        assert say("A text\n  that nobody translated: {n}", n=3).endswith("translated: 3")
    assert say("Steps") == "Steps"


def test_an_error_is_retold_with_what_it_names():
    """The letter and the count stay, the sentence within is retold too; names stay as typed."""
    error = "Photo A: There is no face number 3: this picture shows 2."
    assert retold(error) == error
    assert retold(error, CHINESE) == "照片 A：没有第 3 张脸：这张图里有 2 张。"
    with speaking(CHINESE):
        assert (
            retold("Nobody in this gallery is called Train.") == "这个人脸库里没有叫 Train 的人。"
        )
        assert retold("A sentence that nobody translated.") == "A sentence that nobody translated."


def test_programs_read_plain_english(page):
    """Labels of endpoints, which MCP clients read as well, are neither marked nor Chinese."""
    told = json.dumps(page.get_api_info(), ensure_ascii=False)
    assert '"label": "Photo A"' in told
    assert "__i18n__" not in told
    assert re.search("[\u4e00-\u9fff]", told) is None


def test_browsers_are_given_both_languages(page):
    tongues = page.translations().translations
    assert set(tongues) == {"en", "zh-CN"}
    marked = json.dumps(page.get_config_file()["components"], default=str)
    names = set(re.findall(r"faceweb [0-9a-f]{12}", marked))
    assert names == set(tongues["en"]) == set(tongues["zh-CN"])
    name = next(name for name, text in tongues["en"].items() if text == "Threshold τ")
    assert tongues["zh-CN"][name] == "阈值 τ"


def test_names_that_visitors_give_are_not_translated(page):
    """A person may be called Mark, as a button is: people's dropdown is left as it is."""
    people = {"type": "dropdown", "props": {"choices": [("Train", "Train")], "label": "Person"}}
    assert [text for text, _ in page_module.texts_of(people)] == ["Person"]
