"""What is put into the page before Gradio's own scripts, and how it is sent."""

import gzip

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from faceweb.serving.gradio_patches import Early

PAGE = "<html><head><title>a</title></head><body>" + "b" * 9000 + "</body></html>"


@pytest.fixture
def client():
    async def page(_request: Request) -> HTMLResponse:
        return HTMLResponse(PAGE)

    async def record(_request: Request) -> JSONResponse:
        return JSONResponse({"head": "<head>"})

    app = Starlette(routes=[Route("/", page), Route("/record", record)])
    return TestClient(Early(app, "let early = 1;"))


@pytest.mark.parametrize("accepted", ["gzip, br", "identity"])
def test_the_script_comes_first_in_the_page(client, accepted):
    answer = client.get("/", headers={"Accept-Encoding": accepted})
    assert answer.text == PAGE.replace("<head>", "<head><script>let early = 1;</script>")


def test_a_page_is_packed_for_who_can_unpack_it(client):
    """Nine thousand equal letters fit into some hundred bytes."""
    with client.stream("GET", "/", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert len(raw) == int(answer.headers["content-length"]) < 300
    assert len(gzip.decompress(raw)) > 9000
    plain = client.get("/", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"


def test_what_is_no_page_is_left_as_it_is(client):
    assert client.get("/record").json() == {"head": "<head>"}
