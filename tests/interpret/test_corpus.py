"""Which pictures are taken, and which zips are refused."""

import io
import stat
import zipfile

import numpy as np
import pytest
from PIL import Image

from faceweb.errors import CorpusError
from faceweb.interpret import corpus as corpora
from faceweb.interpret.corpus import bundled_corpus, in_folder, make_uploaded_corpus
from faceweb.media import sandbox


def png(shade=100):
    stream = io.BytesIO()
    Image.fromarray(np.full((40, 48, 3), shade, np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return path


def read(corpus):
    return [picture for _, picture in corpus.pictures(range(len(corpus)))]


def test_the_bundled_corpus_is_large_and_whole():
    corpus = bundled_corpus()
    assert len(corpus) >= 40
    assert all(picture is not None for picture in read(corpus))
    assert corpus.fingerprint == bundled_corpus().fingerprint


def test_every_bundled_picture_has_its_licence_named():
    text = (corpora.ASSETS / "corpus" / "README.md").read_text()
    for path in (corpora.ASSETS / "corpus").glob("*.jpg"):
        assert path.stem.rstrip("_0123456789") in text, path


def test_a_zip_and_pictures_are_read_together(tmp_path):
    archive = zipped(tmp_path / "a.zip", one_png=png(10), deep__two_png=png(20), notes_txt=b"hi")
    single = tmp_path / "three.png"
    single.write_bytes(png(30))
    corpus = make_uploaded_corpus([archive, single])
    assert [item.label for item in corpus.items] == ["one.png", "two.png", "three.png"]
    assert [int(picture[0, 0, 0]) for picture in read(corpus)] == [10, 20, 30]
    assert not corpus.kept


def test_broken_files_among_good_ones_are_passed_over(tmp_path):
    archive = zipped(tmp_path / "a.zip", a_png=png(), b_png=b"no picture", c_png=png()[:60])
    assert [picture is not None for picture in read(make_uploaded_corpus([archive]))] == [
        True,
        False,
        False,
    ]


def test_the_fingerprint_is_of_the_contents(tmp_path):
    one = make_uploaded_corpus([zipped(tmp_path / "a.zip", a_png=png(1))])
    other = make_uploaded_corpus([zipped(tmp_path / "b.zip", a_png=png(2))])
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize("name", ["../up.png", "a/../../up.png", "/etc/up.png", "..\\up.png"])
def test_a_zip_that_climbs_out_is_refused(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, png())
    with pytest.raises(CorpusError, match=r"a\.zip holds a path that climbs out of it"):
        make_uploaded_corpus([tmp_path / "a.zip"])


def test_a_link_in_a_zip_is_refused(tmp_path):
    link = zipfile.ZipInfo("a.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(CorpusError, match="holds a link"):
        make_uploaded_corpus([tmp_path / "a.zip"])


def test_a_zip_bomb_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", a_png=bytes(30_000_000))
    with pytest.raises(CorpusError, match="unpacks to 200 times its size"):
        make_uploaded_corpus([path])


def test_a_member_larger_than_any_picture_is_passed_over(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", a_png=png(), b_png=png() + bytes(5_000))
    assert [picture is not None for picture in read(make_uploaded_corpus([path]))] == [True, True]
    monkeypatch.setattr(corpora, "LARGEST_PICTURE", 4_000)
    assert [picture is not None for picture in read(make_uploaded_corpus([path]))] == [True, False]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_whose_unpacking_has_no_bound_is_refused(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("a.png", png())
    with pytest.raises(CorpusError, match="packed in an unusual way"):
        make_uploaded_corpus([tmp_path / "a.zip"])


def test_too_much_in_all_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(corpora, "LARGEST_ZIP", 200)
    with pytest.raises(CorpusError, match="unpacks to more than"):
        make_uploaded_corpus([zipped(tmp_path / "a.zip", a_png=png(), b_png=png())])


def test_a_flood_of_empty_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(corpora, "MOST_ENTRIES", 3)
    monkeypatch.setattr(sandbox, "PIECE", 7)
    path = zipped(tmp_path / "a.zip", a_png=png(), b_png=b"", c_png=b"")
    assert len(make_uploaded_corpus([path])) == 3
    path = zipped(tmp_path / "a.zip", a_png=png(), b_png=b"", c_png=b"", d_png=b"")
    with pytest.raises(CorpusError, match=r"a\.zip holds more than 3 files: pack fewer"):
        make_uploaded_corpus([path])


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut short", b"no zip at all"])
def test_what_is_no_zip_is_refused(tmp_path, data):
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(CorpusError, match=r"a\.zip is no zip, or is cut short"):
        make_uploaded_corpus([tmp_path / "a.zip"])


def test_a_zip_without_a_picture_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="There is no picture in what you uploaded"):
        make_uploaded_corpus([zipped(tmp_path / "a.zip", notes_txt=b"hi", folder__more_txt=b"")])


def test_only_so_many_are_used_and_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(corpora, "MOST_PICTURES", 2)
    corpus = make_uploaded_corpus(
        [zipped(tmp_path / "a.zip", a_png=png(), b_png=png(), c_png=png())]
    )
    assert (len(corpus), corpus.note) == (2, "Only the first 2 of 3 pictures are used.")


def test_pictures_that_were_erased_are_said_to_be(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png())
    corpus = make_uploaded_corpus([path])
    path.unlink()
    for again in (lambda: read(corpus), lambda: make_uploaded_corpus([path])):
        with pytest.raises(CorpusError, match="were erased, as promised"):
            again()


def test_a_folder_is_read_in_order_and_kept(folder):
    corpus = in_folder(folder((40, 40), (48, 40)))
    assert [item.label for item in corpus.items] == ["000.png", "001.png"]
    assert corpus.kept


def test_a_picture_missing_from_the_servers_folder_is_skipped(folder):
    corpus = in_folder(folder((40, 40), (48, 40)))
    corpus.items[0].path.unlink()
    assert [picture is not None for picture in read(corpus)] == [False, True]


def test_a_folder_without_pictures_or_that_is_none(tmp_path):
    with pytest.raises(CorpusError, match="holds no picture"):
        in_folder(tmp_path)
    with pytest.raises(CorpusError, match="is not a folder"):
        in_folder(tmp_path / "nowhere")
