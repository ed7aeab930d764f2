"""What the page remembers of visits: Gradio keeps a megabyte of components for each session."""

import re
from copy import copy

import gradio as gr
from gradio.state_holder import SessionState, StateHolder
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
            self.session_data[session_id] = self._begun()
        return super().__getitem__(session_id)

    def _begun(self) -> SessionState:
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
