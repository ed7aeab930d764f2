import errno
import io
import tarfile
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from faceweb.errors import WeightsUnavailableError
from faceweb.networks import magenta

# The name that the package tensorflow_hub 0.16.1 gives the model's folder.
FOLDER = "f843094219bf78a99e8ea6c8d71f1bc74f07101a"
PICTURES = tf.TensorSpec((None, None, None, 3), tf.float32)


class Tint(tf.Module):
    """Called as Magenta's model is: the content doubled, on sides rounded up to fours, plus the
    style's mean colour, plus its side in ten-thousandths."""

    def __init__(self):
        super().__init__()
        self.factor = tf.Variable(2.0)

    @tf.function(input_signature=[PICTURES, PICTURES])
    def __call__(self, placeholder, placeholder_1):
        size = tf.shape(placeholder)
        padded = tf.pad(placeholder, [[0, 0], [0, -size[1] % 4], [0, -size[2] % 4], [0, 0]])
        colour = tf.reduce_mean(placeholder_1, (1, 2), keepdims=True)
        side = tf.cast(tf.shape(placeholder_1)[1], tf.float32)
        return [self.factor * padded + colour + side / 10_000]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    tf.saved_model.save(Tint(), str(folder))
    return folder


@pytest.fixture(scope="module")
def archive(model):
    """The model as TensorFlow Hub serves it."""
    return pack(model)


def pack(folder: Path, *extra: tarfile.TarInfo) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        tar.add(folder, arcname=".")
        for member in extra:
            tar.addfile(member)
    return data.getvalue()


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty cache folder, and a closed port for the net."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path / "hub"))
    offline = replace(magenta.ARCHIVE, url="http://127.0.0.1:1/")
    monkeypatch.setattr(magenta, "ARCHIVE", offline)
    return tmp_path / "hub"


@pytest.fixture
def serve(monkeypatch, cache):
    """Puts a server of the bytes it is given in TensorFlow Hub's place."""
    body = {}

    def put(data: bytes) -> None:
        body["data"] = data

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body["data"])))
            self.end_headers()
            self.wfile.write(body["data"])

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/2?tf-hub-format=compressed"
        monkeypatch.setattr(magenta, "ARCHIVE", replace(magenta.ARCHIVE, url=address))
        yield put
        server.shutdown()


def painted_right(style_model: magenta.Magenta) -> None:
    """One colour a picture, so that resizing the style leaves its mean."""
    content = np.full((1, 9, 14, 3), 0.125, np.float32)
    style = np.broadcast_to(np.float32([0.0, 0.25, 0.9]), (1, 31, 77, 3))
    picture = style_model.paint(content, style)
    assert picture.shape == (1, 9, 14, 3)
    assert picture.dtype == np.float32
    colours = np.broadcast_to([0.25 + 0.0256, 0.5 + 0.0256, 1.0], picture.shape)
    np.testing.assert_allclose(picture, colours, atol=1e-5)


def test_a_cached_model_paints_without_the_net(cache, model):
    cache.mkdir()
    (cache / FOLDER).symlink_to(model)
    painted_right(magenta.load_magenta())


def test_the_model_is_fetched_into_the_cache_of_tensorflow_hub(serve, cache, archive):
    serve(archive)
    heard = []
    painted_right(magenta.load_magenta(lambda *step: heard.append(step)))
    assert heard[-1] == ("Downloading Magenta's instant style", 1.0)
    assert [path.name for path in cache.iterdir()] == [FOLDER]
    assert (cache / FOLDER / "saved_model.pb").is_file()


def test_an_interrupted_unpacking_is_begun_anew(serve, cache, archive):
    (cache / FOLDER / "variables").mkdir(parents=True)
    serve(archive)
    painted_right(magenta.load_magenta())


def test_without_the_setting_the_cache_is_the_temporary_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("TFHUB_CACHE_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert magenta.model_folder() == tmp_path / "tfhub_modules" / FOLDER


def test_without_a_net_the_visitor_reads_one_sentence(cache):
    with pytest.raises(WeightsUnavailableError) as caught:
        magenta.load_magenta(timeout=5.0)
    assert str(caught.value) == (
        "Magenta's instant style could not be downloaded: the net cannot be reached from here. "
        "Painting step by step needs no download."
    )
    assert list(cache.iterdir()) == []


def test_what_is_no_archive_is_refused(serve, cache, archive, tmp_path):
    (tmp_path / "empty").mkdir()
    outside = tarfile.TarInfo("../outside")
    wrong = {
        b"<html>Sign in</html>": "is not the archive expected",
        archive[: len(archive) // 2]: "is not the archive expected",
        archive[:-6] + b"??????": "is not the archive expected",
        pack(tmp_path / "empty", outside): "is not the archive expected",
        pack(tmp_path / "empty"): "holds no model",
    }
    for data, words in wrong.items():
        serve(data)
        with pytest.raises(WeightsUnavailableError, match=words):
            magenta.load_magenta(timeout=5.0)
        assert list(cache.iterdir()) == []


def test_a_disk_that_fills_up_while_unpacking(monkeypatch, serve, cache, archive):
    def fill(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    serve(archive)
    monkeypatch.setattr(tarfile.TarFile, "makefile", fill)
    with pytest.raises(WeightsUnavailableError, match="the disk is full"):
        magenta.load_magenta()
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("harmed", ["saved_model.pb", "variables/variables.index"])
def test_altered_files_are_named(cache, archive, harmed):
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(cache / FOLDER, filter="data")
    path = cache / FOLDER / harmed
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(WeightsUnavailableError, match=rf"altered: delete the folder {FOLDER}"):
        magenta.load_magenta()


def test_a_cache_that_cannot_be_made(cache):
    cache.write_bytes(b"")
    with pytest.raises(WeightsUnavailableError, match="the cache folder cannot be written to"):
        magenta.load_magenta()
