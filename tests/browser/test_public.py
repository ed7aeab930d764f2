"""A public page in a real browser: what a visitor who asks too often reads."""

import pytest

from faceweb.serving.gate import Limits

pytestmark = pytest.mark.browser


def test_a_visitor_who_asks_too_often_reads_when_to_come_back(chromium, serve, screens):
    address = serve(public=True, limits=Limits(burst=6, rate=0.02))
    page = chromium.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(address)
    page.get_by_role("tab", name="Verify").click()
    shown = page.get_by_text("Too many calls were made from here: come back in")
    for _ in range(12):
        page.locator("#verify-start").click()
        page.wait_for_timeout(500)
        if shown.first.is_visible():
            break
    words = shown.first.inner_text()
    page.screenshot(path=screens / "public_limit.png")
    page.close()
    assert words.strip().removesuffix(".").endswith(("seconds", "minutes", "second"))
    assert "{" not in words
