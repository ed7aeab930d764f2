"""Files that a program names by an address: refused, or with --mcp fetched within narrow bounds."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Coroutine

import gradio as gr
import httpx
from gradio import processing_utils
from safehttpx import AsyncSecureTransport

SECONDS = 20


def fetch_nothing() -> None:
    """Lets no caller send the page to another host; Gradio would fetch any public address."""

    async def refuse(url: str) -> httpx.Response:
        raise _refused("This page fetches nothing from other hosts: upload the file instead.")

    _fetch_by(refuse)


def fetch_within(largest: int) -> None:
    """Lets programs name a file by its address on a public host, as assistants do.

    Args:
        largest: of a file, in bytes.
    """

    async def fetch(url: str) -> httpx.Response:
        try:
            async with asyncio.timeout(SECONDS):
                return await _fetched(httpx.URL(url), largest)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            raise _refused(
                f"The file's address did not answer within {SECONDS} seconds: check it, or send "
                "the file itself."
            ) from None

    _fetch_by(fetch)


def _fetch_by(how: Callable[[str], Coroutine[None, None, httpx.Response]]) -> None:
    # Whatever Gradio downloads for a visitor, it downloads by this function.
    vars(processing_utils)["async_ssrf_protected_get"] = how


async def _fetched(url: httpx.URL, largest: int) -> httpx.Response:
    pieces, size = [], 0
    # Connected to the very address that was looked at, and to no other that a name may have then.
    transport = AsyncSecureTransport(await _public_address(url.host))
    async with (
        httpx.AsyncClient(transport=transport, follow_redirects=False) as client,
        client.stream("GET", url) as answer,
    ):
        if answer.status_code != 200:
            raise _refused(
                f"The file's address answered {answer.status_code}: name the file itself, not a "
                "page that leads to it."
            )
        async for piece in answer.aiter_bytes():
            size += len(piece)
            if size > largest:
                raise _refused(
                    f"The file at this address is larger than {largest // 10**6} MB: send a "
                    "smaller one."
                )
            pieces.append(piece)
    return httpx.Response(200, content=b"".join(pieces))


async def _public_address(host: str) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _refused(f"There is no host {host!r}: check the file's address.") from None
    for *_, (address, *_) in found:
        if not is_public(str(address)):
            raise _refused("The file's address is not a public one: send the file itself.")
    return str(found[0][4][0])


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, and not this machine or its network."""
    seen = ipaddress.ip_address(address.partition("%")[0])
    seen = getattr(seen, "ipv4_mapped", None) or seen
    return seen.is_global and not seen.is_multicast


def _refused(sentence: str) -> gr.Error:
    return gr.Error(sentence, title="Not done", print_exception=False)
