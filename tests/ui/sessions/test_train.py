"""What a visitor asked for and no longer wants is not run when its turn comes."""

from types import SimpleNamespace

import pytest

from faceweb.ui.sessions.train import Lesson, Lessons, Press

ME, OTHER = SimpleNamespace(session_hash="me"), SimpleNamespace(session_hash="other")


class Resting:
    """A training that only notes whether it was stopped."""

    stopped = False

    def stop(self):
        self.stopped = True


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


def test_a_forgotten_gallery_takes_the_lessons_that_learnt_from_it(lessons):
    mine = lessons.put(ME, Lesson((Resting(),), None, "", "mine"))
    theirs = lessons.put(OTHER, Lesson((Resting(),), None, "", "theirs"))
    lessons.forget("mine")
    assert lessons.of(ME) is None
    assert mine.erased
    assert mine.trainings[0].stopped
    assert lessons.of(OTHER) is theirs
    assert not theirs.erased
    assert not theirs.trainings[0].stopped


def test_a_gallery_that_is_forgotten_while_it_is_read_is_told(lessons):
    lessons.press(ME)
    mine, theirs, drawn = lessons.begin(ME, "mine"), lessons.begin(OTHER, "theirs"), Press()
    lessons.forget("mine")
    assert (mine.erased, theirs.erased, drawn.erased) == (True, False, False)
    assert not mine.void  # the run itself sees to what the page shows


def test_stop_tells_whether_there_was_anything_to_stop(lessons):
    assert not lessons.halt(ME)
    lessons.press(ME)
    assert not lessons.halt(OTHER)
    assert lessons.halt(ME)  # it waited
    lessons.press(ME)
    waited = lessons.begin(ME)
    assert waited.void
    lessons.end(waited)
    ready = lessons.begin(ME)
    assert lessons.halt(ME)  # it got ready
    lessons.end(ready)
    assert not lessons.halt(ME)
    lesson = lessons.put(ME, Lesson((Resting(),), None, ""))
    assert not lessons.halt(ME)  # it rests
    with lesson._turn:
        assert lessons.halt(ME)


def test_who_has_no_lesson_and_waits_for_none_is_idle(lessons):
    assert lessons.idle(ME)
    lessons.press(ME)
    assert not lessons.idle(ME)
    run = lessons.begin(ME)
    assert not lessons.idle(ME)
    lessons.put(ME, Lesson((Resting(),), None, ""))
    lessons.end(run)
    assert not lessons.idle(ME)
    lessons.drop(ME)
    assert lessons.idle(ME)
