"""What a stranger reads first, as far as it can be held to what is there."""

import re
from pathlib import Path

import gradio
import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])


def front_matter() -> dict[str, str]:
    _, block, _ = README.split("---\n", 2)
    pairs = (line.partition(": ") for line in block.splitlines() if ": " in line)
    return {name: value.strip('"') for name, _, value in pairs}


def test_a_space_finds_its_app_and_a_gradio_that_the_requirements_allow():
    block = front_matter()
    assert (ROOT / block["app_file"]).exists()
    assert (block["sdk"], block["suggested_hardware"]) == ("gradio", "cpu-basic")
    assert len(block["short_description"]) <= 60
    lowest, newest = re.search(
        r"^gradio>=([\d.]+),<(\d+)", (ROOT / "requirements.txt").read_text(), re.M
    ).groups()
    wanted = tuple(map(int, block["sdk_version"].split(".")))
    assert tuple(map(int, lowest.split("."))) <= wanted < (int(newest),)
    assert int(gradio.__version__.split(".")[0]) == wanted[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_points_at_is_there(page):
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


def test_the_thumbnail_is_a_picture_of_the_project():
    name = front_matter()["thumbnail"].partition("/resolve/main/")[2]
    assert (ROOT / name).exists()


def test_commands_of_the_project_exist():
    for page in PAGES:
        for module in re.findall(
            r"python -m ((?:benchmarks|training|faceweb)[.\w]*)", page.read_text()
        ):
            path = ROOT / module.replace(".", "/")
            assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
