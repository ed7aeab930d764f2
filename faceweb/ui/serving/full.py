"""A disk that is full: whatever cannot be saved is one sentence, whoever tried to save it."""

import errno
import logging
from typing import Any

import gradio as gr
from gradio.context import LocalContext
from gradio.exceptions import ComponentProcessingError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from faceweb.ui.tongue import asked, retold

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
        # Gradio does so for the handler alone, and not for what reads its pictures.
        LocalContext.request.set(named.get("request"))
        language = asked()
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
    return JSONResponse({"detail": retold(FULL, asked(request))}, 507)
