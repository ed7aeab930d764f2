"""What a visitor does, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import SIZES, shot, tab
from tests.conftest import EXAMPLES

pytestmark = pytest.mark.browser


def enroll_example(page: Page, number: int, name: str) -> None:
    page.locator("#enroll-examples tbody tr").nth(number).click()
    expect(page.locator("#enroll-name textarea, #enroll-name input")).to_have_value(name)
    expect(page.locator("#enroll-photo img")).to_be_visible()
    expect(page.locator("#enroll-answer h3")).to_have_text(f"{name} is enrolled")
    expect(page.locator("#gallery-cards")).to_contain_text(name)


def choose(page: Page, person: str) -> None:
    page.locator("#gallery-person input").click()
    page.get_by_role("option", name=person).click()


def answered(page: Page, question: str, answer: str) -> None:
    """Presses one of the gallery's buttons that ask first, and lets it happen."""
    page.locator(f"#gallery-{question}").click()
    page.locator(f"#gallery-{question}-question").get_by_text(answer, exact=True).click()


def gallery_key(page: Page) -> str:
    """The key of the open gallery, as the page shows it."""
    box = page.locator("#gallery-key textarea, #gallery-key input")
    expect(box).to_have_value(re.compile("^[0-9a-f]{32}$"))
    return box.input_value()


def open_gallery(page: Page, key: str) -> None:
    page.get_by_text("Gallery key", exact=True).first.click()
    box = page.locator("#gallery-other-key textarea, #gallery-other-key input")
    # As a visitor would: a box that has just unfolded is filled before it stands still otherwise.
    box.click()
    box.fill(key)
    box.press("Enter")


def start_camera(page: Page) -> None:
    tab(page, "Recognize")
    tab(page, "Live camera")
    camera = page.locator("#recognize-camera")
    camera.get_by_text("Click to Access Webcam").click()
    camera.get_by_text("Record").click()


@pytest.mark.parametrize("size", SIZES)
def test_enroll_verify_recognize_forget_erase(visit, screens, size):
    page = visit(*SIZES[size])
    enroll_example(page, 0, "Eileen Collins")
    shot(page, screens / f"enroll_{size}.png")

    tab(page, "Verify")
    page.locator("#verify-examples tbody tr").nth(0).click()
    answer = page.locator("#verify-answer")
    expect(answer.locator(".verdict strong")).to_have_text("Same person")
    expect(answer.locator("svg.histogram")).to_be_visible()
    shot(page, screens / f"verify_{size}.png")
    page.locator("#verify-examples tbody tr").nth(2).click()
    expect(answer.locator(".verdict strong")).to_have_text("Different people")

    tab(page, "Recognize")
    page.locator("#recognize-examples button").first.click()
    people = page.locator("#recognize-answer li")
    expect(people).to_have_count(6)
    expect(people.filter(has_text="Eileen Collins").filter(has_text="d =")).to_have_count(3)
    expect(people.filter(has_text="unknown")).to_have_count(3)
    shot(page, screens / f"recognize_{size}.png")

    tab(page, "Enroll")
    enroll_example(page, 1, "Grace Hopper")
    page.get_by_text("Rename, forget, export, erase").click()
    choose(page, "Eileen Collins")
    page.locator("#gallery-forget").click()
    page.locator("#gallery-forget-question").get_by_text("Keep").click()
    expect(page.locator("#gallery-forget-question")).to_be_hidden()
    expect(page.locator("#gallery-cards")).to_contain_text("Eileen Collins")
    answered(page, "forget", "Forget")
    expect(page.get_by_text("Eileen Collins is forgotten")).to_be_visible()
    expect(page.locator("#gallery-cards")).not_to_contain_text("Eileen Collins")
    expect(page.locator("#enroll-answer h3")).to_have_count(0)
    answered(page, "erase", "Erase")
    expect(page.locator("#gallery-receipt")).to_contain_text("Erased 1 person, 1 photo")
    expect(page.locator("#gallery-cards")).to_contain_text("Nobody is enrolled yet")


def test_the_gallery_is_there_after_a_reload_and_not_for_others(visit):
    page = visit()
    enroll_example(page, 0, "Eileen Collins")
    page.reload()
    expect(page.locator("#gallery-cards")).to_contain_text("Eileen Collins")
    other = visit()
    expect(other.locator("#gallery-cards")).to_contain_text("Nobody is enrolled yet")


def test_a_key_opens_the_gallery_in_another_browser(visit):
    page, other = visit(), visit()
    enroll_example(page, 0, "Eileen Collins")
    page.get_by_text("Gallery key", exact=True).first.click()
    key = gallery_key(page)
    open_gallery(other, key)
    expect(other.locator("#gallery-cards")).to_contain_text("Eileen Collins")
    assert gallery_key(other) == key
    other.reload()
    expect(other.locator("#gallery-cards")).to_contain_text("Eileen Collins")


def test_a_key_that_is_none_is_refused_and_the_gallery_stays(visit):
    page = visit()
    enroll_example(page, 0, "Eileen Collins")
    open_gallery(page, "not a key")
    expect(page.get_by_text("A gallery key is 32 hexadecimal digits")).to_be_visible()
    page.locator("#gallery-other-key :is(input, textarea)").fill("0" * 32)
    page.locator("#gallery-open").click()
    expect(page.get_by_text("Nobody is enrolled under this key")).to_be_visible()
    expect(page.locator("#gallery-cards")).to_contain_text("Eileen Collins")
    page.reload()
    expect(page.locator("#gallery-cards")).to_contain_text("Eileen Collins")


def test_a_question_is_about_the_person_it_names(visit):
    """Once another person is chosen the question is gone, and nobody was forgotten."""
    page = visit()
    enroll_example(page, 0, "Eileen Collins")
    enroll_example(page, 1, "Grace Hopper")
    page.get_by_text("Rename, forget, export, erase").click()
    choose(page, "Eileen Collins")
    page.locator("#gallery-forget").click()
    question = page.locator("#gallery-forget-question")
    expect(question).to_contain_text("Forget Eileen Collins, with all photos?")
    choose(page, "Grace Hopper")
    expect(question).to_be_hidden()
    page.locator("#gallery-forget-photo").click()
    question = page.locator("#gallery-forget-photo-question")
    expect(question).to_contain_text("the only one, so Grace Hopper is forgotten with it")
    question.get_by_text("Forget", exact=True).click()
    expect(page.locator("#gallery-cards")).not_to_contain_text("Grace Hopper")
    expect(page.locator("#gallery-cards")).to_contain_text("Eileen Collins")


def test_renaming_by_enter_keeps_the_person_chosen(visit):
    page = visit()
    enroll_example(page, 0, "Eileen Collins")
    page.get_by_text("Rename, forget, export, erase").click()
    choose(page, "Eileen Collins")
    box = page.locator("#gallery-new-name :is(input, textarea)")
    box.click()
    box.fill("Colonel  Collins")
    box.press("Enter")
    expect(page.locator("#gallery-cards")).to_contain_text("Colonel Collins")
    expect(page.locator("#gallery-person input")).to_have_value("Colonel Collins")


def test_an_answer_goes_with_the_gallery_it_was_about(visit):
    page = visit()
    enroll_example(page, 0, "Eileen Collins")
    tab(page, "Recognize")
    page.locator("#recognize-examples button").first.click()
    people = page.locator("#recognize-answer li")
    expect(people.filter(has_text="Eileen Collins").first).to_be_visible()
    tab(page, "Enroll")
    page.get_by_text("Rename, forget, export, erase").click()
    answered(page, "erase", "Erase")
    expect(page.locator("#gallery-cards")).to_contain_text("Nobody is enrolled yet")
    tab(page, "Recognize")
    expect(people).to_have_count(0)


def test_the_same_photo_twice_adds_nothing_and_says_so(visit):
    page = visit()
    enroll_example(page, 0, "Eileen Collins")
    page.locator("#enroll-start").click()
    expect(page.locator("#enroll-answer")).to_contain_text("here already, so nothing was added")
    expect(page.locator("#gallery-cards .chip")).to_have_count(1)


def test_an_export_comes_back(visit, tmp_path):
    page = visit()
    enroll_example(page, 0, "Eileen Collins")
    page.get_by_text("Rename, forget, export, erase").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export everything").click()
    path = tmp_path / "gallery.zip"
    download.value.save_as(path)
    answered(page, "erase", "Erase")
    expect(page.locator("#gallery-cards")).to_contain_text("Nobody is enrolled yet")
    with page.expect_file_chooser() as chooser:
        page.locator("#gallery-import").click()
    chooser.value.set_files(path)
    expect(page.locator("#gallery-cards")).to_contain_text("Eileen Collins")


def test_a_bad_file_is_one_sentence_and_loses_nothing(visit, tmp_path):
    page = visit()
    tab(page, "Verify")
    bad = tmp_path / "bad.png"
    bad.write_text("no picture at all")
    page.locator("#verify-examples tbody tr").nth(2).click()
    expect(page.locator("#verify-answer .verdict strong")).to_have_text("Different people")
    page.locator(
        "#verify-b button[aria-label*=Remove], #verify-b button[aria-label*=Clear]"
    ).click()
    page.locator("#verify-b input[type=file]").set_input_files(bad)
    # At once, before anything is compared; what is no picture does not stay.
    expect(page.get_by_text("This file is not a picture that can be read")).to_be_visible()
    expect(page.locator("#verify-b img")).to_have_count(0)
    expect(page.locator("#verify-answer .verdict")).to_have_count(0)
    expect(page.locator("#verify-a img")).to_be_visible()
    page.locator("#verify-start").click()
    expect(page.get_by_text("Add photo B first")).to_be_visible()
    page.locator("#verify-b input[type=file]").set_input_files(EXAMPLES / "hopper.jpg")
    page.locator("#verify-start").click()
    expect(page.locator("#verify-answer .verdict strong")).to_have_text("Different people")
    assert "Traceback" not in page.content()


def test_a_name_in_a_refusal_is_text_never_markup(visit):
    """The fixture fails on the foreign host that the picture would be asked of."""
    page = visit()
    enroll_example(page, 0, "Eileen Collins")
    page.get_by_text("Rename, forget, export, erase").click()
    box = page.locator("#gallery-person input")
    box.fill('<img src="http://192.0.2.1/leak.png">')
    box.press("Enter")
    page.locator("#gallery-forget").click()
    expect(page.get_by_text("Nobody in this gallery is called <img")).to_be_visible()


def test_the_visitor_picks_one_of_several_faces(visit):
    page = visit()
    page.locator("#enroll-photo input[type=file]").set_input_files(EXAMPLES / "group.jpg")
    choices = page.locator("#enroll-face")
    expect(choices.get_by_text("Face 6")).to_be_visible()
    choices.get_by_text("Face 4").click()
    page.locator("#enroll-name textarea, #enroll-name input").fill("<b>Fourth</b>")
    page.locator("#enroll-start").click()
    expect(page.locator("#enroll-answer h3")).to_have_text("<b>Fourth</b> is enrolled")
    expect(page.locator("#gallery-cards strong")).to_have_text("<b>Fourth</b>")


def test_live_camera_names_faces_as_they_come(visit):
    page = visit()
    enroll_example(page, 0, "Eileen Collins")
    start_camera(page)
    people = page.locator("#recognize-answer li")
    expect(people.filter(has_text="Eileen Collins").first).to_be_visible()
    expect(page.locator("#recognize-answer")).to_contain_text("unknown")


def test_a_running_camera_leaves_the_device_to_others(visit):
    page = visit()
    start_camera(page)
    expect(page.locator("#recognize-answer li").first).to_be_visible()
    other = visit()
    tab(other, "Verify")
    other.locator("#verify-examples tbody tr").nth(0).click()
    expect(other.locator("#verify-answer .verdict strong")).to_have_text("Same person")


def test_moving_the_threshold_moves_the_verdict(visit):
    page = visit()
    tab(page, "Verify")
    page.locator("#verify-examples tbody tr").nth(0).click()
    verdict = page.locator("#verify-answer .verdict strong")
    expect(verdict).to_have_text("Same person")
    handle = page.locator("#verify-threshold input[type=range]")
    handle.focus()
    handle.press("Home")
    expect(verdict).to_have_text("Different people")
