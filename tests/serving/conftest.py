"""Pages launched for one test, whose networks need not be warm."""

import pytest
from gradio_client import Client

from app import launch
from faceweb.config import Settings
from faceweb.features.odds import load_calibration
from faceweb.models.engine import Engine
from faceweb.ui.build import build_app
from faceweb.ui.handlers import Services


@pytest.fixture
def cold():
    """An engine that was never started."""
    return Engine("cpu")


@pytest.fixture
def serve(galleries, cold):
    """Launches a page with settings on a free port; gives its address, closes it at the end."""
    pages = []

    def launched(engine=cold, **settings) -> str:
        services = Services(engine, galleries, load_calibration())
        pages.append(build_app(services))
        _, address, _ = launch(pages[-1], Settings(port=0, **settings), services)
        return address.rstrip("/")

    yield launched
    for page in pages:
        page.close(verbose=False)


@pytest.fixture(scope="session")
def client(served):
    return Client(served, verbose=False)
