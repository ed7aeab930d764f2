"""Listens where nobody should be sent to, and calls as a program does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest


@pytest.fixture
def listener():
    """A server of this machine; gives its address and what it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(302 if self.path == "/lead" else 200)
            self.send_header("Location", "/inner")
            self.end_headers()
            self.wfile.write(b"secret of the inner network")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def call():
    """Calls an endpoint; gives the last event and what came with it."""

    def called(address: str, name: str, data: list) -> tuple[str, object]:
        base = f"{address.rstrip('/')}/gradio_api/call/{name}"
        asked = httpx.post(base, json={"data": data}, timeout=60)
        if asked.is_error:
            return str(asked.status_code), asked.json()
        event, said = "", "null"
        with httpx.stream("GET", f"{base}/{asked.json()['event_id']}", timeout=60) as answer:
            for line in answer.iter_lines():
                kind, _, value = line.partition(": ")
                event, said = (value, said) if kind == "event" else (event, value or said)
        return event, json.loads(said)

    return called
