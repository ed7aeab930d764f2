"""What Style, Train and Inside answer on a Chinese page: nothing of it is English."""

import ast
import errno
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from faceweb import errors
from faceweb.config import StyleConfig, TrainConfig
from faceweb.faces.evaluation import VerificationMetrics, roc
from faceweb.i18n import CHINESE, COOKIE, each_retold, in_script, retold, speaking
from faceweb.interpret.activation_maximization import AscentStep
from faceweb.interpret.atlas import Plate
from faceweb.interpret.corpus import View, bundled_corpus
from faceweb.interpret.describe import HUES, LINES
from faceweb.interpret.feature_maps import FeatureMaps
from faceweb.interpret.gram import ChannelCorrelation, RepaintStep
from faceweb.interpret.occlusion import OcclusionStep
from faceweb.interpret.receptive_field import ReceptiveField
from faceweb.interpret.top_patches import Index, PassStep, Patch
from faceweb.metric_learning.dataset import FaceDataset, HoldOut, _build_dataset
from faceweb.metric_learning.training import HardTriplet, Point, TrainStep
from faceweb.serving.gradio_patches import FULL, PatchedBlocks
from faceweb.style.recipe import Recipe
from faceweb.types import LayerFacts, StyleLosses, StyleStep, StyleWeights
from faceweb.ui.sessions.style import StyleRun
from faceweb.ui.sessions.train import TrainingRun
from faceweb.ui.tabs.inside import occlusion, top_patches
from faceweb.ui.views import inside as inside_view
from faceweb.ui.views import style as style_view
from faceweb.ui.views import train as train_view
from tests.loops import ran
from tests.test_i18n import CODE, text_of

# Formulas and names are the same in both languages.
KEPT = re.compile(r"<sub>.*?</sub>|<p class=\"formula\">.*?</p>|J_\w+|ROC|\w+\.jpg|conv\d_\d", re.S)
TOLD = re.compile(r"(?:alt|title|aria-label)=\"([^\"]*)\"")
WORD = re.compile(r"[A-Za-z]{3,}")
# What raises the errors that these tabs show.
RAISING = (
    "faces/heads",
    "interpret/corpus",
    "interpret/gram",
    "interpret/index_cache",
    "interpret/occlusion",
    "interpret/top_patches",
    "media/image",
    "media/pillow_patches",
    "media/sandbox",
    "metric_learning/dataset",
    "networks/magenta",
    "networks/weights",
    "style/image",
    "style/recipe",
    "engine",
    "ui/components",
    "ui/sessions/style",
    "ui/sessions/train",
    "ui/tabs/inside/choice",
    "ui/tabs/inside/top_patches",
    "ui/tabs/train/handlers",
)


def english(page: str) -> list[str]:
    """Words of a page that are English, those of its pictures' descriptions included."""
    shown = KEPT.sub(" ", page)
    seen = re.sub(r"<[^>]*>|&\w+;", " ", shown)
    return [word for text in (seen, *TOLD.findall(shown)) for word in WORD.findall(text)]


def said(
    words_of: Callable[..., str], *arguments: object, names: frozenset[str] = frozenset()
) -> str:
    """What is said on a Chinese page, which is more than nothing and not English, names apart."""
    with speaking(CHINESE):
        page = words_of(*arguments)
    assert re.search("[\u4e00-\u9fff]", page)
    assert set(english(page)) - names == set(), words_of.__name__
    return page


PIXELS = np.arange(48 * 48 * 3, dtype=np.uint8).reshape(48, 48, 3)
COSTS, WEIGHTS = StyleLosses(1.0, 0.5, 0.4, 0.1), StyleWeights(1.0, 2.0, 0.1, (1.0,))
NOTE = "The costs ran away: the last good picture is back, and steps are halved."
PAINTED = StyleStep(PIXELS, COSTS, WEIGHTS, 4, 10, (48, 48), 300.0, NOTE)
CONFIG = StyleConfig(size=64, steps=10)


def test_style():
    run = StyleRun(SimpleNamespace(config=CONFIG))
    run.history = [(1, COSTS), (4, COSTS)]
    page = said(style_view.painting, run, PAINTED)
    assert "第 4 步，共 10 步" in page
    assert "还需约 5 分钟" in page
    said(style_view.waiting)
    mask = np.zeros((8, 9), np.uint8)
    said(style_view.about_pictures, mask, PIXELS, np.zeros((48, 48, 3), np.uint8))
    said(style_view.expectation, [(48, 64)], CONFIG, 30.0)
    recipe = Recipe(CONFIG, "perceptual", "", 10, ((5, {"beta": 2.0}),))
    assert "1 次移动" in said(style_view.recipe_note, recipe)


SAME, DIFFERENT = np.array([0.1, 0.2, 0.3]), np.array([0.2, 0.8, 0.9])
PAIRS = VerificationMetrics(SAME, DIFFERENT, roc(SAME, DIFFERENT), 0.5)


def dataset(people: int) -> FaceDataset:
    pictures = tuple(np.zeros((2, 48, 48, 3), np.uint8) for _ in range(people))
    return FaceDataset(pictures, pictures)


def under_way(loss: str = "triplet", collapse: str = "", mining: str = "semi-hard"):
    config = TrainConfig(loss=loss, mining=mining)
    training = SimpleNamespace(config=config, held_out=dataset(3))
    history = (Point(1, 0.5, 0.4, 0.3), Point(5, 0.4, 0.3, 0.2))
    hard = HardTriplet((PIXELS, PIXELS, PIXELS), 0.5, 0.4)
    flat = np.zeros((6, 2))
    return training, TrainStep(5, 10, 9.0, history, PAIRS, PAIRS, flat, 1.0, (hard,), collapse)


@pytest.mark.parametrize("loss", ["triplet", "contrastive", "binary", "chi-square"])
def test_train(loss):
    training, step = under_way(loss)
    chips = [[PIXELS], [PIXELS, PIXELS], [PIXELS], [PIXELS]]
    learnt = _build_dataset(lambda chips: chips, chips, 0)
    run = TrainingRun((training,), learnt.split, learnt.note)
    with speaking(CHINESE):
        outcome = train_view.comparison(PAIRS, PAIRS, learnt.split)
    assert "第 5 步，共 10 步" in said(train_view.run, [step], run)
    said(train_view.run, [replace(step, remaining=0.0)], run, outcome)
    race = TrainingRun(
        (training, training), HoldOut(dataset(3), dataset(3), dataset(3), apart=True), ""
    )
    with speaking(CHINESE):
        outcome = train_view.ranking([(PAIRS, PAIRS)] * 2, race)
    said(train_view.run, [step, step], race, outcome)
    said(train_view.empty)
    said(train_view.waiting)


@pytest.mark.parametrize("how", ["have fallen onto one point", "are falling together"])
@pytest.mark.parametrize("mining", ["hardest", "random"])
def test_a_collapse(how, mining):
    why = f"The embeddings {how}: two of them are 0.012 apart on average, so no threshold can part "
    training, step = under_way(collapse=f"{why}them.", mining=mining)
    said(train_view.lamp, step, training)


def test_a_gallery_of_single_photos_is_explained():
    note = _build_dataset(lambda chips: chips, [[PIXELS]] * 3, 0).note
    left = " 3 of 5 photos are learnt from. 2 photos were left out: broken, or without a face."
    said(each_retold, note + left)


FACTS = LayerFacts("conv4_1", ("conv4_1",), (6, 6, 4), ReceptiveField(60, 8, 0.0), 9, 9, 1, 2)
LOOKS = ("orange vertical lines", "dark even areas")


def patch(what: str = "face 2 of 3", unit: int = 0) -> Patch:
    view = View(PIXELS, what)
    inside = np.arange(48 * 48).reshape(48, 48) > 99
    spans = ((0, 48), (0, 48))
    return Patch("cat.jpg", what, 2.0, PIXELS, inside, True, view, (0, 0, unit), spans)


@pytest.fixture(params=["whole", "middle", "face 1 of 2"])
def found(request) -> FeatureMaps:
    maps = np.random.default_rng(0).normal(size=(6, 6, 4))
    maps[..., 3] = -1
    return FeatureMaps(View(PIXELS, request.param), FACTS, maps)


def test_maps_and_pairs(found):
    said(inside_view.maps, found, 2, 0)
    said(inside_view.unit, found, 1)
    correlation = np.array([[1, 0.8, 0.5, 0], [0.8, 1, -0.5, 0], [0.5, -0.5, 1, 0], [0] * 4])
    channels = ChannelCorrelation(found, correlation)
    said(inside_view.gram, channels)
    for pair in ((0, 1), (0, 2), (1, 2), (0, 3)):
        for looks in (LOOKS, LOOKS[:1] * 2):
            page = said(inside_view.pair, channels, *pair, looks, ("", ""))
            assert "橙色竖直线条" in page


def test_patches():
    corpus = bundled_corpus()
    step = PassStep(3, 9, 7.0, Index({}, [], skipped=2))
    assert "已看过 3 / 9" in said(inside_view.progress, step, corpus)
    page = said(
        inside_view.top_patches,
        {1: [patch()], 2: []},
        {1: LOOKS[0], 2: "nothing in these pictures"},
    )
    assert "第 2 张脸（共 3 张）" in page
    said(inside_view.unit_patches, 1, [patch()], LOOKS[1], [[np.ones((48, 48, 3))]] * 2)
    said(inside_view.unit_patches, 1, [], LOOKS[1], [])
    said(top_patches._empty)
    plate = Plate((1, 2), (PIXELS, PIXELS))
    said(inside_view.atlas, plate)
    said(inside_view.atlas, None)


@pytest.mark.parametrize("colour", ["", "dark ", "bright ", *(f"{name} " for _, name in HUES)])
@pytest.mark.parametrize(
    "form", [*(f"{name} lines" for _, name in LINES), "even areas", "fine texture", "shapes"]
)
def test_whatever_patches_have_in_common(colour, form):
    said(inside_view.looks, colour + form)


def test_a_dream_a_repainting_and_what_is_covered():
    step = AscentStep(PIXELS[None], np.zeros(1), 3, 9, 5.0)
    for patches in ([patch()], [], None):
        said(inside_view.maximization, step, 7, patches)
    repainted = RepaintStep(PIXELS, PIXELS, 0.1, 0.4, 0.01, 3, 9, 5.0)
    said(inside_view.repaint_step, repainted, (1, 2))
    covered = OcclusionStep(PIXELS, np.ones((48, 48)), 1.0, 0.2, 1.1, 4, 9, (3, 3))
    said(inside_view.occlusion_step, covered, "d(a, b)")
    for note in (occlusion.UNIT_NOTE, occlusion.PAIR_NOTE):
        said(inside_view.occlusion_maps, [], note)


def test_what_scripts_write_is_in_the_language_of_the_page():
    """As where something was stopped, which the browser says without asking."""
    script = in_script(top_patches._empty)
    assert "Press <b>Find them</b>" in script
    assert "\\u6309<b>\\u67e5\\u627e</b>" in script


def raised(path: Path) -> list[str]:
    """The sentences of errors that a module raises, with a number for what is filled in."""
    with ThreadPoolExecutor(1) as pool:
        tree = pool.submit(ast.parse, path.read_text()).result()
    calls = [
        node.exc
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args
    ]
    known = [call for call in calls if hasattr(errors, getattr(call.func, "id", "?"))]
    return [text.replace("{}", "7") for call in known if (text := text_of(call.args[0]))]


@pytest.mark.parametrize("module", RAISING)
def test_errors(module):
    """A run of three words is no name, nor the file formats that a sentence lists."""
    sentences = raised(CODE / f"{module}.py")
    assert sentences
    run = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2}")
    assert [each for each in sentences if run.search(retold(each, CHINESE))] == []


@pytest.mark.parametrize(
    "error",
    [
        "Add a content picture first: upload it, take it with the camera or paste it.",
        "The style picture is 9 x 9 pixels: use one of at least 32 a side.",
        "VGG-19 (80 MB) could not be downloaded: the net cannot be reached from here. The built-in "
        "network needs no download.",
        "This painting is under way: press Stop before you continue it.",
        "Rate must be a number from 0.0001 to 0.1. Received: None.",
        "Alpha and beta are both 0, so nothing would be painted: raise one.",
        "The unit b must be a whole number from 0. Received: 1.5.",
        "3 people are needed to learn from, and this gallery holds 2: enroll a third in the first "
        "tab, one photo each will do; or choose Drawn faces, or a zip with a folder of photos for "
        "each person.",
        "the head you trained (triplet, 5 people; measured on people held out)",
    ],
)
def test_parts_of_errors_are_retold_too(error):
    names = {"VGG", "zip", "None"}
    assert [word for word in english(retold(error, CHINESE)) if word not in names] == []


@pytest.mark.parametrize(
    ("cookies", "sentence"), [({}, FULL), ({COOKIE: CHINESE}, retold(FULL, CHINESE))]
)
def test_a_full_disk_is_told_in_the_language_of_who_asks(monkeypatch, cookies, sentence):
    async def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(gr.Blocks, "process_api", full)
    page, request = object.__new__(PatchedBlocks), SimpleNamespace(cookies=cookies)
    with pytest.raises(gr.Error) as met:
        ran(page.process_api(0, [], request=request))
    assert met.value.message == sentence
