"""What can be said of the Dockerfile without building it."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from app import parse

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
LINES = [line for line in TEXT.splitlines() if line and not line.startswith("#")]


def last(word: str) -> str:
    return [line for line in LINES if line.startswith(word)][-1].removeprefix(word).strip()


def test_it_runs_as_nobody_special_and_copies_what_the_page_needs():
    assert last("USER") == "faceweb"
    copied = {name for line in LINES if line.startswith("COPY") for name in line.split()[1:-1]}
    assert {"app.py", "faceweb", "assets", "requirements.txt"} <= copied
    for name in copied:
        assert (ROOT / name).exists()


def test_its_variables_are_settings_of_the_page(monkeypatch):
    for name, value in re.findall(r"\b(FACEWEB_\w+)=(\S+)", TEXT):
        monkeypatch.setenv(name, value)
    settings = parse([])
    assert (settings.host, settings.port, settings.log_json) == ("0.0.0.0", 7860, True)
    assert settings.data_dir == "/data"


def test_both_kinds_of_requirements_are_there():
    assert last("ARG") == "REQUIREMENTS=requirements.txt"
    assert (ROOT / "requirements-gpu.txt").exists()


@pytest.mark.parametrize("path", ["healthz", "nothing"])
def test_the_health_check_fails_where_the_page_is_not_well(served, path, monkeypatch):
    command = json.loads(re.search(r"CMD (\[.*\])", last("HEALTHCHECK"))[1])
    assert command[0] == "python"
    code = command[2].replace("healthz", path)
    monkeypatch.setenv("FACEWEB_PORT", served.rstrip("/").rpartition(":")[2])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode == 0) == (path == "healthz"), shlex.join(command)
