"""Whatever reaches into parts of Gradio that are not documented: all of it stands in this file.

`SEEN` is the version it was written for and `PRIVATE` what it relies on; where a later Gradio has
it no more, tests/serving/test_gradio_patches.py says what is missing and what for.

What the page remembers of visits: Gradio keeps a megabyte of components for each session.

A script that the page runs before Gradio's own, which Gradio has no place for.

Files that a program names by an address: refused, or with --mcp fetched within narrow bounds.

A disk that is full: whatever cannot be saved is one sentence, whoever tried to save it.

The endpoints as tools for MCP clients, named as the endpoints are.

Queues, events, components and files, of which the rest of the page asks by a function each.
"""

import asyncio
import errno
import gzip
import html
import ipaddress
import json
import logging
import re
import socket
from collections.abc import Callable, Coroutine, Iterator
from copy import copy
from dataclasses import dataclass
from functools import wraps
from typing import Any

import gradio as gr
import httpx
from gradio import processing_utils
from gradio.components import Component
from gradio.context import LocalContext
from gradio.exceptions import ComponentProcessingError
from gradio.processing_utils import save_bytes_to_cache
from gradio.state_holder import SessionState, StateHolder
from gradio.utils import get_upload_folder
from gradio_client.utils import is_file_obj_with_meta
from pydantic import BaseModel
from safehttpx import AsyncSecureTransport
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faceweb.i18n import CHINESE, COOKIE, ENGLISH, retold, speaking

SEEN = "6.31.0"
# Attributes of modules and classes, each with what is lost without it.
PRIVATE = {
    "gradio.processing_utils.async_ssrf_protected_get": "the page would fetch any address",
    "gradio.processing_utils.save_bytes_to_cache": "no file could be downloaded",
    "gradio.utils.get_upload_folder": "no file could be downloaded",
    "gradio.context.LocalContext.request": "a visitor's language would not be known",
    "gradio.state_holder.StateHolder.set_blocks": "sessions would be described anew each time",
    "gradio.state_holder.StateHolder.__getitem__": "sessions would be described anew each time",
    "gradio.blocks.Blocks.process_api": "a full disk would be an unknown error",
    "gradio.blocks.Blocks.get_config_file": "the page would be in English only",
    "gradio.blocks.Blocks.get_api_info": "programs would read markers instead of English",
    "gradio.components.base.Component.api_info": "programs would read wrong types",
    "gradio.components.Image.preprocess": "pictures would be decoded before they are checked",
    "gradio.mcp.GradioMCPServer.postprocess_output_data": "tools would answer as Python prints",
    "gradio.mcp.GradioMCPServer.get_tool_to_endpoint": "tools would be named after our functions",
}
# Gradio would ask for its own page, and give up where a busy machine takes 3 s to answer.
LAUNCH_OPTIONS = {"_frontend": False}

# Of visitors who stay away for longest the changed lists and the like are forgotten; a reload of
# their page brings them back.
MOST_VISITS = 500
CALL = re.compile(r"/gradio_api/call/(v2/)?[^/]+/(?P<event>[0-9a-f]+)/?")


class Visits:
    """ASGI middleware that forgets the session of a single call once its answer was sent.

    A program that asks by /gradio_api/call has a session for each call, named after it, to which
    nothing can come back.

    Args:
        app: what answers.
        page: whose sessions they are.
    """

    def __init__(self, app: ASGIApp, page: gr.Blocks) -> None:
        self._app, self._page = app, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, then forgets."""
        await self._app(scope, receive, send)
        call = scope["type"] == "http" and CALL.fullmatch(scope["path"])
        if call and scope["method"] == "GET":
            held = self._page.state_holder
            held.session_data.pop(call["event"], None)
            held.time_last_used.pop(call["event"], None)


class Sessions(StateHolder):
    """Gradio's sessions, each begun as a copy of the first.

    To describe all components anew takes 40 ms, in which the page answers nobody else.

    Args:
        page: whose sessions they are.
    """

    def __init__(self, page: gr.Blocks) -> None:
        super().__init__()
        self.set_blocks(page)
        self._first: SessionState | None = None

    def __getitem__(self, session_id: str) -> SessionState:
        """The session of this name, begun where there is none."""
        if session_id not in self.session_data:
            self.session_data[session_id] = self._make_state()
        return super().__getitem__(session_id)

    def _make_state(self) -> SessionState:
        if self._first is None:
            self._first = SessionState(self.blocks)
        session = copy(self._first)
        session.blocks_config = copy(self.blocks.default_config)
        # A session writes its own values into the properties.
        session.config_values = {
            number: {**config, "props": {**config["props"]}}
            for number, config in self._first.config_values.items()
        }
        session.state_data, session._state_ttl = {}, {}
        return session


def install_sessions(app: gr.routes.App, page: gr.Blocks) -> None:
    """Begins the sessions of a launched page as `Sessions` does."""
    app.state_holder = Sessions(page)


def hold_connections(page: gr.Blocks, seconds: int) -> None:
    """Sets for how long a launched page holds an idle connection; `launch` has no option for it."""
    page.server.config.timeout_keep_alive = seconds


@dataclass(frozen=True)
class Queue:
    """The calls of handlers that share a concurrency id.

    Args:
        name: the concurrency id; of a lone handler a number.
        waiting: the ASGI scope of each call that waits.
        running: how many are under way.
    """

    name: str
    waiting: list[Scope]
    running: int


def read_queues(page: gr.Blocks) -> Iterator[Queue]:
    """All queues of a page, as they are now."""
    for name, queue in list(page._queue.event_queue_per_concurrency_id.items()):
        waiting = [event.request.scope for event in list(queue.queue)]
        yield Queue(name, waiting, queue.current_concurrency)


def find_queue(page: gr.Blocks, name: str | None, number: object) -> str | None:
    """The queue of a handler, or None where there is no such handler.

    Args:
        page: whose handler it is.
        name: its endpoint's.
        number: its own, or None.
    """
    for fn in page.fns.values():
        # Gradio takes "3" for 3.
        if str(fn._id) == str(number) or (name is not None and fn.api_name == name):
            return str(fn.concurrency_id)
    return None


def read_event_data(event: gr.EventData) -> dict[str, Any]:
    """What a component sent with an event; empty where a program sent something else.

    The public attributes of an event raise a TypeError where it is no dictionary.
    """
    return event._data if isinstance(event._data, dict) else {}


def set_preprocess(component: Component, read: Callable[[Any], Any]) -> None:
    """Replaces the way a component reads what a browser sends.

    A class of our own that inherits from the component would be another one to browsers.
    """
    component.preprocess = read  # type: ignore[method-assign]


def set_api_info(component: Component, schema: dict[str, Any]) -> None:
    """Replaces what programs are told of a component: a JSON schema."""
    component.api_info = lambda: dict(schema)  # type: ignore[method-assign]


def save_for_download(data: bytes, name: str) -> str:
    """Saves a file where the page may hand it out, and says where.

    Raises:
        OSError: it cannot be saved.
    """
    return save_bytes_to_cache(data, name, get_upload_folder())


HEAD = b"<head>"
# The higher ones take longer and hardly pack more.
LEVEL = 4


class Early:
    """ASGI middleware that puts a script first into every page, and packs it.

    Gradio packs its scripts but not the page, which holds two languages and the first pictures.

    Args:
        app: what answers.
        script: JavaScript.
    """

    def __init__(self, app: ASGIApp, script: str) -> None:
        self._app = app
        self._head = HEAD + f"<script>{script}</script>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers; a page is held back until it is whole."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return await self._app(scope, receive, send)
        packed = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        start: Message = {}
        body = bytearray()

        async def altered(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                start.update(message)
            elif not start:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await self._whole(start, bytes(body), packed, send)

        await self._app(scope, receive, altered)

    async def _whole(self, start: Message, body: bytes, packed: bool, send: Send) -> None:
        body = body.replace(HEAD, self._head, 1)
        headers = MutableHeaders(raw=start["headers"])
        headers.add_vary_header("Accept-Encoding")
        if packed:
            body = gzip.compress(body, LEVEL)
            headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    return MutableHeaders(raw=start["headers"]).get("content-type", "").startswith("text/html")


SECONDS = 20


def fetch_nothing() -> None:
    """Lets no caller send the page to another host; Gradio would fetch any public address."""

    async def refuse(url: str) -> httpx.Response:
        raise _refuse("This page fetches nothing from other hosts: upload the file instead.")

    _fetch_by(refuse)


def fetch_within(largest: int) -> None:
    """Lets programs name a file by its address on a public host, as assistants do.

    Args:
        largest: of a file, in bytes.
    """

    async def fetch(url: str) -> httpx.Response:
        try:
            async with asyncio.timeout(SECONDS):
                return await _fetch(httpx.URL(url), largest)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            raise _refuse(
                f"The file's address did not answer within {SECONDS} seconds: check it, or send "
                "the file itself."
            ) from None

    _fetch_by(fetch)


def _fetch_by(how: Callable[[str], Coroutine[None, None, httpx.Response]]) -> None:
    # Whatever Gradio downloads for a visitor, it downloads by this function.
    vars(processing_utils)["async_ssrf_protected_get"] = how


async def _fetch(url: httpx.URL, largest: int) -> httpx.Response:
    pieces, size = [], 0
    # Connected to the very address that was looked at, and to no other that a name may have then.
    transport = AsyncSecureTransport(await _public_address(url.host))
    async with (
        httpx.AsyncClient(transport=transport, follow_redirects=False) as client,
        client.stream("GET", url) as answer,
    ):
        if answer.status_code != 200:
            raise _refuse(
                f"The file's address answered {answer.status_code}: name the file itself, not a "
                "page that leads to it."
            )
        async for piece in answer.aiter_bytes():
            size += len(piece)
            if size > largest:
                raise _refuse(
                    f"The file at this address is larger than {largest // 10**6} MB: send a "
                    "smaller one."
                )
            pieces.append(piece)
    return httpx.Response(200, content=b"".join(pieces))


async def _public_address(host: str) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _refuse(f"There is no host {host!r}: check the file's address.") from None
    for *_, (address, *_) in found:
        if not is_public(str(address)):
            raise _refuse("The file's address is not a public one: send the file itself.")
    return str(found[0][4][0])


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, and not this machine or its network."""
    seen = ipaddress.ip_address(address.partition("%")[0])
    seen = getattr(seen, "ipv4_mapped", None) or seen
    return seen.is_global and not seen.is_multicast


def _refuse(sentence: str) -> gr.Error:
    return gr.Error(sentence, title="Not done", print_exception=False)


FULL = (
    "The server's disk is full, so this could not be saved: try again later, or tell whoever runs "
    "this page."
)
# A file may also have outgrown what its owner, or any file, may take.
_CODES = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
log = logging.getLogger(__name__)


def is_full(error: OSError) -> bool:
    """Whether a file could not be written for want of space."""
    return error.errno in _CODES


class PatchedBlocks(gr.Blocks):
    """A page that says so where Gradio cannot save what a handler is given or returns.

    What browsers and programs are told of it can be changed by who inherits from it.
    """

    def get_config_file(self) -> Any:
        """What browsers load: all components, each with its properties."""
        return self.change_config(super().get_config_file())

    def get_api_info(self, *arguments: Any, **named: Any) -> Any:
        """What programs read: all endpoints, each with its arguments."""
        return self.change_api_info(super().get_api_info(*arguments, **named))

    def change_config(self, config: Any) -> Any:
        """The config that browsers get, made of Gradio's; here it is Gradio's."""
        return config

    def change_api_info(self, info: Any) -> Any:
        """The description that programs get, made of Gradio's; here it is Gradio's."""
        return info

    async def process_api(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """As Gradio does.

        Raises:
            gr.Error: the disk is full.
        """
        # Gradio does so for the handler alone, and not for what reads its pictures.
        LocalContext.request.set(named.get("request"))
        language = visitor_language()
        try:
            return await super().process_api(*arguments, **named)
        except (OSError, ComponentProcessingError) as error:
            cause = error.__cause__ or error
            if not (isinstance(cause, OSError) and is_full(cause)):
                raise
            log.warning("what a handler is given or returns could not be saved: the disk is full")
            sentence, title = retold(FULL, language), retold("Not done", language)
            raise gr.Error(sentence, title=title, print_exception=False) from None


async def refuse_upload(request: Request, error: Exception) -> Response:
    """What is answered where a route, such as that of uploads, fails because the disk is full."""
    if not (isinstance(error, OSError) and is_full(error)):
        raise error
    log.warning("an upload could not be saved: the disk is full")
    return JSONResponse({"detail": retold(FULL, visitor_language(request))}, 507)


# It keeps what a page's session trained, and each call of a tool is a session of its own.
WITHOUT = {"/keep_head"}
# What of the page's HTML holds no words: drawings, pictures, tags.
_TAGS = re.compile(r"<svg\b.*?</svg>|<[^>]*>", re.S)


def name_tools(page: gr.Blocks) -> None:
    """Names the tools of a launched page, and lets them answer in JSON and in words.

    Gradio would name them after our functions, write a record as Python does, and hand over the
    page's HTML with all its pictures, of which an assistant would have to read 100 kB.
    """
    server = page.mcp_server_obj
    if server is not None:
        names = [name for name in server.api_info["named_endpoints"] if name not in WITHOUT]
        prefix = server.tool_prefix
        written = server.postprocess_output_data
        server.postprocess_output_data = lambda data, root: written(_parts(data), root)
        server.tool_to_endpoint = {prefix + name.lstrip("/"): name for name in names}


def _parts(data: Any) -> list:
    """The outputs of a call, records as JSON, HTML as its words; a queued call's are one list."""
    outputs = list(data)
    if len(outputs) == 1 and isinstance(outputs[0], list | tuple):
        outputs = list(outputs[0])
    return [_readable(output) for output in outputs]


def _readable(output: Any) -> Any:
    if isinstance(output, BaseModel):
        output = output.model_dump()
    if isinstance(output, str) and output.lstrip().startswith("<"):
        return " ".join(html.unescape(_TAGS.sub(" ", output)).split())
    record = isinstance(output, dict) and not is_file_obj_with_meta(output)
    return json.dumps(output) if record else output


def visitor_language(request: object = None) -> str:
    """The language in which the page is shown whose event Gradio handles; English for programs.

    Args:
        request: the event's, where Gradio has not put it into the context.
    """
    request = request or LocalContext.request.get(None)
    cookies = getattr(request, "cookies", None) or {}
    return CHINESE if cookies.get(COOKIE) == CHINESE else ENGLISH


def localize(handler: Callable) -> Callable:
    """A handler that speaks the visitor's language."""

    @wraps(handler)
    def run(*arguments, **named):
        with speaking(visitor_language()):
            return handler(*arguments, **named)

    return run
