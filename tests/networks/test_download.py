import errno
import hashlib
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from faceweb.errors import WeightsUnavailableError
from faceweb.networks.weights import PIECE, Remote, download

DATA = np.random.default_rng(0).bytes(3 * PIECE + 17)


@pytest.fixture(scope="module")
def address():
    """A server on this machine; its paths are ways in which a download can go."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/gone":
                self.send_error(404)
                return
            if self.path == "/mute":
                over.wait(20)
                return
            self.send_response(200)
            if self.path != "/unmeasured":
                self.send_header("Content-Length", str(len(DATA)))
            self.end_headers()
            if self.path in ("/stalled", "/broken"):
                self.wfile.write(DATA[: PIECE + 5])
                if self.path == "/stalled":
                    over.wait(20)
            elif self.path == "/altered":
                self.wfile.write(DATA[:-1] + b"?")
            else:
                self.wfile.write(DATA)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        over.set()
        server.shutdown()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


def remote(url: str) -> Remote:
    return Remote("The net's weights (1 MB)", url, hashlib.md5(DATA).hexdigest(), "Paint by hand.")


def refusal(url: str, target: Path, timeout: float = 10.0) -> str:
    """What a visitor reads; asserts that the attempt left no file behind."""
    with pytest.raises(WeightsUnavailableError) as caught:
        download(remote(url), target, None, timeout)
    assert [path for path in target.parent.iterdir() if path.is_file()] == []
    text = str(caught.value)
    assert text.startswith("The net's weights (1 MB) could not be downloaded: ")
    assert text.endswith(". Paint by hand.")
    return text


def test_the_file_arrives_whole_and_the_share_is_told(address, tmp_path):
    heard = []
    target = tmp_path / "models" / "net.h5"
    download(remote(address), target, lambda *step: heard.append(step), 10.0)
    assert target.read_bytes() == DATA
    assert list(target.parent.iterdir()) == [target]
    assert {stage for stage, _ in heard} == {"Downloading The net's weights (1 MB)"}
    shares = [PIECE / len(DATA), 2 * PIECE / len(DATA), 3 * PIECE / len(DATA), 1.0]
    assert [share for _, share in heard] == pytest.approx(shares)


def test_a_server_that_names_no_length_is_served_too(address, tmp_path):
    heard = []
    download(remote(f"{address}/unmeasured"), tmp_path / "x", lambda *step: heard.append(step), 10)
    assert (tmp_path / "x").read_bytes() == DATA
    assert {share for _, share in heard} == {0.0}


def test_a_file_is_not_seen_before_it_is_whole(address, tmp_path):
    target = tmp_path / "x"
    seen = []
    download(remote(address), target, lambda *_: seen.append(target.exists()), 10.0)
    assert seen == [False] * 4


def test_who_shares_the_cache_may_read_the_file(address, tmp_path):
    """The rights are those of any new file, as Keras and TensorFlow Hub leave theirs."""
    (tmp_path / "any").write_bytes(b"")
    download(remote(address), tmp_path / "x", None, 10.0)
    assert (tmp_path / "x").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_an_altered_file_is_refused_and_the_old_one_kept(address, tmp_path):
    assert "wrong checksum" in refusal(f"{address}/altered", tmp_path / "x")
    (tmp_path / "y").write_bytes(b"older")
    with pytest.raises(WeightsUnavailableError, match="wrong checksum"):
        download(remote(f"{address}/altered"), tmp_path / "y", None, 10.0)
    assert (tmp_path / "y").read_bytes() == b"older"


@pytest.mark.parametrize("path", ["mute", "stalled"])
def test_a_silent_server_is_given_up(address, tmp_path, path):
    start = time.monotonic()
    text = refusal(f"{address}/{path}", tmp_path / "x", timeout=0.3)
    assert "no answer came within 0.3 seconds" in text
    assert time.monotonic() - start < 5


def test_a_cut_connection_is_told_from_a_wrong_file(address, tmp_path):
    assert "the connection broke off" in refusal(f"{address}/broken", tmp_path / "x")


def test_an_error_of_the_server_is_named(address, tmp_path):
    assert "the server answered 404" in refusal(f"{address}/gone", tmp_path / "x")


def test_a_closed_port(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        text = refusal(f"http://127.0.0.1:{taken.getsockname()[1]}", tmp_path / "x")
    assert "the net cannot be reached from here" in text


def test_a_name_that_nobody_resolves(monkeypatch, tmp_path):
    def resolve(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    text = refusal("https://weights.invalid/x", tmp_path / "x")
    assert "the net cannot be reached from here" in text


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EROFS, "the cache folder cannot be written to"),
    ],
)
def test_a_disk_that_takes_no_more(monkeypatch, address, tmp_path, number, words):
    opened = Path.open

    def open_full(path, *arguments):
        file = opened(path, *arguments)

        class Full:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                file.close()

            def write(self, data):
                file.write(data[:10])
                raise OSError(number, "no")

        return Full()

    monkeypatch.setattr(Path, "open", open_full)
    assert words in refusal(address, tmp_path / "x")


def test_a_cache_folder_that_is_a_file(address, tmp_path):
    (tmp_path / "models").write_bytes(b"")
    with pytest.raises(WeightsUnavailableError, match="the cache folder cannot be written to"):
        download(remote(address), tmp_path / "models" / "x", None, 10.0)


def test_a_listener_can_end_it(address, tmp_path):
    class Stopped(Exception):
        pass

    def stop(stage, share):
        if share > 0.4:
            raise Stopped

    with pytest.raises(Stopped):
        download(remote(address), tmp_path / "x", stop, 10.0)
    assert list(tmp_path.iterdir()) == []


def test_a_checksum_is_compared(tmp_path):
    wanted = remote("")
    assert not wanted.matches(tmp_path / "x")
    (tmp_path / "x").write_bytes(DATA[:-1])
    assert not wanted.matches(tmp_path / "x")
    (tmp_path / "x").write_bytes(DATA)
    assert wanted.matches(tmp_path / "x")
