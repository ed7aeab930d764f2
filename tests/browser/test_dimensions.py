"""The tab of one and three dimensions, in a real browser: the presets, a slider, the window."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import shots, tab

pytestmark = pytest.mark.browser


def opened(page: Page) -> None:
    tab(page, "1-D and 3-D")
    expect(page.locator("#dimensions-stage canvas")).to_be_visible()


def preset(page: Page, rank: int) -> None:
    page.locator(f"#dimensions-preset-{rank}").click()
    expect(page.locator(".ranks .now th")).to_contain_text(str(rank))
    shown = " × ".join(["10"] * rank)
    expect(page.locator("#dimensions-stage canvas")).to_have_attribute(
        "aria-label", re.compile(f"output of {shown}$")
    )


def scrub(page: Page, cell: int) -> None:
    page.locator("[data-do=scrub]").fill(str(cell))


def still(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")


def sum_of(page: Page):
    return page.locator("#dimensions-stage .sum")


def products(page: Page) -> float:
    """The numbers under the window times the filter's, added up."""
    cells = page.locator(".products .grid span").all_inner_texts()
    pairs = [cell.replace("−", "-").split("×") for cell in cells]
    return sum(float(value) * float(weight) for value, weight in pairs)


def told(page: Page) -> float:
    return float(sum_of(page).locator("b").inner_text().replace("−", "-"))


def typed(page: Page, name: str, value: str) -> None:
    page.locator(f"#dimensions-{name} input[type=number]").fill(value)


def test_the_three_examples(visit, screens):
    page = visit()
    opened(page)
    shapes = page.locator(".shapes strong")
    channels = page.locator(".shapes span")
    named = ((1, "signal", "6", "50"), (3, "volume", "2,016", "2,000,000"))
    for rank, name, parameters, multiplies in named:
        preset(page, rank)
        expect(shapes).to_have_text([" × ".join([n] * rank) for n in ("14", "10")])
        worked = page.locator(".workings dd b")
        expect(worked).to_have_text(["10", parameters, multiplies])
        scrub(page, 6 if rank == 1 else 444)
        shots(page, screens, f"dimensions_{name}")
    expect(channels).to_have_text(["× 1 channel", "× 16 channels"])
    preset(page, 2)
    expect(shapes).to_have_text(["14 × 14", "10 × 10"])
    expect(page.locator(".workings dd").first).to_have_text(
        "⌊(14 + 0 − (1 · (5 − 1) + 1)) / 1⌋ + 1 = 10"
    )
    expect(page.locator(".ranks tr.now td")).to_have_text(["10 × 10 × 16", "416", "40,000"])
    scrub(page, 47)
    shots(page, screens, "dimensions")


def test_a_slider_changes_the_answer_while_it_moves(visit):
    page = visit()
    opened(page)
    page.locator("#dimensions-stride input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    # (14 - 5) / 2 rounded down, and 1.
    expect(page.locator(".shapes strong").last).to_have_text("5 × 5")
    page.locator("#dimensions-padding").get_by_text("same").click()
    # 14 / 2 = 7; the last window begins at 12 and ends at 16, so 3 zeros are put around.
    expect(page.locator(".shapes strong").last).to_have_text("7 × 7")
    expect(page.locator(".aside")).to_have_text("p = 3: 1 before and 2 after")
    expect(page.locator("#dimensions-stage output")).to_contain_text("of 49")


def test_a_setting_that_cannot_be_is_one_sentence_in_place(visit):
    page = visit()
    opened(page)
    slider = page.locator("#dimensions-filter input[type=range]")
    slider.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#dimensions-answer")).to_have_text(
        "A filter that covers 17 positions has no room on 14: make it smaller, the input larger, "
        "or pad it (same)."
    )
    expect(page.locator("#dimensions-stage canvas")).to_have_count(0)
    expect(page.locator(".toast-body")).to_have_count(0)
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".shapes strong").last).to_have_text("10 × 10")
    expect(page.locator("#dimensions-stage output")).to_contain_text("of 100")


@pytest.mark.parametrize(("text", "size"), [("9999", "512 × 512"), ("600", "512 × 512")])
def test_a_typed_number_is_kept_in_its_range(visit, text, size):
    page = visit()
    opened(page)
    typed(page, "size", text)
    expect(page.locator(".shapes strong").first).to_have_text(size)
    # What was typed and what is taken for it, is said.
    kept = page.locator("#dimensions-kept")
    expect(kept).to_have_text(f"Size n goes from 1 to 512, not to {text}: 512 it is.")
    typed(page, "size", "100")
    expect(kept).to_have_text("")
    typed(page, "size", text)
    # What is drawn is smaller, and that is said.
    expect(page.locator("#dimensions-stage .note")).to_contain_text("Drawn is 24 × 24, the largest")
    expect(page.locator(".toast-body")).to_have_count(0)


def test_playing_fills_the_output_with_the_very_numbers(visit):
    """The last five samples are 9 -8 -23 -44 -52. Taps -1 -1 0 1 1: -9 + 8 - 44 - 52 = -97.

    Their average is -118 / 5 = -23.6.
    """
    page = visit()
    opened(page)
    preset(page, 1)
    done = page.locator("#dimensions-stage output")
    # It plays by itself, and says so.
    expect(page.locator("[data-do=play]")).to_have_attribute("aria-label", "Pause")
    page.locator("[data-do=speed]").fill("3")
    expect(done).to_have_text("10 of 10")
    expect(page.locator("[data-do=play]")).to_have_attribute("aria-label", "Play")
    expect(sum_of(page)).to_have_text(
        "cell (10) = 9·(−1) + (−8)·(−1) + (−23)·0 + (−44)·1 + (−52)·1 = −97"
    )
    expect(page.locator(".products b")).to_have_text(["9", "−8", "−23", "−44", "−52"])
    page.locator("#dimensions-kernel").get_by_text("Average").click()
    expect(sum_of(page)).to_contain_text("·0.2")
    expect(done).to_have_text("10 of 10")
    expect(sum_of(page).locator("b")).to_have_text("−23.6")


def test_zeros_and_strides_and_taps_apart(visit):
    """Same, stride 2: one zero before, two after, so 0 + 51 + 0 - 52 - 51 and 23 + 44 + 0 + 0 + 0.

    Dilation 2 takes every second sample: 51 + 52 + 0 + 98 + 121.
    """
    page = visit()
    still(page)
    opened(page)
    preset(page, 1)
    typed(page, "stride", "2")
    page.locator("#dimensions-padding").get_by_text("same").click()
    expect(sum_of(page)).to_have_text(
        "cell (1) = 0·(−1) + (−51)·(−1) + (−52)·0 + (−52)·1 + (−51)·1 = −52"
    )
    expect(page.locator(".products .padding")).to_have_count(1)
    scrub(page, 7)
    expect(sum_of(page)).to_have_text(
        "cell (7) = (−23)·(−1) + (−44)·(−1) + (−52)·0 + 0·1 + 0·1 = 67"
    )
    preset(page, 1)
    typed(page, "dilation", "2")
    expect(sum_of(page)).to_have_text(
        "cell (1) = (−51)·(−1) + (−52)·(−1) + (−70)·0 + 98·1 + 121·1 = 322"
    )


@pytest.mark.parametrize("rank", [2, 3])
@pytest.mark.parametrize("settings", [{"stride": "3"}, {"dilation": "2"}])
def test_the_products_shown_add_up_to_the_cell(visit, rank, settings):
    page = visit()
    still(page)
    opened(page)
    preset(page, rank)
    page.locator("#dimensions-padding").get_by_text("same").click()
    typed(page, "filter", "4")
    for name, value in settings.items():
        typed(page, name, value)
    # 14 / 3 rounded up, or 14.
    count = (5 if "stride" in settings else 14) ** rank
    page.locator("#dimensions-kernel").get_by_text("Random").click()
    expect(page.locator("#dimensions-seed")).to_be_visible()
    expect(page.locator("#dimensions-stage output")).to_have_text(f"1 of {count:,}")
    expect(page.locator(".products .grid span")).to_have_count(4**rank)
    for cell in (1, count // 2 + 1, count):
        scrub(page, cell)
        expect(page.locator("#dimensions-stage output")).to_have_text(f"{cell:,} of {count:,}")
        assert products(page) == told(page)


def test_by_keys_alone_and_without_motion(visit):
    page = visit()
    still(page)
    opened(page)
    preset(page, 1)
    done = page.locator("#dimensions-stage output")
    page.wait_for_timeout(1500)
    expect(done).to_have_text("1 of 10")
    page.locator("[data-do=on]").press("Enter")
    expect(done).to_have_text("2 of 10")
    page.locator("[data-do=scrub]").press("End")
    expect(done).to_have_text("10 of 10")
    page.locator("[data-do=back]").press("Space")
    expect(done).to_have_text("9 of 10")
    expect(sum_of(page)).to_have_text(
        "cell (9) = 121·(−1) + 9·(−1) + (−8)·0 + (−23)·1 + (−44)·1 = −197"
    )
    page.locator("[data-do=play]").press("Enter")
    expect(done).to_have_text("10 of 10")


def test_what_the_pointer_is_on_is_what_is_told(visit):
    page = visit()
    still(page)
    opened(page)
    preset(page, 2)
    scrub(page, 100)
    canvas = page.locator("#dimensions-stage canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    expect(sum_of(page)).to_contain_text("cell (10, 10) = the sum of 25 products = ")
    # The output stands on the right, as high as the middle of the input.
    page.mouse.move(box["x"] + 0.73 * box["width"], box["y"] + 0.5 * box["height"])
    expect(sum_of(page)).to_have_text(re.compile(r"^cell \([5-6], [3-8]\) = the sum of 25"))
    assert products(page) == told(page)
    page.mouse.move(0, 0)
    expect(sum_of(page)).to_contain_text("cell (10, 10)")


def test_nothing_is_asked_for_once_all_has_settled(visit):
    page, asked = visit(), []
    opened(page)
    slider = page.locator("#dimensions-size input[type=range]")
    slider.focus()
    for _ in range(15):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".shapes strong").first).to_have_text("29 × 29")
    page.wait_for_timeout(500)
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2000)
    assert asked == []
