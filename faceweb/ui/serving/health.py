"""Whether the page is fit to serve, for a container, a proxy or a watchdog."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from faceweb.errors import StorageError
from faceweb.models.engine import Engine
from faceweb.storage.galleries import Galleries


def health_route(engine: Engine, galleries: Galleries) -> Route:
    """`/healthz`: {models: ready, warming or failed; database: ok, or what is not well with it}.

    A database is busy, read-only, disk full or failing, or unreachable.

    200 where both are well, 503 otherwise. It is not behind the login, and tells no more than that.
    """

    def healthz(_request: Request) -> JSONResponse:
        status = engine.status
        models = "failed" if status.failure else "ready" if status.ready else "warming"
        try:
            galleries.check()
            database = "ok"
        except StorageError as error:
            database = error.state
        well = (models, database) == ("ready", "ok")
        return JSONResponse(
            {"models": models, "database": database},
            200 if well else 503,
            {"Cache-Control": "no-store"},
        )

    return Route("/healthz", healthz, methods=["GET"])
