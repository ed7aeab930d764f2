"""A verdict is taught in a real browser, decides, and is undone."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_teach_a_verdict_and_undo_it(visit, screens):
    page = visit()
    page.get_by_role("tab", name="Verify").click()
    page.locator("#verify-examples tr").last.click()
    verdict = page.locator("#verify-answer .verdict strong")
    verdict.wait_for()
    said = verdict.inner_text()
    page.locator("#teach").get_by_role("button").first.click()
    truth = "#teach-two" if said == "Same person" else "#teach-one"
    page.locator(truth).click()
    page.locator("#teach-answer h3", has_text="Learnt").wait_for()
    assert page.locator("#teach-answer rect").count() == 128
    assert verdict.inner_text() == said  # it decides nothing by default
    page.locator("#verify-decide").get_by_text("what I taught").click()
    other = "Different people" if said == "Same person" else "Same person"
    page.locator("#verify-answer .verdict", has_text=other).wait_for()
    page.screenshot(path=screens / "teach_desktop.png", full_page=True)
    page.locator("#teach-undo").click()
    page.get_by_text("No pair is marked").wait_for()
    page.locator("#verify-answer .verdict", has_text=said).wait_for()
