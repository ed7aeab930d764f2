"""Starts the page: python app.py --help"""

import argparse
import gc
import logging
import os
import signal
import sys
import threading
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from faceweb.config import ASSETS, GalleryConfig, Settings, from_env
from faceweb.errors import FacewebError, SettingError
from faceweb.serving.logs import complain, configure
from faceweb.serving.passwords import read_logins
from faceweb.serving.uploads import scratch_folder, tidy_often

if TYPE_CHECKING:
    import gradio as gr

    from faceweb.ui.boundary import Services
    from faceweb.ui.page import LocalizedBlocks


log = logging.getLogger(__name__)
PUBLIC = (
    "With --share whoever has the link can use this page, this machine's processor and every "
    "gallery whose key they hold, so the limits of a public page are on."
)
# Seconds that an idle connection is held, longer than clients and proxies hold theirs: a call that
# meets the end of its connection is lost.
KEEP_ALIVE = 75
# Networks that a Space's proxy is in; it is the last who names a visitor's address.
PROXIES = "127.0.0.1,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"


def parse(arguments: list[str] | None = None) -> Settings:
    """Settings from FACEWEB_* variables, overridden by options."""
    defaults = from_env()
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="faceweb: see, use and understand how convolutional networks recognise faces.",
        argument_default=argparse.SUPPRESS,
    )
    for item in fields(Settings):
        default = getattr(defaults, item.name)
        shown = f"{item.metadata['help']}; or FACEWEB_{item.name.upper()} (now: {default!r})"
        shown = shown.replace("%", "%%")
        option = f"--{item.name.replace('_', '-')}"
        if isinstance(item.default, bool):
            parser.add_argument(option, action="store_true", help=shown)
        else:
            choices = item.metadata.get("choices")
            parser.add_argument(option, type=type(item.default), choices=choices, help=shown)
    return from_env(options=vars(parser.parse_args(arguments)))


def main() -> None:
    """Answers first, then imports TensorFlow and warms the networks in the background."""
    # While the page is built next to nothing is thrown away: to look for it takes half a second.
    gc.disable()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    scratch = scratch_folder()
    tidy_often(scratch)
    os.environ.setdefault("GRADIO_TEMP_DIR", str(scratch))
    if os.environ.get("SPACE_ID"):
        os.environ.setdefault("FORWARDED_ALLOW_IPS", PROXIES)
    told = threading.Event()

    def leave(*_: object) -> None:
        # By the front door, so that what lies in the folder is erased; if whatever runs just now
        # swallows that, the page is closed as soon as it is open.
        told.set()
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    settings = Settings()
    try:
        settings = parse()
        configure(settings.log_json)
        serve(settings, told)
    except FacewebError as error:
        complain(error, settings.log_json)
        raise SystemExit(2) from None


def serve(settings: Settings, told: threading.Event) -> None:
    """Launches the page and blocks until it is told to stop, which it may have been already."""
    # Gradio reads the environment when imported, so it comes after main() has set it.
    from faceweb.engine import Engine
    from faceweb.faces.calibration import load_calibration
    from faceweb.gallery.database import sqlite_url
    from faceweb.gallery.store import Galleries, expire_hourly
    from faceweb.interpret.corpus import in_folder
    from faceweb.interpret.index_cache import Indexes, IndexFiles
    from faceweb.serving.shutdown import wait_and_close
    from faceweb.ui.boundary import Services
    from faceweb.ui.build import build_app

    engine = Engine(settings.device)
    if settings.device == "gpu":
        engine.require_device()
    url = settings.database_url or sqlite_url(settings.folder())
    galleries = Galleries(url, GalleryConfig().most_photos)
    corpus = Path(settings.corpus) if settings.corpus else None
    if corpus is not None:
        in_folder(corpus)  # refused now rather than at a visitor's click
    indexes = Indexes(corpus, IndexFiles(settings.folder() / "indexes"))
    services = Services(engine, galleries, load_calibration(), indexes)
    page = build_app(services)
    if settings.share:
        log.warning(PUBLIC)
    launch(page, settings, services)
    gc.enable()
    engine.start()
    expire_hourly(galleries, settings.gallery_days)
    wait_and_close(page, told)


def launch(
    page: "LocalizedBlocks", settings: Settings, services: "Services | None" = None
) -> tuple["gr.routes.App", str, str]:
    """Opens the page on its port and returns at once, with the app and its addresses.

    Args:
        page: what is served.
        settings: where and to whom.
        services: what `/healthz`, `/metrics` and the gate look at; without, they are not there.
    """
    try:
        return _open(page, settings, services)
    except OSError:
        raise SettingError(
            f"Port {settings.port} on {settings.host} is taken or not allowed: choose another with "
            "--port."
        ) from None


def _open(
    page: "LocalizedBlocks", settings: Settings, services: "Services | None"
) -> tuple["gr.routes.App", str, str]:
    from starlette.middleware import Middleware

    from faceweb.serving.gate import RateLimiter
    from faceweb.serving.gradio_patches import (
        LAUNCH_OPTIONS,
        MOST_VISITS,
        Early,
        Visits,
        fetch_nothing,
        fetch_within,
        hold_connections,
        install_sessions,
        name_tools,
        refuse_upload,
    )
    from faceweb.serving.monitoring import health_route, metrics_route
    from faceweb.ui.theme import build_theme

    if settings.mcp and settings.auth_file:
        raise SettingError("An MCP client cannot log in: leave out --mcp or --auth-file.")
    script = "".join((ASSETS / name).read_text() for name in ("language.js", "names.js"))
    routes, middleware = [], [Middleware(Visits, page=page), Middleware(Early, script=script)]
    public = settings.public or settings.share
    if services is not None:
        guarded = public or bool(settings.auth_file)
        gate = {"page": page, "galleries": services.galleries, "limits": services.limits}
        middleware.append(Middleware(RateLimiter, **gate, everything=public))
        routes.append(health_route(services.engine, services.galleries))
        routes.append(metrics_route(page, services.engine, loopback_only=guarded))
    if settings.mcp:
        fetch_within(20_000_000)
    else:
        fetch_nothing()
    opened = page.launch(
        server_name=settings.host,
        server_port=settings.port or None,
        share=settings.share,
        auth=read_logins(Path(settings.auth_file)) if settings.auth_file else None,
        prevent_thread_lock=True,
        ssr_mode=False,
        run_history=False,
        state_session_capacity=MOST_VISITS,
        enable_monitoring=False,
        mcp_server=settings.mcp,
        footer_links=["api"],
        allowed_paths=[ASSETS / "examples"],
        max_file_size="20mb" if public else "100mb",
        theme=build_theme(),
        css_paths=[Path(ASSETS / "faceweb.css")],
        favicon_path=ASSETS / "favicon.svg",
        i18n=page.translations(),
        app_kwargs={
            "routes": routes,
            "middleware": middleware,
            "exception_handlers": {OSError: refuse_upload},
        },
        **LAUNCH_OPTIONS,
    )
    hold_connections(page, KEEP_ALIVE)
    name_tools(page)
    install_sessions(opened[0], page)
    return opened


if __name__ == "__main__":
    main()
