"""One JSON line a figure: what, how much, against which target, on what."""

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np


def time_action(action: Callable[[], Any], repeats: int, warmup: int = 2) -> dict[str, float]:
    """Median, 10th and 90th percentile of the seconds that an action takes."""
    for _ in range(warmup):
        action()
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    low, high = np.percentile(seconds, [10, 90])
    return {"median": statistics.median(seconds), "p10": float(low), "p90": float(high)}


def emit(figure: str, value: float | dict, target: str, **details: Any) -> None:
    """Prints a figure."""
    shown = {key: round(v, 4) if isinstance(v, float) else v for key, v in details.items()}
    value = round(value, 4) if isinstance(value, float) else value
    print(json.dumps({"figure": figure, "value": value, "target": target, **shown}), flush=True)


def about(device: str) -> None:
    """Prints what the figures were measured on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    packages = ("tensorflow", "keras", "gradio", "numpy")
    record = {"device": device, "cores": len(os.sched_getaffinity(0))}
    record |= {name: version(name) for name in packages}
    print(json.dumps({**record, "python": platform.python_version(), "commit": commit}), flush=True)
