"""What a visitor asked for and no longer wants is not run when its turn comes."""

from types import SimpleNamespace

import pytest

from faceweb.ui.lessons import Lessons

ME, OTHER = SimpleNamespace(session_hash="me"), SimpleNamespace(session_hash="other")


@pytest.fixture
def lessons():
    return Lessons()


def test_a_press_is_run(lessons):
    lessons.press(ME)
    assert not lessons.begin(ME).void


def test_stop_voids_what_waits(lessons):
    lessons.press(ME)
    lessons.halt(ME)
    assert lessons.begin(ME).void


def test_stop_voids_what_gets_ready(lessons):
    lessons.press(ME)
    getting_ready = lessons.begin(ME)
    lessons.halt(ME)
    assert getting_ready.void


def test_a_second_press_voids_the_first_which_comes_first_in_the_queue(lessons):
    lessons.press(ME)
    lessons.press(ME)
    assert lessons.begin(ME).void
    assert not lessons.begin(ME).void


def test_who_leaves_voids_what_gets_ready(lessons):
    lessons.press(ME)
    getting_ready = lessons.begin(ME)
    lessons.remove(ME)
    assert getting_ready.void


def test_another_visitor_is_not_stopped_and_a_program_presses_nothing(lessons):
    lessons.press(OTHER)
    lessons.halt(ME)
    assert not lessons.begin(OTHER).void
    assert not lessons.begin(ME).void
