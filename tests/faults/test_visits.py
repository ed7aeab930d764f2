"""The detector fails, a disk fills, a visitor goes in the middle: what the others notice."""

import errno
import gc
import json
import re
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path

import gradio.processing_utils
import httpx
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from faceweb.config import TrainConfig
from faceweb.faces.detector import Detector
from faceweb.faces.quality import to_png
from faceweb.media.audio import write_sound
from faceweb.serving import gradio_patches
from faceweb.serving.logs import PlainFormatter
from faceweb.signals.samples import INSTRUMENTS
from faceweb.types import Face
from faceweb.ui.boundary import WENT_WRONG
from faceweb.ui.sessions.train import TrainingRuns
from tests.api.calls import example
from tests.conftest import EXAMPLES, KEY

PAIR = example("collins"), example("collins_turned")


def figure(address: str, name: str, **labels: str) -> float:
    """A figure of /metrics; 0 where there is none yet."""
    named = ",".join(f'{label}="{value}"' for label, value in labels.items())
    text = httpx.get(f"{address}/metrics").text
    found = re.search(rf"^{name}{re.escape('{' + named + '}')} (.*)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def failures(address: str, handler: str) -> float:
    return figure(address, "faceweb_requests_total", handler=handler, outcome="failed")


def test_a_detector_that_raises_is_told_vaguely_and_logged(serve, engine, monkeypatch, caplog):
    address = serve(engine)
    client, before = Client(address, verbose=False), failures(address, "verify.verify")

    def broken(self, picture) -> list[Face]:
        raise RuntimeError("matrix of Zebediah is singular")

    with monkeypatch.context() as patched:
        patched.setattr(Detector, "__call__", broken)
        with pytest.raises(AppError) as met:
            client.predict(*PAIR, api_name="/verify")
        assert str(met.value) == WENT_WRONG
    text = "\n".join(PlainFormatter().format(record) for record in caplog.records)
    assert "RuntimeError" in text
    assert "in broken" in text
    assert "Zebediah" not in text
    assert client.predict(*PAIR, api_name="/verify")[0]["same"]
    assert failures(address, "verify.verify") == before + 1


FULL_DISK = OSError(errno.ENOSPC, "No space left on device")


def refused(*_, **__):
    raise FULL_DISK


def test_an_export_on_a_full_disk_is_one_sentence(serve, engine, galleries, monkeypatch, caplog):
    address = serve(engine)
    client = Client(address, verbose=False)
    client.predict(PAIR[0], "Eileen", KEY, api_name="/enroll")
    with monkeypatch.context() as patched:
        patched.setattr("faceweb.ui.tabs.gallery.save_for_download", refused)
        with pytest.raises(AppError) as met:
            client.predict(KEY, api_name="/export")
        assert str(met.value) == gradio_patches.FULL
    assert client.predict(KEY, api_name="/export")
    assert len(galleries.photos(KEY)) == 1


def test_an_answer_that_gradio_cannot_save_is_one_sentence(serve, engine, monkeypatch, caplog):
    address = serve(engine)
    client = Client(address, verbose=False)
    with monkeypatch.context() as patched:
        patched.setattr(gradio.processing_utils, "save_img_array_to_cache", refused)
        patched.setattr(gradio.processing_utils, "save_pil_to_cache", refused)
        patched.setattr(gradio.processing_utils, "save_bytes_to_cache", refused)
        with pytest.raises(AppError) as met:
            client.predict(
                example("chelsea"), example("hopper"), size=64, steps=5, api_name="/stylize"
            )
        assert str(met.value) == gradio_patches.FULL
    assert "Traceback" not in caplog.text
    done = client.predict(
        example("chelsea"), example("hopper"), size=64, steps=5, api_name="/stylize"
    )
    assert done[0]["finished"]


def uploaded(address: str, path: Path) -> dict:
    """An upload, as a program names it in a call."""
    (where,) = httpx.post(
        f"{address}/gradio_api/upload", files={"files": (path.name, path.read_bytes())}, timeout=60
    ).json()
    return {"path": where, "meta": {"_type": "gradio.FileData"}}


def called(address: str, name: str, body: dict) -> str:
    """Asks for a run; gives the address where its answers are streamed."""
    call = f"{address}/gradio_api/call"
    event = httpx.post(f"{call}/v2/{name}", json=body).json()["event_id"]
    return f"{call}/{name}/{event}"


def leave_after(url: str, answers: int) -> None:
    """Reads some answers of a stream, and hangs up."""
    with httpx.stream("GET", url, timeout=120) as stream:
        for line in stream.iter_lines():
            assert line != "event: error"
            answers -= line == "event: generating"
            if not answers:
                return
    pytest.fail("it came to an end by itself")


@pytest.fixture
def gallery(galleries, picture):
    """Three people whose pictures a head can learn to tell apart."""
    chip = to_png(picture("collins")[:150, :150])
    for number, name in enumerate(("Ada", "Bea", "Cleo")):
        galleries.add(KEY, name, np.full(128, number, np.float32), chip, "dlib-resnet-v1")


def painting(address: str, tmp_path: Path) -> tuple[dict, dict]:
    content, style = (uploaded(address, EXAMPLES / f"{name}.jpg") for name in ("chelsea", "hopper"))
    return {"content": content, "style": style, "size": 384, "steps": 500}, {"size": 64, "steps": 5}


def sound(address: str, tmp_path: Path) -> tuple[dict, dict]:
    (tmp_path / "birds.wav").write_bytes(write_sound(INSTRUMENTS["birds"]()))
    style = uploaded(address, tmp_path / "birds.wav")
    return {"style": style, "content": None, "texture": True, "steps": 500}, {"steps": 20}


def training(address: str, tmp_path: Path) -> tuple[dict, dict]:
    return {"data": "gallery", "gallery_key": KEY, "steps": 5000}, {"steps": 10}


@pytest.mark.parametrize(
    ("name", "handler", "queue", "places", "asked"),
    [
        ("stylize", "style.stylize", "paint", 2, painting),
        ("stylize_audio", "dimensions.sound.stylize_audio", "paint", 2, sound),
        ("train", "train.train", "train", 1, training),
    ],
)
def test_who_goes_in_the_middle_makes_room_for_the_next(
    serve, engine, gallery, tmp_path, name, handler, queue, places, asked
):
    """As many as the queue has places for begin something long, and hang up; the next is served."""
    address = serve(engine)
    long, short = asked(address, tmp_path)
    runs = [called(address, name, long) for _ in range(places)]
    stopped = {"handler": handler, "outcome": "stopped"}
    before = figure(address, "faceweb_requests_total", **stopped)
    waiting = called(address, name, long | short)
    with ThreadPoolExecutor(places) as pool:
        list(pool.map(leave_after, runs, [3] * places))
    answer = httpx.get(waiting, timeout=60).text
    assert "event: complete" in answer
    assert "event: error" not in answer
    assert figure(address, "faceweb_requests_total", **stopped) == before + places
    assert figure(address, "faceweb_queue_running", queue=queue) == 0


def test_a_page_that_is_closed_in_a_training_takes_it_along(serve, engine, gallery, monkeypatch):
    """A browser holds two streams, and both break off."""
    runs, put = [], TrainingRuns.put

    def kept(self, request, run):
        runs.append(weakref.ref(run))
        return put(self, request, run)

    monkeypatch.setattr(TrainingRuns, "put", kept)
    address = serve(engine)
    api = f"{address}/gradio_api"
    config = httpx.get(f"{address}/config").json()["dependencies"]
    index = next(each["id"] for each in config if each["api_name"] == "train")
    settings = astuple(TrainConfig(steps=5000))
    body = {"fn_index": index, "session_hash": "gone", "data": ["gallery", *settings, None, KEY]}
    with httpx.stream("GET", f"{api}/heartbeat/gone", timeout=60) as heart:
        next(heart.iter_lines())
        httpx.post(f"{api}/queue/join", json=body).raise_for_status()
        with httpx.stream("GET", f"{api}/queue/data?session_hash=gone", timeout=60) as stream:
            said = (json.loads(line[6:]) for line in stream.iter_lines() if line[:5] == "data:")
            assert any(
                message["msg"] == "process_generating" and "losses" in str(message["output"])
                for message in said
            )
    (run,) = runs
    for _ in range(20):
        gc.collect()
        if run() is None:
            break
        time.sleep(0.2)
    assert run() is None
    assert figure(address, "faceweb_queue_running", queue="train") == 0
