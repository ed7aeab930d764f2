"""What the pages of sound and heartbeats draw and keep, told without a browser."""

import base64
import io
import time
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from faceweb.config import SoundConfig
from faceweb.errors import MediaError, PictureError
from faceweb.signals.ecg import Beats
from faceweb.types import Signal
from faceweb.ui import svg
from faceweb.ui.sessions import base, ecg
from faceweb.ui.sessions.style import StyleRuns


def test_a_texture_keeps_no_content_and_begins_with_noise():
    config = SoundConfig(texture=True, alpha=3.0, beta=7.0, seed=4).style
    assert (config.alpha, config.beta, config.init, config.seed) == (0.0, 7.0, "noise", 4)
    assert config.smooth == 0
    kept = SoundConfig(alpha=3.0).style
    assert (kept.alpha, kept.init) == (3.0, "content")


def test_low_frequencies_lie_below_and_ticks_at_their_bins():
    """A tone at 2 kHz, bin 93 of 512 at 21.5 Hz, is as high as the tick that says 2."""
    values = np.zeros((40, 513), np.float32)
    values[:, 93] = 1
    picture = svg._picture(values).sum(axis=-1)
    height = 1 - picture[:, 20].argmax() / (len(picture) - 1)
    assert height == pytest.approx(svg._height(2000), abs=0.02)
    assert svg._height(500) < svg._height(8000) < 1


def test_a_long_sound_is_drawn_no_wider_than_a_screen():
    picture = svg._picture(np.ones((2600, 513), np.float32))
    assert picture.shape == (svg.SPECTROGRAM_HEIGHT, svg.SPECTROGRAM_WIDEST, 3)


def test_ten_minutes_of_trace_stay_a_page():
    """Least and most of every pixel are drawn, not 150,000 samples, and no beat is lost."""
    samples = np.zeros(600 * 250, np.float32)
    places = np.arange(100, len(samples), 200)
    samples[places] = 1
    beats = Beats(places, np.zeros((len(places), 3)), np.ones(len(places)))
    drawn = svg.strip(Signal(samples, 250.0), beats, ["a beat"] * len(places))
    assert f'width="{svg.TRACE_WIDEST}"' in drawn
    assert len(drawn) < 1_000_000
    _, outline = svg._outline(samples, svg.TRACE_WIDEST)
    assert (outline == 1).sum() >= len(places)


def test_a_map_has_a_row_a_filter_and_its_peaks_survive():
    """One of 1,000 moments is seen at a tenth of the width, in the row of its filter alone."""
    values = np.zeros((1000, 16))
    values[437, 5] = 2.0
    drawn = svg.layer_map(values, 100, "conv1_1")
    assert 'style="width:100px"' in drawn
    png = base64.b64decode(drawn.split("base64,")[1].split('"')[0])
    pixels = np.asarray(Image.open(io.BytesIO(png))).sum(axis=-1)
    assert pixels.shape == (16 * svg.ROW, 100)
    lit = np.argwhere(pixels > 400)
    assert set(lit[:, 0] // svg.ROW) == {5}
    assert set(lit[:, 1]) == {43}


def test_what_a_visitor_has_under_way_is_forgotten(monkeypatch):
    kept = ecg.EcgRuns()
    request = SimpleNamespace(session_hash="one")
    signal = Signal(np.zeros(500, np.float32), 250.0)
    run = ecg.EcgRun(ecg.Source(signal), signal, None, None, None)
    kept.put(request, run)
    with pytest.raises(MediaError, match="press Learn filters first"):
        kept.require(request)
    assert kept.of(request) is run
    monkeypatch.setattr(base, "KEPT_SECONDS", 0)
    run.used = time.monotonic() - 1
    assert kept.forget_idle("one", run)
    assert kept.of(request) is None
    kept.put(request, run)
    kept.remove(request)
    assert kept.of(request) is None
    assert run._stopped.is_set()


def test_there_is_no_sound_to_go_on_with():
    with pytest.raises(PictureError, match="There is no sound to go on with"):
        StyleRuns("sound").require(SimpleNamespace(session_hash="nobody"))
