"""The tab that looks inside, in a real browser: network, layer, unit, a cell, an occlusion."""

import io
import re
import time
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from faceweb.engine import Engine
from faceweb.interpret.activation_maximization import ActivationMaximization
from faceweb.interpret.gram import correlate_channels
from faceweb.ui.tabs.inside import gram
from tests.browser.pages import SIZES, shots, tab

pytestmark = pytest.mark.browser


def inside(page: Page, example: int | None = 0) -> None:
    tab(page, "Inside")
    expect(page.locator("#inside-facts dd").first).to_have_text("conv4_1")
    if example is not None:
        page.locator("#inside-examples button").nth(example).click()
        expect(page.locator("#inside-maps .unit")).to_have_count(24)


def unit(page: Page) -> int:
    return int(page.locator("#inside-unit-number input").input_value())


def find(page: Page) -> None:
    tab(page, "Patches")
    page.locator("#inside-find").click()
    expect(page.locator("#inside-nine .nine")).to_have_count(9)
    expect(page.locator("#inside-pass")).to_contain_text(re.compile(r"(\d+) of \1 looked through"))


def test_from_a_network_to_a_unit_to_a_cell_to_an_occlusion(visit, screens):
    page = visit()
    tab(page, "Inside")
    # Beautiful before the first click: the atlas is there, and the layer's facts.
    expect(page.locator("#inside-atlas .unit")).to_have_count(16)
    inside(page)
    fourth = page.locator("#inside-atlas .unit").nth(3)
    fourth.click()
    expect(page.locator("#inside-unit h3")).to_have_text(
        f"Unit {fourth.get_attribute('data-pick')}"
    )
    expect(page.locator("#inside-unit img")).to_be_visible()
    page.locator("#inside-maps .unit").nth(1).click()
    chosen = page.locator("#inside-maps .unit").nth(1).get_attribute("data-pick")
    expect(page.locator("#inside-unit h3")).to_have_text(f"Unit {chosen}")
    shots(page, screens, "inside")

    find(page)
    third = page.locator("#inside-nine .nine").nth(2)
    third.click()
    answer = page.locator("#inside-nine-unit")
    expect(answer.locator("h3")).to_contain_text(f"Unit {third.get_attribute('data-pick')}: ")
    # Nine patches, guided backpropagation and the plain gradient.
    expect(answer.locator("img")).to_have_count(27)
    shots(page, screens, "inside_patches")

    tab(page, "Pairs")
    page.locator("#inside-gram-start").click()
    matrix = page.locator("#inside-gram [data-pick]")
    expect(matrix).to_be_visible()
    box = matrix.bounding_box()
    matrix.click(position={"x": 0.3 * box["width"], "y": 0.3 * box["height"]})
    formula = page.locator("#inside-pair .formula")
    # On the diagonal a unit meets itself.
    expect(formula).to_have_text(re.compile(r"r\((\d+), \1\) = \+1\.000"))
    partner = page.locator("#inside-pair .partner").first
    number, value = partner.inner_text().split()
    partner.click()
    expect(formula).to_contain_text(f"r({unit(page)}, {number}) = ")
    # The partner bears two digits of the correlation, the formula three.
    assert float(formula.inner_text().split("=")[1]) == pytest.approx(float(value), abs=0.0051)
    page.locator("#inside-repaint").click()
    expect(page.locator("#inside-repainted")).to_contain_text("Step 60 of 60", timeout=60_000)
    expect(page.locator("#inside-repainted figcaption").last).to_have_text(
        re.compile(r"r =\s\+0\.(7[6-9]|8[0-4])")
    )
    shots(page, screens, "inside_pairs")

    tab(page, "Cover")
    page.locator("#inside-cover").click()
    covered = page.locator("#inside-covered")
    expect(covered).to_contain_text("covered between")
    expect(covered).not_to_contain_text("patches so far", timeout=60_000)


def test_another_network_and_layer(visit):
    page = visit()
    inside(page, 1)
    page.locator("#inside-network").get_by_text("The face recogniser").click()
    expect(page.locator("#inside-strip .layer")).to_have_count(29)
    expect(page.locator("#inside-facts dd").first).to_have_text("level3_4")
    expect(page.locator("#inside-maps .note")).to_contain_text("shown face 1 of 1, aligned")
    page.locator("#inside-strip .layer").nth(2).click()
    expect(page.locator("#inside-facts dd").first).to_have_text("level2_1")
    expect(page.locator("#inside-layer :is(input, textarea)")).to_have_value("level2_1")
    expect(page.locator("#inside-atlas .unit")).to_have_count(16)
    first = page.locator("#inside-atlas .unit").first.get_attribute("data-pick")
    expect(page.locator("#inside-unit-number input")).to_have_value(first)
    expect(page.locator("#inside-unit h3")).to_have_text(f"Unit {first}")


def test_a_dream_grows_and_stops(visit):
    page = visit(*SIZES["phone"])
    inside(page, None)
    tab(page, "Dream")
    page.locator("#inside-dream").click()
    shown = page.locator("#inside-dreaming img").first
    expect(shown).to_be_visible()
    first = shown.get_attribute("src")
    expect(shown).not_to_have_attribute("src", first)
    page.locator("#inside-dream-stop").click()
    page.wait_for_timeout(1500)
    told = page.locator("#inside-dreaming .note").inner_text()
    assert not told.startswith("Step 128 ")
    page.wait_for_timeout(1500)
    assert page.locator("#inside-dreaming .note").inner_text() == told


def test_layers_chosen_in_quick_succession_end_at_the_last(visit):
    page, asked = visit(), []
    inside(page)
    for layer in ("conv1_1", "conv3_1", "conv2_1", "conv5_1", "conv4_2", "conv1_2", "conv2_2"):
        page.locator(f"#inside-strip [data-pick={layer}]").click()
    expect(page.locator("#inside-facts dd").first).to_have_text("conv2_2")
    page.locator("#inside-atlas .unit").nth(1).click()
    chosen = page.locator("#inside-atlas .unit").nth(1).get_attribute("data-pick")
    expect(page.locator("#inside-unit h3")).to_have_text(f"Unit {chosen}")
    expect(page.locator(".toast-body")).to_have_count(0)
    page.wait_for_timeout(2000)
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2000)
    assert asked == []


def test_networks_chosen_in_quick_succession_end_at_the_last(visit, monkeypatch):
    inspector = Engine.inspector

    def slowly(engine, network, report=None):
        # With a report it is the choice of a network, which may download it.
        time.sleep(0.7 if report else 0)
        return inspector(engine, network, report)

    monkeypatch.setattr(Engine, "inspector", slowly)
    page = visit()
    inside(page, None)
    page.locator("#inside-network").get_by_text("The face recogniser").click()
    page.locator("#inside-network").get_by_text("The painter's network").click()
    page.wait_for_timeout(3000)
    expect(page.locator("#inside-facts dd").first).to_have_text("conv4_1")
    expect(page.locator("#inside-layer :is(input, textarea)")).to_have_value("conv4_1")
    expect(page.locator("#inside-strip .layer")).to_have_count(9)


def test_patches_follow_layers_chosen_in_quick_succession(visit):
    page = visit()
    inside(page, None)
    find(page)
    for layer in ("conv3_1", "conv5_1", "conv1_1"):
        page.locator(f"#inside-strip [data-pick={layer}]").click()
    expect(page.locator("#inside-facts dd").first).to_have_text("conv1_1")
    expect(page.locator("#inside-nine .nine")).to_have_count(9)
    page.wait_for_timeout(1500)
    units = [
        int(each.get_attribute("data-pick")) for each in page.locator("#inside-nine .nine").all()
    ]
    assert len(units) == 9
    assert max(units) < 24


def test_the_matrix_of_the_photo_before_does_not_return(visit, monkeypatch):
    def slowly(*arguments):
        time.sleep(1.5)
        return correlate_channels(*arguments)

    monkeypatch.setattr(gram, "correlate_channels", slowly)
    page = visit()
    inside(page)
    tab(page, "Pairs")
    page.locator("#inside-gram-start").click()
    page.locator("#inside-examples button").nth(1).click()
    page.wait_for_timeout(4000)
    expect(page.locator("#inside-gram [data-pick]")).to_have_count(0)
    expect(page.locator("#inside-pair .formula")).to_have_count(0)


def test_a_unit_can_dream_after_the_network_was_changed_in_mid_dream(visit):
    page = visit()
    inside(page, None)
    tab(page, "Dream")
    page.locator("#inside-dream").click()
    expect(page.locator("#inside-dreaming img").first).to_be_visible()
    page.locator("#inside-network").get_by_text("The face recogniser").click()
    expect(page.locator("#inside-facts dd").first).to_have_text("level3_4")
    expect(page.locator("#inside-dreaming img")).to_have_count(0)
    page.locator("#inside-dream").click()
    expect(page.locator("#inside-dreaming img").first).to_be_visible()
    page.locator("#inside-dream-stop").click()


def test_a_bad_photo_is_one_sentence_and_takes_the_last_answer_along(visit, tmp_path):
    page = visit()
    inside(page)
    tiny = tmp_path / "tiny.png"
    Image.new("RGB", (10, 10)).save(tiny)
    page.locator(
        "#inside-photo button[aria-label*=Remove], #inside-photo button[aria-label*=Clear]"
    ).first.click()
    expect(page.locator("#inside-maps .unit")).to_have_count(0)
    page.locator("#inside-photo input[type=file]").set_input_files(tiny)
    expect(page.get_by_text("use one of at least 32 a side")).to_have_count(1)
    page.wait_for_timeout(1500)
    expect(page.get_by_text("use one of at least 32 a side")).to_have_count(1)
    expect(page.locator("#inside-unit h3")).to_have_count(0)


def test_who_leaves_ends_the_dream_within_a_second(visit, monkeypatch):
    made, step = [], ActivationMaximization.step

    def counted(*arguments):
        made.append(time.monotonic())
        return step(*arguments)

    monkeypatch.setattr(ActivationMaximization, "step", counted)
    page = visit()
    inside(page, None)
    tab(page, "Dream")
    page.locator("#inside-dream").click()
    expect(page.locator("#inside-dreaming img").first).to_be_visible()
    page.close()
    left = time.monotonic()
    time.sleep(3)
    assert made
    assert made[-1] < left + 1


def test_a_unit_clicked_at_after_stop_looks_for_nothing(visit, tmp_path):
    page = visit()
    inside(page, None)
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(400):
            stream = io.BytesIO()
            pixels = np.random.default_rng(number).integers(0, 256, (20, 20, 3), np.uint8)
            Image.fromarray(pixels).resize((320, 320)).save(stream, "JPEG")
            archive.writestr(f"{number}.jpg", stream.getvalue())
    tab(page, "Patches")
    page.get_by_text("Your own pictures, other units").click()
    page.locator("#inside-pictures input[type=file]").set_input_files(path)
    expect(page.locator("#inside-pictures")).to_contain_text("many")
    page.locator("#inside-find").click()
    expect(page.locator("#inside-nine .nine").first).to_be_visible()
    page.locator("#inside-find-stop").click()
    expect(page.locator("#inside-pass")).to_contain_text(", stopped: your pictures")
    page.locator("#inside-nine .nine").first.click()
    expect(page.locator("#inside-nine-unit")).to_contain_text("not been looked through to the end")


def test_ones_own_pictures(visit, tmp_path):
    page = visit()
    inside(page, None)
    paths = []
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 256, (8, 10, 3), np.uint8)
        paths.append(tmp_path / f"<b>{number}.png")
        Image.fromarray(pixels).resize((80, 64)).save(paths[-1])
    paths.append(tmp_path / "broken.png")
    paths[-1].write_text("no picture")
    tab(page, "Patches")
    page.get_by_text("Your own pictures, other units").click()
    page.locator("#inside-pictures input[type=file]").set_input_files(paths)
    expect(page.locator("#inside-pictures")).to_contain_text("broken")
    page.locator("#inside-find").click()
    expect(page.locator("#inside-pass")).to_contain_text(
        "4 of 4 looked through: your pictures. 1 file could not be used."
    )
    expect(page.locator("#inside-nine .nine").first.locator("img")).to_have_count(3)


def test_the_live_camera_shows_what_a_unit_sees(visit):
    page = visit()
    inside(page, None)
    page.get_by_text("Live camera").last.click()
    camera = page.locator("#inside-camera")
    camera.get_by_text("Click to Access Webcam").click()
    camera.get_by_text("Record").click()
    seen = page.locator("#inside-seen")
    expect(seen.locator(".one img")).to_be_visible()
    expect(seen.locator(".unit").first).to_be_visible()


@pytest.mark.parametrize("typed", ["9999", "-3"])
def test_a_unit_that_is_none_is_one_sentence(visit, typed):
    page = visit()
    inside(page)
    box = page.locator("#inside-unit-number input")
    box.fill(typed)
    box.press("Enter")
    expect(page.get_by_text("conv4_1 has units 0 to 159")).to_have_count(1)
    page.wait_for_timeout(1000)
    expect(page.locator(".toast-body")).to_have_count(1)


def test_without_a_photo_one_sentence_says_what_to_do(visit):
    page = visit()
    inside(page, None)
    page.locator("#inside-look").click()
    expect(page.get_by_text("Add a photo first")).to_be_visible()


def test_a_network_that_must_be_downloaded_says_so_offline(visit, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    page = visit()
    inside(page, None)
    page.locator("#inside-network").get_by_text("VGG-19").click()
    expect(page.get_by_text("The built-in network needs no download")).to_be_visible()
