"""What an operator reads in the log, and what nobody may."""

import io
import json
import logging
import shutil
import sys
import threading
import traceback
import zipfile

import numpy as np
import pytest
from gradio_client import Client, handle_file

from faceweb.serving.logs import JsonFormatter, PlainFormatter, Printed
from faceweb.ui.boundary import handler
from tests.api.calls import example
from tests.conftest import EXAMPLES, KEY

NAME, FILE, WORD = "Zebediah", "quetzalcoatl", "xylophonist"


@pytest.fixture
def logged():
    """Takes down what goes to the root logger; gives the last ones."""
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda number=-1: records[number]
    root.setLevel(logging.WARNING)
    root.removeHandler(handler)


def failing():
    try:
        raise OSError(2, "no such file", f"/tmp/{FILE}.jpg")
    except OSError as error:
        raise ValueError(f"bad name {NAME}") from error


@pytest.mark.parametrize("formatter", [PlainFormatter(), JsonFormatter()])
def test_an_exception_is_logged_by_type_and_place_without_its_text(logged, formatter):
    with pytest.raises(Exception, match="Something went wrong"):
        handler(failing)()
    text = formatter.format(logged(-2))
    assert "handler failing failed" in text
    for part in ("ValueError", "FileNotFoundError", "test_logs.py"):
        assert part in text
    assert NAME not in text
    assert FILE not in text


def test_json_says_which_handler_ended_how(logged):
    with pytest.raises(Exception, match="Something went wrong"):
        handler(failing)()
    line = json.loads(JsonFormatter().format(logged()))
    assert (line["handler"], line["outcome"], line["level"]) == ("failing", "failed", "info")
    assert line["seconds"] >= 0
    assert line["time"].endswith("+00:00")


def test_a_traceback_that_a_library_prints_loses_its_text(logged, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Printed(sys.__stderr__))
    try:
        failing()
    except ValueError:
        traceback.print_exc()
        whole = traceback.format_exc()
    said = logged().getMessage()
    assert said.startswith("ValueError was raised at File")
    assert "test_logs.py" in said
    sys.stderr.write("just a line\n")
    assert logged().getMessage() == "just a line"
    sys.stderr.write(f"ERROR: in app\n{whole}")
    assert NAME not in logged().getMessage()


@pytest.fixture
def photo(tmp_path):
    """A visitor's photo and a file that is none, under names that tell."""
    shutil.copy(EXAMPLES / "collins.jpg", tmp_path / f"{FILE}.jpg")
    (tmp_path / f"{FILE}_broken.jpg").write_text(WORD)
    return handle_file(str(tmp_path / f"{FILE}.jpg"))


@pytest.mark.slow
def test_a_whole_visit_leaves_nothing_personal_in_the_log(start, photo, tmp_path):
    page = start("--log-json")
    page.ready()
    client = Client(page.address, verbose=False, download_files=str(tmp_path / "got"))
    client.predict(photo, NAME, KEY, api_name="/enroll")
    client.predict(photo, example("hopper"), 0.6, "distance", KEY, api_name="/verify")
    client.predict(photo, 0.6, KEY, api_name="/recognize")
    broken = handle_file(str(tmp_path / f"{FILE}_broken.jpg"))
    archive = client.predict(KEY, api_name="/export")
    with np.load(_member(archive), allow_pickle=False) as arrays:
        number = float(arrays["encodings"][0, 0])
    for endpoint, arguments in [
        ("/enroll", [broken, NAME, KEY]),
        ("/enroll", [photo, NAME * 20, KEY]),
        ("/enroll", [photo, NAME, KEY[:-1]]),
        ("/verify", [photo, photo, 0.6, NAME, KEY]),
        ("/verify", [photo, photo, 99, "distance", KEY]),
        ("/rename", [NAME, "", KEY]),
        ("/rename", [[NAME], {"a": NAME}, KEY]),
        ("/forget_photo", [NAME, KEY]),
        ("/import", [broken, KEY]),
        ("/gram", [photo, NAME, NAME, NAME, NAME]),
    ]:
        with pytest.raises(Exception, match=r"\w"):
            client.predict(*arguments, api_name=endpoint)
    client.predict(NAME, KEY, api_name="/forget")
    page.terminate()
    lines = page.log.read_text().splitlines()
    said = [json.loads(line) for line in lines]
    assert {"networks", "refused"} <= {word for line in said for word in line["message"].split()}
    assert any(line.get("handler") == "enroll" for line in said)
    text = "\n".join(lines)
    for secret in (NAME, KEY[:-1], FILE, WORD, "hopper", f"{number:.4f}", f"{number:.3e}"):
        assert secret not in text


def _member(archive: str) -> io.BytesIO:
    with zipfile.ZipFile(archive) as members:
        return io.BytesIO(members.read("gallery.npz"))


def test_threads_print_their_tracebacks_apart(logged):
    printed, seen = Printed(sys.__stderr__), []
    printed.write("Traceback (most recent call last):\n")
    other = threading.Thread(target=lambda: printed.write("a line of another thread\n"))
    other.start()
    other.join()
    seen.append(logged().getMessage())
    printed.write('  File "a.py", line 1, in b\n    c()\n')
    printed.write(f"KeyError: {NAME}\nand more of {NAME}\n")
    seen.append(logged().getMessage())
    assert seen == ["a line of another thread", 'KeyError was raised at File "a.py", line 1']
