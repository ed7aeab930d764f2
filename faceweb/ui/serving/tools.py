"""The endpoints as tools for MCP clients, named as the endpoints are."""

import html
import json
import re
from typing import Any

import gradio as gr
from gradio_client.utils import is_file_obj_with_meta
from pydantic import BaseModel

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
