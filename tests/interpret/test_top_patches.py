"""The pass over a corpus against a search picture by picture, and patches where they should be."""

import os
import weakref
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from faceweb.errors import CorpusError, LayerError
from faceweb.interpret import corpus as corpora
from faceweb.interpret import index_cache
from faceweb.interpret import index_cache as passes
from faceweb.interpret import top_patches as module
from faceweb.interpret.corpus import corpus_views, in_folder
from faceweb.interpret.index_cache import Indexes, IndexFiles
from faceweb.interpret.receptive_field import window
from faceweb.interpret.top_patches import patches_of, scan_corpus

SIZES = ((64, 48), (48, 64), (64, 64), (64, 48), (80, 48), (64, 48), (48, 64), (96, 32))


def done(inspector, corpus, most=1):
    *_, last = scan_corpus(inspector.extractor, None, corpus, most)
    return last.index


def brute(inspector, corpus, layer):
    """Per unit (value, picture, position), strongest first, one a picture."""
    found = []
    for number, picture in corpus.pictures(range(len(corpus))):
        (view,) = corpus_views(None, picture, None)
        maps = inspector.extractor.activations(view.floats[None], layer)[0]
        best = maps.reshape(-1, maps.shape[-1]).argmax(axis=0)
        values = maps.reshape(-1, maps.shape[-1])
        found.append([(values[at, unit], number, at) for unit, at in enumerate(best)])
    return [sorted(each, key=lambda item: (-item[0], item[1])) for each in zip(*found, strict=True)]


def test_the_pass_finds_what_a_search_finds(inspector, folder):
    corpus = in_folder(folder(*SIZES))
    index = done(inspector, corpus)
    for layer in inspector.extractor.layers:
        top_k = index.top_k[layer]
        for unit, wanted in enumerate(brute(inspector, corpus, layer)):
            for place, (value, number, position) in enumerate(wanted):
                if value <= 0:
                    assert top_k.views[place, unit] == -1
                    continue
                assert top_k.values[place, unit] == pytest.approx(value, rel=1e-4)
                assert index.views[top_k.views[place, unit]][0] == number
                assert top_k.positions[place, unit] == position


def test_batches_change_nothing(inspector, folder, monkeypatch):
    corpus = in_folder(folder(*SIZES))
    one = done(inspector, corpus).top_k["conv3_1"]
    monkeypatch.setattr(module, "BATCH", 2)
    other = done(inspector, corpus).top_k["conv3_1"]
    np.testing.assert_array_equal(one.views, other.views)
    np.testing.assert_array_equal(one.positions, other.positions)


def test_several_from_one_picture_only_if_asked(inspector, folder):
    corpus = in_folder(folder((96, 96), (96, 80)))
    assert (done(inspector, corpus).top_k["conv1_1"].views >= 0).sum(axis=0).max() == 2
    top_k = done(inspector, corpus, 9).top_k["conv1_1"]
    assert (top_k.views >= 0).sum(axis=0).max() == 9
    unit = int((top_k.views >= 0).sum(axis=0).argmax())
    places = set(zip(*(part[:, unit].tolist() for part in top_k[1:]), strict=True))
    assert len(places) == 9


def test_patches_are_cut_where_the_unit_looked(inspector, folder):
    """A wide picture loses what is more than half as long again as it is high: (96 - 48) / 2."""
    corpus = in_folder(folder((64, 48), (96, 32)))
    index = done(inspector, corpus)
    field = inspector.extractor.facts("conv2_1", (48, 64)).field
    unit = index.strongest("conv2_1", 1)[0]
    found = patches_of(inspector.extractor, None, corpus, index, "conv2_1", [unit])[unit]
    assert len(found) == 2
    for patch in found:
        picture = np.asarray(Image.open(corpus.items[int(patch.image[:3])].path))
        left, top, width, height = patch.box.as_list()
        offset = 24 if patch.image == "001.png" else 0
        rows, columns = (window(field, at) for at in patch.place[:2])
        assert (top, left) == (max(rows[0], 0), max(columns[0], 0) + offset)
        box = picture[int(top) : int(top + height), int(left) : int(left + width)]
        np.testing.assert_array_equal(patch.pixels[patch.inside].reshape(box.shape), box)
        assert patch.padded == (patch.inside.sum() < field.size**2)


def test_a_field_larger_than_the_picture_shows_all_of_it(inspector, folder):
    corpus = in_folder(folder((64, 48)))
    index = done(inspector, corpus)
    unit = index.strongest("conv5_1", 1)[0]
    (patch,) = patches_of(inspector.extractor, None, corpus, index, "conv5_1", [unit])[unit]
    assert patch.whole
    assert patch.pixels.shape == (48, 64, 3)
    assert patch.inside.all()


def test_the_box_of_a_large_photo_is_in_its_own_pixels(inspector, tmp_path):
    """All there is to see lies about (row 800, column 300)."""
    pixels = np.zeros((960, 1280, 3), np.uint8)
    seen = np.random.default_rng(3).integers(0, 256, (8, 8, 3), np.uint8)
    pixels[760:840, 260:340] = seen.repeat(10, axis=0).repeat(10, axis=1)
    Image.fromarray(pixels).save(tmp_path / "large.jpg", quality=95)
    corpus = in_folder(tmp_path)
    index = done(inspector, corpus)
    field = inspector.extractor.facts("conv2_1", (160, 160)).field
    (unit,) = index.strongest("conv2_1", 1)
    (patch,) = patches_of(inspector.extractor, None, corpus, index, "conv2_1", [unit])[unit]
    left, top, width, height = patch.box.as_list()
    # 160 of 960 pixels: one of the view is six of the photo.
    assert (width, height) == (6 * field.size, 6 * field.size)
    reach = 40 + width / 2
    assert abs(top + height / 2 - 800) < reach
    assert abs(left + width / 2 - 300) < reach


def test_a_picture_alone_is_a_corpus(inspector, folder):
    index = done(inspector, in_folder(folder((64, 48))))
    assert index.views == [(0, 0)]
    assert (index.top_k["conv1_1"].views[1:] == -1).all()


def test_broken_and_tiny_pictures_are_skipped_and_counted(inspector, folder):
    path = folder((64, 48), (64, 48), (20, 20))
    (path / "000.png").write_text("no picture")
    index = done(inspector, in_folder(path))
    assert index.skipped == 2
    assert index.views == [(1, 0)]


def test_a_corpus_of_nothing_but_broken_pictures_is_refused(inspector, folder):
    path = folder((64, 48))
    (path / "000.png").write_text("no picture")
    with pytest.raises(CorpusError, match="None of the 1 pictures can be used"):
        done(inspector, in_folder(path))


def test_progress_ends_at_all(inspector, folder, monkeypatch):
    monkeypatch.setattr(module, "REPORT_EVERY", 0)
    steps = list(scan_corpus(inspector.extractor, None, in_folder(folder(*SIZES))))
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert [step.done for step in steps] == [*range(1, len(SIZES) + 1), len(SIZES)]
    assert steps[-1].finished
    assert not any(step.finished for step in steps[:-1])


@pytest.mark.parametrize(("most", "batch"), [(1, 16), (9, 4)])
def test_many_pictures_take_no_more_memory_than_a_batch(
    inspector, folder, monkeypatch, most, batch
):
    """Every view is let go once its batch has competed."""
    alive, held = weakref.WeakSet(), []

    def watched(*arguments):
        views = corpus_views(*arguments)
        alive.update(views)
        held.append(len(alive))
        return views

    monkeypatch.setattr(corpora, "corpus_views", watched)
    done(inspector, in_folder(folder(*[(64, 48)] * 40)), most)
    # One more while the batch before is still a name of the loop.
    assert batch <= max(held) <= batch + 1


def test_the_second_time_costs_nothing(inspector, folder):
    corpus, indexes = in_folder(folder(*SIZES)), Indexes()
    *_, first = indexes.look(inspector, None, corpus)
    (only,) = indexes.look(inspector, None, corpus)
    assert only.index is first.index
    *_, other = indexes.look(inspector, None, corpus, most=9)
    assert other.index is not first.index


def test_two_who_ask_share_one_pass(inspector, folder, monkeypatch):
    """The second watches the first, and takes over where the first stops."""
    monkeypatch.setattr(module, "REPORT_EVERY", 0)
    monkeypatch.setattr(passes, "REPORT_EVERY", 0.01)
    corpus, indexes = in_folder(folder(*SIZES)), Indexes()
    first = indexes.look(inspector, None, corpus)
    next(first)
    step = next(first)
    second = indexes.look(inspector, None, corpus)
    assert next(second) is step
    assert indexes.peek(inspector, corpus) is None
    first.close()
    *_, last = second
    assert last.finished
    assert indexes.peek(inspector, corpus) is last.index


def test_old_files_of_passes_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(index_cache, "MOST_FILES", 2)
    files = IndexFiles(tmp_path)
    for number in range(4):
        files.save((number,), {"number": number})
        os.utime(files._path((number,)), ns=(number, number))
    assert [files.load((number,)) is not None for number in range(4)] == [False, False, True, True]


def test_a_folders_pass_outlives_the_page_and_a_visitors_does_not(inspector, folder, tmp_path):
    path = folder(*SIZES)
    corpus, files = in_folder(path), IndexFiles(tmp_path / "indexes")
    *_, first = Indexes(path, files).look(inspector, None, corpus)
    # Without a network nothing could be looked through anew.
    blind = SimpleNamespace(fingerprint=inspector.fingerprint, extractor=None)
    (only,) = Indexes(path, files).look(blind, None, corpus)
    for layer, top_k in first.index.top_k.items():
        np.testing.assert_array_equal(top_k.positions, only.index.top_k[layer].positions)
        np.testing.assert_array_equal(top_k.values, only.index.top_k[layer].values)
    assert only.index.views == first.index.views
    (stored,) = (tmp_path / "indexes").iterdir()
    stored.write_bytes(stored.read_bytes()[:100])
    assert len(list(Indexes(path, files).look(inspector, None, corpus))) >= 1
    stored.unlink(missing_ok=True)
    list(
        Indexes(path, files).look(inspector, None, replace(corpus, kept=False, fingerprint="mine"))
    )
    assert not list((tmp_path / "indexes").iterdir())


def test_units_and_layers_that_do_not_exist(inspector, folder):
    corpus = in_folder(folder((64, 48)))
    index = done(inspector, corpus)
    with pytest.raises(LayerError, match=r"has units 0 to 23: choose one of them\. Received: 24"):
        patches_of(inspector.extractor, None, corpus, index, "conv1_1", [24])
    with pytest.raises(LayerError, match="no layer 'conv9': choose one of conv1_1, conv1_2"):
        module.check_layer(inspector.extractor, "conv9")
