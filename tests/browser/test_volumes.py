"""Volumes in a real browser: the head by one click, scrolled, turned, and looked into."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import SIZES, shots, tab

pytestmark = pytest.mark.browser


def opened(page: Page) -> None:
    tab(page, "1-D and 3-D")
    tab(page, "Volumes")


def head(page: Page) -> None:
    opened(page)
    page.locator("#volumes-head").click()
    expect(page.locator("#volumes-cubes img")).to_have_count(9, timeout=30_000)


def picture(page: Page, name: str) -> str:
    return page.locator(f"#volumes-{name} img").get_attribute("src")


def moved(page: Page, slider: str, shown: str) -> None:
    """Moves a slider by one, sees its picture change, and nothing else."""
    others = {"depth", "height", "width", "through"} - {shown}
    before = {name: picture(page, name) for name in others}
    image, source = page.locator(f"#volumes-{shown} img"), picture(page, shown)
    page.locator(f"#volumes-{slider} input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    expect(image).not_to_have_attribute("src", source)
    assert {name: picture(page, name) for name in others} == before


def test_the_head_is_scrolled_turned_and_looked_into(visit, screens):
    page = visit()
    head(page)
    expect(page.locator("#volumes-told")).to_contain_text("96 x 96 x 96 voxels, 2.5 x 2.5 x 2.5 mm")
    shots(page, screens, "volumes")
    for axis in ("depth", "height", "width"):
        moved(page, f"{axis}-slider", axis)
    moved(page, "turn", "through")
    cube = page.locator("#volumes-cubes img").first
    source = cube.get_attribute("src")
    page.locator("#volumes-cubes-turn input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    expect(cube).not_to_have_attribute("src", source)

    above, source = page.locator("#volumes-depth img"), picture(page, "depth")
    third = page.locator("#volumes-units .unit").nth(2)
    number = third.get_attribute("data-pick")
    third.click()
    expect(above).not_to_have_attribute("src", source)
    expect(page.locator("#volumes-unit input")).to_have_value(number)
    expect(page.locator("#volumes-cubes .note")).to_contain_text(f"unit {number} sees")
    source = picture(page, "depth")
    page.locator("#volumes-warm input").click()
    expect(above).not_to_have_attribute("src", source)
    # Without heat a slice is the same whatever the unit.
    source = picture(page, "depth")
    page.locator("#volumes-layer").get_by_text("conv1_1").click()
    expect(page.locator("#volumes-units .note")).to_contain_text("conv1_1 answers at 64 x 64 x 64")
    expect(above).to_have_attribute("src", source)


def test_ones_own_scan_has_sliders_of_its_own(visit, tmp_path):
    page = visit(*SIZES["phone"])
    head(page)
    path = tmp_path / "scan.npz"
    voxels = np.random.default_rng(0).random((12, 30, 40), np.float32)
    np.savez(path, volume=voxels, spacing=[3.0, 1.0, 1.0])
    page.locator("#volumes-file input[type=file]").set_input_files(path)
    told = page.locator("#volumes-told")
    expect(told).to_contain_text("scan.npz: 12 x 30 x 40 voxels")
    # Slices of 3 mm become three of 1 mm, which the sliders run through.
    expect(told).to_contain_text("which run through 36 x 30 x 40 slices of equal spacing")
    # 30 rows of 1 mm: 0 to 29, and it stands in the middle.
    height = page.locator("#volumes-height-slider input[type=number]")
    expect(height).to_have_value("15")
    expect(height).to_have_attribute("max", "29")
    moved(page, "height-slider", "height")


def test_a_volume_of_one_slice_is_one_sentence(visit, tmp_path):
    page = visit()
    opened(page)
    path = tmp_path / "flat.npy"
    np.save(path, np.random.default_rng(0).random((1, 40, 40)))
    page.locator("#volumes-file input[type=file]").set_input_files(path)
    expect(page.get_by_text("a volume needs at least 8 slices along every axis")).to_have_count(1)
    expect(page.locator("#volumes-viewer")).not_to_be_visible()


def test_a_bad_scan_does_not_stay_beside_a_good_one(visit, tmp_path):
    page = visit()
    head(page)
    path = tmp_path / "broken.npz"
    path.write_bytes(b"no volume")
    page.locator("#volumes-file input[type=file]").set_input_files(path)
    expect(page.locator(".toast-body")).to_have_count(1)
    expect(page.locator("#volumes-file")).not_to_contain_text("broken")
    expect(page.locator("#volumes-told")).to_contain_text("A head that nobody has")


@pytest.mark.parametrize("typed", ["48", "-1"])
def test_a_unit_that_is_none_is_one_sentence(visit, typed):
    page = visit()
    head(page)
    box = page.locator("#volumes-unit input")
    box.fill(typed)
    box.press("Enter")
    expect(page.get_by_text("conv2_2 has units 0 to 47")).to_have_count(1)
    chosen = page.locator("#volumes-units .unit.chosen")
    expect(chosen).to_have_count(1)
    # The box says what is shown, not what was refused.
    expect(box).to_have_value(chosen.get_attribute("data-pick"))
