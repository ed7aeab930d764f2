"""Real processes that share a folder, whose disk fills, and that are killed while they are busy."""

import resource
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import httpx
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from faceweb.faces.quality import to_png
from faceweb.gallery.database import sqlite_url
from faceweb.gallery.store import Galleries, StoredPhoto
from tests.api.calls import example
from tests.conftest import EXAMPLES, KEY, OTHER_KEY
from tests.faults.files import whole
from tests.processes import Process

NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def begin(folder):
    """Starts pages over one folder, with a folder for uploads beside it."""
    processes = []
    (folder / "tmp").mkdir()

    def begun() -> Process:
        processes.append(Process(folder, TMPDIR=str(folder / "tmp")))
        return processes[-1]

    yield begun
    for process in processes:
        process.kill()


@pytest.fixture(scope="module")
def two(begin):
    """Two pages that began at once, over an empty folder, and are warm."""
    pages = [begin() for _ in range(2)]
    for page in pages:
        page.ready()
    return pages


def people(address: str, key: str = KEY) -> set[str]:
    listed = Client(address, verbose=False).predict(key, api_name="/people")
    return {person["person"] for person in listed["people"]}


def enrol(address: str, name: str, most: int, acknowledged: list[str], key: str = KEY) -> None:
    """Enrols one person after another, and notes whose answer arrived."""
    client = Client(address, verbose=False)
    for number in range(most):
        client.predict(example("collins"), f"{name} {number}", key, api_name="/enroll")
        acknowledged.append(f"{name} {number}")


def test_two_pages_over_one_database_lose_nothing(two, folder):
    """Two visitors at each page enrol five people each in one gallery, and each forgets one."""
    enrolled = []
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(enrol, page.address, f"V{i}{j}", 5, enrolled)
            for i, page in enumerate(two)
            for j in (0, 1)
        ]
    assert [job.exception() for job in jobs] == [None] * 4
    enrolled = set(enrolled)
    assert len(enrolled) == 20
    for page in two:
        assert people(page.address) == enrolled
    Client(two[0].address, verbose=False).predict("V00 0", KEY, api_name="/forget")
    found, _ = Client(two[1].address, verbose=False).predict(
        example("collins_turned"), 0.6, KEY, api_name="/recognize"
    )[:2]
    assert found["faces"][0]["person"] in enrolled - {"V00 0"}
    assert people(two[1].address) == enrolled - {"V00 0"}
    assert whole(folder)
    for page in two:
        assert "Traceback" not in page.log.read_text()


def test_a_disk_that_fills_is_told_and_nothing_is_lost(two, folder):
    """No file may grow beyond what the database takes now; an upload not beyond 10 kB."""
    page, key = two[0], OTHER_KEY
    client = Client(page.address, verbose=False)
    acknowledged = []
    enrol(page.address, "Eileen", 1, acknowledged, key)
    size = (folder / "galleries.sqlite").stat().st_size
    resource.prlimit(page.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    for number in range(3):
        with pytest.raises(AppError, match=r"^The disk is full or failing, nothing was changed"):
            enrol(page.address, f"G{number}", 20, acknowledged, key)
    resource.prlimit(page.pid, resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
    photo = {"files": ("collins.jpg", (EXAMPLES / "collins.jpg").read_bytes())}
    answer = httpx.post(f"{page.address}/gradio_api/upload", files=photo)
    assert answer.status_code == 507
    assert answer.json()["detail"].startswith("The server's disk is full, so this could not be")
    with pytest.raises(AppError, match=r"^The server's disk is full, so this could not be saved"):
        client.predict(key, api_name="/export")
    assert people(page.address, key) == set(acknowledged)
    resource.prlimit(page.pid, resource.RLIMIT_FSIZE, NO_LIMIT)
    client.predict(example("hopper"), "Grace", key, api_name="/enroll")
    assert people(two[1].address, key) == {*acknowledged, "Grace"}
    assert client.predict(key, api_name="/export")
    assert whole(folder)
    assert "Traceback" not in page.log.read_text()


@pytest.mark.slow
def test_a_page_that_is_killed_loses_nothing_acknowledged(two, begin, folder):
    """In an enrolment, in a training and in an export; each time another page begins."""
    victim, other = two
    kept = []
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(enrol, victim.address, f"K{i}", 1000, kept) for i in range(3)]
        wait_for(lambda: len(kept) >= 6)
        victim.kill()
    assert all(job.exception() is not None for job in jobs)
    kept = set(kept)
    assert whole(folder)
    assert kept <= people(other.address)
    again = begin()
    again.ready(warm=False)
    assert kept <= people(again.address)

    training = Client(other.address, verbose=False).submit("avatars", steps=5000, api_name="/train")
    wait_for(lambda: len(training.outputs()) > 2)
    other.kill()
    assert whole(folder)
    assert kept <= people(again.address)

    many(folder, 400)
    export = Client(again.address, verbose=False).submit(OTHER_KEY, api_name="/export")
    wait_for(lambda: export.status().code.name == "PROCESSING")
    again.kill()
    assert export.exception(timeout=30) is not None
    assert whole(folder)
    last = begin()
    last.ready(warm=False)
    assert kept <= people(last.address)
    assert len(people(last.address, OTHER_KEY)) >= 400
    # What the killed ones left of uploads and exports is erased.
    assert len(list((folder / "tmp").glob("faceweb-uploads-*"))) == 1
    last.ready()
    Client(last.address, verbose=False).predict(example("collins"), "Last", KEY, api_name="/enroll")
    assert "Last" in people(last.address)


def many(folder, number: int) -> None:
    """Fills a gallery with noise that takes a second or more to be packed."""
    rng = np.random.default_rng(0)
    galleries = Galleries(sqlite_url(folder), 10_000)
    chip = to_png(rng.integers(0, 256, (150, 150, 3), np.uint8))
    now = datetime(2026, 1, 2)
    photos = [
        StoredPhoto(0, f"M{person}", rng.normal(size=128), chip, "dlib-resnet-v1", now)
        for person in range(number)
    ]
    galleries.add_all(OTHER_KEY, photos)


def wait_for(condition) -> None:
    deadline = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
