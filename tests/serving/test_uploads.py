import os
import subprocess
import sys
import tempfile
import time

import pytest

from faceweb.serving.uploads import scratch_folder, tidy


def test_a_killed_process_leaves_nothing_for_long(monkeypatch, tmp_path):
    """The child writes an upload and is killed: its folder stays until the next start."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = (
        "import os, signal; from faceweb.serving.uploads import scratch_folder, tidy; "
        "(scratch_folder() / 'photo.jpg').write_text('x'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=False, env=environment)
    assert len(list(tmp_path.glob("*/photo.jpg"))) == 1
    mine = scratch_folder()
    assert list(tmp_path.iterdir()) == [mine]
    again = scratch_folder()
    assert {mine, again} == set(tmp_path.iterdir())


def test_an_ended_process_leaves_nothing(tmp_path):
    code = "from faceweb.serving.uploads import scratch_folder, tidy; print(scratch_folder())"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True)
    assert list(tmp_path.iterdir()) == []


def test_a_process_of_the_same_number_leaves_nothing_either(monkeypatch, tmp_path):
    """In a container a page that starts anew has the number of the one that was killed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / f"faceweb-uploads-{os.getpid()}-abc"
    left.mkdir()
    (left / "photo.jpg").write_text("x")
    assert list(tmp_path.iterdir()) == [left]
    mine = scratch_folder()
    assert list(tmp_path.iterdir()) == [mine]


DAY = 86_400


@pytest.mark.parametrize(("passed", "redated"), [(0, False), (600, False), (-DAY, True)])
def test_uploads_from_the_future_are_of_today(tmp_path, passed, redated):
    """Put back by a day, the clock would let an upload lie for a day more."""
    upload = tmp_path / "0f" / "photo.jpg"
    upload.parent.mkdir()
    upload.write_text("x")
    dated, when = upload.stat().st_ctime_ns, time.time()
    time.sleep(0.02)
    tidy(tmp_path, when + passed)
    assert (upload.stat().st_ctime_ns > dated) == redated


@pytest.mark.parametrize(("passed", "there"), [(0, True), (290, True), (310, False)])
def test_an_upload_that_was_broken_off_is_erased(tmp_path, passed, there):
    for path in (tmp_path / "tmpabc", tmp_path / "0f" / "photo.jpg"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    tidy(tmp_path, time.time() + passed)
    assert (tmp_path / "tmpabc").exists() == there
    assert (tmp_path / "0f" / "photo.jpg").exists()
