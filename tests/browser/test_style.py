"""The style tab in a real browser: a painting grows, obeys, stops, goes on, is taken home."""

import json
import re
import time

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from faceweb.style.model import StyleModel
from tests.browser.pages import shots, tab

pytestmark = pytest.mark.browser


def start_example(page: Page, number: int = 0) -> None:
    tab(page, "Style")
    page.locator("#style-examples tbody tr").nth(number).click()
    expect(page.locator("#style-live .live").first).to_be_visible()


def j_style(page: Page) -> float:
    return float(page.locator("#style-live .curve.style b").inner_text())


def steps(page: Page) -> tuple[int, int]:
    text = page.locator("#style-live .note").first.inner_text()
    done, goal = re.match(r"Step (\d+) of (\d+)", text).groups()
    return int(done), int(goal)


def move(page: Page, name: str, value: float) -> None:
    box = page.locator(f"#style-{name} input[type=number]")
    box.click()
    box.fill(str(value))
    box.press("Enter")


def wait_until(page: Page, true, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        page.wait_for_timeout(100)


def stopped(page: Page) -> int:
    page.locator("#style-stop").click()
    expect(page.locator("#style-hung")).to_be_visible()
    return steps(page)[0]


def test_a_painting_obeys_stops_goes_on_and_is_downloaded(visit, screens, tmp_path):
    page = visit()
    start_example(page)
    first = page.locator("#style-live .live").first.get_attribute("src")
    wait_until(page, lambda: steps(page)[0] >= 20)
    assert page.locator("#style-live .live").first.get_attribute("src") != first
    painted = j_style(page)
    move(page, "beta", 0)
    wait_until(page, lambda: j_style(page) > 1.5 * painted)
    unstyled = j_style(page)
    move(page, "beta", 16)
    wait_until(page, lambda: j_style(page) < 0.6 * unstyled)
    done = stopped(page)
    page.wait_for_timeout(1000)
    assert steps(page)[0] == done
    page.locator("#style-continue").click()
    wait_until(page, lambda: steps(page)[0] >= done + 20)
    done, goal = stopped(page), steps(page)[1]
    assert done < goal
    with page.expect_download() as download:
        page.locator("#style-download").click()
    path = tmp_path / "painting.png"
    download.value.save_as(path)
    with Image.open(path) as picture:
        recipe = json.loads(picture.info["faceweb recipe"])
    assert recipe["steps_made"] == done
    assert [moved["beta"] for _, moved in recipe["moves"]] == [0, 16]
    shots(page, screens, "style")


def test_a_recipe_fills_the_controls(visit, tmp_path):
    page = visit()
    tab(page, "Style")
    page.get_by_text("Advanced", exact=True).click()
    settings = {"alpha": 0.5, "beta": 7, "seed": 11, "init": "noise"}
    recipe = {
        "network": "perceptual",
        "weights": "",
        "steps_made": 3,
        "settings": settings,
        "moves": [],
    }
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps(recipe))
    with page.expect_file_chooser() as chooser:
        page.locator("#style-load").click()
    chooser.value.set_files(path)
    expect(page.locator("#style-beta input[type=number]")).to_have_value("7")
    expect(page.locator("#style-alpha input[type=number]")).to_have_value("0.5")
    expect(page.get_by_text("It was made with other weights")).to_be_visible()


def test_a_cell_of_the_contact_sheet_sets_its_weights(visit):
    page = visit()
    start_example(page)
    stopped(page)
    page.get_by_text("Contact sheet", exact=False).click()
    page.locator("#style-sheet-start").click()
    cells = page.locator("#style-sheet .thumbnail-item")
    expect(cells).to_have_count(25)
    cells.nth(7).click()
    expect(page.locator("#style-alpha input[type=number]")).to_have_value("2")
    expect(page.locator("#style-beta input[type=number]")).to_have_value("10")
    cells.nth(24).click()
    expect(page.locator("#style-beta input[type=number]")).to_have_value("40")


def test_a_file_that_is_no_recipe_changes_no_control(visit, tmp_path):
    page = visit()
    tab(page, "Style")
    page.get_by_text("Advanced", exact=True).click()
    path = tmp_path / "recipe.json"
    path.write_text("{}")
    with page.expect_file_chooser() as chooser:
        page.locator("#style-load").click()
    chooser.value.set_files(path)
    expect(page.get_by_text("This file carries no recipe")).to_be_visible()
    expect(page.locator("#style-beta input[type=number]")).to_be_visible()
    expect(page.locator(".error:visible")).to_have_count(0)


def test_a_run_that_fails_leaves_the_last_painting(visit):
    page = visit()
    start_example(page)
    stopped(page)
    page.locator(
        "#style-content button[aria-label*=Remove], #style-content button[aria-label*=Clear]"
    ).first.click()
    page.locator("#style-start").click()
    expect(page.get_by_text("Add a content picture first")).to_be_visible()
    expect(page.locator("#style-download")).to_be_visible()


def test_who_leaves_frees_the_device_within_a_second(visit, monkeypatch):
    made, step = [], StyleModel.step

    def counted(*arguments):
        made.append(time.monotonic())
        return step(*arguments)

    monkeypatch.setattr(StyleModel, "step", counted)
    page = visit()
    start_example(page)
    page.close()
    left = time.monotonic()
    time.sleep(3)
    assert made
    assert made[-1] < left + 1


def test_a_stopped_visitor_does_not_stop_another(visit):
    one, two = visit(), visit()
    start_example(one)
    start_example(two, 1)
    done = stopped(one)
    before = steps(two)[0]
    wait_until(two, lambda: steps(two)[0] > before + 10)
    assert steps(one)[0] == done
    stopped(two)


def test_without_pictures_one_sentence_says_what_to_do(visit):
    page = visit()
    tab(page, "Style")
    page.locator("#style-start").click()
    expect(page.get_by_text("Add a content picture first")).to_be_visible()
    page.locator("#style-continue").click()
    expect(page.get_by_text("There is no painting to go on with")).to_be_visible()


def test_the_expected_seconds_are_shown_before_the_start(visit, tmp_path):
    page = visit()
    tab(page, "Style")
    expect(page.locator("#style-expected")).to_contain_text("up to 2048")
    path = tmp_path / "photo.png"
    Image.fromarray(np.full((300, 400, 3), 90, np.uint8)).save(path)
    page.locator("#style-content input[type=file]").set_input_files(path)
    expect(page.locator("#style-expected")).to_contain_text(
        re.compile(r"384 x 288 px, 80 steps at each of 4 sizes, about \d+ (s|minutes)")
    )
