"""SIGTERM to a real process: who is served reads why it ended, and what was committed stays."""

import threading
import time

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from faceweb.gallery.database import sqlite_url
from faceweb.gallery.store import Galleries
from faceweb.serving import shutdown
from tests.api.calls import example
from tests.conftest import KEY


@pytest.mark.slow
def test_running_work_is_told_and_committed_work_stays(start, tmp_path):
    page = start()
    page.ready()
    client, other = (Client(page.address, verbose=False) for _ in range(2))
    client.predict(example("collins"), "Eileen", KEY, api_name="/enroll")
    painting = client.submit(
        example("chelsea"), example("hopper"), size=512, steps=500, api_name="/stylize"
    )
    training = other.submit("avatars", steps=5000, api_name="/train")
    deadline = time.monotonic() + 60
    while not (painting.outputs() and len(training.outputs()) > 1):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    began = time.monotonic()
    assert page.terminate() == 0
    assert time.monotonic() - began < 15
    for job in (painting, training):
        with pytest.raises(AppError, match="This page is being restarted, so this was stopped"):
            job.result(timeout=10)
    assert [photo.person for photo in Galleries(sqlite_url(tmp_path), 10).photos(KEY)] == ["Eileen"]
    assert "stopping, 2 calls are under way" in page.log.read_text()
    assert "Traceback" not in page.log.read_text()


def test_a_page_that_was_told_while_it_opened_closes_at_once(monkeypatch):
    """What the first signal raised may have been swallowed by whatever ran just then."""
    monkeypatch.setattr(shutdown, "_told", threading.Event())
    monkeypatch.setattr(shutdown.signal, "signal", lambda *_: None)
    told = threading.Event()
    told.set()
    with gr.Blocks() as page, pytest.raises(SystemExit, match="0"):
        shutdown.wait_and_close(page, told)
