"""docs/API.md says what the page does, and its examples run."""

import re
import subprocess
from pathlib import Path

import pytest

from training.write_api import PAGE, PATH, api_markdown

ROOT = Path(__file__).resolve().parent.parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PATH.read_text(), re.S)


def of(language: str, name: str) -> str:
    """The example of one endpoint."""
    marks = {"python": f'api_name="/{name}"', "sh": f"call {name} "}
    (found,) = [block for block in blocks(language) if marks[language] in block]
    return found


def test_the_file_is_up_to_date():
    """Otherwise: python -m training.write_api"""
    assert PATH.read_text() == api_markdown()


def test_every_argument_is_explained():
    rows = [line for line in PATH.read_text().splitlines() if line.startswith("| `")]
    assert len(rows) > 100
    assert [row for row in rows if row.endswith("|  |")] == []


@pytest.mark.parametrize("language", ["python", "sh"])
def test_examples_run(served, monkeypatch, language):
    """In the order of a visit, in the root of the project."""
    monkeypatch.chdir(ROOT)
    head, *_ = blocks(language)
    seen = []
    for name in ("enroll", "people", "rename", "verify", "dimensions", "recognize", "erase"):
        seen.append((name, of(language, name)))
    answers = (
        run_python(served, head, seen) if language == "python" else run_shell(served, head, seen)
    )
    for name, said in {
        "enroll": "Eileen",
        "people": "photos",
        "rename": "Eileen Collins",
        "verify": "probability",
        "dimensions": "output_shape",
        "recognize": "candidates",
        "erase": "erased",
    }.items():
        assert said in answers[name], name
        assert "event: error" not in answers[name]


def run_python(address: str, head: str, examples: list[tuple[str, str]]) -> dict[str, str]:
    scope: dict = {}
    exec(head.replace(PAGE, address), scope)
    answers = {}
    for name, example in examples:
        exec(example, scope)
        answers[name] = str(scope["result"])
    return answers


def run_shell(address: str, head: str, examples: list[tuple[str, str]]) -> dict[str, str]:
    head = head.replace(PAGE, address.rstrip("/"))
    script = "\n".join([head, *(f"echo '##'\n{example}" for _, example in examples)])
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    _, *parts = done.stdout.split("##\n")
    return {name: part for (name, _), part in zip(examples, parts, strict=True)}
