"""A script that the page runs before Gradio's own, which Gradio has no place for."""

import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
