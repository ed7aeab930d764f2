"""How it works: every tab has its formula, a sketch that has a name, and its papers."""

import json
import re

import gradio as gr
import pytest

from faceweb.engine import Engine
from faceweb.faces.calibration import load_calibration
from faceweb.gallery.database import sqlite_url
from faceweb.gallery.store import Galleries
from faceweb.ui.boundary import Services
from faceweb.ui.build import TABS, build_app
from faceweb.ui.how_it_works import FOLDER, TITLE, read_folds, read_sketch
from faceweb.ui.tabs.dimensions.tab import PARTS

SUB_TABS = {"Dream", "Pairs", "Cover", "Why"}


@pytest.fixture(scope="module")
def folds(tmp_path_factory):
    """The page's folds: titles of the tabs they lie in, and the HTML of each."""
    folder = tmp_path_factory.mktemp("galleries")
    services = Services(Engine("cpu"), Galleries(sqlite_url(folder), 10), load_calibration())
    page = build_app(services)
    found = []
    for block in page.blocks.values():
        if isinstance(block, gr.Accordion) and block.label == TITLE:
            inner = "".join(str(child.value) for child in block.children)
            titles, above = [], block.parent
            while above is not None:
                titles += [above.label] if isinstance(above, gr.Tab) else []
                above = above.parent
            found.append((titles, inner))
    return found


def test_every_tab_has_a_fold_of_its_own(folds):
    tabs = {titles[0] for titles, _ in folds}
    wanted = {tab.TITLE for tab in TABS} - {"1-D and 3-D"}
    assert tabs == wanted | {part.TITLE for part in PARTS} | SUB_TABS
    assert len(folds) == len(read_folds())


def test_a_fold_has_a_formula_a_sketch_with_a_title_and_a_paper(folds):
    for titles, inner in folds:
        assert re.search(r'<p class="formula">[^<]', inner), titles
        drawn = re.findall(r"<svg .*?</svg>", inner, re.S)
        assert drawn, titles
        assert all(re.search(r'role="img" aria-labelledby="([\w-]+)"', each) for each in drawn)
        assert re.search(r'<a href="https://[^"]+"[^>]*>[^<]+</a>', inner), titles
        assert re.search(r"\((19|20)\d\d\)\. <a", inner), titles


def test_every_drawing_is_named_by_its_own_title(folds):
    """An id that came twice would name a drawing after another one."""
    page = "".join(inner for _, inner in folds)
    named = re.findall(r'aria-labelledby="([\w-]+)"><title id="\1">[^<]{20,}</title>', page)
    assert len(named) == page.count("<svg ") == len(set(named))


def test_panels_stand_in_the_order_of_their_numbers():
    names = re.findall(r'<title id="([\w-]+)">', read_sketch("convolution"))
    assert names == [f"sketch-convolution-{number}" for number in range(3)]


def test_a_caption_stands_below_its_drawing_as_html():
    drawn = read_sketch("clips")
    assert drawn.startswith('<div class="sketch"><figure><svg viewBox="0 0 320 158" role="img"')
    assert "</svg><figcaption>J<sub>motion</sub> leads each pixel back" in drawn
    assert "<desc>" not in drawn
    assert "xmlns" not in drawn


def test_every_paper_and_every_sketch_belongs_to_a_fold():
    """What no fold names is left over."""
    keys = set(json.loads((FOLDER / "references.json").read_text("utf-8")))
    folds = json.loads((FOLDER / "folds.json").read_text("utf-8"))
    assert {key for fold in folds.values() for key in fold["papers"]} == keys
    assert {path.stem.rpartition("-")[0] for path in FOLDER.glob("*.svg")} == set(folds)
