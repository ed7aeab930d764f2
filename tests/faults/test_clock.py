"""The clock of the machine is put back by a day, as where it was wrong or a battery is flat."""

import ast
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

import faceweb
from faceweb.gallery import store as stored
from faceweb.serving.gate import Limits
from tests.conftest import KEY, OTHER_KEY

DAY = timedelta(days=1)
NOW = stored._now
# What is dated by the wall: the galleries, and files beside those that Gradio dates.
DATED = {"gallery/store.py", "serving/uploads.py"}


@pytest.fixture
def put(monkeypatch):
    """Puts the clock forward or back by a time; from then on it goes on as ever."""
    real = time.time

    def moved(by: timedelta) -> None:
        monkeypatch.setattr(stored, "_now", lambda: NOW() + by)
        monkeypatch.setattr(time, "time", lambda: real() + by.total_seconds())

    return moved


@pytest.mark.parametrize("back", [timedelta(hours=2), DAY])
def test_galleries_of_before_and_after_are_kept(galleries, embedding, put, back):
    def add(key: str, name: str) -> None:
        galleries.add(key, name, embedding, b"chip", "net")

    add(KEY, "Ada")
    put(-back)
    add(KEY, "Ada")
    add(OTHER_KEY, "Bea")
    assert galleries.expire(days=7) == 0
    assert len(galleries.photos(KEY)) == 2
    first, second = galleries.photos(KEY)
    assert first.id < second.id
    put(timedelta(0))
    assert galleries.expire(days=7) == 0
    assert len(galleries.photos(KEY)) == 2
    assert len(galleries.photos(OTHER_KEY)) == 1


def test_visitors_wait_neither_longer_nor_less_than_nothing(serve, put):
    """Three calls at once and ten a second: a second later three are let through again."""
    address = serve(public=True, limits=Limits(burst=3, rate=10))

    def asked() -> httpx.Response:
        return httpx.post(f"{address}/gradio_api/call/verify", json={"data": [None, None]})

    for back in (timedelta(0), -DAY, DAY):
        put(back)
        answers = [asked() for _ in range(12)]
        assert [answer.status_code for answer in answers[:3]] == [200] * 3
        for answer in answers:
            assert answer.status_code == 200 or answer.headers["Retry-After"] == "1"
        time.sleep(1)


def test_what_lasts_is_measured_by_a_clock_that_never_goes_back():
    """Nothing else in the project asks for the time of day."""
    root, asking = Path(faceweb.__file__).parent, set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                named = f"{node.value.id}.{node.attr}"
                if named in ("time.time", "datetime.now", "datetime.utcnow", "date.today"):
                    asking.add(path.relative_to(root).as_posix())
    assert asking == DATED
