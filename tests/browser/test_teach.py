"""A verdict is taught in a real browser, decides, and is undone."""

import numpy as np
import pytest

from faceweb.faces.heads import Head, to_bytes
from faceweb.gallery.archive import export_gallery

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_teach_a_verdict_and_undo_it(visit, screens):
    page = visit()
    page.get_by_role("tab", name="Verify").click()
    page.locator("#verify-examples tr").last.click()
    verdict = page.locator("#verify-answer .verdict strong")
    verdict.wait_for()
    said = verdict.inner_text()
    page.locator("#teach").get_by_role("button").first.click()
    truth = "#teach-two" if said == "Same person" else "#teach-one"
    page.locator(truth).click()
    page.locator("#teach-answer h3", has_text="Learnt").wait_for()
    assert page.locator("#teach-answer rect").count() == 128
    assert verdict.inner_text() == said  # it decides nothing by default
    page.locator("#verify-decide").get_by_text("what I taught").click()
    other = "Different people" if said == "Same person" else "Same person"
    page.locator("#verify-answer .verdict", has_text=other).wait_for()
    aside = page.locator("#verify-answer .aside")
    assert f"{said} instead: d = " in aside.inner_text()
    assert "d = " not in page.locator("#verify-answer .verdict").inner_text()
    page.screenshot(path=screens / "teach_desktop.png", full_page=True)
    page.locator("#teach-undo").click()
    page.get_by_text("No pair is marked").wait_for()
    page.locator("#verify-answer .verdict", has_text=said).wait_for()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_faces_stay_beside_what_a_head_decided(visit, width):
    page = visit(width=width)
    page.get_by_role("tab", name="Verify").click()
    page.locator("#verify-examples tbody tr").first.click()
    page.locator("#verify-answer .verdict strong").wait_for()
    page.locator("#teach").get_by_role("button").first.click()
    page.locator("#verify-decide").get_by_text("what I taught").click()
    page.locator("#verify-answer .aside").wait_for()
    # However much is said of what decided, such as of a head and what it was measured on.
    page.evaluate(
        "document.querySelector('.verdict span:not(.formula)').textContent = 'word '.repeat(60)"
    )
    a, b = (chip.bounding_box() for chip in page.locator("#verify-answer .pair .chip").all())
    assert abs(a["y"] - b["y"]) < 1
    assert b["x"] - a["x"] - a["width"] < 480  # they used to lie at the page's edges
    for line in page.locator("#verify-answer .verdict .formula").all():
        assert line.bounding_box()["height"] < 60  # unbroken, but for a phone's narrow lines
    wide = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(wide)


def test_a_head_that_is_not_there_is_not_forgotten_and_one_message_says_so(visit):
    page = visit()
    page.get_by_role("tab", name="Verify").click()
    page.locator("#teach").get_by_role("button").first.click()
    page.locator("#teach-forget-head").click()
    page.get_by_text("There is no head to forget").wait_for()
    # Gradio's own mark, which would outlive the message, is there but not seen.
    pills = page.locator("[data-testid=status-tracker] .error")
    pills.first.wait_for(state="attached")
    assert not any(pill.is_visible() for pill in pills.all())


def test_the_distance_decides_again_once_the_head_is_forgotten(visit, tmp_path):
    """A head that takes everybody for one person comes with an import, decides, and goes."""
    arrays = (np.eye(128, dtype=np.float32),)
    head = Head("contrastive", arrays, 9.0, -1.0, 9.0, 5.0, "a head from elsewhere")
    path = tmp_path / "gallery.zip"
    path.write_bytes(export_gallery([], {"head.npz": to_bytes(head)}))
    page = visit()
    page.get_by_text("Rename, forget, export, erase").click()
    with page.expect_file_chooser() as chooser:
        page.locator("#gallery-import").click()
    chooser.value.set_files(path)
    page.get_by_text("What was taught or trained came along").wait_for()
    page.get_by_role("tab", name="Verify").click()
    page.locator("#verify-examples tbody tr").last.click()
    verdict = page.locator("#verify-answer .verdict")
    verdict.filter(has_text="Different people").wait_for()
    page.locator("#teach").get_by_role("button").first.click()
    page.locator("#verify-decide").get_by_text("the head I trained").click()
    verdict.filter(has_text="Same person").wait_for()
    page.locator("#teach-forget-head").click()
    page.get_by_text("The head you trained is forgotten").wait_for()
    verdict.filter(has_text="Different people").wait_for()
    assert page.locator("#verify-decide input:checked").input_value() == "distance"
