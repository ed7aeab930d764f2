"""What a watchdog sees at /healthz."""

import time
from http.client import HTTPConnection

import httpx

from faceweb.engine import Status
from faceweb.serving.passwords import hash_password


def test_a_page_that_is_ready(served):
    answer = httpx.get(f"{served}healthz")
    assert answer.status_code == 200
    assert answer.json() == {"models": "ready", "database": "ok"}


def test_models_that_warm_or_failed(serve, cold):
    address = serve()
    answer = httpx.get(f"{address}/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"models": "warming", "database": "ok"}
    cold._status = Status(failure="The file /secret/place is cut short.")
    answer = httpx.get(f"{address}/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"models": "failed", "database": "ok"}


def test_a_database_that_is_gone(serve, cold, tmp_path):
    address, cold._status = serve(), Status(share=1.0)
    assert httpx.get(f"{address}/healthz").status_code == 200
    (tmp_path / "galleries.sqlite").unlink()
    answer = httpx.get(f"{address}/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"models": "ready", "database": "unreachable"}


def test_it_is_not_behind_the_login(serve, tmp_path):
    logins = tmp_path / "logins"
    logins.write_text(hash_password("ada", "secret words"))
    address = serve(auth_file=str(logins))
    assert httpx.get(f"{address}/config").status_code == 401
    assert httpx.get(f"{address}/healthz").json()["database"] == "ok"


def test_a_connection_that_was_idle_is_still_there(served):
    """uvicorn alone would close it after 5 s, in the face of who calls just then."""
    host = httpx.URL(served)
    connection = HTTPConnection(host.host, host.port, timeout=10)
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    held = connection.sock
    time.sleep(6)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    assert connection.sock is held
    connection.close()
