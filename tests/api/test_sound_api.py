"""Sounds and heartbeats through the programming interface; every refusal is one sentence."""

import wave

import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError

from faceweb.media.audio import write_sound
from faceweb.signals.ecg import simulate
from faceweb.signals.samples import INSTRUMENTS
from faceweb.types import Signal


@pytest.fixture
def sound(tmp_path):
    """A sound as a file, to be uploaded."""

    def made(name, samples=None):
        signal = INSTRUMENTS[name]() if samples is None else Signal(samples, 22_050)
        path = tmp_path / f"{name}.wav"
        path.write_bytes(write_sound(signal))
        return handle_file(str(path))

    return made


@pytest.fixture
def trace(tmp_path):
    """A trace as a file, to be uploaded."""

    def made(text, name="trace.csv"):
        path = tmp_path / name
        path.write_text(text)
        return handle_file(str(path))

    return made


def test_a_sound_in_the_manner_of_another(client, sound):
    job = client.submit(
        sound("birds"), sound("rain"), beta=5, steps=20, seed=3, api_name="/stylize_audio"
    )
    record, page, path = job.result()
    assert record["finished"]
    assert record["steps"] == 20
    assert record["seed"] == 3
    assert record["j_style"] < record["j_style_start"] / 2
    assert record["j"] > record["j_content"] > 0
    assert 0 < record["content_correlation"] < 1
    assert page.count("spectrogram of 5.0 s") == 3
    with wave.open(path) as file:
        assert file.getnframes() == 5 * 22_050
        assert np.frombuffer(file.readframes(22_050), "<i2").std() > 100
    assert len(job.outputs()) > 3  # it was streamed


def test_a_texture_needs_no_content_and_ends_after_ten_seconds(client, sound):
    long = np.random.default_rng(0).normal(0, 0.1, 12 * 22_050).astype(np.float32)
    # Four bursts a second: even noise would be what a texture begins with.
    long *= np.exp(-20 * ((np.arange(len(long)) / 22_050) % 0.25))
    record, page, path = client.predict(
        None, sound("bursts", long), texture=True, steps=40, api_name="/stylize_audio"
    )
    assert record["texture"]
    assert record["content_correlation"] is None
    assert record["j_style"] < record["j_style_start"]
    assert page.count('<figure class="spectrogram') == 2
    with wave.open(path) as file:
        assert file.getnframes() == 10 * 22_050


def test_a_clipped_sound_is_painted_and_that_is_said(client, sound):
    loud = np.clip(4 * INSTRUMENTS["melody"]().samples, -1, 1)
    _, page, _ = client.predict(
        sound("loud", loud), sound("rain"), steps=10, api_name="/stylize_audio"
    )
    assert "This sound is clipped" in page


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"content": None}, "Add a content first"),
        ({"style": None}, "Add a style first"),
        ({"content": "short"}, "use one of at least 0.5 s"),
        ({"content": "text"}, "not a sound that can be read"),
        ({"steps": 15.5}, "Steps must be a whole number from 10 to 500"),
        ({"alpha": 0, "beta": 0}, "Alpha and beta are both 0"),
    ],
)
def test_refused_sounds_are_one_sentence(client, sound, trace, settings, sentence):
    made = {
        None: lambda: None,
        "short": lambda: sound("short", np.ones(1102, np.float32)),
        "text": lambda: trace("no sound", "text.wav"),
    }
    files = {"content": sound("melody"), "style": sound("bell")}
    given = {name: made[value]() if name in files else value for name, value in settings.items()}
    with pytest.raises(AppError, match=sentence) as refused:
        client.predict(**files | {"steps": 10} | given, api_name="/stylize_audio")
    assert "\n" not in str(refused.value)


def test_ectopic_beats_of_a_simulated_heart(client):
    record, page, beats, filters = client.predict(seed=4, api_name="/ecg")
    _, places, odd = simulate(4)
    count = int(odd.sum())
    assert record["truth"] == {"ectopic": count, "marked": count, "mistaken": 0}
    marked = [beat["time"] for beat in record["beats"] if beat["unusual"]]
    np.testing.assert_allclose(marked, places[odd] / 250, atol=0.05)
    assert len(record["beats"]) == len(places)
    assert record["rate"] == 250
    assert record["seconds"] == 30
    assert 0 < record["error"] < 0.1
    assert np.shape(record["filters"]) == (16, 9)
    assert "ectopic beats stand out" in page
    assert beats.count("odd-beat") == count
    assert filters.count('class="tap') == 17  # 16 buttons and what holds them


def test_a_file_goes_before_the_source_and_needs_a_rate(client, trace):
    signal, places, _ = simulate(5, seconds=10, rate=200, ectopic=0)
    file = trace("\n".join(f"{value:.4f}" for value in signal.samples))
    record, *_ = client.predict(file=file, rate=200, steps=20, api_name="/ecg")
    assert record["source"] == "file"
    assert record["rate"] == 200
    assert record["truth"] is None
    found = [beat["time"] for beat in record["beats"]]
    np.testing.assert_allclose(found, places / 200, atol=0.05)
    with pytest.raises(AppError, match="say how many values a second it has"):
        client.predict(file=file, api_name="/ecg")


def test_the_bundled_trace(client):
    record, page, *_ = client.predict(source="bundled", steps=20, api_name="/ecg")
    assert len(record["beats"]) == 3
    assert record["rate"] == 360
    assert "3 beats hardly say which is unusual" in page


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"source": "file"}, "Choose a CSV or EDF file first"),
        ({"source": "heart"}, "not in the list of choices"),
        ({"steps": 5}, "less than minimum value 10"),
        ({"seed": -1}, "less than minimum value 0"),
        ({"file": "1\nnan\n2\n", "rate": 250}, "Line 2 holds NaN"),
        ({"file": "time,value\n" + "0.0,1.5\n" * 3}, "do not rise"),
        ({"file": "1\n2\n" * 500, "rate": 5}, "This trace has 5 values a second"),
    ],
)
def test_refused_traces_are_one_sentence(client, trace, settings, sentence):
    if "file" in settings:
        settings = settings | {"file": trace(settings["file"])}
    with pytest.raises(AppError, match=sentence) as refused:
        client.predict(**settings, api_name="/ecg")
    assert "\n" not in str(refused.value)
