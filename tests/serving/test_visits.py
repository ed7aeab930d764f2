"""What is remembered of who came and went."""

import re
import time

import httpx

from app import launch
from faceweb.config import Settings
from faceweb.features.odds import load_calibration
from faceweb.ui.build import build_app
from faceweb.ui.handlers import Services
from faceweb.ui.serving.visits import MOST_VISITS

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
        assert page.state_holder.capacity == MOST_VISITS
    finally:
        page.close(verbose=False)
