"""What is remembered of who came and went."""

import re
import time

import httpx
from gradio import Slider
from gradio.state_holder import SessionState

from app import launch
from faceweb.config import Settings
from faceweb.faces.calibration import load_calibration
from faceweb.serving.gradio_patches import MOST_VISITS, Sessions
from faceweb.ui.boundary import Services
from faceweb.ui.build import build_app

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
