"""More than anybody needs: bodies, nesting, numbers, streams."""

import asyncio
import json
from contextlib import AsyncExitStack

import httpx
import pytest

from tests.loops import ran

NO_CALL, MANY = "A call is a JSON object", "A call has at most 100 arguments"
MONSTERS = {
    "a body of 40 MB": (b'{"data": ["' + b"x" * 40_000_000 + b'"]}', 413, "larger than 30 MB"),
    "nested deeply": (b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, NO_CALL),
    "a number of 100,000 digits": (b'{"data": [' + b"9" * 100_000 + b"]}", 400, NO_CALL),
    "half a body": (b'{"data": [', 400, NO_CALL),
    "no object": (b"[1, 2]", 400, NO_CALL),
    "no UTF-8": (b"\xff\xfe\x00", 400, NO_CALL),
    "many arguments": (json.dumps({"data": [0] * 1_000_000}).encode(), 400, MANY),
    "many names": (json.dumps(dict.fromkeys(map(str, range(300_000)))).encode(), 400, MANY),
}


@pytest.mark.parametrize(("body", "code", "sentence"), MONSTERS.values(), ids=MONSTERS)
def test_a_monstrous_call_is_refused_in_a_sentence(serve, body, code, sentence):
    address = serve(public=True)
    headers = {"Content-Type": "application/json"}
    for path in ("call/dimensions", "call/v2/dimensions", "queue/join"):
        url = f"{address}/gradio_api/{path}"
        answer = httpx.post(url, content=body, headers=headers, timeout=60)
        assert (answer.status_code, len(answer.content) < 200) == (code, True), path
        assert sentence in answer.json()["detail"]


def test_what_is_no_call_is_short(serve):
    address = serve(public=True)
    for path in ("cancel", "reset", "component_server", "nothing"):
        url = f"{address}/gradio_api/{path}"
        assert httpx.post(url, content=b"x" * 1_100_000, timeout=60).status_code == 413


def test_arguments_that_are_no_numbers_are_one_sentence(served, call):
    for value in (10**400, "9" * 5000, float(10**300), -(2**63), [[]], {"a": {}}, None, "NaN"):
        event, said = call(served, "dimensions", [2, value, 5, 16, 3, 1, "valid", 1])
        assert event == "error"
        assert "Traceback" not in str(said)
        assert len(str(said)) < 6000


def test_a_thousand_open_streams_leave_the_page_to_others(serve):
    """One address holds 64; sixteen addresses hold 1,000 together, and a visitor is answered."""
    address = serve(public=True)

    async def flood() -> tuple[list[int], int, str]:
        async with AsyncExitStack() as stack:
            codes = []
            for n in range(16):
                transport = httpx.AsyncHTTPTransport(
                    local_address=f"127.0.3.{n + 1}", limits=httpx.Limits(max_connections=None)
                )
                client = httpx.AsyncClient(transport=transport, timeout=60)
                await stack.enter_async_context(client)
                url = f"{address}/gradio_api/heartbeat"
                streams = [client.stream("GET", f"{url}/s{n}-{k}") for k in range(70)]
                entered = [stack.enter_async_context(stream) for stream in streams]
                answers = await asyncio.gather(*entered)
                codes += [answer.status_code for answer in answers]
            async with httpx.AsyncClient(timeout=60) as visitor:
                health = (await visitor.get(f"{address}/metrics")).status_code
                plan = await visitor.post(
                    f"{address}/gradio_api/call/v2/dimensions", json={"rank": 1, "size": 8}
                )
                event = plan.json()["event_id"]
                done = await visitor.get(f"{address}/gradio_api/call/dimensions/{event}")
        return codes, health, done.text

    codes, health, done = ran(flood())
    assert codes.count(200) == 16 * 64
    assert codes.count(429) == 16 * 6
    assert health == 200
    assert "event: complete" in done
