"""What 1-D and 3-D answers on a Chinese page, one click in every tab within it."""

import pytest
from playwright.sync_api import expect

from tests.browser.pages import tab
from tests.browser.test_language import FORMULA, WORDS_LEFT

pytestmark = pytest.mark.browser

# What is clicked at, and what of the answer comes last.
TABS = {
    "卷积": ("#dimensions-preset-3", "#dimensions-answer .workings"),
    "声音": ("#sound-cards .unit", "#sound-live .spectrogram.result"),
    "心电图": ("#ecg-try", "#ecg-filters .nine-over"),
    "体数据": ("#volumes-head", "#volumes-cubes .cubes"),
    "膨胀": ("#inflate-try", "#inflate-shown .pairs"),
    "短片": ("#clips-try", "#clips-live .filmstrip"),
    "立体纹理": ("#solid-try", "#solid-live .middles"),
}
STOP = {"声音": "#sound-stop", "短片": "#clips-stop", "立体纹理": "#solid-stop"}
ENDED = {"声音": "#sound-hung", "短片": "#clips-live .films", "立体纹理": "#solid-hung"}
UNITS = {"kHz"}
# What readers of a screen are told of answers.
TOLD = """(root) => [...root.querySelectorAll("[alt], [aria-label], [title]")].filter(
  (each) => each.checkVisibility() && each.closest(".html-container")).flatMap(
  (each) => ["alt", "aria-label", "title"].map((name) => each.getAttribute(name) || "")).filter(
  (text) => /[A-Za-z]{3,}/.test(text) && !/[\\u4e00-\\u9fff]/.test(text))"""


def test_every_answer_of_1d_and_3d_is_in_chinese(visit):
    page, left = visit(locale="zh-CN"), {}
    tab(page, "一维与三维")
    for name, (button, answer) in TABS.items():
        tab(page, name)
        page.locator(button).first.click()
        expect(page.locator(answer)).to_be_visible(timeout=90_000)
        left[name] = _left(page)
        if name in STOP:
            page.locator(STOP[name]).click()
            expect(page.locator(ENDED[name])).to_be_visible(timeout=90_000)
            left[name] += _left(page)
    assert {name: texts for name, texts in left.items() if texts} == {}
    tab(page, "声音")
    page.locator("#sound-stop").click()
    expect(page.get_by_text("没有正在生成的声音")).to_be_visible()


def _left(page) -> list[str]:
    shown = page.locator("#tabs")
    left = [text for text in shown.evaluate(WORDS_LEFT) if text not in UNITS]
    return [text for text in left if not FORMULA.fullmatch(text)] + shown.evaluate(TOLD)
