"""The training tab in a real browser: it learns, collapses, is cured, races, stops."""

import re
import time

import pytest

from faceweb.metric_learning.step import Learner
from tests.browser.pages import KEPT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = 90_000


def opened(visit, **size):
    page = visit(**size)
    page.get_by_role("tab", name="Train").click()
    page.locator("#train-start").wait_for()
    return page


def errors(page) -> tuple[float, float]:
    """The equal error rates at the start and now, in per cent."""
    text = page.locator("#train-live .outcome strong").first.inner_text()
    before, after = re.findall(r"[\d.]+", text)
    return float(before), float(after)


def test_the_error_falls_in_ten_seconds_and_the_map_is_drawn(visit, screens):
    page = opened(visit)
    steps = 500 if KEPT else 250
    page.locator("#train-steps input[type=number]").fill(str(steps))
    page.locator("#train-start").click()
    page.locator("#train-live .map img").wait_for(timeout=LONG)
    page.locator("#train-live .map").screenshot(path=screens / "train_map_before.png")
    deadline = time.monotonic() + 10
    while errors(page)[1] >= errors(page)[0] - 10:
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)
    page.locator("#train-stop").click()
    page.locator("#train-live .outcome.final").wait_for(timeout=LONG)
    told = page.locator("#train-live .note").first
    assert "stopped" in told.inner_text()
    done = int(told.inner_text().split()[1])
    page.locator("#train-continue").click()
    page.get_by_text(f"Step {steps} of {steps}").wait_for(timeout=LONG)
    assert done < steps
    page.locator("#train-live .outcome.final").wait_for(timeout=LONG)
    page.locator("#train-live .map").screenshot(path=screens / "train_map_after.png")
    page.screenshot(path=screens / "train_desktop.png", full_page=True)
    assert page.locator("#train-live .triplet").count() >= 3
    page.locator("#train-reset").click()
    page.get_by_text("Nothing has been learnt yet").wait_for()


def test_the_lamp_tells_a_collapse_and_the_button_cures_it(visit, screens):
    page = opened(visit)
    assert not page.locator("#train-cure").is_visible()
    page.locator("#train-mining").get_by_text("hardest").click()
    page.locator("#train-more").get_by_role("button").first.click()
    page.locator("#train-rate input[type=number]").fill("0.05")
    page.locator("#train-start").click()
    page.locator("#train-live .collapsed").wait_for(timeout=LONG)
    page.locator("#train-cure").wait_for()
    # What cures lies right above the lamp that says so.
    lamp = page.locator("#train-live .collapsed")
    assert "press Cure, above" in lamp.inner_text()
    apart = lamp.bounding_box()["y"] - page.locator("#train-cure").bounding_box()["y"]
    assert 0 < apart < 160
    page.screenshot(path=screens / "train_collapse_desktop.png", full_page=True)
    page.locator("#train-cure").click()
    page.locator("#train-live .alive").wait_for(timeout=LONG)
    assert page.locator("#train-mining input:checked").input_value() == "semi-hard"
    assert page.locator("#train-rate input[type=number]").input_value() == "0.001"
    page.wait_for_timeout(4_000)
    assert page.locator("#train-live .collapsed").count() == 0
    assert not page.locator("#train-cure").is_visible()
    page.locator("#train-stop").click()
    page.locator("#train-live .outcome.final").wait_for(timeout=LONG)


def test_three_losses_race_on_a_phone(visit, screens):
    page = opened(visit, width=390, height=844, scheme="dark")
    page.locator("#train-steps input[type=number]").fill("40")
    page.locator("#train-race").click()
    page.locator("#train-live table.final").wait_for(timeout=LONG)
    assert page.locator("#train-live .race > div").count() == 3
    assert page.locator("#train-live table.final tr").count() == 4
    wide = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(wide)
    page.screenshot(path=screens / "train_phone.png")


def test_a_race_that_is_stopped_says_so_and_stop_has_then_nothing_to_do(visit):
    page = opened(visit)
    page.locator("#train-stop").click()
    page.get_by_text("Nothing is being trained").wait_for()
    page.locator("#train-race").click()
    page.locator("#train-live .race img").first.wait_for(timeout=LONG)
    page.locator("#train-stop").click()
    page.locator("#train-live table.final").wait_for(timeout=LONG)
    told = page.locator("#train-live .race .note").all_inner_texts()
    assert len(told) == 3
    assert all(text.endswith("stopped.") for text in told)


def test_who_leaves_ends_the_training_within_a_second(visit, monkeypatch):
    made, step = [], Learner.step

    def counted(*arguments):
        made.append(time.monotonic())
        return step(*arguments)

    monkeypatch.setattr(Learner, "step", counted)
    page = opened(visit)
    page.locator("#train-start").click()
    page.locator("#train-live .map img").wait_for(timeout=LONG)
    page.close()
    left = time.monotonic()
    time.sleep(3)
    assert made
    assert made[-1] < left + 1


def test_the_second_training_waits_and_is_told_its_place(visit):
    first = opened(visit)
    first.locator("#train-steps input[type=number]").fill("3000")
    first.locator("#train-start").click()
    first.locator("#train-live .map img").wait_for(timeout=LONG)
    second = opened(visit)
    second.locator("#train-start").click()
    place = second.locator("#train-live .progress-text", has_text="queue: 1/1")
    place.wait_for()
    # Its frame has no height of its own, so whatever it clips is not seen.
    assert place.evaluate("e => getComputedStyle(e.parentElement).overflow") == "visible"
    # Who stops while waiting is not trained when the turn comes; who asks again is.
    second.locator("#train-stop").click()
    second.locator("#train-start").click()
    first.locator("#train-stop").click()
    second.locator("#train-live .map img").wait_for(timeout=LONG)
    second.locator("#train-stop").click()
    second.locator("#train-live .outcome.final").wait_for(timeout=LONG)
    second.locator("#train-reset").click()
    second.wait_for_timeout(2_000)
    second.get_by_text("Nothing has been learnt yet").wait_for()


def test_what_cannot_begin_leaves_what_was_shown(visit):
    page = opened(visit)
    page.locator("#train-data").get_by_text("A zip of photos").click()
    page.locator("#train-start").click()
    page.get_by_text("Choose a zip").wait_for()
    page.get_by_text("Nothing has been learnt yet").wait_for()
    page.locator("#train-data").get_by_text("Drawn faces").click()
    page.locator("#train-steps input[type=number]").fill("20")
    page.locator("#train-start").click()
    page.locator("#train-live .outcome.final").wait_for(timeout=LONG)
    page.locator("#train-data").get_by_text("A zip of photos").click()
    page.locator("#train-start").click()
    page.get_by_text("Choose a zip").first.wait_for()
    page.locator("#train-live .outcome.final").wait_for()
