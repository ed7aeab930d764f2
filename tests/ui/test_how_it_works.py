"""How it works: every tab has its formula, a sketch that says what is so, and its papers."""

import math
import re

import gradio as gr
import numpy as np
import pytest

from faceweb.engine import Engine
from faceweb.faces.calibration import load_calibration
from faceweb.gallery.database import sqlite_url
from faceweb.gallery.store import Galleries
from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.networks.device import Device
from faceweb.networks.perceptual import build_perceptual
from faceweb.ui.boundary import Services
from faceweb.ui.build import TABS, build_app
from faceweb.ui.how_it_works import FOLDS, TITLE
from faceweb.ui.howto import axes, faces, looks, pen, volumes
from faceweb.ui.tabs.dimensions.tab import PARTS

SUB_TABS = {"Dream", "Pairs", "Cover"}


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
    assert len(folds) == len(FOLDS)


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


def test_what_is_drawn_stays_on_the_paper():
    """Every point of every stroke; of words only where they begin is known."""
    for name, each in FOLDS.items():
        for panel in each.draw():
            shapes = "".join(panel.shapes)
            xs = [float(x) for x in re.findall(r' (?:x|x1|x2|cx)="([-\d.]+)"', shapes)]
            ys = [float(y) for y in re.findall(r' (?:y|y1|y2|cy)="([-\d.]+)"', shapes)]
            for points in re.findall(r'points="([^"]+)"', shapes):
                pairs = [tuple(map(float, point.split(","))) for point in points.split()]
                xs += [x for x, _ in pairs]
                ys += [y for _, y in pairs]
            assert 0 <= min(xs) <= max(xs) <= pen.WIDTH, name
            assert 0 <= min(ys) <= max(ys) <= panel.height, name


def test_the_drawn_fields_are_those_of_the_painters_network():
    """By hand: 1 + 2 = 3, + 2 = 5, a pool + 1 = 6, then + 2 * 2 twice: 10 and 14."""
    rows = looks.rows()
    assert [row.name for row in rows] == ["input", *looks.DRAWN]
    assert [row.field.size for row in rows] == [1, 3, 5, 6, 10, 14]
    cone, bars = looks.inside()
    said = re.findall(r">(\d+) px<", "".join(cone.shapes))
    assert said == ["14", "10", "6", "5", "3"]
    # The top position sees 1, 3, 5, 10, 12 and 14 positions of itself and of what lies below.
    cells = [
        float(x) for x in re.findall(r'class="level whole" x="([\d.]+)"', "".join(cone.shapes))
    ]
    assert len(cells) == 1 + 3 + 5 + 10 + 12 + 14
    extractor = FeatureExtractor(build_perceptual(), Device("cpu", "CPU", "float32"))
    sizes = [extractor.facts(layer, (64, 64)).field.size for layer in extractor.layers]
    assert list(map(int, re.findall(r">(\d+) px<", "".join(bars.shapes)))) == sizes
    assert sizes[-1] == 108


def test_each_row_of_a_field_lies_over_what_it_sees():
    """A row's filled cells cover as many pixels as their layer lets them see of the input."""
    for row in looks.rows():
        first, last = row.seen
        reach = (last - first - 1) * row.field.stride + row.field.size
        assert reach == 14
        start = row.field.offset + first * row.field.stride - (row.field.size - 1) / 2
        assert start == 2


@pytest.mark.parametrize(
    ("panel", "positive", "negative", "loss"), [(0, 0.85, 0.6, 0.75), (1, 0.3, 1.05, 0)]
)
def test_a_triplet_is_drawn_as_far_apart_as_it_says(panel, positive, negative, loss):
    """Before 0.85 - 0.60 + 0.50 = 0.75; after 0.30 - 1.05 + 0.50 < 0."""
    shapes = "".join(faces.train()[panel].shapes)
    dots = re.findall(r'<circle class="dot ?(\w*)" cx="([\d.]+)" cy="([\d.]+)"', shapes)
    places = {kind: np.array([float(x), float(y)]) for kind, x, y in dots}
    for kind, distance in (("accent", positive), ("warn", negative)):
        drawn = np.linalg.norm(places[kind] - places[""]) / faces.SCALE
        assert drawn == pytest.approx(distance, abs=0.01)
    assert f"d(A, P) = {positive:.2f}" in shapes
    assert f"d(A, N) = {negative:.2f}" in shapes
    assert f"L = {loss:.2f}" in shapes
    rings = [
        float(r)
        for r in re.findall(r'class="ring[^"]*" cx="[\d.]+" cy="[\d.]+" r="([\d.]+)"', shapes)
    ]
    assert (rings[1] - rings[0]) / faces.SCALE == pytest.approx(0.5, abs=0.01)


def test_who_is_named_lies_within_the_threshold_and_nobody_near_the_unknown():
    shapes = "".join(faces.recognize()[0].shapes)
    radius = float(re.search(r'class="ring" .*? r="([\d.]+)"', shapes)[1])
    kinds = re.findall(r'<circle class="dot (\w+)" cx="([\d.]+)" cy="([\d.]+)"', shapes)
    people = [(float(x), float(y)) for kind, x, y in kinds if kind == "other"]
    (known,) = [(float(x), float(y)) for kind, x, y in kinds if kind == "accent"]
    (stranger,) = [(float(x), float(y)) for kind, x, y in kinds if kind == "hollow"]
    assert [math.dist(known, each) <= radius for each in people] == [True, False, False]
    assert all(math.dist(stranger, each) > radius for each in people)


def test_a_hundred_people_are_as_many_chances():
    """1 - 0.99^100 = 1 - e^(100 ln 0.99) = 1 - e^-1.005 = 0.634."""
    assert faces.mistake_rate(100) == pytest.approx(0.634, abs=0.001)
    assert ">63 %<" in "".join(faces.recognize()[1].shapes)


def test_windows_have_as_many_places_as_the_arithmetic_says():
    """14 - 5 + 1 = 10 along every axis; of 18 moments under 11 there are 8."""
    line, *_, solid = axes.convolution()
    assert "14 positions" in "".join(line.shapes)
    assert "10 places" in "".join(line.shapes)
    assert "10 × 10 × 10" in "".join(solid.shapes)
    (sound,) = axes.sound()
    window = re.search(
        r'class="window" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', "".join(sound.shapes)
    )
    assert float(window[2]) / 13 == 11
    # The cell that the window fills stands below its middle.
    cell = re.search(r'class="level whole" x="([\d.]+)"', "".join(sound.shapes))
    assert float(cell[1]) + 6.5 == float(window[1]) + float(window[2]) / 2


def test_sums_are_those_of_the_numbers_shown():
    """-3 + 14 - 2 = 9; 1 * 2 + 2 * 1 + 2 * 1 + 1 * 1 = 7; rays keep 5, 8, 9 and 2."""
    assert "= 3 × 9 ÷ 3 = 9" in "".join(volumes.inflate()[0].shapes)
    assert "= 7</tspan>" in "".join(looks.pairs()[0].shapes)
    rays = "".join(volumes.volumes()[1].shapes)
    assert re.findall(r'x="237" y="[\d.]+">(\d)<', rays) == ["5", "8", "9", "2"]
