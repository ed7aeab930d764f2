"""Fixtures: the real networks once a session, an empty database a test, public-domain pictures."""

import os
import tempfile
from pathlib import Path

# Before Gradio or TensorFlow is imported: they read the environment then.
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="faceweb-tests-")

import gradio.http_server
import numpy as np
import pytest
from PIL import Image

from faceweb.config import ASSETS
from faceweb.engine import Engine
from faceweb.faces.calibration import load_calibration
from faceweb.gallery.database import sqlite_url
from faceweb.gallery.store import Galleries
from faceweb.media.image import read_picture
from tests.processes import Process

# Tests that run side by side would reach for the same free port.
gradio.http_server.INITIAL_PORT_VALUE += 500 * int(
    os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
)
EXAMPLES = ASSETS / "examples"
SHARED = Path(__file__).resolve().parents[2] / "shared"
KEY = "00112233445566778899aabbccddeeff"
OTHER_KEY = "ffeeddccbbaa99887766554433221100"


@pytest.fixture(scope="session")
def engine():
    engine = Engine("cpu")
    engine.load()
    return engine


@pytest.fixture(scope="session")
def networks(engine):
    return engine.faces()


@pytest.fixture(scope="session")
def picture():
    """Reads an example by its name."""

    def read(name: str) -> np.ndarray:
        return read_picture(EXAMPLES / f"{name}.jpg")

    return read


@pytest.fixture(scope="session")
def lfw():
    folder = SHARED / "data" / "faces-lfw100"
    if not folder.is_dir():
        pytest.skip("../shared/data/faces-lfw100 is not beside the project")
    return folder


@pytest.fixture
def galleries(tmp_path):
    return Galleries(sqlite_url(tmp_path), 1000)


@pytest.fixture
def embedding():
    return np.linspace(-1, 1, 128, dtype=np.float32)


@pytest.fixture(scope="session")
def served(engine, tmp_path_factory):
    """The whole page on a free port of this machine; yields its address."""
    from app import launch
    from faceweb.config import Settings
    from faceweb.ui.boundary import Services
    from faceweb.ui.build import build_app

    folder = tmp_path_factory.mktemp("galleries")
    services = Services(engine, Galleries(sqlite_url(folder), 1000), load_calibration())
    page = build_app(services)
    _, address, _ = launch(page, Settings(port=0), services)
    yield address
    page.close(verbose=False)


@pytest.fixture
def cold():
    """An engine that was never started."""
    return Engine("cpu")


@pytest.fixture
def serve(galleries, cold):
    """Launches a page with settings on a free port; gives its address, closes it at the end."""
    from app import launch
    from faceweb.config import Settings
    from faceweb.serving.gate import Limits
    from faceweb.ui.boundary import Services
    from faceweb.ui.build import build_app

    pages = []

    def launched(engine=cold, limits=None, **settings) -> str:
        services = Services(engine, galleries, load_calibration(), limits=limits or Limits())
        pages.append(build_app(services))
        _, address, _ = launch(pages[-1], Settings(port=0, **settings), services)
        return address.rstrip("/")

    yield launched
    for page in pages:
        page.close(verbose=False)


@pytest.fixture
def start(tmp_path):
    """Starts processes, which end with the test."""
    processes = []

    def started(*options: str) -> Process:
        processes.append(Process(tmp_path, *options))
        return processes[-1]

    yield started
    for process in processes:
        process.kill()


@pytest.fixture(scope="session")
def inspector():
    """The style model's network with random weights."""
    import keras

    from faceweb.interpret.inspector import Inspector
    from faceweb.networks.device import Device
    from faceweb.networks.perceptual import build_perceptual

    keras.utils.set_random_seed(7)
    return Inspector(build_perceptual(), Device("cpu", "CPU", "float32"), "random")


@pytest.fixture
def folder(tmp_path):
    """Makes pictures of noise in a folder; sizes are (width, height)."""

    def made(*sizes, suffix=".png"):
        for number, (width, height) in enumerate(sizes):
            pixels = np.random.default_rng(number).integers(0, 256, (height, width, 3), np.uint8)
            coarse = Image.fromarray(pixels[::8, ::8]).resize((width, height))
            coarse.save(tmp_path / f"{number:03}{suffix}")
        return tmp_path

    return made
