"""What the page remembers of visits: Gradio keeps a megabyte of components for each session."""

import re

import gradio as gr
from starlette.types import ASGIApp, Receive, Scope, Send

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
