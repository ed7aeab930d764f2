"""Files of the server that nobody uploaded: by arguments, by Gradio's routes, by names."""

import io
import socket
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from faceweb.config import ASSETS
from tests.conftest import EXAMPLES
from tests.intent.files import calls_with

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("/etc/passwd", str(ROOT / "app.py"), str(ASSETS / "odds.json"), str(ROOT / "README.md"))
INSIDE = (b"root:", b"def main", b'"source"', b"sdk: gradio")
WAYS = (
    "/gradio_api/file={0}",
    "/gradio_api/file/{0}",
    "/file={0}",
    "/gradio_api/file=../../../../../../..{0}",
    "/gradio_api/file=..%2f..%2f..%2f..%2f..%2f..{0}",
    "/gradio_api/file=%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e{0}",
    "/gradio_api/file=//{0}",
    "/gradio_api/file=file://{0}",
    "/gradio_api/file={0}%00.jpg",
    "/gradio_api/file=C:\\..\\..{0}",
    "/gradio_api/file={1}/../..{0}",
    "/gradio_api/file={1}/../../../../../../../../../../../..{0}",
    "/gradio_api/proxy=file://{0}",
    "/static/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..{0}",
    "/assets/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..{0}",
    "/svelte/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..{0}",
    "/custom_component/x/client/component/..%2f..%2f..%2f..{0}",
    "/gradio_api/custom_component/x/client/component/..%2f..%2f..{0}",
    "/theme.css/..%2f..%2f..%2f..{0}",
    "/gradio_api/stream/x/0/0/..%2f..%2f..{0}",
    "/gradio_api/download/..%2f..{0}",
)


def asked(address: str, path: str) -> bytes:
    """The whole answer to a GET whose path no library has tidied."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_routes_hand_out_nothing_but_the_page(served):
    for way in WAYS:
        for secret in SECRETS:
            path = way.format(secret, EXAMPLES)
            answer = asked(served, path)
            status = answer.split(b" ", 2)[1]
            assert not any(inside in answer for inside in INSIDE), path
            assert status in {b"400", b"403", b"404", b"405", b"422"}, (path, status)
            assert b"Traceback" not in answer


def test_the_examples_are_handed_out_and_prove_the_way_right(served):
    answer = asked(served, f"/gradio_api/file={EXAMPLES / 'collins.jpg'}")
    assert answer.endswith((EXAMPLES / "collins.jpg").read_bytes())


def test_no_route_proxies(served, listener):
    address, seen = listener
    for path in (f"/gradio_api/proxy={address}/a", f"/proxy={address}/a", f"/{address}/a"):
        assert b"secret" not in asked(served, path)
    answer = asked(served, f"/gradio_api/file={address}/a")
    assert answer.split(b" ", 2)[1] in {b"400", b"403", b"404"}
    assert seen == []


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "file://{}",
        "../../../../../../../..{}",
        "/gradio_api/file={}",
        "{}\0.jpg",
        "//{}",
        "\\\\localhost\\c$\\{}",
    ],
)
def test_no_endpoint_reads_a_file_that_was_not_uploaded(served, call, form):
    path = form.format(SECRETS[0])
    calls = calls_with(served, {"path": path, "orig_name": path})
    for name, data in calls:
        event, said = call(served, name, data)
        assert event in {"error", "400", "422", "500"}, (name, said)
        assert "root:" not in str(said)
    assert len(calls) >= 15


def upload(address: str, name: str, content: bytes) -> Path:
    answer = httpx.post(
        f"{address.rstrip('/')}/gradio_api/upload", files={"files": (name, content)}
    )
    return Path(answer.raise_for_status().json()[0])


def test_an_upload_stays_where_uploads_lie(served):
    """Whatever a file is called, it is kept under its last name in a folder of its own."""
    home = upload(served, "good.png", b"y").parents[1]
    for name in ("../../../evil.png", "..\\..\\evil.png", "/etc/evil.png", "a/../../evil.png"):
        path = upload(served, name, b"x")
        assert path.parents[1] == home
        assert path.read_bytes() == b"x"
        assert len(path.parent.name) == 64  # of a SHA-256, which nobody guesses
    assert not Path("/etc/evil.png").exists()


def test_a_zip_writes_nothing_elsewhere(served, call, tmp_path):
    evil, outside = io.BytesIO(), tmp_path / "evil.jpg"
    names = ("../../evil.jpg", "..\\evil.jpg", "a/../../../evil.jpg", str(outside))
    with zipfile.ZipFile(evil, "w") as archive:
        for name in names:
            archive.writestr(name, (EXAMPLES / "collins.jpg").read_bytes())
    path = upload(served, "people.zip", evil.getvalue())
    zipped = ("import", "top_patches", "volume_maps")
    for name, data in calls_with(served, {"path": str(path)}):
        if name in zipped:
            _, said = call(served, name, data)
            assert "Traceback" not in str(said)
    places = (path.parents[1], path.parents[2], path.parent, Path.cwd(), Path.cwd().parent)
    assert not any((place / "evil.jpg").exists() for place in places)
    assert not outside.exists()
