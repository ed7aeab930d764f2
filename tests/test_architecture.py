"""Imports point down only, and importing does nothing heavy."""

import ast
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
RANK = {"numerics": 0, "models": 1, "storage": 1, "features": 2, "ui": 3}
BESIDE = {("models", "storage"), ("storage", "models")}
FOREIGN = {
    "numerics": {"gradio", "tensorflow", "PIL"},
    "models": {"gradio", "sqlalchemy"},
    "storage": {"gradio", "tensorflow", "keras"},
    "features": {"gradio", "tensorflow", "keras"},
    "ui": {"tensorflow", "keras", "sqlalchemy"},
}


def imported(path: Path) -> set[str]:
    names = set()
    # In a thread of its own: beside a browser's loop Python 3.11 miscounts how deep it parses.
    with ThreadPoolExecutor(1) as pool:
        tree = pool.submit(ast.parse, path.read_text()).result()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("layer", RANK)
def test_imports_point_down(layer):
    for path in (ROOT / "faceweb" / layer).rglob("*.py"):
        for name in imported(path):
            parts = name.split(".")
            assert parts[0] not in FOREIGN[layer], f"{path} imports {name}"
            if parts[0] == "faceweb" and parts[1] in RANK:
                upward = RANK[parts[1]] > RANK[layer] or (layer, parts[1]) in BESIDE
                assert not upward, f"{path} imports {name}"


def test_building_the_page_imports_no_tensorflow():
    code = (
        "import sys; import faceweb.ui.build; "
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'mtcnn', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_no_module_is_long():
    for path in (ROOT / "faceweb").rglob("*.py"):
        assert len(path.read_text().splitlines()) <= 300, path
