"""The page's tools, driven by an MCP client as an assistant would."""

import asyncio
import base64
import json

import gradio as gr
import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from starlette.requests import Request

from faceweb.errors import SettingError
from faceweb.ui.sessions.base import session_of
from tests.conftest import EXAMPLES, KEY
from tests.loops import ran


def conversation(address: str, talk):
    """Connects, lets `talk` speak, and gives what it returns."""

    async def speak():
        async with (
            streamablehttp_client(f"{address}/gradio_api/mcp/") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            return await talk(session)

    return ran(speak())


def sent(name: str) -> str:
    """An example as an assistant sends a picture that it holds."""
    data = base64.b64encode((EXAMPLES / f"{name}.jpg").read_bytes()).decode()
    return f"data:image/jpeg;base64,{data}"


def record_of(answer) -> dict:
    """The first part of an answer."""
    assert not answer.isError, answer.content[0].text
    return json.loads(answer.content[0].text)


@pytest.fixture
def page(serve, engine):
    return serve(engine=engine, mcp=True)


def test_tools_say_what_they_do_and_what_each_argument_means(page):
    tools = conversation(page, lambda session: session.list_tools()).tools
    named = {tool.name: tool for tool in tools}
    assert {"verify", "enroll", "teach", "import", "dimensions", "stylize"} <= set(named)
    assert "keep_head" not in named
    assert named["verify"].description.startswith("Are the largest faces of two photos one person?")
    for tool in tools:
        assert tool.description, tool.name
        for name, argument in tool.inputSchema["properties"].items():
            assert argument["description"], f"{tool.name}: {name}"
            assert argument.get("enum") != [], f"{tool.name}: {name}"
    threshold = named["verify"].inputSchema["properties"]["threshold"]
    assert threshold["default"] == 0.6
    assert "(0.2 to 1.2)" in threshold["description"]


def test_a_client_computes_compares_and_keeps(page):
    """A valid convolution of 5 positions over 14 leaves 10; 16 filters of 25 weights and a bias."""
    photos = {"photo_a": sent("collins"), "photo_b": sent("collins_turned")}

    async def talk(session):
        calls = [
            ("dimensions", {}),
            ("verify", photos),
            ("enroll", {"photo": photos["photo_a"], "name": "Ada", "gallery_key": KEY}),
            ("rename", {"person": "Ada", "new_name": "Bea", "gallery_key": KEY}),
            ("verify", photos | {"threshold": 9}),
            ("verify", photos | {"photo_a": f"{page}/gradio_api/file=/etc/hostname"}),
        ]
        return [await session.call_tool(name, arguments) for name, arguments in calls]

    computed, compared, _, renamed, refused, inner = conversation(page, talk)
    record = record_of(computed)
    assert record["output_shape"] == [10, 10, 16]
    assert record["parameters"] == 16 * (25 + 1)
    assert record_of(compared)["same"] is True
    # The page's answer in words alone, without its pictures.
    words = compared.content[1].text
    assert words.startswith("Same person")
    assert len(words) < 2000
    assert "base64" not in words
    assert "<" not in words
    assert record_of(renamed)["people"][0]["person"] == "Bea"
    assert refused.isError
    assert "greater than maximum value 1.2" in refused.content[0].text
    # The page fetches nothing from its own network on a stranger's behalf.
    assert inner.isError


def test_two_clients_do_not_stop_each_others_paintings(page):
    pictures = {"content": sent("chelsea"), "style": sent("hopper")}
    asked = pictures | {"size": 96, "steps": 500, "init": "noise"}

    async def talk(session):
        # From its first call on Gradio has one client of the page for all.
        await session.call_tool("people", {"gallery_key": KEY})
        return await asyncio.gather(*(session.call_tool("stylize", asked) for _ in range(2)))

    records = [record_of(done) for done in conversation(page, talk)]
    assert [record["finished"] for record in records] == [True, True]


def test_tools_are_off_by_default_and_do_not_go_with_a_login(serve, tmp_path):
    assert httpx.get(f"{serve()}/gradio_api/mcp/schema").status_code == 404
    with pytest.raises(SettingError, match="An MCP client cannot log in"):
        serve(mcp=True, auth_file=str(tmp_path / "logins"))


def test_each_call_of_a_tool_is_a_session_of_its_own():
    """The page's own visitors keep theirs from call to call."""

    def request(*headers: tuple[bytes, bytes]) -> gr.Request:
        scope = {"type": "http", "client": ("127.0.0.1", 1), "headers": list(headers)}
        return gr.Request(Request(scope), session_hash="shared")

    tool = (b"x-gradio-user", b"mcp")
    first, second = request(tool), request(tool)
    assert session_of(first) == session_of(first)
    assert len({session_of(first), session_of(second), "shared"}) == 3
    assert session_of(request()) == session_of(request()) == "shared"
