"""A disk that is full: whatever cannot be saved is one sentence, whoever tried to save it."""

import errno
import logging
from typing import Any

import gradio as gr
from gradio.exceptions import ComponentProcessingError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

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


class SavingPage(gr.Blocks):
    """A page that says so where Gradio cannot save what a handler is given or returns."""

    async def process_api(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """As Gradio does.

        Raises:
            gr.Error: the disk is full.
        """
        try:
            return await super().process_api(*arguments, **named)
        except (OSError, ComponentProcessingError) as error:
            cause = error.__cause__ or error
            if not (isinstance(cause, OSError) and is_full(cause)):
                raise
            log.warning("what a handler is given or returns could not be saved: the disk is full")
            raise gr.Error(FULL, title="Not done", print_exception=False) from None


async def refuse_upload(_request: Request, error: Exception) -> Response:
    """What is answered where a route, such as that of uploads, fails because the disk is full."""
    if not (isinstance(error, OSError) and is_full(error)):
        raise error
    log.warning("an upload could not be saved: the disk is full")
    return JSONResponse({"detail": FULL}, 507)
