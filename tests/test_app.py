"""How the page is started."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app import parse
from faceweb.config import Settings, from_env
from faceweb.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_explains_every_option():
    done = run("--help")
    assert done.returncode == 0
    for option in (
        "host",
        "port",
        "share",
        "auth-file",
        "device",
        "data-dir",
        "gallery-days",
        "public",
        "mcp",
        "log-json",
    ):
        assert f"--{option}" in done.stdout
        assert f"FACEWEB_{option.replace('-', '_').upper()}" in done.stdout


def test_a_gpu_that_is_not_there_is_one_sentence_and_code_2(tmp_path):
    done = run("--device", "gpu", "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("TensorFlow sees no GPU here")
    assert "Traceback" not in done.stderr


def test_a_database_that_is_none_is_one_sentence_and_code_2(tmp_path):
    (tmp_path / "galleries.sqlite").write_bytes(b"not a database " * 99)
    done = run("--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert "The gallery cannot be opened" in done.stderr.splitlines()[-1]


def test_options_win_over_the_environment(monkeypatch):
    monkeypatch.setenv("FACEWEB_PORT", "9000")
    monkeypatch.setenv("FACEWEB_SHARE", "yes")
    settings = parse(["--host", "0.0.0.0"])
    assert (settings.host, settings.port, settings.share) == ("0.0.0.0", 9000, True)
    assert parse(["--port", "9001"]).port == 9001


def test_defaults_are_private():
    settings = from_env({})
    assert settings == Settings()
    assert (settings.host, settings.share, settings.device) == ("127.0.0.1", False, "auto")


def test_a_space_says_where_to_listen():
    settings = from_env({"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": "7861"})
    assert (settings.host, settings.port) == ("0.0.0.0", 7861)


def test_a_wrong_variable_is_one_sentence():
    with pytest.raises(SettingError, match=r"FACEWEB_PORT must be a whole number\. Received: 'x'"):
        from_env({"FACEWEB_PORT": "x"})


@pytest.mark.parametrize(
    ("setting", "value"), [("GALLERY_DAYS", "0"), ("GALLERY_DAYS", "99999999"), ("PORT", "99999")]
)
def test_a_number_out_of_range_is_one_sentence(setting, value):
    with pytest.raises(SettingError, match=rf"must be a whole number from .* Received: {value}"):
        from_env({f"FACEWEB_{setting}": value})


def test_an_unknown_device_is_one_sentence():
    with pytest.raises(SettingError, match=r"must be one of auto, cpu, gpu\. Received: tpu"):
        from_env({"FACEWEB_DEVICE": "tpu"})


def test_a_taken_port_is_one_sentence_and_code_2(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run("--port", port, "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1 is taken" in done.stderr.splitlines()[-1]


def test_the_readme_example_runs(served, monkeypatch, capsys):
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    monkeypatch.chdir(ROOT)
    exec(block.replace("http://127.0.0.1:7860", served), {})
    assert capsys.readouterr().out.strip().splitlines()[-1].startswith("True 0.")
