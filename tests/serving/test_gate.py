"""What strangers meet at a public page."""

import secrets
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

from faceweb.config import from_env
from faceweb.serving.gate import Limits, TokenBuckets, address_of
from faceweb.serving.passwords import hash_password
from tests.conftest import EXAMPLES, KEY

ROOT = Path(__file__).resolve().parents[2]
FEW = Limits(burst=3, rate=1 / 7, keys_burst=2, keys_rate=1 / 90, logins_burst=2, logins_rate=0.1)


def call(address: str, name: str, *data, **headers):
    body = {"data": list(data)}
    return httpx.post(f"{address}/gradio_api/call/{name}", json=body, headers=headers)


def enrolled(galleries, key: str, embedding) -> None:
    galleries.add(key, "Ada", embedding, b"", "a network")


def test_a_bucket_fills_again_with_the_time():
    """Three at once, then one each two seconds: after 3 s one and a half have flowed in."""
    now = [100.0]
    buckets = TokenBuckets(3, 0.5, clock=lambda: now[0])
    for _ in range(3):
        assert buckets.compute_wait("a") == 0
        buckets.take("a")
    assert buckets.compute_wait("a") == pytest.approx(2)
    assert buckets.compute_wait("b") == 0
    now[0] += 3
    assert buckets.compute_wait("a") == 0
    assert buckets.compute_wait("a", 2) == pytest.approx(1)
    now[0] += 1000
    assert buckets.compute_wait("a", 3) == 0
    buckets.take("a", 3)
    assert buckets.compute_wait("a", 1) == pytest.approx(2)


def test_the_limits_are_those_of_the_readme():
    """120 calls at once and one a second; 30 unknown gallery keys and then one each half minute."""
    now = [100.0]
    limits = Limits()
    calls = TokenBuckets(limits.burst, limits.rate, clock=lambda: now[0])
    keys = TokenBuckets(limits.keys_burst, limits.keys_rate, clock=lambda: now[0])
    for buckets, burst, seconds in ((calls, 120, 1), (keys, 30, 30)):
        for _ in range(burst):
            assert buckets.compute_wait("a") == 0
            buckets.take("a")
        for _ in range(5):
            assert buckets.compute_wait("a") == pytest.approx(seconds, rel=1e-3)
            now[0] += seconds + 1e-6
            assert buckets.compute_wait("a") == 0
            buckets.take("a")


def test_buckets_do_not_fill_the_memory():
    buckets = TokenBuckets(1, 1, max_buckets=10)
    for number in range(1000):
        buckets.take(str(number))
    assert len(buckets._levels) == 10


def test_who_calls_too_often_hears_when_to_come_back(serve):
    address = serve(public=True, limits=FEW)
    assert [call(address, "verify", None, None).status_code for _ in range(3)] == [200] * 3
    answer = call(address, "verify", None, None)
    assert answer.status_code == 429
    # A token flows in each 7 seconds, of which some pass meanwhile.
    seconds = int(answer.headers["Retry-After"])
    assert 1 < seconds <= 7
    assert answer.json() == {
        "detail": f"Too many calls were made from here: come back in {seconds} seconds."
    }
    answer = call(address, "verify", None, None, Cookie="faceweb-language=zh")
    seconds = int(answer.headers["Retry-After"])
    assert answer.json() == {"detail": f"从这里发出的请求太多：请在 {seconds} 秒后再试。"}
    # Elsewhere, and what only looks at the page, goes on.
    assert (
        call(address, "verify", None, None, **{"X-Forwarded-For": "192.0.2.1"}).status_code == 200
    )
    assert httpx.get(f"{address}/config").status_code == 200


def test_a_key_has_its_own_measure_wherever_it_is_used(serve, galleries, embedding):
    enrolled(galleries, KEY, embedding)
    address = serve(public=True, limits=FEW)
    codes = [
        call(
            address, "recognize", None, 0.6, KEY, **{"X-Forwarded-For": f"192.0.2.{number}"}
        ).status_code
        for number in range(4)
    ]
    assert codes == [200, 200, 200, 429]


def test_a_painting_costs_more_than_a_look(serve):
    address = serve(public=True, limits=Limits(burst=9, rate=0.01))
    codes = [call(address, "stylize", None, None).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_guessing_keys_is_slowed_down(serve, galleries, embedding):
    enrolled(galleries, KEY, embedding)
    limits = Limits(keys_burst=2, keys_rate=1 / 90)
    address = serve(public=True, limits=limits)
    mine = secrets.token_hex(16)
    for _ in range(5):
        assert call(address, "people", mine).status_code == 200
    assert call(address, "people", secrets.token_hex(16).upper()).status_code == 200
    answer = call(address, "people", secrets.token_hex(16))
    assert answer.status_code == 429
    assert answer.json()["detail"].startswith("Too many gallery keys that nobody uses were tried")
    assert 80 <= int(answer.headers["Retry-After"]) <= 90
    # Keys in use, and one's own new one, still open.
    assert call(address, "people", KEY).status_code == 200
    assert call(address, "people", mine).status_code == 200


def test_many_waiting_calls_are_turned_away(serve):
    """The networks never warm: one call waits for them, and the others for that one."""
    address = serve(public=True, limits=Limits(burst=1000, waiting_each=3, waiting=5))
    file = {"files": (EXAMPLES / "collins.jpg").open("rb")}
    (path,) = httpx.post(f"{address}/gradio_api/upload", files=file).json()
    photo = {"path": path, "meta": {"_type": "gradio.FileData"}}
    pair = (photo, photo, 0.6, "distance", "")
    client = Client(address, verbose=False)
    for _ in range(4):
        assert call(address, "verify", *pair).status_code == 200
        time.sleep(0.5)
    answer = call(address, "verify", *pair)
    assert answer.json()["detail"] == "3 of your calls are waiting already: come back in 3 seconds."
    assert answer.status_code == 429
    for number in (1, 2):
        other = {"X-Forwarded-For": f"192.0.2.{number}"}
        assert call(address, "verify", *pair, **other).status_code == 200
    answer = call(address, "verify", *pair, **{"X-Forwarded-For": "192.0.2.3"})
    assert answer.status_code == 429
    assert answer.json()["detail"].startswith("The page is busy, 5 calls are waiting: come back in")
    # What computes nothing is not turned away.
    assert client.predict(KEY, api_name="/people") == {"people": []}


def test_tries_to_log_in_are_limited_on_a_private_page_too(serve, tmp_path):
    logins = tmp_path / "logins"
    logins.write_text(hash_password("ada", "secret words"))
    address = serve(auth_file=str(logins), limits=FEW)
    form = {"username": "ada", "password": "wrong"}
    codes = [httpx.post(f"{address}/login", data=form).status_code for _ in range(3)]
    assert codes == [400, 400, 429]


def test_a_private_page_limits_no_calls(serve):
    address = serve(limits=FEW)
    assert {call(address, "verify", None, None).status_code for _ in range(6)} == {200}


def test_open_streams_are_counted_and_let_go(serve):
    address = serve(public=True, limits=Limits(streams_each=2))
    with httpx.Client() as client:
        url = f"{address}/gradio_api/heartbeat"
        with client.stream("GET", f"{url}/a"), client.stream("GET", f"{url}/b"):
            answer = client.get(f"{url}/c")
            assert answer.status_code == 429
            assert "Too many pages are open from your address" in answer.json()["detail"]
    for _ in range(50):
        with httpx.stream("GET", f"{url}/d") as answer:
            if answer.status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail("streams that ended still count")


def test_a_call_that_is_too_large_is_refused(serve):
    address = serve(public=True, limits=Limits(largest_body=1_000_000))
    answer = call(address, "people", "x" * 1_100_000)
    assert answer.status_code == 413
    assert answer.json()["detail"] == "This call is larger than 1 MB: send a smaller file."


def test_uploads_are_smaller_on_a_public_page(serve):
    file = {"files": ("a.png", b"0" * 21_000_000)}
    public, private = serve(public=True), serve()
    assert httpx.post(f"{public}/gradio_api/upload", files=file, timeout=60).status_code == 413
    assert httpx.post(f"{private}/gradio_api/upload", files=file, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("client", "headers", "address"),
    [
        (("192.0.2.1", 1), [], "192.0.2.1"),
        (("2001:db8:1:2:3::4", 1), [], "2001:db8:1:2::/64"),
        (("127.0.0.1", 1), [(b"x-gradio-user", b"mcp")], "mcp"),
        (("192.0.2.1", 1), [(b"x-gradio-user", b"mcp")], "192.0.2.1"),
        (None, [], ""),
    ],
)
def test_who_asks(client, headers, address):
    assert address_of({"type": "http", "client": client, "headers": headers}) == address


@pytest.mark.parametrize(
    ("environment", "options", "public", "days"),
    [
        ({}, {}, False, 30),
        ({"SPACE_ID": "a/b"}, {}, True, 7),
        ({"SPACE_ID": "a/b", "FACEWEB_GALLERY_DAYS": "3"}, {}, True, 3),
        ({"SPACE_ID": "a/b", "FACEWEB_PUBLIC": "no"}, {}, False, 30),
        ({"FACEWEB_PUBLIC": "yes"}, {"gallery_days": 90}, True, 90),
        ({"FACEWEB_PUBLIC": "no"}, {"share": True}, True, 7),
    ],
)
def test_a_space_and_a_shared_page_are_public(environment, options, public, days):
    settings = from_env(environment, options)
    assert (settings.public, settings.gallery_days) == (public, days)


def test_sharing_says_what_becomes_public(tmp_path):
    """Stopped just before the link would be opened, which needs the net."""
    code = (
        "import app, sys; app.launch = lambda *_: sys.exit(0); "
        f"sys.argv = ['app.py', '--share', '--data-dir', {str(tmp_path)!r}]; app.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    (line,) = [line for line in done.stderr.splitlines() if "whoever has the link" in line]
    assert line.count(".") == 1 + line.partition("With --share")[0].count(".")
    assert "every gallery whose key they hold" in line


def test_who_logs_in_sees_the_page(serve, tmp_path):
    logins = tmp_path / "logins"
    logins.write_text(hash_password("ada", "secret words"))
    address = serve(auth_file=str(logins))
    with httpx.Client() as visitor:
        assert visitor.get(f"{address}/config").status_code == 401
        form = {"username": "ada", "password": "secret words"}
        assert visitor.post(f"{address}/login", data=form).status_code == 200
        assert visitor.get(f"{address}/config").status_code == 200
