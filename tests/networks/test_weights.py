import gc
import weakref

import numpy as np
import pytest

from faceweb.engine import Engine, Status
from faceweb.errors import WeightsUnavailableError
from faceweb.networks import weights


def test_the_file_is_found_without_importing_its_package(monkeypatch):
    import sys

    assert weights.locate(weights.SOURCES["face_resnet"]).stat().st_size == 22_466_066
    assert "face_recognition_models" not in sys.modules


def test_a_missing_package_is_named(monkeypatch):
    source = weights.Source("no_such_package", "x", "", "")
    with pytest.raises(WeightsUnavailableError, match=r"no_such_package.*pip install"):
        weights.locate(source)


@pytest.mark.parametrize("data", [b"", b"cut short"])
def test_an_altered_file_is_refused(monkeypatch, tmp_path, data):
    path = tmp_path / "weights.dat"
    path.write_bytes(data)
    monkeypatch.setattr(weights, "locate", lambda source: path)
    with pytest.raises(WeightsUnavailableError, match="cut short or altered"):
        weights.read("mtcnn")


def test_a_missing_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "locate", lambda source: tmp_path / "gone.dat")
    with pytest.raises(WeightsUnavailableError, match=r"gone\.dat is missing: reinstall"):
        weights.read("face_resnet")


def test_the_engine_keeps_what_went_wrong(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "locate", lambda source: tmp_path / "gone.dat")
    engine = Engine("cpu")
    engine.load()
    assert "missing: restore" in engine.status.failure
    assert not engine.status.ready
    picture = np.zeros(9)
    kept = weakref.ref(picture)

    def visit(photo):
        engine.faces()

    for _ in range(2):
        with pytest.raises(WeightsUnavailableError, match="missing: restore"):
            visit(picture)
    del picture
    gc.collect()
    assert kept() is None, "a failure holds on to what its callers held"


def test_an_early_call_waits_and_is_told_how_far(monkeypatch):
    engine = Engine("cpu")
    heard: list[Status] = []

    def hear(status):
        heard.append(status)
        if len(heard) == 1:
            engine.start()

    networks = engine.wait(hear).faces()
    assert engine.status.ready
    assert networks is engine.faces()
    shares = [status.share for status in heard]
    assert shares == sorted(shares)
    assert shares[0] == 0.05
