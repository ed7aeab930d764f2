"""Writes docs/API.md from the page itself: python -m training.write_api"""

import json
from pathlib import Path
from typing import Any

from gradio.utils import get_function_description

from faceweb.engine import Engine
from faceweb.faces.calibration import load_calibration
from faceweb.gallery.store import Galleries
from faceweb.ui.boundary import Services, is_stream
from faceweb.ui.build import build_app

PATH = Path(__file__).resolve().parent.parent / "docs" / "API.md"
PAGE = "http://127.0.0.1:7860"
KEY = object()
EXAMPLES = "assets/examples"
HEAD = f"""# Programming interface

Every button of the page has a named endpoint. This file is made from the code
(`python -m training.write_api`), and a test runs its examples. The first output is a JSON record,
except for `/export` (a file), `/network` (a layer's name) and `/keep_head` (nothing); pictures and
HTML follow.

An error is one sentence. On a public page a call that comes too soon is answered 429: its
`Retry-After` says in how many seconds to come back, its `detail` says so in words. With `--mcp` the
same endpoints are tools at `{PAGE}/gradio_api/mcp/`, all but `/keep_head`;
a picture is handed over as its address or as a `data:` URL.

The examples in Python begin with

```python
import secrets

from gradio_client import Client, handle_file

client = Client("{PAGE}")
key = secrets.token_hex(16)  # opens your gallery: keep it
```

and those for a shell with

```sh
PAGE={PAGE}
KEY=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \\n')
file() {{
  path=$(curl -s -F "files=@$1" $PAGE/gradio_api/upload | tr -d '[]"')
  printf '{{"path": "%s", "meta": {{"_type": "gradio.FileData"}}}}' "$path"
}}
call() {{
  event=$(curl -s -H 'Content-Type: application/json' -d "$2" $PAGE/gradio_api/call/v2/$1 |
    sed 's/.*"event_id": *"\\([^"]*\\)".*/\\1/')
  curl -sN $PAGE/gradio_api/call/$1/$event
}}
```

What streams prints a line `event: generating` for each step, and `event: complete` at the end.
"""
# What the examples hand over beside the key; pictures by the names of files.
VALUES: dict[str, Any] = {
    "name": "Eileen",
    "person": "Eileen",
    "new_name": "Eileen Collins",
    "photo_id": 1,
    "photo": Path(f"{EXAMPLES}/collins.jpg"),
    "photo_a": Path(f"{EXAMPLES}/collins.jpg"),
    "photo_b": Path(f"{EXAMPLES}/hopper.jpg"),
    "content": Path(f"{EXAMPLES}/chelsea.jpg"),
    "style": Path("assets/styles/ink_wash.jpg"),
    "archive": Path("faceweb-gallery.zip"),
    "rank": 2,
    "size": 14,
    "units": "3, 5",
}
# Of the endpoints whose every argument has a default, what makes a telling example.
SHOWN = {"/dimensions": ("rank", "size"), "/convolve": ("rank",), "/top_patches": ("units",)}
ALWAYS = ("name", "person", "new_name", "photo_id", "gallery_key")


def api_markdown() -> str:
    """The whole file, with one section an endpoint."""
    services = Services(Engine("cpu"), Galleries("sqlite://", 1), load_calibration())
    page = build_app(services)
    handlers = {f"/{fn.api_name}": fn.fn for fn in page.fns.values() if fn.api_name}
    endpoints = page.get_api_info()["named_endpoints"]
    return "\n".join(
        [HEAD, *(_section(name, endpoints[name], handlers[name]) for name in endpoints)]
    )


def _section(name: str, endpoint: dict, handler: Any) -> str:
    description, meanings, _ = get_function_description(handler)
    rows = [_row(item, meanings.get(item["parameter_name"], "")) for item in endpoint["parameters"]]
    shown = _example(name, endpoint["parameters"])
    returned = ", ".join(item["component"] for item in endpoint["returns"]) or "nothing"
    streams = " It streams." if is_stream(handler) else ""
    table = ["| argument | type | default | meaning |", "|---|---|---|---|", *rows]
    return f"""## {name}

{description}

{chr(10).join(table) if rows else "It takes no arguments."}

Outputs: {returned}.{streams}

```python
{_call(name, shown)}
```

```sh
call {name[1:]} {_shell(shown)}
```
"""


def _row(item: dict, meaning: str) -> str:
    kind = item["python_type"]["type"]
    choices = item["type"].get("enum")
    if choices:
        kind = " or ".join(f"`{choice}`" for choice in choices)
    given = f"`{item['parameter_default']!r}`" if item["parameter_has_default"] else "none"
    cells = (f"`{item['parameter_name']}`", kind.replace("|", "or"), given, meaning)
    return f"| {' | '.join(cells)} |"


def _example(name: str, parameters: list[dict]) -> dict[str, Any]:
    values = {}
    for item in parameters:
        argument = item["parameter_name"]
        needed = not item["parameter_has_default"] or argument in ALWAYS
        archive = argument == "archive" and name == "/import"
        if needed or archive or argument in SHOWN.get(name, ()):
            values[argument] = VALUES.get(argument, item["parameter_default"])
        if argument == "gallery_key":
            values[argument] = KEY
    return values


def _python(value: Any) -> str:
    if value is KEY:
        return "key"
    return f'handle_file("{value}")' if isinstance(value, Path) else json.dumps(value)


def _call(name: str, values: dict[str, Any]) -> str:
    arguments = [f"{key}={_python(value)}" for key, value in values.items()]
    arguments.append(f'api_name="{name}"')
    line = f"result = client.predict({', '.join(arguments)})"
    if len(line) <= 88:
        return line
    return "\n".join(["result = client.predict(", *(f"    {part}," for part in arguments), ")"])


def _shell(values: dict[str, Any]) -> str:
    def text(value: Any) -> str:
        if value is KEY:
            return '\\"$KEY\\"'
        if isinstance(value, Path):
            return f"$(file {value})"
        return json.dumps(value).replace('"', '\\"')

    return '"{' + ", ".join(f'\\"{key}\\": {text(value)}' for key, value in values.items()) + '}"'


def main() -> None:
    """Writes the file."""
    PATH.write_text(api_markdown())


if __name__ == "__main__":
    main()
