"""What a scraper reads at /metrics."""

import re
import threading
import time

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from prometheus_client.parser import text_string_to_metric_families

from faceweb.faces.verify import verify
from faceweb.serving.monitoring import REGISTRY
from faceweb.serving.passwords import hash_password
from faceweb.ui.boundary import handler
from faceweb.ui.tabs import verify as verify_tab
from tests.api.calls import example
from tests.conftest import KEY


def scraped(address: str) -> dict[str, float]:
    """Samples by name and labels, as they stand in the text."""
    text = httpx.get(f"{address.rstrip('/')}/metrics").text
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_handlers_are_counted_by_how_they_ended(served, client, monkeypatch):
    before = scraped(served)
    client.predict(example("collins"), example("hopper"), api_name="/verify")
    for _ in range(2):
        with pytest.raises(AppError, match="Add photo A first"):
            client.predict(None, None, api_name="/verify")
    monkeypatch.setattr(verify_tab, "verify", lambda *_: 1 / 0)
    with pytest.raises(AppError, match="Something went wrong"):
        client.predict(example("collins"), example("hopper"), api_name="/verify")
    after = scraped(served)
    counted = [
        after[name] - before.get(name, 0)
        for name in (
            "faceweb_requests_total verify.verify ok",
            "faceweb_requests_total verify.verify refused",
            "faceweb_requests_total verify.verify failed",
            "faceweb_request_seconds_count verify.verify",
        )
    ]
    assert counted == [1, 2, 1, 4]
    assert 50e6 < after["process_resident_memory_bytes"] < 20e9
    assert after["faceweb_ready"] == 1
    assert after["faceweb_painter_traces"] > 0


def test_a_stream_that_a_visitor_leaves_was_stopped():
    @handler
    def endless():
        while True:
            yield 1

    name = "faceweb_requests_total"
    labels = {"handler": "tests.serving.test_monitoring.endless", "outcome": "stopped"}
    stream = endless()
    next(stream)
    assert REGISTRY.get_sample_value(name, labels) is None
    stream.close()
    assert REGISTRY.get_sample_value(name, labels) == 1


def test_a_handler_that_another_calls_fails_for_both():
    @handler
    def inner():
        raise RuntimeError

    @handler
    def outer():
        inner()

    with pytest.raises(Exception, match="Something went wrong"):
        outer()
    labels = {"handler": "tests.serving.test_monitoring.outer", "outcome": "failed"}
    assert REGISTRY.get_sample_value("faceweb_requests_total", labels) == 1


def test_who_waits_is_shown_by_queue(served, monkeypatch):
    go = threading.Event()

    def slow(*arguments):
        go.wait(60)
        return verify(*arguments)

    monkeypatch.setattr(verify_tab, "verify", slow)
    jobs = [
        Client(served, verbose=False).submit(
            example("collins"), example("hopper"), api_name="/verify"
        )
        for _ in range(3)
    ]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = scraped(served)
        seen = [found.get(f"faceweb_queue_{kind} device") for kind in ("running", "waiting")]
        if seen == [1, 2]:
            break
        time.sleep(0.1)
    go.set()
    for job in jobs:
        job.result()
    assert seen == [1, 2]


def test_nothing_personal_is_a_label(served, client):
    client.predict(example("collins"), "Zebediah", KEY, api_name="/enroll")
    text = httpx.get(f"{served}metrics").text
    client.predict(KEY, api_name="/erase")
    assert "enroll.enroll" in text
    assert not re.search(rf"Zebediah|{KEY}|collins|127\.0\.0\.1", text)


@pytest.mark.parametrize(
    "headers", [{"X-Forwarded-For": "127.0.0.1"}, {"Host": "a-link.gradio.live"}, {"Via": "1.1 b"}]
)
def test_behind_a_login_only_this_machine_is_answered(serve, tmp_path, headers):
    logins = tmp_path / "logins"
    logins.write_text(hash_password("ada", "secret words"))
    address = serve(auth_file=str(logins))
    assert "faceweb_queue_waiting" in httpx.get(f"{address}/metrics").text
    answer = httpx.get(f"{address}/metrics", headers=headers)
    assert answer.status_code == 403
    assert "only answered to the machine of this page" in answer.text
    assert "faceweb_" not in answer.text


def test_an_open_page_answers_a_scraper_elsewhere(served):
    headers = {"Host": "faceweb.example", "X-Forwarded-For": "10.0.0.7"}
    assert "faceweb_ready" in httpx.get(f"{served}metrics", headers=headers).text
