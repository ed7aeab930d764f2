"""The page as a visitor meets it: python -m benchmarks.page

Start beside an empty Gradio page started the same way, time until warm, a warm /verify of two
1024-pixel photos, and memory after 50 and after 500 verifications.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from gradio_client import Client, handle_file
from PIL import Image

from benchmarks.report import about, emit, time_action

ROOT = Path(__file__).resolve().parent.parent
EMPTY = """
import gradio as gr
with gr.Blocks(analytics_enabled=False) as page:
    gr.Markdown("empty")
page.launch(server_port=PORT, quiet=True)
"""
PORT = 7913


def start(command: list[str]) -> tuple[subprocess.Popen, float]:
    """Starts a page and waits until it answers; returns the process and the seconds."""
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5) as answer:
                answer.read()
            return process, time.perf_counter() - began
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(f"{command[1]} ended before it answered") from None
            time.sleep(0.02)


def stop(process: subprocess.Popen) -> None:
    """Stops a page and waits for its port."""
    process.terminate()
    process.wait(30)


def resident(process: subprocess.Popen) -> float:
    """Resident memory in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def start_ratio(ours: list[str], repeats: int) -> None:
    """Seconds until the page answers, in turn with an empty page."""
    empty = [sys.executable, "-c", EMPTY.replace("PORT", str(PORT))]
    pairs = []
    for _ in range(repeats + 1):
        seconds = []
        for command in (empty, ours):
            process, took = start(command)
            seconds.append(took)
            stop(process)
        pairs.append(seconds)
    pairs = pairs[1:]  # the first pair fills the disk's cache
    emit(
        "page answers, over an empty Gradio page",
        statistics.median(b / a for a, b in pairs),
        "<= 1.3",
        ours_s=statistics.median(b for _, b in pairs),
        empty_s=statistics.median(a for a, _ in pairs),
    )


def verification(process: subprocess.Popen, seconds: float, repeats: int) -> None:
    """Warm-up, latency and memory of one page."""
    began = time.perf_counter()
    client = Client(f"http://127.0.0.1:{PORT}/", verbose=False)
    folder = Path(tempfile.mkdtemp())
    photos = []
    for name in ("collins", "hopper"):
        path = folder / f"{name}.jpg"
        Image.open(ROOT / "assets" / "examples" / f"{name}.jpg").resize((1024, 1024)).save(path)
        photos.append(handle_file(str(path)))

    def verify():
        return client.predict(*photos, api_name="/verify")

    verify()
    warm = seconds + time.perf_counter() - began
    emit("all models warm and a first /verify answered, s after start", warm, "<= 30")
    took = time_action(verify, 30)
    emit("warm /verify of two 1024-px photos over HTTP, ms", 1e3 * took["median"], "<= 300",
         p10_ms=1e3 * took["p10"], p90_ms=1e3 * took["p90"])  # fmt: skip
    for _ in range(50 - 33):
        verify()
    after_50 = resident(process)
    for _ in range(repeats - 50):
        verify()
    growth = resident(process) - after_50
    emit(f"memory after {repeats} verifications against after 50, MB", growth, "<= 20",
         after_50_mb=after_50)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--verifications", type=int, default=500)
    options = parser.parse_args()
    about("CPU")
    with tempfile.TemporaryDirectory() as folder:
        ours = [sys.executable, "app.py", "--port", str(PORT), "--data-dir", folder]
        start_ratio(ours, options.starts)
        process, seconds = start(ours)
        try:
            verification(process, seconds, options.verifications)
        finally:
            stop(process)


if __name__ == "__main__":
    main()
