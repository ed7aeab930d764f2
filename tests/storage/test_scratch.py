import os
import subprocess
import sys
import tempfile

from faceweb.storage.scratch import scratch_folder


def test_a_killed_process_leaves_nothing_for_long(monkeypatch, tmp_path):
    """The child writes an upload and is killed: its folder stays until the next start."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = (
        "import os, signal; from faceweb.storage.scratch import scratch_folder; "
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
    code = "from faceweb.storage.scratch import scratch_folder; print(scratch_folder())"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True)
    assert list(tmp_path.iterdir()) == []
