"""The page in the visitor's language, Chinese or English."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pages import shot, tab, views

pytestmark = pytest.mark.browser

# Formulas, titles of papers and records stay as they are.
WORDS_LEFT = """(root) => {
  const KEPT = "script, style, sub, sup, .sub, em, .formula, .papers, .json-holder";
  const left = [], walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), parent = walker.currentNode.parentElement;
    if (!parent.checkVisibility() || parent.closest(KEPT)) continue;
    if (/[A-Za-z]{3,}/.test(text) && !/[\\u4e00-\\u9fff]/.test(text)) left.push(text);
  }
  return left;
}"""
NAMES = {"faceweb", "English", "Eileen Collins", "Grace Hopper", "Adam", "L-BFGS", "Grad-CAM"}
# Gradio has no translation of this one.
NAMES |= {"Click to Access Webcam"}
FORMULA = re.compile(r"(λ )?(conv)?\d_\d|[a-zJ][(_].*|1 − \(1 − FAR\)|p \+ flow\(p\)")


@pytest.mark.parametrize("locale", ["zh-CN", "zh-Hans-SG", "zh"])
def test_a_chinese_browser_is_shown_chinese(visit, locale):
    page = visit(locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("tab", name="登记", exact=True)).to_be_visible()
    expect(page.locator("#enroll-name")).to_contain_text("姓名")
    expect(page.get_by_placeholder("这是谁的脸？")).to_be_visible()
    expect(page.locator("#status")).to_contain_text("就绪：CPU")


def test_no_tab_of_the_chinese_page_keeps_an_english_sentence(visit, screens):
    """Of what is shown before anything is asked; all folds are open."""
    page = visit(locale="zh-CN")
    for place in views(page):
        left = [text for text in page.locator("body").evaluate(WORDS_LEFT) if text not in NAMES]
        assert [text for text in left if not FORMULA.fullmatch(text)] == [], place
        shot(page, screens / f"chinese-{place}.png")


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
def test_every_other_browser_is_shown_english(visit, locale):
    page = visit(locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("tab", name="Enroll", exact=True)).to_be_visible()
    assert (
        page.evaluate("/[\\u4e00-\\u9fff]/.test(document.querySelector('#tabs').innerText)")
        is False
    )


def test_the_other_language_is_a_click_away_and_remembered(visit):
    page = visit(locale="en-US")
    assert page.get_by_role("button", name="English", exact=True).is_hidden()
    page.get_by_role("button", name="中文", exact=True).click()
    page.get_by_role("tab", name="验证", exact=True).wait_for()
    page.reload()
    page.get_by_role("tab", name="验证", exact=True).wait_for()
    page.get_by_role("button", name="English", exact=True).click()
    page.get_by_role("tab", name="Verify", exact=True).wait_for()


def test_answers_and_errors_are_in_the_language_of_the_page(visit):
    """Refused, enrolled, verified and recognised in Chinese."""
    page = visit(locale="zh-CN")
    page.locator("#enroll-start").click()
    page.get_by_text("请先添加图片").wait_for()
    page.locator("#enroll-examples td").first.click()
    page.get_by_text("已登记 Eileen Collins").wait_for()
    page.locator("#gallery-cards").get_by_text("1 张照片").wait_for()
    tab(page, "验证")
    page.locator("#verify-examples td").first.click()
    page.locator("#verify-answer").get_by_text("同一个人", exact=True).wait_for()
    assert page.locator("#verify-answer").evaluate(WORDS_LEFT) == []
    tab(page, "识别")
    page.locator("#recognize-examples .gallery-item").first.click()
    page.locator("#recognize-answer").get_by_text("Eileen Collins").first.wait_for()
    page.locator("#recognize-answer").get_by_text("未知").first.wait_for()


def test_what_style_train_and_inside_answer_is_chinese(visit):
    """A painting and a training that are stopped at once, and a photo shown to a layer."""
    page = visit(locale="zh-CN")

    def left(*answers: str) -> list[str]:
        words = [word for name in answers for word in page.locator(name).evaluate(WORDS_LEFT)]
        return [word for word in words if not FORMULA.fullmatch(word)]

    tab(page, "内部")
    page.locator("#inside-examples button").first.click()
    expect(page.locator("#inside-maps .unit")).to_have_count(24)
    expect(page.locator("#inside-unit")).to_contain_text("激活")
    assert left("#inside-maps", "#inside-unit", "#inside-facts") == []
    tab(page, "风格")
    page.locator("#style-examples tbody tr").first.click()
    page.locator("#style-live .live").first.wait_for()
    page.locator("#style-stop").click()
    expect(page.locator("#style-hung")).to_be_visible()
    expect(page.locator("#style-live")).to_contain_text("步，共")
    assert left("#style-live", "#style-expected") == []
    tab(page, "训练")
    page.locator("#train-stop").click()
    page.get_by_text("没有正在进行的训练").wait_for()
    page.locator("#train-start").click()
    page.locator("#train-live .map img").wait_for(timeout=90_000)
    page.locator("#train-stop").click()
    page.locator("#train-live .outcome.final").wait_for(timeout=90_000)
    expect(page.locator("#train-live .note").first).to_contain_text("已停止")
    assert left("#train-live") == []
