"""What the browser tests share: sizes of screens, tabs and screenshots."""

from pathlib import Path

from playwright.sync_api import Page, expect

SIZES = {"desktop": (1440, 1000, "light"), "phone": (390, 844, "dark")}


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def shot(page: Page, path: Path) -> None:
    """A picture of the settled page, in which nothing sticks out sideways."""
    expect(page.locator(".pending")).to_have_count(0)
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    page.screenshot(path=path, full_page=True)
