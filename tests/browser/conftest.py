"""Real Chromium, Debian's, driven by Playwright; a camera that plays the example collage."""

import os
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import EXAMPLES

READY = re.compile("Ready on CPU|就绪：CPU")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # two cores, which other tests use too

    film = tmp_path_factory.mktemp("camera") / "group.mjpeg"
    scratch = film.with_suffix(".jpg")
    Image.open(EXAMPLES / "group.jpg").resize((640, 438)).crop((0, 0, 640, 432)).save(scratch)
    film.write_bytes(scratch.read_bytes() * 20)
    camera = f"--use-file-for-fake-video-capture={film}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, camera])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, served):
    """Opens the page as one visitor; at the end no foreign host was asked and no error logged."""
    contexts, foreign, errors = [], [], []

    def open_page(
        width: int = 1440, height: int = 1000, scheme: str = "light", locale: str = "en-US"
    ):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=locale,
            permissions=["camera", "clipboard-read", "clipboard-write"],
            base_url=served,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on(
            "request",
            lambda request: (
                foreign.append(request.url)
                if not request.url.startswith((served, "data:", "blob:"))
                else None
            ),
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/")
        page.locator("#status", has_text=READY).wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert foreign == []
    assert errors == []


@pytest.fixture(scope="session")
def screens(tmp_path_factory) -> Path:
    """Where screenshots go: FACEWEB_SCREENS, or a folder that nobody keeps."""
    folder = os.environ.get("FACEWEB_SCREENS")
    path = Path(folder) if folder else tmp_path_factory.mktemp("screens")
    path.mkdir(parents=True, exist_ok=True)
    return path
