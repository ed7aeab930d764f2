"""What a visitor sees of a training: it learns, it stops, it goes on, it says when it collapses."""

import numpy as np
import pytest

from faceweb.config import TrainConfig
from faceweb.errors import SettingError, TrainingError
from faceweb.faces.quality import from_png
from faceweb.gallery.store import StoredPhoto
from faceweb.metric_learning.dataset import (
    FaceDataset,
    _hold_out,
    _owners,
    batch,
    dataset,
    photo_dataset,
)
from faceweb.metric_learning.step import restore
from faceweb.metric_learning.training import Training, race


@pytest.fixture(scope="module")
def drawn():
    pictures = tuple(dataset(0, range(60), 8))
    return FaceDataset(pictures, pictures)


@pytest.fixture(scope="module")
def trained(engine, drawn):
    def make(**settings):
        learner = engine.learner("siamese")
        config = TrainConfig(**{"steps": 60} | settings)
        return Training(learner, drawn.part(range(45)), drawn.part(range(45, 60)), config)

    return make


@pytest.mark.parametrize("loss", ["triplet", "contrastive", "binary", "chi-square"])
def test_every_loss_tells_strangers_apart_better(trained, loss):
    training = trained(loss=loss, margin=1.0 if loss == "contrastive" else 0.3)
    *_, last = training.run()
    assert last.step == 60
    assert last.now.error < last.before.error - 0.1
    assert last.collapse == ""
    assert last.flat.shape == (15 * 8, 2)


def test_the_same_seed_learns_the_same(trained):
    ends = []
    for _ in range(2):
        *_, last = trained(steps=10, mining="random").run()
        ends.append((last.history[-1].loss, last.now.error))
    assert ends[0] == ends[1]


def test_stopped_and_continued_is_as_if_never_stopped(trained):
    whole = trained(steps=20)
    *_, wanted = whole.run()
    parts = trained(steps=20)
    parts.stop()
    *_, first = parts.run()
    assert first.step == 1
    *_, last = parts.run()
    assert last.step == 20
    assert last.history[-1].loss == wanted.history[-1].loss


def test_who_is_finished_goes_on_as_far_again(trained):
    training = trained(steps=10)
    list(training.run())
    *_, last = training.run()
    assert (last.step, last.steps) == (20, 20)


def test_hardest_triplets_and_large_steps_collapse_and_it_says_why(trained):
    *_, last = trained(mining="hardest", rate=0.05, steps=40).run()
    assert "loss sits at the margin" in last.collapse
    *_, cured = trained(steps=40).run()
    assert cured.collapse == ""


def test_the_hardest_triplets_are_of_two_people(trained, drawn):
    *_, last = trained(steps=10).run()
    assert last.hardest
    for triplet in last.hardest:
        anchor, positive, negative = (owner(drawn, p) for p in triplet.pictures)
        assert anchor == positive != negative
    gaps = [triplet.negative - triplet.positive for triplet in last.hardest]
    assert gaps == sorted(gaps)


def owner(drawn, pixels):
    return next(i for i, own in enumerate(drawn.pictures) if (own == pixels).all((1, 2, 3)).any())


def test_a_race_takes_the_same_batches(trained):
    trainings = [trained(steps=10), trained(steps=10), trained(steps=10, loss="binary")]
    *_, last = race(trainings)
    assert [step.step for step in last] == [10, 10, 10]
    assert last[0].history[-1].loss == last[1].history[-1].loss != last[2].history[-1].loss


def test_a_batch_of_few_people_takes_no_picture_twice():
    pictures = (np.zeros((1, 2, 2, 3), np.uint8), np.zeros((9, 2, 2, 3), np.uint8))
    places = batch(FaceDataset(pictures, pictures), 4, 3, np.random.default_rng(0))
    # Twelve places for two people: six each, and one has a single picture.
    assert places.people.tolist() == [0] + [1] * 6
    assert len(set(zip(places.people, places.which, strict=True))) == 7


def test_a_batch_repeats_who_has_few_pictures():
    pictures = (np.zeros((1, 2, 2, 3), np.uint8), np.zeros((5, 2, 2, 3), np.uint8))
    places = batch(FaceDataset(pictures, pictures), 2, 3, np.random.default_rng(0))
    assert sorted(places.people) == [0, 0, 0, 1, 1, 1]
    assert (places.which[places.people == 0] == 0).all()


@pytest.mark.parametrize("margin", [0, 100, float("nan")])
def test_a_margin_out_of_range_is_refused(margin):
    with pytest.raises(SettingError, match=r"Margin must be a number from 0.01 to 2"):
        TrainConfig(margin=margin)


@pytest.fixture
def gallery(networks, picture):
    """Photos of the given people, of the example portraits."""
    from datetime import datetime

    from faceweb.faces.quality import find_faces, to_png

    def enrolled(*names):
        photos = []
        for number, name in enumerate(names):
            pixels = picture(name)
            (face,) = networks.embed_faces(pixels, find_faces(networks, pixels)[:1])
            when = datetime(2026, 1, 1)
            photo = StoredPhoto(number, name, face.embedding, to_png(face.chip), "", when)
            photos.append(photo)
        return photos

    return enrolled


def test_two_people_are_too_few(networks, gallery):
    with pytest.raises(
        TrainingError, match=r"3 people are needed.*this gallery holds 2: enroll a third"
    ):
        photo_dataset(networks.embed, gallery("collins", "hopper"), 0)


def test_one_photo_a_person_gets_copies_and_says_so(networks, gallery, engine):
    made = photo_dataset(networks.embed, gallery("collins", "hopper", "group"), 0)
    assert "3 of 3 people have one photo" in made.note
    assert "nobody can be held out" in made.note
    assert [len(own) for own in made.split.learnt.inputs] == [8, 8, 8]
    for name, loss in (("projection", "triplet"), ("frozen", "binary")):
        learner = engine.learner(name)
        config = TrainConfig(loss=loss, steps=30)
        *_, last = Training(learner, made.split.learnt, made.split.watched, config).run()
        assert last.now.error <= last.before.error


def test_the_tail_begins_where_the_face_recogniser_is(networks, engine, gallery):
    chips = photo_dataset(networks.embed, gallery("collins", "hopper", "group"), 0).split.learnt
    tail = engine.learner("tail")
    faces = np.stack([from_png(photo.chip) for photo in gallery("collins", "hopper", "group")])
    found = tail.embed(tail.begin(0), engine.face_maps(faces))
    wanted = np.stack([own[0] for own in chips.inputs])
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_the_last_blocks_learn_and_the_face_recogniser_stays(networks, engine, gallery):
    photos = gallery("collins", "hopper", "group")
    before = networks.embed(from_png(photos[0].chip)[None])
    made = photo_dataset(engine.face_maps, photos, 0)
    config = TrainConfig(loss="triplet", steps=10)
    learner = engine.learner("tail")
    *_, last = Training(learner, made.split.learnt, made.split.watched, config).run()
    assert last.now.error <= last.before.error
    assert last.now.spread != last.before.spread
    assert (networks.embed(from_png(photos[0].chip)[None]) == before).all()


def test_the_time_left_does_not_count_the_tracing(trained, monkeypatch):
    """Steps that take 5, 1 and 1 s: 7 more take 7 s."""
    clock = iter([0, 5, 10, 11, 20, 21])
    training = trained(steps=10)
    monkeypatch.setattr("faceweb.metric_learning.training.time.perf_counter", lambda: next(clock))
    training.advance()
    assert training.report().remaining == 0
    training.advance()
    training.advance()
    assert training.report().remaining == 7


def test_whose_a_photo_of_a_zip_is():
    nested = ["all/alice/photos/1.jpg", "all/bob/photos/1.jpg", "all/bob/2.jpg", "all/loose.jpg"]
    assert _owners(nested) == ["alice", "bob", "bob", ""]
    assert _owners(["a/1.jpg", "b/1.jpg", "3.jpg"]) == ["a", "b", ""]
    assert _owners(["a/1.jpg", "a/2.jpg"]) == ["", ""]


@pytest.mark.parametrize(
    ("counts", "copied", "measured"),
    [
        ([1] * 6, True, [8, 8, 8]),  # one photo and seven copies of each of three people
        (
            [1, 3, 1, 2, 1, 1],
            False,
            [1, 3, 2],
        ),  # who has several photos is held out, without copies
        ([2] * 400, False, [2] * 80),  # no more than 160 are watched
    ],
)
def test_who_is_measured_and_on_what(counts, copied, measured):
    counts = sorted(counts, key=lambda count: count > 1)
    inputs = tuple(np.full((8 * count, 1), i, np.float32) for i, count in enumerate(counts))
    split = _hold_out(FaceDataset(inputs, inputs), counts)
    assert split.copied == copied
    assert sorted(map(len, split.watched.inputs)) == sorted(measured)
    learnt = {int(own[0, 0]) for own in split.learnt.inputs}
    assert learnt.isdisjoint({int(own[0, 0]) for own in split.tested.inputs})


def test_a_large_gallery_is_learnt_from_in_part(gallery, monkeypatch):
    monkeypatch.setattr("faceweb.metric_learning.dataset.MOST_PHOTOS", 6)
    one, two, three = gallery("collins", "hopper", "group")
    made = photo_dataset(
        lambda chips: np.zeros((len(chips), 128)), [one] * 5 + [two] * 2 + [three], 0
    )
    assert "5 of 8 photos are learnt from" in made.note


def test_a_contrastive_margin_that_is_small_is_no_collapse(trained):
    *_, last = trained(loss="contrastive", margin=0.1, steps=60).run()
    assert last.now.error < last.before.error
    assert last.now.spread < 0.3 * last.before.spread
    assert last.collapse == ""


def test_numbers_beyond_all_bounds_end_the_training_with_a_sentence(trained):
    training = trained(steps=20)
    training.advance()
    ruined = [np.full(np.shape(p), np.nan) for p in training.weights.parameters]
    training.weights = restore(ruined)
    *_, last = training.run()
    assert last.step < 20
    assert "beyond all bounds" in last.collapse
    before, after = training.compare(training.held_out)
    assert after.error == pytest.approx(0.5)
    assert before.error < 0.5
