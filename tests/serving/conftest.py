"""Pages launched for one test, whose networks need not be warm."""

import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

from app import launch
from faceweb.config import Settings
from faceweb.features.odds import load_calibration
from faceweb.models.engine import Engine
from faceweb.ui.build import build_app
from faceweb.ui.handlers import Services
from faceweb.ui.serving.gate import Limits

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def cold():
    """An engine that was never started."""
    return Engine("cpu")


@pytest.fixture
def serve(galleries, cold):
    """Launches a page with settings on a free port; gives its address, closes it at the end."""
    pages = []

    def launched(engine=cold, limits=None, **settings) -> str:
        services = Services(engine, galleries, load_calibration(), limits=limits or Limits())
        pages.append(build_app(services))
        _, address, _ = launch(pages[-1], Settings(port=0, **settings), services)
        return address.rstrip("/")

    yield launched
    for page in pages:
        page.close(verbose=False)


@pytest.fixture(scope="session")
def client(served):
    return Client(served, verbose=False)


class Process:
    """A page in a process of its own, as an operator starts it."""

    def __init__(self, folder: Path, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        self.address, self.log = f"http://127.0.0.1:{port}", folder / "log"
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py", "--port", port, "--data-dir", str(folder), *options],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def ready(self) -> None:
        """Waits until its networks are warm."""
        for _ in range(1200):
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/healthz").status_code == 200:
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    def terminate(self, seconds: float = 30) -> int:
        """Sends SIGTERM; gives the exit code."""
        self._process.terminate()
        return self._process.wait(seconds)

    def kill(self) -> None:
        """Ends it in any case."""
        self._process.kill()
        self._process.wait()


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
