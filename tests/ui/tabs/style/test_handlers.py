"""What the style tab promises beside painting: nothing is lost, kept or left running."""

import errno
import gc
import time
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

from faceweb.config import StyleConfig
from faceweb.errors import PictureError
from faceweb.style.image import estimate_seconds
from faceweb.style.recipe import Recipe
from faceweb.types import StyleLosses
from faceweb.ui import components
from faceweb.ui.sessions import base
from faceweb.ui.sessions import style as style_session
from faceweb.ui.stream_panel import stream_run
from faceweb.ui.views import style as style_view
from faceweb.ui.views.render import duration

CONFIG = StyleConfig(size=128, steps=10)
NUMBERS = StyleLosses(1.0, 1.0, 1.0, 1.0)


class Two:
    """A transfer of two steps, with a size each."""

    config = CONFIG

    def run(self, controls, recipe):
        for done in (1, 2):
            yield SimpleNamespace(losses=NUMBERS, shape=(done, done), step=done)


def make_run():
    return style_session.StyleRun(Two())


def visitor(name):
    return SimpleNamespace(session_hash=name)


def test_a_full_disk_leaves_the_painting_and_says_so(monkeypatch):
    said = []

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(components, "save_for_download", full)
    monkeypatch.setattr(components.gr, "Warning", lambda text, **_: said.append(text))
    assert components.offer_download(b"png", "a.png", "the painting stays here") is None
    assert said == [
        "The server's disk is full, so there is no file to download: the painting stays here."
    ]


def test_a_mask_of_another_shape_is_said_to_be_stretched():
    content, style = np.zeros((60, 80, 3), np.uint8), np.arange(192, dtype=np.uint8)
    style = style.reshape(8, 8, 3)
    assert style_view.about_pictures(np.zeros((60, 80, 3), np.uint8), content, style) == ""
    assert style_view.about_pictures(None, content, style) == ""
    said = style_view.about_pictures(np.zeros((10, 20, 3), np.uint8), content, style)
    assert said == "The mask is 20 x 10: it was stretched over the content, 80 x 60. "


def test_a_style_of_one_colour_is_said_to_be_one():
    content = np.zeros((60, 80, 3), np.uint8)
    red = np.zeros((64, 64, 3), np.uint8) + np.uint8((200, 30, 20))
    assert "of one colour" in style_view.about_pictures(None, content, red)


def test_a_new_painting_stops_the_visitors_old_one_and_nobody_elses():
    kept, one, two, new = style_session.StyleRuns(), make_run(), make_run(), make_run()
    kept.put(visitor("a"), one)
    kept.put(visitor("b"), two)
    kept.put(visitor("a"), new)
    assert one.stopped
    assert not two.stopped
    assert kept.of(visitor("a")) is new


def test_who_left_without_a_word_is_forgotten(monkeypatch):
    monkeypatch.setattr(base, "KEPT_SECONDS", 0.3)
    kept, one = style_session.StyleRuns(), make_run()
    kept.put(visitor("a"), one)
    one.seconds = 12.0
    end = time.monotonic() + 5
    while kept.of(visitor("a")) is not None and time.monotonic() < end:
        time.sleep(0.02)
    assert kept.of(visitor("a")) is None
    assert time.monotonic() - one.used >= 0.3
    assert one.stopped
    with pytest.raises(PictureError, match="no painting to go on with"):
        kept.require(visitor("a"))


def test_who_leaves_takes_their_pictures_along():
    kept = style_session.StyleRuns()
    held = weakref.ref(kept.put(visitor("a"), make_run()))
    kept.remove(visitor("a"))
    gc.collect()
    assert held() is None


def test_who_left_before_the_first_step_gets_no_painting():
    kept, late = style_session.StyleRuns(), make_run()
    kept.remove(visitor("a"))
    kept.put(visitor("a"), late)
    assert late.stopped
    assert kept.of(visitor("a")) is None


def stream(runs, run, name="a"):
    """Numbers of the steps that are shown, after what is shown while waiting; -1 at the end."""
    shows = lambda _, step: (step.step,), lambda *_: (-1,)
    return stream_run(runs, run, visitor(name), (0,), *shows)


def test_a_painting_is_painted_once_at_a_time(monkeypatch):
    monkeypatch.setattr(style_session, "PATIENCE", 0.01)
    runs, one = style_session.StyleRuns(), make_run()
    steps = stream(runs, one)
    assert [next(steps), next(steps)] == [(0,), (1,)]
    assert one.running
    with pytest.raises(PictureError, match="under way"):
        list(stream(runs, one))
    steps.close()
    assert not one.running
    assert list(stream(runs, one)) == [(0,), (1,), (2,)]


def test_a_run_keeps_its_history_its_stages_and_its_seconds():
    runs, one = style_session.StyleRuns(), make_run()
    runs.put(visitor("a"), one)
    assert list(stream(runs, one)) == [(0,), (1,), (2,), (-1,)]
    assert [step for step, _ in one.history] == [1, 2]
    assert [step.step for step in one.stages] == [1]
    assert one.last.step == 2
    before = one.seconds
    assert before > 0
    list(stream(runs, one))
    assert one.seconds > before


def test_a_stop_before_the_first_step_is_obeyed_after_it_and_no_longer():
    runs, one = style_session.StyleRuns(), make_run()
    runs.put(visitor("a"), one)
    one.stop()
    assert list(stream(runs, one)) == [(0,), (1,), (-1,)]
    assert list(stream(runs, one)) == [(0,), (1,), (2,), (-1,)]


def test_a_stop_meanwhile_ends_it_after_a_step_and_shows_the_result():
    runs, one = style_session.StyleRuns(), make_run()
    runs.put(visitor("a"), one)
    steps = stream(runs, one)
    assert [next(steps), next(steps)] == [(0,), (1,)]
    one.stop()
    assert list(steps) == [(-1,)]
    assert not one.running


def test_a_recipe_says_what_the_sliders_said_at_a_step():
    recipe = Recipe(CONFIG, "perceptual", "", 30, ((5, {"beta": 2.0}), (20, {"beta": 9.0})))
    assert [recipe.at(done).beta for done in (4, 5, 19, 20)] == [CONFIG.beta, 2.0, 2.0, 9.0]


def test_the_expected_seconds_are_those_of_all_sizes():
    """128 x 96 alone: the next smaller size would be below 96 a side."""
    assert estimate_seconds((300, 400, 3), CONFIG, 1e-5) == pytest.approx(128 * 96 * 10 * 1e-5)


def test_without_a_finite_cost_there_is_no_curve():
    assert style_view.curves([]) == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (17.4, "17 s"), (119, "119 s"), (300, "5 minutes")]
)
def test_durations(seconds, words):
    assert duration(seconds) == words
