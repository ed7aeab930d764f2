"""Inflated stills, clips and solid textures in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import SIZES, shot, tab

pytestmark = pytest.mark.browser


def opened(page: Page, part: str) -> None:
    tab(page, "1-D and 3-D")
    tab(page, part)


@pytest.mark.parametrize("size", SIZES)
def test_a_still_is_seen_as_its_picture_is(visit, screens, size):
    page = visit(*SIZES[size])
    opened(page, "Inflate")
    page.locator("#inflate-examples button").first.click()
    said = page.locator("#inflate-shown .outcome")
    expect(said).to_contain_text("below 1e-4", timeout=30_000)
    expect(said).not_to_contain_text("not below")
    assert 0 < float(said.locator("strong").inner_text()) < 1e-4
    # Sixteen frames, halved twice, each of which has a bar.
    expect(page.locator("#inflate-shown .frames rect")).to_have_count(4)
    # A pair of maps for each of eight units.
    expect(page.locator("#inflate-shown .pairs img")).to_have_count(16)
    shot(page, screens / f"inflate_{size}.png")
    page.locator("#inflate-layer").get_by_text("conv1_1").click()
    expect(page.locator("#inflate-shown .frames rect")).to_have_count(16)


def test_without_a_photo_there_is_nothing_to_compare(visit):
    page = visit()
    opened(page, "Inflate")
    page.locator("#inflate-layer").get_by_text("conv1_1").click()
    expect(page.locator("#inflate-shown .blank")).to_be_visible()
    page.locator("#inflate-start").click()
    expect(page.get_by_text("Add a photo first")).to_have_count(1)
