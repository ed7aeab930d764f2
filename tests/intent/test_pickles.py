"""Pickles where arrays are expected, and zip entries that lead elsewhere, in every reader."""

import io
import stat
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pytest

from faceweb.errors import FacewebError
from faceweb.faces.heads import from_bytes
from faceweb.interpret.index_cache import IndexFiles
from faceweb.networks.mtcnn import load_mtcnn
from tests.conftest import EXAMPLES
from tests.fuzz.readers import READERS
from training import convert_mtcnn


class Trap:
    """Whoever unpickles it makes a file."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self):
        return Path.touch, (self._mark,)


@pytest.fixture
def mark(tmp_path):
    return tmp_path / "unpickled"


@pytest.fixture
def trapped(mark):
    """An npy whose only object makes the mark."""
    stream = io.BytesIO()
    np.save(stream, np.array([Trap(mark)], object), allow_pickle=True)
    return stream.getvalue()


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return stream.getvalue()


def test_the_trap_works(mark, trapped):
    """Else the others would prove nothing."""
    np.load(io.BytesIO(trapped), allow_pickle=True)
    assert mark.exists()


GALLERY = b'{"photos": [{}]}'
WAYS = {
    "npy": ("volume", lambda npy: npy),
    "npz": ("volume", lambda npy: zipped(arr_0__npy=npy)),
    "spacing": ("volume", lambda npy: zipped(arr_0__npy=npy, spacing__npy=npy)),
    "pickle in place of an array": ("volume", lambda npy: zipped(arr_0__npy=npy[128:])),
    "encodings": (
        "gallery",
        lambda npy: zipped(gallery__json=GALLERY, gallery__npz=zipped(encodings__npy=npy)),
    ),
    "listing": ("gallery", lambda npy: zipped(gallery__json=npy, gallery__npz=npy)),
    "marks": ("gallery", lambda npy: zipped(marks__npz=zipped(same__npy=npy))),
    "head": ("gallery", lambda npy: zipped(head__npz=zipped(loss__npy=npy, source__npy=npy))),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_pickle_of_a_visitor_is_opened(tmp_path, mark, trapped, way):
    reader, make = WAYS[way]
    (tmp_path / "file").write_bytes(make(trapped))
    with pytest.raises(FacewebError) as caught:
        READERS[reader](tmp_path / "file")
    assert "\n" not in str(caught.value)
    assert not mark.exists()


def test_no_pickle_of_the_server_is_opened(tmp_path, mark):
    """A head out of the database and a kept pass, should anybody ever write there."""
    stream = io.BytesIO()
    np.savez(stream, loss=np.array([Trap(mark)], object))
    with pytest.raises(ValueError, match="Object arrays cannot be loaded"):
        from_bytes(stream.getvalue())
    files = IndexFiles(tmp_path / "kept")
    files.save(["a"], {"numbers": np.array([Trap(mark)], object)})
    assert files.load(["a"]) is None
    assert not mark.exists()


def test_no_pickle_among_the_weights_is_opened(mark):
    stream = io.BytesIO()
    np.savez(stream, **{"pnet/conv1/kernel": np.array([Trap(mark)], object)})
    with pytest.raises(ValueError, match="Object arrays cannot be loaded"):
        load_mtcnn(stream.getvalue())
    assert not mark.exists()


def test_no_pickle_but_the_published_one_is_converted(monkeypatch, tmp_path, mark):
    path = tmp_path / "assets" / "weights" / "pnet.lz4"
    path.parent.mkdir(parents=True)
    joblib.dump([Trap(mark)], path)
    monkeypatch.setattr(convert_mtcnn, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=r"pnet\.lz4 is not the file of mtcnn 1\.0\.0"):
        convert_mtcnn.published("pnet")
    assert not mark.exists()
    joblib.load(path)
    assert mark.exists(), "the trap does not work"


@pytest.mark.parametrize("form", ["../../{}", "/{}", "..\\..\\{}", "C:\\{}", "a/../../{}", "link"])
@pytest.mark.parametrize("reader", ["volume", "corpus", "gallery"])
def test_an_entry_that_leads_elsewhere_writes_and_reads_nothing(tmp_path, reader, form):
    """A link points at a real photo, which would be shown if anybody followed it."""
    photo, inside = EXAMPLES / "collins.jpg", tmp_path / "in" / "side"
    inside.mkdir(parents=True)
    info = zipfile.ZipInfo(form.format("evil.png"))
    data = photo.read_bytes()
    if form == "link":
        info.external_attr, data = (stat.S_IFLNK | 0o777) << 16, str(photo).encode()
    with zipfile.ZipFile(inside / "a.zip", "w") as archive:
        archive.writestr(info, data)
    before = sorted(tmp_path.rglob("*"))
    if (form, reader) == ("C:\\{}", "corpus"):
        # A name that only Windows would follow: the picture in the zip itself is shown.
        assert len(READERS[reader](inside / "a.zip")) == 1
    else:
        with pytest.raises(FacewebError) as caught:
            READERS[reader](inside / "a.zip")
        assert "\n" not in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before
    assert not any((place / "evil.png").exists() for place in (Path("/"), Path.cwd(), Path.home()))
