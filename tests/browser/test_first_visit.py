"""A first visit, on a phone: what a tab does is said first, and one click shows it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import tab

pytestmark = pytest.mark.browser

# A tab, its sub-tab, what is clicked at, and what answers.
CLICKS = (
    ("Enroll", "", "#enroll-examples tbody tr", "#enroll-answer h3"),
    ("Verify", "", "#verify-examples tbody tr", "#verify-answer .verdict strong"),
    ("Recognize", "", "#recognize-try", "#recognize-answer li.known"),
    ("Train", "", "#train-try", "#train-live .outcome strong"),
    ("Inside", "Maps", "#inside-try", "#inside-maps .unit"),
    ("Inside", "Patches", "#inside-find", "#inside-nine .nine"),
    ("Inside", "Dream", "#inside-dream", "#inside-dreaming img"),
    ("Inside", "Pairs", "#inside-gram-try", "#inside-pair .formula"),
    ("Inside", "Cover", "#inside-cover-try", "#inside-covered img"),
    ("1-D and 3-D", "Convolution", "#dimensions-preset-3", "#dimensions-stage canvas"),
    ("1-D and 3-D", "ECG", "#ecg-try", "#ecg-answer .outcome strong"),
    ("1-D and 3-D", "Volumes", "#volumes-head", "#volumes-cubes img"),
    ("1-D and 3-D", "Clips", "#clips-try", "#clips-live .filmstrip img"),
    ("1-D and 3-D", "Solid", "#solid-try", "#solid-live .middles img"),
    ("1-D and 3-D", "Inflate", "#inflate-try", "#inflate-shown .outcome strong"),
)


def opened(page: Page, name: str, part: str) -> None:
    tab(page, name)
    if part:
        tab(page, part)


@pytest.mark.parametrize("name", dict.fromkeys(name for name, *_ in CLICKS))
def test_one_click_on_the_first_example_is_answered(visit, name):
    """What paints or learns is answered when its first picture is there."""
    page = visit(390, 844)
    for _, part, example, answer in (click for click in CLICKS if click[0] == name):
        opened(page, name, part)
        expect(page.locator(answer)).to_have_count(1 if part == "Convolution" else 0)
        page.locator(example).first.click()
        expect(page.locator(answer).first).to_be_visible(timeout=150_000)
        expect(page.locator(".toast-body")).to_have_count(0)


def test_a_phones_first_screen_says_what_to_do_and_shows_the_example(visit):
    page = visit(390, 844)
    first = [
        *((name, part, example) for name, part, example, _ in CLICKS if name != "Inside"),
        ("Inside", "", "#inside-try"),
        ("Style", "", "#style-examples tbody tr"),
        ("1-D and 3-D", "Sound", "#sound-cards .unit"),
    ]
    for name, part, example in first:
        opened(page, name, part)
        shown = page.locator(example).first
        expect(shown).to_be_visible()
        said = page.locator(".intro").and_(page.locator(":visible")).last
        page.evaluate("scrollTo(0, 0)")
        assert said.bounding_box()["y"] < shown.bounding_box()["y"] < 844, (name, part)


def test_two_people_met_by_one_click_are_in_the_gallery(visit):
    page = visit()
    tab(page, "Recognize")
    page.locator("#recognize-try").click()
    people = page.locator("#recognize-answer li")
    expect(people).to_have_count(6)
    expect(people.locator("strong").filter(has_text="Grace Hopper")).to_have_count(3)
    tab(page, "Enroll")
    cards = page.locator("#gallery-cards")
    expect(cards).to_contain_text("Eileen Collins")
    expect(cards).to_contain_text("Grace Hopper")
    expect(cards.locator(".chip")).to_have_count(2)
