"""Imports point down only, and importing does nothing heavy."""

import ast
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the top down; what stands in one row does not import its neighbours.
ROWS = (
    ("ui",),
    ("serving",),
    ("engine",),
    ("signals", "metric_learning"),
    ("interpret", "gallery"),
    ("style", "faces"),
    ("networks",),
    ("media",),
    ("config", "errors", "types", "i18n"),
)
DEPTH = {name: depth for depth, row in enumerate(ROWS) for name in row}
LEAVES = ROWS[-1]
# Who else may import what: everybody but these must not.
GRADIO = {"ui", "serving"}
TENSORFLOW = {
    "networks",
    "engine",
    "faces",
    "style",
    "interpret",
    "signals",
    "metric_learning",
}
SQL = {"gallery", "serving"}
# What can run code that stands in a file which it reads: nobody.
PICKLES = {"pickle", "joblib", "dill", "shelve", "marshal"}
# What takes long to import, so that the page's start does without it.
HEAVY = {"tensorflow", "keras", "scipy", "sklearn", "skimage"}


# The two files that may reach into what Gradio and Pillow do not document.
PATCHES = {"faceweb/serving/gradio_patches.py", "faceweb/media/pillow_patches.py"}
# How one reaches into it: replaces a method of theirs, or uses what stands in no guide of theirs.
PRIVATE = re.compile(
    r"""
    \.(state_holder|session_data|tool_to_endpoint|mcp_server_obj|server\.config|_state_ttl|fns)\b
    | \b(save_bytes_to_cache|get_upload_folder|LocalContext|SessionState|_frontend)\b
    | vars\(\s*(processing_utils|gr\b|gradio\b|Image\b|TiffImagePlugin)
    | \.(preprocess|postprocess|api_info|get_block_name)\ =
    | \bdef\ (get_config_file|get_api_info|process_api)\(
    | \bTiffImagePlugin\b | \bImageFileDirectory_v2\b
    """,
    re.X,
)
# Documented although they begin with an underscore: of named tuples.
DOCUMENTED = {"_replace", "_asdict", "_fields"}


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


def files_of(room: str) -> list[Path]:
    single = ROOT / "faceweb" / f"{room}.py"
    return [single] if single.exists() else sorted((ROOT / "faceweb" / room).rglob("*.py"))


@pytest.mark.parametrize("room", DEPTH)
def test_imports_point_down(room):
    for path in files_of(room):
        for name in imported(path):
            parts = name.split(".")
            if parts[0] != "faceweb" or parts[1] == room:
                continue
            depth = DEPTH[parts[1]]
            below = depth > DEPTH[room] or (room in LEAVES and parts[1] in LEAVES)
            assert below, f"{path} imports {name}"


@pytest.mark.parametrize("room", DEPTH)
def test_libraries_stay_in_their_rooms(room):
    for path in files_of(room):
        libraries = {name.split(".")[0] for name in imported(path)}
        assert room in GRADIO or "gradio" not in libraries, path
        assert room in TENSORFLOW or not libraries & {"tensorflow", "keras"}, path
        assert room in SQL or "sqlalchemy" not in libraries, path
        assert not libraries & PICKLES, path


def reaches_into_privates(path: Path) -> list[str]:
    """Where a file reaches into Gradio or Pillow, or uses an underscored name of another object."""
    text = path.read_text()
    found = [match[0].strip() for match in PRIVATE.finditer(text)]
    if {name.split(".")[0] for name in imported(path)} & {"gradio", "PIL"}:
        with ThreadPoolExecutor(1) as pool:
            tree = pool.submit(ast.parse, text).result()
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr):
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                if owner not in ("self", "cls") and node.attr not in DOCUMENTED:
                    found.append(f".{node.attr}")
    return found


def test_privates_of_gradio_and_pillow_are_reached_in_one_file_each():
    files = [ROOT / "app.py", *sorted((ROOT / "faceweb").rglob("*.py"))]
    found = {str(path.relative_to(ROOT)): reaches_into_privates(path) for path in files}
    found = {name: reached for name, reached in found.items() if reached}
    assert found.keys() - PATCHES == set(), found
    assert found.keys() == PATCHES


def test_every_module_has_a_room():
    found = {path.stem if path.suffix else path.name for path in (ROOT / "faceweb").iterdir()}
    assert found - {"__init__", "__pycache__", "locale"} == set(DEPTH)


def test_building_the_page_imports_nothing_heavy():
    code = (
        f"import sys; import faceweb.ui.build; heavy = {HEAVY!r}.intersection(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
