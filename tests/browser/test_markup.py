"""Names and file names that are markup: shown as text, wherever they are shown."""

import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.pages import tab
from tests.conftest import EXAMPLES

pytestmark = pytest.mark.browser
NAME = '<img src=x onerror="window.harm=1"><script>window.harm=2</script>$\\x$**b**'
FILE = "<img src=x onerror=window.harm=3>.jpg"


def test_no_name_is_run_as_a_script(visit, tmp_path):
    """Enrolled, looked alike, verified against, recognised, and asked about before it is erased."""
    photo = shutil.copy(EXAMPLES / "collins.jpg", tmp_path / FILE)
    page = visit()
    page.locator("#enroll-photo input[type=file]").set_input_files(photo)
    expect(page.locator("#enroll-photo img")).to_be_visible()
    page.locator("#enroll-name textarea, #enroll-name input").fill(NAME)
    page.locator("#enroll-start").click()
    expect(page.locator("#enroll-answer")).to_contain_text(NAME)
    expect(page.locator("#gallery-cards")).to_contain_text(NAME)

    page.locator("#enroll-name textarea, #enroll-name input").fill("Ada")
    page.locator("#enroll-start").click()
    expect(page.locator("#enroll-answer")).to_contain_text(NAME)  # looks alike

    tab(page, "Recognize")
    page.locator("#recognize-examples button").first.click()
    expect(page.locator("#recognize-answer li").first).to_be_visible()
    expect(page.locator("#recognize-answer")).to_contain_text(NAME)

    tab(page, "Enroll")
    page.get_by_text("Rename, forget, export, erase").click()
    page.locator("#gallery-person input").click()
    page.get_by_role("option", name=NAME).click()
    page.locator("#gallery-forget").click()
    expect(page.locator("#gallery-forget-question")).to_contain_text("<img src=x")
    assert page.evaluate("window.harm") is None
    assert page.locator("img[src='x']").count() == 0
