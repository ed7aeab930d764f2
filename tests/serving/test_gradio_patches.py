"""What is remembered of who came and went."""

import importlib
import inspect
import re
import time
from types import SimpleNamespace

import gradio
import httpx
import pytest
from gradio import Slider
from gradio.state_holder import SessionState

from app import launch
from faceweb.config import Settings
from faceweb.faces.calibration import load_calibration
from faceweb.serving.gradio_patches import (
    LAUNCH_OPTIONS,
    MOST_VISITS,
    PRIVATE,
    SEEN,
    Sessions,
    find_queue,
    read_event_data,
    read_queues,
)
from faceweb.ui.boundary import Services
from faceweb.ui.build import build_app
from tests.loops import ran

FILE = "faceweb/serving/gradio_patches.py"
PLAN = {"rank": 1, "size": 8, "filter": 3}


def test_programs_that_call_leave_no_session_behind(cold, galleries):
    services = Services(cold, galleries, load_calibration())
    page = build_app(services)
    _, address, _ = launch(page, Settings(port=0), services)
    try:
        for _ in range(3):
            call = f"{address.rstrip('/')}/gradio_api/call"
            event = httpx.post(f"{call}/v2/dimensions", json=PLAN).json()["event_id"]
            answer = httpx.get(f"{call}/dimensions/{event}")
            assert re.search(r"event: complete\ndata: .*\"output_shape\": \[6, ", answer.text)
        sessions = page.state_holder.session_data
        for _ in range(100):
            if not sessions:
                break
            time.sleep(0.02)  # the last one goes just after its answer was read
        assert not list(sessions)
        assert page.state_holder.capacity == MOST_VISITS, Sessions
    finally:
        page.close(verbose=False)


def test_a_session_begins_as_gradio_begins_it_and_writes_into_its_own(cold, galleries):
    page = build_app(Services(cold, galleries, load_calibration()))
    plain = SessionState(page)
    sessions = Sessions(page)
    one, other = sessions["one"], sessions["other"]
    assert vars(one).keys() == vars(plain).keys()
    assert one.config_values == plain.config_values
    number = next(n for n, config in plain.config_values.items() if config["type"] == "slider")
    one._update_value_in_config(number, 7)
    assert one.config_values[number]["props"]["value"] == 7
    one[number] = Slider(1, 2, label="mine")
    assert one[number].label == "mine"
    counter = next(n for n, block in page.blocks.items() if block.stateful)
    one[counter] = "changed"
    for session in (other, sessions["third"]):
        assert session.config_values == plain.config_values
        assert session[number] is page.blocks[number]
        assert session[counter] != "changed"
    assert sessions["one"] is one


def lacks(name: str) -> str:
    """What is said of a part of Gradio that is no more."""
    return (
        f"Gradio {gradio.__version__} has no {name} any more, which {FILE} uses (it was written "
        f"for {SEEN}): look in Gradio's source for what took its place, and change that file."
    )


@pytest.mark.parametrize("name", PRIVATE)
def test_gradio_still_has_what_is_reached_into(name):
    parts = name.split(".")
    size = next(n for n in range(len(parts) - 1, 0, -1) if _is_module(".".join(parts[:n])))
    found: object = importlib.import_module(".".join(parts[:size]))
    for part in parts[size:]:
        assert hasattr(found, part), f"{lacks(name)} Without it {PRIVATE[name]}."
        found = getattr(found, part)


def _is_module(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def test_gradio_still_downloads_by_the_function_that_is_replaced():
    name = "async_ssrf_protected_get"
    uses = inspect.getsource(gradio.processing_utils).count(f"await {name}(")
    assert uses, lacks(f"gradio.processing_utils call of {name}")


def test_sessions_still_hold_what_is_copied():
    page = gradio.Blocks()
    session = vars(gradio.state_holder.SessionState(page))
    for name in ("blocks_config", "config_values", "state_data", "_state_ttl"):
        assert name in session, lacks(f"gradio.state_holder.SessionState.{name}")
    holder = vars(gradio.state_holder.StateHolder())
    for name in ("session_data", "time_last_used", "capacity"):
        assert name in holder, lacks(f"gradio.state_holder.StateHolder.{name}")


def test_launching_still_takes_what_is_asked():
    known = inspect.signature(gradio.Blocks.launch).parameters
    for name in LAUNCH_OPTIONS:
        assert name in known, lacks(f"gradio.Blocks.launch({name}=...)")


def test_queues_are_read_as_gradio_keeps_them():
    """Two calls wait and one runs in the queue "device"; a lone handler's is named by a number."""
    with gradio.Blocks() as page:
        button = gradio.Button()
        button.click(len, button, concurrency_id="device", api_name="measure")
        button.click(str, button, api_name="write")
    queue = getattr(page, "_queue", None)
    assert hasattr(queue, "event_queue_per_concurrency_id"), lacks("gradio.Blocks._queue")
    for fn in page.fns.values():
        queue.create_event_queue_for_fn(fn)
    assert find_queue(page, "measure", None) == "device", lacks("gradio.Blocks.fns")
    (number,) = (number for number, fn in page.fns.items() if fn.api_name == "measure")
    assert find_queue(page, None, str(number)) == find_queue(page, None, number) == "device"
    assert find_queue(page, "write", None).isdecimal()
    assert find_queue(page, "nothing", None) is None
    held = queue.event_queue_per_concurrency_id["device"]
    scopes = [{"client": ("192.0.2.1", 1)}, {"client": ("192.0.2.2", 1)}]
    events = [_event(page.fns[number], scope) for scope in scopes]
    for name, expected in (("queue", []), ("current_concurrency", 0)):
        assert getattr(held, name, None) == expected, lacks(f"gradio.queueing.EventQueue.{name}")
    held.queue += events
    held.current_concurrency = 1
    found = {queue.name: queue for queue in read_queues(page)}
    assert found.keys() == {"device", find_queue(page, "write", None)}
    assert found["device"].waiting == scopes
    assert found["device"].running == 1


def _event(fn: object, scope: dict) -> object:
    """An event of Gradio's own, which wants a running loop."""

    async def begin() -> object:
        return gradio.queueing.Event(None, fn, SimpleNamespace(scope=scope), None)

    event = ran(begin())
    assert hasattr(event, "request"), lacks("gradio.queueing.Event.request")
    return event


@pytest.mark.parametrize(
    ("sent", "read"), [({"pick": "3"}, {"pick": "3"}), (None, {}), ("pick", {}), (["pick"], {})]
)
def test_only_a_dictionary_is_read_of_an_event(sent, read):
    event = gradio.EventData(None, sent)
    assert hasattr(event, "_data"), lacks("gradio.EventData._data")
    assert read_event_data(event) == read
