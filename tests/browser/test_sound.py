"""The sound's page in a real browser: one click restyles, and the result can be played."""

import gc
import io
import re
import time
import wave
import weakref

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from faceweb.media.audio import write_sound
from faceweb.signals.samples import melody
from faceweb.style.model import StyleModel
from faceweb.types import Signal
from faceweb.ui.sessions.style import StyleRun
from tests.browser.pages import SIZES, shots, tab

pytestmark = pytest.mark.browser


def opened(page: Page, steps: int | None = None) -> None:
    tab(page, "1-D and 3-D")
    page.get_by_role("tab", name="Sound", exact=True).click()
    if steps is not None:
        advanced = page.get_by_role("button", name="Advanced").and_(page.locator(":visible"))
        advanced.click()
        box = page.locator("#sound-steps input[type=number]")
        box.fill(str(steps))
        box.press("Enter")
        advanced.click()


def example(page: Page, name: str) -> None:
    page.locator("#sound-cards").get_by_role("button", name=name).click()
    expect(page.locator("#sound-live .result")).to_be_visible(timeout=30_000)


def steps(page: Page) -> int:
    text = page.locator("#sound-live .note").first.inner_text()
    return int(re.match(r"Step (\d+) of", text)[1])


def wait_until(page: Page, true, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        page.wait_for_timeout(100)


def heard(page: Page) -> np.ndarray:
    """The result's samples, as a visitor downloads them."""
    expect(page.locator("#sound-result audio, #sound-result a[download]").first).to_be_attached()
    with page.expect_download() as download:
        page.locator("#sound-result a[download]").click()
    with wave.open(io.BytesIO(download.value.path().read_bytes())) as file:
        assert file.getframerate() == 22_050
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def running(thing: object) -> bool:
    return type(thing) is StyleRun and thing.what == "sound" and thing.running


def gained(page: Page) -> list[str]:
    return page.locator("#sound-live .gained dd").all_inner_texts()


def test_a_melody_becomes_a_drum_loop_by_one_click(visit, screens):
    page = visit()
    opened(page, 50)
    example(page, "melody as drum loop")
    expect(page.locator("#sound-hung")).to_be_visible(timeout=60_000)
    times, costs, correlation = gained(page)
    assert float(times.split()[0]) > 2
    before, after = map(float, costs.split(" → "))
    assert after < before / 2
    assert 0.2 < float(correlation) < 0.95
    expect(page.locator("#sound-live .spectrogram figcaption")).to_have_text(
        ["Content", "Style", "Result"]
    )
    samples = heard(page)
    assert len(samples) == len(melody().samples)
    assert np.abs(samples).max() > 1000
    expect(page.locator("#sound-result")).to_contain_text("0:05")
    shots(page, screens, "sound")


def test_a_sound_stops_obeys_and_goes_on(visit):
    page = visit(*SIZES["phone"])
    opened(page)
    example(page, "drum loop as bell")
    wait_until(page, lambda: steps(page) >= 5)
    box = page.locator("#sound-beta input[type=number]")
    box.fill("0")
    box.press("Enter")
    expect(page.locator("#sound-live .formula")).to_contain_text(re.compile(r"\+ 0 × "))
    page.locator("#sound-stop").click()
    expect(page.locator("#sound-hung")).to_be_visible()
    done = steps(page)
    assert done < 100
    page.wait_for_timeout(1000)
    assert steps(page) == done
    page.locator("#sound-continue").click()
    expect(page.locator("#sound-hung")).to_be_hidden()
    wait_until(page, lambda: steps(page) >= done + 5)
    page.locator("#sound-stop").click()
    expect(page.locator("#sound-hung")).to_be_visible()


def test_a_texture_has_no_content(visit):
    page = visit()
    opened(page, 20)
    example(page, "more birds")
    expect(page.locator("#sound-hung")).to_be_visible(timeout=60_000)
    expect(page.locator("#sound-content")).to_be_hidden()
    expect(page.locator("#sound-alpha")).to_be_hidden()
    expect(page.locator("#sound-live .spectrogram figcaption")).to_have_text(["Style", "Texture"])
    # Nothing weighs a texture's only cost.
    expect(page.locator("#sound-beta")).to_be_hidden()
    expect(page.locator("#sound-start")).to_have_text("Grow a texture")
    expect(page.locator("#sound-live .lead")).to_have_text("more birds")
    assert len(gained(page)) == 2
    assert len(heard(page)) == 5 * 22_050


def test_a_silent_sound_is_one_sentence(visit, tmp_path):
    page = visit()
    opened(page)
    page.locator("#sound-start").click()
    expect(page.get_by_text("Add a style first: upload or record a sound")).to_be_visible()
    page.locator("#sound-continue").click()
    expect(page.get_by_text("There is no sound to go on with")).to_be_visible()
    page.locator("#sound-stop").click()
    expect(page.get_by_text("No sound is being made, so there is nothing to stop")).to_be_visible()
    expect(page.get_by_text("Upload or record 0.5 to 30 s")).to_be_visible()
    path = tmp_path / "silence.wav"
    path.write_bytes(write_sound(Signal(np.zeros(22_050, np.float32), 22_050)))
    page.locator("#sound-content input[type=file]").set_input_files(path)
    page.locator("#sound-styles").get_by_role("button", name="rain").click()
    expect(page.locator("#sound-style")).to_contain_text("0:05")
    expect(page.locator("#sound-content")).to_contain_text("0:01")
    page.locator("#sound-start").click()
    expect(page.get_by_text("This sound is silent: record it again")).to_be_visible()
    expect(page.locator("#sound-hung")).to_be_hidden()


def test_a_sound_of_ones_own_ends_an_examples_outline_and_its_answer(visit, tmp_path):
    page = visit()
    opened(page, 20)
    example(page, "drum loop as bell")
    expect(page.locator("#sound-hung")).to_be_visible(timeout=60_000)
    expect(page.locator("#sound-live .lead")).to_have_text("drum loop as bell")
    expect(page.locator("#sound-cards .chosen")).to_have_count(1)
    page.locator(
        "#sound-style button[aria-label*=Clear], #sound-style [aria-label*=Remove]"
    ).first.click()
    expect(page.locator("#sound-cards .chosen")).to_have_count(0)
    expect(page.locator("#sound-hung")).to_be_hidden()
    expect(page.locator("#sound-live .result")).to_have_count(0)
    path = tmp_path / "mine.wav"
    path.write_bytes(write_sound(melody()))
    page.locator("#sound-style input[type=file]").set_input_files(path)
    expect(page.locator("#sound-style")).to_contain_text("0:05")
    page.locator("#sound-start").click()
    expect(page.locator("#sound-live .lead")).to_have_text("drum loop as mine", timeout=30_000)


def test_who_leaves_frees_the_device_and_is_forgotten(visit, monkeypatch):
    made, step = [], StyleModel.step

    def counted(*arguments):
        made.append(time.monotonic())
        return step(*arguments)

    monkeypatch.setattr(StyleModel, "step", counted)
    page = visit()
    opened(page)
    example(page, "birds as rain")
    (kept,) = [weakref.ref(each) for each in gc.get_objects() if running(each)]
    page.close()
    left = time.monotonic()
    time.sleep(3)
    assert made
    assert made[-1] < left + 1
    gc.collect()
    assert kept() is None
