"""What happens when a file that the page needs is cut short."""

import logging
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from faceweb.config import ASSETS
from faceweb.engine import Engine
from faceweb.errors import WeightsUnavailableError
from faceweb.faces.calibration import load_calibration
from faceweb.gallery.feedback import load_known
from faceweb.interpret import atlas
from faceweb.networks import weights
from faceweb.ui.views import faces as faces_view
from faceweb.ui.views import inside as inside_view
from tests.api.calls import example
from tests.conftest import KEY
from tests.processes import ROOT

LOCATE = weights.locate


def cut(source: Path, folder: Path) -> Path:
    """The first half of a file, under its name."""
    data, path = source.read_bytes(), folder / source.name
    path.write_bytes(data[: len(data) // 2])
    return path


@pytest.fixture
def halved(monkeypatch, tmp_path):
    """Cuts a weight file of a name short, and gives an engine that was started over it."""

    def started(name: str) -> Engine:
        source = weights.SOURCES[name]
        bad = cut(LOCATE(source), tmp_path)
        monkeypatch.setattr(
            weights, "locate", lambda asked: bad if asked is source else LOCATE(asked)
        )
        engine = Engine("cpu")
        engine.load()
        return engine

    return started


def paint(address: str):
    client = Client(address, verbose=False)
    pictures = example("chelsea"), example("hopper")
    return client.predict(*pictures, size=64, steps=5, api_name="/stylize")[0]


@pytest.mark.parametrize("name", sorted(weights.SOURCES))
def test_every_weight_file_is_named_where_it_is_cut_short(monkeypatch, tmp_path, name):
    bad = cut(LOCATE(weights.SOURCES[name]), tmp_path)
    monkeypatch.setattr(weights, "locate", lambda source: bad)
    with pytest.raises(WeightsUnavailableError) as met:
        weights.read(name)
    assert str(met.value).startswith(f"The weight file {bad.name} is cut short or altered (")
    assert str(met.value).count(". ") == 0
    assert ("reinstall the package" in str(met.value)) == (name == "face_resnet")


def test_without_the_painters_network_faces_are_still_known(halved, serve, caplog):
    engine = halved("perceptual")
    address = serve(engine)
    sentence = "The weight file perceptual.npz is cut short or altered"
    assert httpx.get(f"{address}/healthz").json() == {"models": "failed", "database": "ok"}
    assert httpx.get(f"{address}/healthz").status_code == 503
    assert sentence in faces_view.status_line(engine.status)
    assert sentence in caplog.text
    client = Client(address, verbose=False)
    record, _ = client.predict(example("collins"), example("collins_turned"), api_name="/verify")
    assert record["same"]
    client.predict(example("collins"), "Eileen", KEY, api_name="/enroll")
    assert len(client.predict(KEY, api_name="/people")["people"]) == 1
    with pytest.raises(AppError, match=f"^{sentence}.*: restore it from the project.$"):
        paint(address)
    with pytest.raises(AppError, match=sentence):
        client.predict(example("collins"), api_name="/feature_maps")
    assert "Traceback" not in caplog.text


def test_without_the_recogniser_pictures_are_still_painted(halved, serve, caplog):
    engine = halved("face_resnet")
    address = serve(engine)
    assert httpx.get(f"{address}/healthz").status_code == 503
    client = Client(address, verbose=False)
    with pytest.raises(AppError, match=r"^The weight file dlib_face_.*dat is cut short or altered"):
        client.predict(example("collins"), example("collins_turned"), api_name="/verify")
    with pytest.raises(AppError, match="cut short or altered"):
        client.predict(example("collins"), "face", api_name="/feature_maps")
    assert paint(address)["finished"]
    assert engine.learner("siamese")
    assert "Traceback" not in caplog.text


def test_the_odds_and_known_pairs_are_named(tmp_path):
    for load, name in ((load_calibration, "odds.json"), (load_known, "pairs.npz")):
        sentence = f"The file {name} is missing, cut short or altered: restore it from the project."
        with pytest.raises(WeightsUnavailableError) as met:
            load(cut(ASSETS / name, tmp_path))
        assert str(met.value) == sentence
        with pytest.raises(WeightsUnavailableError):
            load(tmp_path / "gone" / name)


def test_a_page_that_cannot_start_says_so_in_one_line(tmp_path):
    bad = cut(ASSETS / "odds.json", tmp_path)
    code = (
        "import sys, pathlib, app, faceweb.faces.calibration as odds; "
        f"odds.load_calibration.__defaults__ = (pathlib.Path({str(bad)!r}),); "
        f"sys.argv = ['app.py', '--data-dir', {str(tmp_path)!r}]; app.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("The file odds.json is missing, cut short")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["units.json", "conv3_1.jpg"])
def test_a_damaged_plate_of_the_atlas_is_left_out(monkeypatch, tmp_path, caplog, name):
    shutil.copytree(ASSETS / "atlas" / "perceptual", tmp_path / "perceptual")
    cut(ASSETS / "atlas" / "perceptual" / name, tmp_path / "perceptual")
    monkeypatch.setattr(atlas, "FOLDER", tmp_path)
    for read in (atlas.plate, atlas._contents):
        read.cache_clear()
    try:
        with caplog.at_level(logging.WARNING):
            plate = atlas.plate("perceptual", "conv3_1")
        assert plate is None
        assert "let a unit dream" in inside_view.atlas(plate)
        assert f"The file {name} is missing, cut short or altered: restore it" in caplog.text
        assert (atlas.plate("perceptual", "conv2_1") is None) == (name == "units.json")
    finally:
        for read in (atlas.plate, atlas._contents):
            read.cache_clear()
