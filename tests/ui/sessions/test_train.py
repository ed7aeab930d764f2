"""What a visitor asked for and no longer wants is not run when its turn comes."""

from types import SimpleNamespace

import pytest

from faceweb.ui.sessions.train import RunRequest, TrainingRun, TrainingRuns

ME, OTHER = SimpleNamespace(session_hash="me"), SimpleNamespace(session_hash="other")


class Resting:
    """A training that only notes whether it was stopped."""

    stopped = False

    def stop(self):
        self.stopped = True


@pytest.fixture
def runs():
    return TrainingRuns()


def test_a_press_is_run(runs):
    runs.ask(ME)
    assert not runs.begin(ME).void


def test_stop_voids_what_waits(runs):
    runs.ask(ME)
    runs.halt(ME)
    assert runs.begin(ME).void


def test_stop_voids_what_gets_ready(runs):
    runs.ask(ME)
    getting_ready = runs.begin(ME)
    runs.halt(ME)
    assert getting_ready.void


def test_a_second_press_voids_the_first_which_comes_first_in_the_queue(runs):
    runs.ask(ME)
    runs.ask(ME)
    assert runs.begin(ME).void
    assert not runs.begin(ME).void


def test_who_leaves_voids_what_gets_ready(runs):
    runs.ask(ME)
    getting_ready = runs.begin(ME)
    runs.remove(ME)
    assert getting_ready.void


def test_another_visitor_is_not_stopped_and_a_program_presses_nothing(runs):
    runs.ask(OTHER)
    runs.halt(ME)
    assert not runs.begin(OTHER).void
    assert not runs.begin(ME).void


def test_a_forgotten_gallery_takes_the_lessons_that_learnt_from_it(runs):
    mine = runs.put(ME, TrainingRun((Resting(),), None, "", "mine"))
    theirs = runs.put(OTHER, TrainingRun((Resting(),), None, "", "theirs"))
    runs.forget("mine")
    assert runs.of(ME) is None
    assert mine.erased
    assert mine.trainings[0].stopped
    assert runs.of(OTHER) is theirs
    assert not theirs.erased
    assert not theirs.trainings[0].stopped


def test_a_gallery_that_is_forgotten_while_it_is_read_is_told(runs):
    runs.ask(ME)
    mine, theirs, drawn = runs.begin(ME, "mine"), runs.begin(OTHER, "theirs"), RunRequest()
    runs.forget("mine")
    assert (mine.erased, theirs.erased, drawn.erased) == (True, False, False)
    assert not mine.void  # the run itself sees to what the page shows


def test_stop_tells_whether_there_was_anything_to_stop(runs):
    assert not runs.halt(ME)
    runs.ask(ME)
    assert not runs.halt(OTHER)
    assert runs.halt(ME)  # it waited
    runs.ask(ME)
    waited = runs.begin(ME)
    assert waited.void
    runs.end(waited)
    ready = runs.begin(ME)
    assert runs.halt(ME)  # it got ready
    runs.end(ready)
    assert not runs.halt(ME)
    run = runs.put(ME, TrainingRun((Resting(),), None, ""))
    assert not runs.halt(ME)  # it rests
    with run._lock:
        assert runs.halt(ME)


def test_who_has_no_lesson_and_waits_for_none_is_idle(runs):
    assert runs.idle(ME)
    runs.ask(ME)
    assert not runs.idle(ME)
    run = runs.begin(ME)
    assert not runs.idle(ME)
    runs.put(ME, TrainingRun((Resting(),), None, ""))
    runs.end(run)
    assert not runs.idle(ME)
    runs.drop(ME)
    assert runs.idle(ME)
