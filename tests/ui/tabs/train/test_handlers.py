"""What the training tab does around a training."""

from types import SimpleNamespace

import pytest

from faceweb.config import TrainConfig
from faceweb.gallery.store import fingerprint
from faceweb.ui.sessions.train import TrainingRun, TrainingRuns
from faceweb.ui.tabs.train import handlers as train_handlers
from faceweb.ui.tabs.train.handlers import TrainTab, nothing
from tests.conftest import KEY

ME = SimpleNamespace(session_hash="me")


class OneStep:
    """A training that is over after one step."""

    def __init__(self, *_):
        self.stopped = False

    def prolong(self):
        pass

    def advance(self):
        return False

    def report(self):
        return SimpleNamespace(collapse="")

    def rest(self):
        pass

    def stop(self):
        self.stopped = True


@pytest.fixture
def runs():
    return TrainingRuns()


@pytest.fixture
def handlers(runs, monkeypatch):
    monkeypatch.setattr(train_handlers, "Training", OneStep)
    engine = SimpleNamespace(learner=lambda _: None)
    return TrainTab(SimpleNamespace(runs=runs, ready=lambda: engine))


def test_a_gallery_that_is_erased_while_it_is_read_is_not_learnt_from(handlers, runs, monkeypatch):
    def read(*_):
        runs.forget(fingerprint(KEY))
        return SimpleNamespace(learnt=None, watched=None), ""

    monkeypatch.setattr(TrainTab, "_people", read)
    *_, last = handlers._begin("gallery", [TrainConfig()], None, KEY, ME)
    assert last == nothing()
    assert runs.idle(ME)


@pytest.fixture
def said(monkeypatch):
    """Titles of the messages that the page showed."""
    titles = []
    monkeypatch.setattr(train_handlers.gr, "Info", lambda _, title, **__: titles.append(title))
    return titles


def test_stop_and_reset_say_that_there_was_nothing(handlers, said):
    handlers.stop(ME)
    assert handlers.reset(ME) == nothing()
    assert said == ["Nothing to stop", "Nothing to reset"]


def test_stop_and_reset_say_nothing_where_something_is_seen_to_happen(handlers, runs, said):
    handlers.ask(ME)
    handlers.stop(ME)
    runs.put(ME, TrainingRun((OneStep(),), None, ""))
    assert handlers.reset(ME) == nothing()
    assert runs.of(ME) is None
    assert said == []


def test_a_page_shows_nothing_of_a_training_that_went_with_its_gallery(handlers, runs):
    runs.put(ME, TrainingRun((OneStep(),), None, "", "mine"))
    assert handlers.check(ME) != nothing()
    runs.forget("mine")
    assert handlers.check(ME) == nothing()
    handlers.ask(ME)
    assert handlers.check(ME) != nothing()  # the next one waits, and the page says so
