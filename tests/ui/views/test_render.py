"""Templates escape what is filled in, say it in the language that is spoken, and miss nothing."""

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from faceweb.i18n import CHINESE, speaking
from faceweb.ui import svg
from faceweb.ui.how_it_works import Paper, list_papers
from faceweb.ui.views import style as style_view
from faceweb.ui.views.render import environment, render, translate

SCRIPT = '<script>"</script>'
ESCAPED = "&lt;script&gt;&#34;&lt;/script&gt;"


def test_what_is_filled_in_is_text_and_our_own_tags_are_html():
    said = translate("<b>{name}</b>: ", name=SCRIPT)
    assert said == f"<b>{ESCAPED}</b>: "
    assert translate("<b>{name}</b>: ", name=Markup("<i>x</i>")) == "<b><i>x</i></b>: "
    assert ESCAPED in render("faces/forgetting", person=SCRIPT, marks=0, head=False)
    assert ESCAPED in render("convolution/refused", sentence=SCRIPT)
    assert ESCAPED in style_view.refusal(SCRIPT)
    listed = list_papers((Paper(SCRIPT, 1999, SCRIPT, SCRIPT),))
    assert listed.count(ESCAPED) == 3
    assert SCRIPT not in listed


def test_a_text_is_said_in_chinese_wherever_a_template_breaks_it():
    text = "Nobody is enrolled yet.\n      One photo is enough."
    assert translate(text) == "Nobody is enrolled yet. One photo is enough."
    with speaking(CHINESE):
        assert translate(text) == "还没有登记任何人。一张照片就够了。"
        assert "还没有登记任何人。" in render("faces/gallery", people=[], hidden=0)


def test_a_name_that_a_template_misses_is_an_error():
    with pytest.raises(UndefinedError, match="'person' is undefined"):
        render("faces/forgetting", marks=0, head=False)


def test_templates_are_compiled_once_and_kept_in_memory():
    assert environment() is environment()
    template = environment().get_template("faces/headless.html")
    assert environment().get_template("faces/headless.html") is template
    assert environment().bytecode_cache is None


def test_a_chart_escapes_its_label():
    drawn = svg.curve([1, 2], [0.4, 0.2], SCRIPT, 1)
    assert drawn.count(ESCAPED) == 2
    assert SCRIPT not in drawn
