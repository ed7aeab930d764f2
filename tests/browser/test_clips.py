"""Inflated stills, clips and solid textures in a real browser."""

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from faceweb.media.video import read_clip
from tests.browser.pages import KEPT, SIZES, shots, tab

pytestmark = pytest.mark.browser


def opened(page: Page, part: str) -> None:
    tab(page, "1-D and 3-D")
    tab(page, part)


def test_a_still_is_seen_as_its_picture_is(visit, screens):
    page = visit()
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
    shots(page, screens, "inflate")
    page.locator("#inflate-layer").get_by_text("conv1_1").click()
    expect(page.locator("#inflate-shown .frames rect")).to_have_count(16)


def test_without_a_photo_there_is_nothing_to_compare(visit):
    page = visit()
    opened(page, "Inflate")
    page.locator("#inflate-layer").get_by_text("conv1_1").click()
    expect(page.locator("#inflate-shown .blank")).to_be_visible()
    page.locator("#inflate-start").click()
    expect(page.get_by_text("Add a photo first")).to_have_count(1)


def few(page: Page, part: str, count: int = 5) -> None:
    """So many steps a size, as few as there may be by default."""
    box = page.locator(f"#{part}-steps input[type=number]")
    expect(box).to_be_visible()
    # What was just opened still takes its first values.
    page.wait_for_timeout(500)
    box.fill(str(count))
    box.press("Tab")
    expect(box).to_have_value(str(count))
    page.wait_for_timeout(300)


def steps(page: Page, part: str) -> tuple[int, int]:
    told = page.locator(f"#{part}-live .note").filter(has_text="Step").first
    done, goal = re.match(r"Step (\d+) of (\d+)", told.inner_text().strip()).groups()
    return int(done), int(goal)


def clip(page: Page, number: int, style: int) -> None:
    opened(page, "Clips")
    page.locator("#clips-cards .unit").nth(number).click()
    expect(page.locator("#clips-preview")).to_contain_text("16 frames of 128 x 128", timeout=20_000)
    page.locator("#clips-styles-examples button").nth(style).click()
    expect(page.locator("#clips-style img")).to_be_visible()


def test_a_bundled_clip_becomes_a_film_to_play_and_take_home(visit, screens, tmp_path):
    page = visit()
    clip(page, 1, 14)
    page.locator("#clips-advanced").get_by_text("Advanced").click()
    count = 15 if KEPT else 8
    few(page, "clips", count)
    page.locator("#clips-start").click()
    expect(page.locator("#clips-live .filmstrip img")).to_have_count(8, timeout=60_000)
    first = page.locator("#clips-live .frame").first
    # Frames differ: the cat turns.
    last = page.locator("#clips-live .frame").last
    assert first.get_attribute("src") != last.get_attribute("src")
    film = page.locator("#clips-live .films video").first
    expect(film).to_be_visible(timeout=90_000)
    assert steps(page, "clips") == (2 * count, 2 * count)
    # 16 frames, 8 a second, 128 pixels wide: it can be played.
    page.wait_for_function(
        "document.querySelector('#clips-live .films video').duration === 2 && "
        "document.querySelector('#clips-live .films video').videoWidth === 128"
    )
    expect(page.locator("#clips-live .facts dd").first).to_have_text(re.compile(r"^\d.*\d$"))
    with page.expect_download() as download:
        page.locator("#clips-download").click()
    path = tmp_path / "clip.mp4"
    download.value.save_as(path)
    found, _ = read_clip(path)
    assert found.frames.shape == (16, 128, 128, 3)
    page.locator("#clips-advanced").get_by_text("Advanced").click()
    shots(page, screens, "clips")


def test_a_clip_of_ones_own_ends_the_outline_of_a_bundled_one(visit, tmp_path):
    page = visit()
    opened(page, "Clips")
    chosen = page.locator("#clips-cards .unit.chosen")
    expect(chosen).to_have_attribute("data-pick", "pan")
    path = tmp_path / "mine.gif"
    rng = np.random.default_rng(0)
    frames = [Image.fromarray(rng.integers(0, 256, (40, 40, 3), np.uint8)) for _ in range(6)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    page.locator("#clips-content input[type=file]").set_input_files(path)
    expect(page.locator("#clips-preview")).to_contain_text("mine.gif")
    expect(chosen).to_have_count(0)
    page.locator("#clips-cards .unit").nth(1).click()
    expect(chosen).to_have_attribute("data-pick", "turn")
    bad = tmp_path / "bad.mp4"
    bad.write_text("no film")
    page.locator("#clips-content input[type=file]").set_input_files(bad)
    expect(page.locator(".toast-body")).to_have_count(1)
    expect(chosen).to_have_attribute("data-pick", "turn")


def test_a_clip_stops_and_goes_on(visit):
    page = visit(*SIZES["phone"])
    clip(page, 0, 3)
    page.locator("#clips-start").click()
    expect(page.locator("#clips-live .filmstrip")).to_be_visible(timeout=60_000)
    page.locator("#clips-stop").click()
    expect(page.locator("#clips-live .films")).to_be_visible(timeout=30_000)
    done, goal = steps(page, "clips")
    assert done < goal == 80
    page.locator("#clips-continue").click()
    expect(page.locator("#clips-live .filmstrip")).to_be_visible(timeout=30_000)
    page.wait_for_timeout(2000)
    page.locator("#clips-stop").click()
    expect(page.locator("#clips-live .films")).to_be_visible(timeout=30_000)
    assert steps(page, "clips")[0] > done


def test_what_is_no_clip_is_one_sentence(visit, tmp_path):
    page = visit()
    opened(page, "Clips")
    page.locator("#clips-start").click()
    expect(page.get_by_text("Add a style first")).to_have_count(1)
    path = tmp_path / "clip.mp4"
    path.write_text("no clip")
    page.locator("#clips-content input[type=file]").set_input_files(path)
    expect(page.get_by_text("This file is not a clip that can be read")).to_have_count(1)
    page.locator("#clips-continue").click()
    expect(page.get_by_text("There is no clip to go on with")).to_have_count(1)


def test_a_block_grows_and_is_turned_and_cut(visit, screens, tmp_path):
    page = visit()
    opened(page, "Solid")
    page.locator("#solid-styles-examples button").nth(12).click()
    expect(page.locator("#solid-style img")).to_be_visible()
    few(page, "solid", 80 if KEPT else 12)
    page.locator("#solid-start").click()
    expect(page.locator("#solid-live .middles img")).to_have_count(3, timeout=60_000)
    cube = page.locator("#solid-cube img")
    expect(cube).to_be_visible(timeout=120_000)
    shown = {"turn": cube} | {
        f"{axis}-slider": page.locator(f"#solid-{axis} img")
        for axis in ("depth", "height", "width")
    }
    for slider, image in shown.items():
        source = image.get_attribute("src")
        page.locator(f"#solid-{slider} input[type=range]").focus()
        page.keyboard.press("ArrowRight")
        expect(image).not_to_have_attribute("src", source)
    with page.expect_download() as download:
        page.locator("#solid-download").click()
    download.value.save_as(tmp_path / "block.npz")
    voxels = np.load(tmp_path / "block.npz")["voxels"]
    assert (voxels.shape[1:], voxels.dtype) == ((len(voxels), len(voxels), 3), np.uint8)
    shots(page, screens, "solid")


def test_without_a_style_no_block_grows(visit):
    page = visit()
    opened(page, "Solid")
    page.locator("#solid-start").click()
    expect(page.get_by_text("Add a style first")).to_have_count(1)
    expect(page.locator("#solid-hung")).not_to_be_visible()
