"""What 1-D and 3-D answers on a Chinese page: nothing of it is English."""

from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from markupsafe import Markup

from faceweb.config import DimensionsConfig, StyleConfig, TraceConfig, WindowConfig
from faceweb.errors import FacewebError
from faceweb.i18n import CHINESE, each_retold, retold, say, speaking
from faceweb.interpret.receptive_field import ReceptiveField
from faceweb.signals.convolution import dimensions, slide
from faceweb.signals.ecg import BUNDLED_NOTE, SIMULATED_NOTE, Beats, FilterStep
from faceweb.signals.inflation import Inflation
from faceweb.signals.samples import INSTRUMENTS, MOVING
from faceweb.types import Clip, LayerFacts, Signal, StyleLosses, StyleStep, StyleWeights
from faceweb.ui.sessions.ecg import EcgRun, Source
from faceweb.ui.sessions.style import StyleRun
from faceweb.ui.tabs.dimensions import convolution, ecg, inflation, sound
from faceweb.ui.tabs.dimensions.video import _clip
from faceweb.ui.tabs.dimensions.volumes import HEAD
from faceweb.ui.views import convolution as convolution_view
from faceweb.ui.views import ecg as ecg_view
from faceweb.ui.views import sound as sound_view
from faceweb.ui.views import video as video_view
from faceweb.ui.views import volumes as volumes_view
from tests.test_i18n import CODE
from tests.ui import test_answers
from tests.ui.test_answers import english, raised

COSTS, WEIGHTS = StyleLosses(1.0, 0.5, 0.4, 0.1), StyleWeights(1.0, 2.0, 0.1, (1.0,))
AWAY = "The costs ran away: the last good picture is back, and steps are halved."
CONFIG = StyleConfig(size=64, steps=10)
# Names and units are the same in both languages.
NAMES = {"kHz", "PyWavelets", "NaN", "CSV", "EDF", "UTF", "DICOM", "TIFF", "NIfTI", "Keras"}
NAMES |= {"WAV", "FLAC", "OGG", "WebM", "npz", "npy", "zip", "same"}
said = partial(test_answers.said, names=frozenset(NAMES))
# What raises the errors that these tabs show, or notes what was done to a file.
RAISING = (
    "media/audio",
    "media/ecg",
    "media/video",
    "media/volume",
    "signals/convolution",
    "signals/ecg",
    "signals/inflation",
    "signals/volume",
    "style/video",
    "ui/sessions/ecg",
    "ui/tabs/dimensions/ecg",
    "ui/tabs/dimensions/sound",
    "ui/tabs/dimensions/video",
    "ui/tabs/dimensions/volumes",
)


def left(page: str) -> set[str]:
    """English words of a page, names apart."""
    return set(english(page)) - NAMES


def step_of(picture: np.ndarray, done: int = 4) -> StyleStep:
    return StyleStep(picture, COSTS, WEIGHTS, done, 10, picture.shape[:-1], 300.0, AWAY)


def style_run(note: str, **scene: object) -> StyleRun:
    transfer = SimpleNamespace(config=CONFIG, scene=SimpleNamespace(**scene))
    made = StyleRun(transfer, note=note)
    made.history = [(1, COSTS), (4, COSTS)]
    return made


def test_convolution():
    config = DimensionsConfig(rank=3, size=20, filters=16, channels=3)
    said(convolution_view.answer, config, dimensions(config))
    said(convolution_view.ranks, config)
    page = said(convolution_view.stage, slide(config, WindowConfig()), config)
    assert "&#34;pause&#34;: &#34;\\u6682\\u505c" in page
    # A typed number out of its range is set right by the browser, which says so.
    box = SimpleNamespace(minimum=1, maximum=9, label="Size n")
    script = convolution._within([box])
    assert "{label} goes from {low} to {high}" in script
    assert "{label}\\u7684\\u8303\\u56f4" in script


@pytest.mark.parametrize("texture", [True, False])
def test_sound(texture):
    tone = np.random.default_rng(0).random((20, 513)).astype(np.float32)
    clipped = "This sound is clipped: 5 % of its samples are at full scale, so it may sound harsh."
    tape = style_run(f"{clipped} {clipped}", content=tone, styles=[tone])
    step = step_of(tone)
    with speaking(CHINESE):
        title = sound_view.title("" if texture else "melody", "rain")
    assert "还需约 5 分钟" in said(sound_view.painting, tape, step, texture, title)
    with speaking(CHINESE):
        stopped = say(", stopped")
    assert "已停止" in said(sound_view.painting, tape, step, texture, title, stopped)
    for what in (sound_view.empty, sound_view.waiting, sound_view.cards):
        said(what)
    said(sound_view.chips, "bundled style")
    with speaking(CHINESE):
        assert sound_view.title("Train", "mine") == "Train → mine"
    assert [name for name in INSTRUMENTS if "spectrogram of " + name in sound_view.cards()]
    assert set(sound.MAKE.values()) == {"Restyle", "Grow a texture"}


@pytest.fixture
def run() -> EcgRun:
    count = 40
    distances = np.linspace(0.1, 0.12, count)
    distances[-14:] = 5
    places = np.arange(count) * 200 + 150
    rng = np.random.default_rng(0)
    trace = Signal(rng.normal(size=9000).astype(np.float32), 250.0)
    facts = LayerFacts("conv1_1", ("conv1_1",), (9, 4), ReceptiveField(9, 1, 0.0), 9, 9, 1, 1)
    extractor = SimpleNamespace(layers=["conv1_1", "conv2_1"], facts=lambda *_: facts)
    filters = SimpleNamespace(taps=rng.normal(size=(4, 9)))
    source = Source(trace, SIMULATED_NOTE)
    made = EcgRun(source, trace, TraceConfig(), filters, extractor, (0.5, 0.2))
    made.beats = Beats(places, rng.normal(size=(count, 30)), distances)
    made.maps = {layer: np.ones((50, 4)) for layer in extractor.layers}
    return made


def told(run: EcgRun, **source: object) -> str:
    run.source = replace(run.source, **source)
    return said(ecg_view.answer, run)


def test_ecg(run):
    said(ecg_view.empty)
    said(ecg_view.progress, run, FilterStep(3, 9, 4.0, (0.5, 0.4)))
    edf = "This is the signal “II. x” in mV, one of 3. Only the first 10 minutes of 12.5 are used."
    assert "前 10 分钟" in said(each_retold, edf, ecg_view.NOTES)
    assert "360 Hz" in told(run, note=BUNDLED_NOTE)
    times, odd = run.beats.places / 250, np.zeros(40, bool)
    with speaking(CHINESE):
        name = ecg._source(TraceConfig(source="simulated"), None, None).name
    assert name in told(run, times=times, odd=odd, name=name)
    assert "其他心搏都不突出" in told(run, times=times, odd=~odd)
    said(ecg_view.beat_panel, run)
    said(ecg_view.beat_panel, run, 3)
    patch = SimpleNamespace(spans=((100, 109),), activation=2.0)
    for layer in run.maps:
        for patches in ([patch], []):
            said(ecg_view.filter_panel, run, layer, 1, patches)
    # Few beats, none of which stands out, and many of which do.
    for many, few in ((20, 1), (20, 2), (3, 0)):
        distances = np.linspace(0.1, 0.12, many)
        distances[:few] = 9
        segments = run.beats.segments[:many]
        run.beats = Beats(run.beats.places[:many], segments, distances)
        told(run, times=None, odd=None)
        said(ecg_view.beat_panel, run)


@pytest.mark.parametrize("whole", [True, False])
def test_volumes(whole):
    facts = LayerFacts("conv2_2", ("conv2_2",), (4, 4, 4, 6), ReceptiveField(18, 2, 0), 9, 9, 1, 1)
    maps = np.random.default_rng(0).random((4, 4, 4, 6))
    cube = np.zeros((9, 18, 18, 3), np.uint8)
    look = SimpleNamespace(
        shape=(8, 9, 10),
        counts=(8, 9, 10) if whole else (16, 9, 10),
        spacing=(2.0, 1.0, 1.0),
        seen=(16, 16, 16) if whole else (32, 32, 32),
        found=SimpleNamespace(maps=maps, facts=facts, strongest=[3, 1, 2]),
        unit=1,
        cubes=lambda: [(cube, 1.5)] * 2 if whole else [],
    )
    note = (
        "Its colours became grey. Less than 1 % of its voxels are no numbers (NaN) and count as "
        "the least value. It was reduced from 600 x 9 x 9 to 300 x 9 x 9 voxels by the mean of "
        "neighbours. The size of its voxels is missing or impossible, so they count as cubes of 1 "
        "mm."
    )
    with speaking(CHINESE):
        title = say(HEAD)
    said(volumes_view.description, look, title, note)
    for what in (volumes_view.units, lambda look: volumes_view.cubes(look, 30)):
        said(what, look)
    said(volumes_view.progress)


def test_clips_and_blocks(monkeypatch):
    frames = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), np.uint8)
    clip = Clip(frames, 8.0)
    note = "Only the first 4 s of 10 s are used. 64 frames are kept, 12.5 a second."
    film = style_run(f"{note} It was shrunk from 64 x 32 to 32 x 16 pixels.")
    shown = Markup('<p title="%s">')
    monkeypatch.setattr(video_view, "video", lambda clip, alt, controls=False: shown % alt)
    for name in MOVING:
        with speaking(CHINESE):
            title = _clip(None, name)[2]
        said(video_view.choice, clip, title, film.note)
    said(video_view.waiting)
    said(video_view.clip, film, step_of(frames), frames)
    for errors in (None, (0.1, 0.2)):
        said(video_view.final_clip, film, step_of(frames, 10), (clip, clip, clip), errors)
    block = np.zeros((32, 32, 32, 3), np.uint8)
    step = replace(step_of(block), shape=(32, 32, 32))
    said(video_view.solid, film, step, block)
    said(video_view.numbers, film, step)
    said(video_view.slice_image, block, 0, 3)
    said(video_view.cube, block, 30)


@pytest.mark.parametrize("frames", [2, 4])
def test_inflate(frames):
    maps = np.random.default_rng(0).random((frames, 8, 8, 9))
    found = Inflation("conv3_1", maps[0], maps, np.full(frames, 1e-6))
    said(inflation.compare, found)
    said(inflation.empty)


@pytest.mark.parametrize("module", RAISING)
def test_errors(module):
    sentences = raised(CODE / f"{module}.py")
    assert sentences
    assert [each for each in sentences if left(retold(each, CHINESE))] == []


@pytest.mark.parametrize(
    "error",
    [
        "Add a content first: upload or record a sound, or click a bundled one.",
        "This file is not a sound that can be read, or is broken: use WAV, FLAC, OGG, MP3, M4A or "
        "WebM, or export it again.",
        "This sound is longer than 30 s: cut out a part of it, at least 0.5 s.",
        "This trace has two rates, 250 and 500 values a second: keep the part with one.",
        "The times of this trace go on unevenly at line 7: use one without gaps or jumps.",
        "This clip is 9 x 9 pixels: use one of at least 32 a side.",
        "This clip has a single frame, so it is a picture: use one that moves.",
        "This file holds no array of three axes: save one as (depth, height, width).",
        "Page 3 of this TIFF has tiles above 4096 a side: save it in strips.",
        "A second difference needs a filter of at least 3: make it larger, or choose the average.",
        "This volume is shown in slices 0 to 9 along its depth: choose one of them. Received: 10.",
        "There is no block to go on with: start one first.",
        "This sound is under way: press Stop before you continue it.",
        "The slice must be a whole number from 0. Received: 0.5.",
    ],
)
def test_parts_of_errors_are_retold_too(error):
    assert left(retold(error, CHINESE)) == set()


def test_programs_and_english_pages_are_answered_in_english(run):
    page = ecg_view.answer(run) + ecg_view.beat_panel(run)
    assert "14 of 40 beats stand out" in page
    assert "beat 27 at 21.4 s, distance 5.00, 45 times the usual" in page
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in page)
    with pytest.raises(FacewebError, match="There is no bundled clip 'none'"):
        _clip(None, "none")
