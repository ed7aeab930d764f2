"""The page in processes of its own."""

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[1]


class Process:
    """A page in a process of its own, as an operator starts it."""

    def __init__(self, folder: Path, *options: str, **variables: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        self.address, self.log = f"http://127.0.0.1:{port}", folder / f"log{port}"
        # Tests keep Gradio's files elsewhere than an operator would.
        environment = {key: value for key, value in os.environ.items() if key != "GRADIO_TEMP_DIR"}
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py", "--port", port, "--data-dir", str(folder), *options],
                cwd=ROOT,
                env=environment | variables,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def ready(self, warm: bool = True) -> None:
        """Waits until its networks are warm, or only until it answers."""
        for _ in range(1200):
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/healthz").status_code == 200 or not warm:
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    @property
    def pid(self) -> int:
        return self._process.pid

    def terminate(self, seconds: float = 30) -> int:
        """Sends SIGTERM; gives the exit code."""
        self._process.terminate()
        return self._process.wait(seconds)

    def kill(self) -> None:
        """Ends it in any case."""
        self._process.kill()
        self._process.wait()
