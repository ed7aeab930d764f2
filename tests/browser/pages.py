"""What the browser tests share: sizes of screens, tabs and screenshots."""

import os
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect

# Pictures that somebody keeps may take longer.
KEPT = bool(os.environ.get("FACEWEB_SCREENS"))
SIZES = {"desktop": (1440, 1000, "light"), "phone": (390, 844, "dark")}

OUTER = "#tabs > .tab-wrapper [role=tab]:visible"
INNER = ".quiet > .tab-wrapper [role=tab]:visible"


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def views(page: Page) -> Iterator[str]:
    """Goes through every tab and every tab within a tab, unfolded; yields where it is."""
    for number in range(page.locator(OUTER).count()):
        page.locator(OUTER).nth(number).click()
        inner = page.locator(INNER)
        expect(inner.first.or_(page.locator(".intro:visible").first).first).to_be_visible()
        for place in range(max(inner.count(), 1)):
            if inner.count():
                inner.nth(place).click()
            unfold(page)
            yield f"{number}-{place}"


def unfold(page: Page) -> None:
    """Opens every fold that can be seen."""
    folds = page.locator(".label-wrap:visible:not(.open)")
    while folds.count():
        folds.first.click()


def shots(page: Page, folder: Path, name: str) -> None:
    """Pictures of the page as it stands on a desktop and on a phone, light and dark."""
    for size, (width, height, scheme) in reversed(SIZES.items()):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        dark = page.locator("body.dark")
        expect(dark).to_have_count(1 if scheme == "dark" else 0)
        shot(page, folder / f"{name}_{size}.png")


def shot(page: Page, path: Path) -> None:
    """A picture of the settled page, in which nothing sticks out sideways."""
    expect(page.locator(".pending")).to_have_count(0)
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    page.screenshot(path=path, full_page=True)
