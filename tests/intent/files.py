"""Which endpoints take files, found by asking the page, so that new ones are tried too."""

import functools
from typing import Any

import httpx


def calls_with(address: str, file: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    """The name and arguments of a call to each endpoint, with this file wherever one is taken."""
    file = {"meta": {"_type": "gradio.FileData"}, **file}
    return [
        (name, [file if taken else default for taken, default in parameters])
        for name, parameters in _endpoints(address)
    ]


@functools.cache
def _endpoints(address: str) -> list[tuple[str, list[tuple[bool, Any]]]]:
    info = httpx.get(f"{address.rstrip('/')}/gradio_api/info").json()["named_endpoints"]
    found = []
    for name, endpoint in info.items():
        parameters = [
            ("filepath" in one["python_type"]["type"], one.get("parameter_default"))
            for one in endpoint["parameters"]
        ]
        if any(taken for taken, _ in parameters):
            found.append((name.strip("/"), parameters))
    return found
