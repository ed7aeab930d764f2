"""The sketches of the folds: what is drawn says what is so, and the files are what is drawn."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.networks.device import Device
from faceweb.networks.perceptual import build_perceptual
from training.sketches import axes, faces, looks, pen, volumes
from training.sketches.__main__ import DRAWINGS, FOLDER, draw, main


def test_the_files_are_what_is_drawn():
    """`python -m training.sketches` writes them anew, byte by byte the same."""
    files = {path.name: path.read_bytes() for path in FOLDER.glob("*.svg")}
    assert files == {name: text.encode() for name, text in draw().items()}


def test_drawing_removes_what_is_drawn_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr("training.sketches.__main__.FOLDER", tmp_path)
    (tmp_path / "gone-0.svg").write_text("<svg/>")
    (tmp_path / "README.md").write_text("stays")
    main()
    assert {path.name for path in tmp_path.iterdir()} == {"README.md", *draw()}
    assert (tmp_path / "clips-0.svg").read_bytes() == (FOLDER / "clips-0.svg").read_bytes()


def test_a_file_is_an_image_of_its_own():
    """Well-formed XML in the namespace of SVG, so that any viewer opens it."""
    for name, text in draw().items():
        root = ElementTree.fromstring(text)
        tags = [child.tag for child in root]
        assert root.tag == f"{{{pen.NAMESPACE}}}svg", name
        assert tags[:2] == [f"{{{pen.NAMESPACE}}}title", f"{{{pen.NAMESPACE}}}desc"], name
        assert root.get("aria-labelledby") == root[0].get("id"), name


def test_what_is_drawn_stays_on_the_paper():
    """Every point of every stroke; of words only where they begin is known."""
    for name, draw_panels in DRAWINGS.items():
        for panel in draw_panels():
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
