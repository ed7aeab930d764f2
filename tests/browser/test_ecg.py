"""The page of heartbeats in a real browser: ectopic beats are marked, filters are looked at."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from faceweb.signals.ecg import simulate
from tests.browser.pages import shots, tab

pytestmark = pytest.mark.browser


def opened(page: Page) -> None:
    tab(page, "1-D and 3-D")
    page.get_by_role("tab", name="ECG", exact=True).click()
    expect(page.get_by_role("note")).to_have_text("Not for medical use")


def learnt(page: Page) -> None:
    page.locator("#ecg-start").click()
    expect(page.locator("#ecg-filters .nine-over")).to_be_visible(timeout=30_000)


def seeded(page: Page, seed: int) -> None:
    page.locator("#ecg-seed input").fill(str(seed))


def own_file(page: Page, path) -> None:
    page.locator("#ecg-source").get_by_text("My CSV or EDF").click()
    page.locator("#ecg-file input[type=file]").set_input_files(path)
    expect(page.locator("#ecg-file")).to_contain_text(path.stem)


def test_ectopic_beats_are_marked_where_they_are(visit, screens):
    page = visit()
    opened(page)
    seeded(page, 1)
    learnt(page)
    _, places, odd = simulate(1)
    count, times = int(odd.sum()), places[odd] / 250
    expect(page.locator("#ecg-answer .outcome strong")).to_have_text(
        f"{count} of {count} ectopic beats stand out, no other does"
    )
    listed = page.locator(".odd-beat b").all_inner_texts()
    told = [float(text.split(" at ")[1].split(" s")[0]) for text in listed]
    np.testing.assert_allclose(told, times, atol=0.1)
    expect(page.locator(".trace .beat.odd")).to_have_count(count)
    expect(page.locator(".trace .beat")).to_have_count(len(places))
    # What is scrolled into sight first is an unusual beat.
    shown = page.locator("#ecg-answer .scroll").bounding_box()
    beats = [page.locator(".trace .beat.odd circle").nth(n).bounding_box() for n in range(count)]
    assert any(shown["x"] < box["x"] < shown["x"] + shown["width"] for box in beats)
    shots(page, screens, "ecg")


def test_a_click_on_a_beat_shows_it_over_the_median(visit):
    page = visit()
    opened(page)
    learnt(page)
    page.locator(".trace .beat:not(.odd)").nth(1).locator("circle").click(force=True)
    expect(page.locator("#ecg-beats .legend-line")).to_contain_text("beat 2 at")
    expect(page.locator("#ecg-beats .over-median polyline.chosen")).to_have_count(1)
    expect(page.locator("#ecg-beats .over-median polyline.odd")).to_have_count(0)
    first = page.locator(".odd-beat").first
    name = first.locator("b").inner_text()
    first.click()
    expect(page.locator("#ecg-beats .legend-line")).to_contain_text(f"{name}, distance")
    expect(page.locator("#ecg-beats .over-median polyline.odd")).to_have_count(1)
    page.locator(".trace .beat:not(.odd)").nth(2).press("Enter")
    expect(page.locator("#ecg-beats .legend-line")).to_contain_text("beat 3 at")


def test_a_click_on_a_filter_shows_nine_segments(visit):
    page = visit()
    opened(page)
    learnt(page)
    expect(page.locator(".tap")).to_have_count(16)
    page.get_by_role("button", name="filter 7", exact=True).click()
    said = page.locator("#ecg-filters .legend-line")
    expect(said).to_contain_text("Filter 7 of conv1_1: the 9 segments")
    expect(page.locator(".nine-over polyline")).to_have_count(9)
    expect(page.locator(".tap.chosen")).to_have_text("7")
    # The other layer's map, in the row of its fourth filter of 24.
    page.get_by_text("conv2_1: 24 filters").click()
    expect(page.locator(".map.conv1_1")).to_be_hidden()
    page.wait_for_timeout(500)  # until it stands still
    box = page.locator(".map.conv2_1 img").bounding_box()
    scroll = page.locator("#ecg-answer .scroll").bounding_box()
    page.mouse.click(scroll["x"] + 200, box["y"] + box["height"] * 3.5 / 24)
    expect(said).to_contain_text("Filter 3 of conv2_1")
    expect(page.locator(".tap.chosen")).to_have_text("3")
    page.locator("#ecg-filters").get_by_role("button", name="filter 20", exact=True).click()
    expect(said).to_contain_text("Filter 20 of conv2_1")


def test_the_filters_are_those_of_the_layer_that_is_shown(visit):
    """By a click on a layer's name, and by the arrow keys of its switch."""
    page = visit()
    opened(page)
    learnt(page)
    panel = page.locator("#ecg-filters h3")
    expect(panel).to_have_text("Filters of conv1_1")
    page.get_by_text("conv2_1: 24 filters").click()
    expect(panel).to_have_text("Filters of conv2_1")
    expect(page.locator(".tap")).to_have_count(24)
    expect(page.locator("#ecg-filters .legend-line")).to_contain_text("of conv2_1: the 9 segments")
    page.locator("#ecg-layer-2").press("ArrowLeft")
    expect(panel).to_have_text("Filters of conv1_1")
    expect(page.locator(".tap")).to_have_count(16)


def test_an_answer_bears_the_name_of_its_trace_and_goes_with_it(visit, tmp_path):
    page = visit()
    opened(page)
    seeded(page, 2)
    learnt(page)
    expect(page.locator("#ecg-answer .outcome b")).to_have_text("Simulated, seed 2")
    path = tmp_path / "text.csv"
    path.write_text("0.1\nheart\n")
    own_file(page, path)
    # Of this file nothing is known yet, and nothing of another one is left.
    expect(page.locator("#ecg-answer .blank")).to_be_visible()
    expect(page.locator("#ecg-filters .panel")).to_have_count(0)
    page.locator("#ecg-start").click()
    expect(page.get_by_text("Line 2 holds “heart”")).to_be_visible()
    expect(page.locator("#ecg-answer .outcome")).to_have_count(0)


def test_three_beats_hardly_say_which_is_unusual(visit):
    page = visit()
    opened(page)
    page.locator("#ecg-source").get_by_text("Bundled").click()
    expect(page.locator("#ecg-seed")).to_be_hidden()
    learnt(page)
    note = page.locator("#ecg-answer .note").first
    expect(note).to_contain_text("its source is not stated")
    expect(note).to_contain_text("3 beats hardly say which is unusual")
    expect(page.locator(".trace .beat")).to_have_count(3)


def test_a_file_of_ones_own_and_one_with_text(visit, tmp_path):
    page = visit()
    opened(page)
    page.locator("#ecg-source").get_by_text("My CSV or EDF").click()
    page.locator("#ecg-start").click()
    expect(page.get_by_text("Choose a CSV or EDF file first")).to_be_visible()
    path = tmp_path / "text.csv"
    path.write_text("0.1\n0.2\nheart\n0.3\n")
    own_file(page, path)
    page.locator("#ecg-start").click()
    expect(page.get_by_text("Line 3 holds “heart” where a number should be")).to_be_visible()
    expect(page.locator("#ecg-filters .nine-over")).to_have_count(0)
    page.locator("#ecg-file").get_by_role("button", name="Clear").or_(
        page.locator("#ecg-file [aria-label*=Remove]")
    ).first.click()
    good = tmp_path / "heart.csv"
    signal, places, _ = simulate(2, seconds=12, ectopic=0)
    good.write_text("\n".join(f"{value:.4f}" for value in signal.samples))
    own_file(page, good)
    page.locator("#ecg-rate input").fill("250")
    learnt(page)
    expect(page.locator(".trace .beat")).to_have_count(len(places))
    # With times in the file nothing is to be said about its rate.
    timed = tmp_path / "timed.csv"
    timed.write_text("\n".join(f"{n / 250},{x:.4f}" for n, x in enumerate(signal.samples)))
    page.locator("#ecg-rate input").fill("0")
    page.locator("#ecg-file").get_by_role("button", name="Clear").click()
    own_file(page, timed)
    page.locator("#ecg-start").click()
    expect(page.locator("#ecg-answer .learning")).to_be_visible()
    expect(page.locator("#ecg-filters .nine-over")).to_be_visible(timeout=30_000)
    # Where another source is chosen, the file is left alone.
    page.locator("#ecg-source").get_by_text("Simulated").click()
    page.locator("#ecg-start").click()
    outcome = page.locator("#ecg-answer .outcome strong")
    expect(outcome).to_contain_text("ectopic beats stand out", timeout=20_000)
