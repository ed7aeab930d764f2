"""Figures for Prometheus and the answer of /healthz. Nothing personal."""

import re
import time
from collections.abc import Callable, Iterator

import gradio as gr
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from faceweb.engine import Engine
from faceweb.errors import StorageError
from faceweb.gallery.store import Galleries
from faceweb.serving.gradio_patches import read_queues

OK, REFUSED, FAILED, STOPPED = "ok", "refused", "failed", "stopped"
SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)
LOOPBACK = {"127.0.0.1", "::1"}
HERE = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
# Of the process, as handlers are: two pages of one process count together.
REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "faceweb_requests", "Handlers that ended, by outcome", ["handler", "outcome"], registry=REGISTRY
)
DURATION = Histogram(
    "faceweb_request_seconds",
    "Seconds a handler took, streams until their end",
    ["handler"],
    buckets=SECONDS,
    registry=REGISTRY,
)


def count(handler: Callable, outcome: str, began: float) -> float:
    """Counts a handler that ended, and says how many seconds it took.

    Args:
        handler: its tab and name are its label.
        outcome: how it ended.
        began: when it did, on the clock of `time.perf_counter`.

    One that another handler calls counts by itself, too.
    """
    module = handler.__module__.removeprefix("faceweb.ui.").removeprefix("tabs.")
    name = f"{module.removesuffix('.handlers').removesuffix('.tab')}.{handler.__name__}"
    REQUESTS.labels(name, outcome).inc()
    seconds = time.perf_counter() - began
    DURATION.labels(name).observe(seconds)
    return seconds


def metrics_route(page: gr.Blocks, engine: Engine, loopback_only: bool) -> Route:
    """`/metrics`, in the text format of Prometheus.

    With a login or on a public page it is answered to this machine only, and not through a proxy
    or share link: what visitors do when is nobody else's business, and a scraper cannot fill in
    the page's login form. Elsewhere whoever reaches the page may read it, a scraper beside its
    container above all.
    """
    registry = CollectorRegistry()
    for collector in (REGISTRY, _Page(page, engine)):
        registry.register(collector)
    ProcessCollector(registry=registry)

    def metrics(request: Request) -> Response:
        if loopback_only and not _from_here(request):
            return PlainTextResponse(
                "The figures are only answered to the machine of this page: ask from there.\n", 403
            )
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", metrics, methods=["GET"])


def _from_here(request: Request) -> bool:
    # A proxy or a share link on this machine connects from loopback too.
    forwarded = any(name in request.headers for name in FORWARDED)
    local = request.client is not None and request.client.host in LOOPBACK
    return local and not forwarded and bool(HERE.fullmatch(request.headers.get("host", "")))


class _Page(Collector):
    """What is looked up when asked for: queues, warmth, graphs and the memory of a GPU."""

    def __init__(self, page: gr.Blocks, engine: Engine) -> None:
        self._page, self._engine = page, engine

    def collect(self) -> Iterator[Metric]:
        """One gauge after the other."""
        waiting = GaugeMetricFamily("faceweb_queue_waiting", "Calls that wait", labels=["queue"])
        running = GaugeMetricFamily("faceweb_queue_running", "Calls under way", labels=["queue"])
        for queue, (waits, runs) in queues(self._page).items():
            waiting.add_metric([queue], waits)
            running.add_metric([queue], runs)
        yield waiting
        yield running
        ready = float(self._engine.status.ready)
        yield GaugeMetricFamily("faceweb_ready", "Whether the networks are warm", ready)
        traces = float(self._engine.traces)
        yield GaugeMetricFamily("faceweb_painter_traces", "Graphs traced by style models", traces)
        memory = self._engine.device_bytes()
        if memory is not None:
            yield GaugeMetricFamily("faceweb_device_bytes", "Memory of the GPU in use", memory)


def queues(page: gr.Blocks) -> dict[str, tuple[int, int]]:
    """How many calls wait and run in each queue that has a name; all others are "other"."""
    found = {"other": (0, 0)}
    for queue in read_queues(page):
        # Gradio names the queue of a lone handler by its address in memory.
        name = "other" if queue.name.isdecimal() else queue.name
        waits, runs = found.get(name, (0, 0))
        found[name] = (waits + len(queue.waiting), runs + queue.running)
    return found


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
