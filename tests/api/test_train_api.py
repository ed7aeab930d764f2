"""A network trained through the programming interface; every refusal is one sentence."""

import time
import zipfile

import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError

from faceweb.gallery.store import new_key
from tests.api.calls import example
from tests.conftest import EXAMPLES, KEY


def test_train_on_drawn_faces(client):
    job = client.submit("avatars", "triplet", "semi-hard", 0.3, 60, api_name="/train")
    record, page = job.result()
    assert record["finished"]
    assert record["steps"] == 60
    assert record["held_out"]["people"] == 40
    # 40 people x 20 pictures: 40 * 20 * 19 / 2 pairs of one person.
    assert record["held_out"]["same"] == 7600
    assert record["held_out"]["different"] == 800 * 799 // 2 - 7600
    assert record["eer_after"] < record["eer_before"] - 0.1
    assert record["losses"][-1][0] == 60
    assert record["collapse"] == ""
    assert "equal error rate on 40 others" in page
    assert "equal error rate on the 20 people it is watched on" in page
    assert len(job.outputs()) > 2  # it was streamed


def test_race_on_the_same_data(client):
    record, page = client.predict("avatars", steps=10, api_name="/race")
    assert [each["loss"] for each in record["races"]] == ["triplet", "contrastive", "binary"]
    assert {each["steps"] for each in record["races"]} == {10}
    assert page.count("two embeddings are") == 3


@pytest.fixture
def archive(tmp_path):
    """Makes a zip of example photos by their name in it."""

    def made(**members):
        path = tmp_path / "people.zip"
        with zipfile.ZipFile(path, "w") as packed:
            for number, (person, names) in enumerate(members.items()):
                for name in names:
                    data = (EXAMPLES / f"{name}.jpg").read_bytes() if name else b"no picture"
                    packed.writestr(f"people/{person}/{number}_{name}.jpg", data)
        return handle_file(str(path))

    return made


def test_train_on_a_zip_of_people(client, archive):
    photos = archive(
        Eileen=["collins", "collins_turned"], Grace=["hopper", "coffee"], Group=["group", ""]
    )
    record, page = client.predict("zip", steps=20, archive=photos, api_name="/train")
    assert record["finished"]
    assert record["held_out"]["people"] == 3
    assert "2 photos were left out" in page
    assert "2 of 3 people have one photo" in page


def test_the_last_blocks_learn_and_are_not_kept_as_a_head(client, archive):
    photos = archive(Eileen=["collins"], Grace=["hopper"], Group=["group"])
    for loss in ("triplet", "binary"):
        record, _ = client.predict(
            "zip", loss, steps=10, archive=photos, depth="last blocks", api_name="/train"
        )
        assert record["finished"]
        assert record["eer_after"] <= record["eer_before"]
        with pytest.raises(AppError, match="Only a head is kept"):
            client.predict(new_key(), api_name="/keep_head")


def test_a_trained_head_decides_for_its_owner(client, archive):
    key = new_key()
    pair = example("collins"), example("collins_turned")
    with pytest.raises(AppError, match="have not kept a trained head"):
        client.predict(*pair, 0.6, "trained", key, api_name="/verify")
    photos = archive(Eileen=["collins"], Grace=["hopper"], Group=["group"])
    record, page = client.predict("zip", "binary", steps=30, archive=photos, api_name="/train")
    assert record["held_out"]["copies"]
    assert "copies, which are far easier than real ones" in page
    with pytest.raises(AppError, match="measured on copies of single photos"):
        client.predict(key, api_name="/keep_head")
    photos = archive(Eileen=["collins", "collins_turned"], Grace=["hopper"], Group=["group"])
    record, page = client.predict("zip", "binary", steps=30, archive=photos, api_name="/train")
    # Two photos of one person: one pair; 2 * 1 + 2 * 1 + 1 * 1 of two people.
    assert (record["held_out"]["same"], record["held_out"]["different"]) == (1, 5)
    assert record["held_out"]["learnt_from"]
    assert not record["held_out"]["copies"]
    assert "equal error rate on 3 of the people it learns from" in page
    client.predict(key, api_name="/keep_head")
    record, page = client.predict(*pair, 0.6, "trained", key, api_name="/verify")
    assert record["same"]
    assert record["decided_by"]["loss"] == "binary"
    assert "the head you trained (binary, 3 people;" in page
    client.predict(example("collins"), "Eileen", key, api_name="/enroll")
    record, *_ = client.predict(example("collins"), 0.6, key, "trained", api_name="/recognize")
    assert record["faces"][0]["person"] == "Eileen"
    record, *_ = client.predict(example("hopper"), 0.6, key, "trained", api_name="/recognize")
    assert record["faces"][0]["person"] is None
    client.predict(key, api_name="/erase")
    with pytest.raises(AppError, match="have not kept"):
        client.predict(*pair, 0.6, "trained", key, api_name="/verify")
    client.predict(key, api_name="/keep_head")
    record, page = client.predict(key, api_name="/forget_head")
    assert record == {"head": False}
    assert "head you trained is forgotten" in page
    with pytest.raises(AppError, match="have not kept"):
        client.predict(*pair, 0.6, "trained", key, api_name="/verify")
    with pytest.raises(AppError, match="no head to forget"):
        client.predict(key, api_name="/forget_head")


@pytest.fixture
def gallery(client):
    """The key of a gallery of three people."""
    key = new_key()
    for person, name in (("Eileen", "collins"), ("Grace", "hopper"), ("Group", "group")):
        client.predict(example(name), person, key, api_name="/enroll")
    yield key
    client.predict(key, api_name="/erase")


@pytest.mark.parametrize(
    ("gone", "given"), [("/erase", ()), ("/forget", ("Grace",)), ("/forget_photo", ())]
)
def test_who_is_forgotten_is_learnt_from_no_more(client, gallery, gone, given):
    record, _ = client.predict("gallery", steps=10, gallery_key=gallery, api_name="/train")
    assert record["finished"]
    if gone == "/forget_photo":
        found, *_ = client.predict(example("hopper"), 0.6, gallery, api_name="/recognize")
        given = (str(found["faces"][0]["candidates"][0]["photo_id"]),)
    client.predict(*given, gallery, api_name=gone)
    with pytest.raises(AppError, match="nothing to use yet"):
        client.predict(gallery, api_name="/keep_head")


def test_a_training_ends_and_shows_nobody_when_its_gallery_is_erased(client, gallery):
    job = client.submit("gallery", steps=3000, gallery_key=gallery, api_name="/train")
    end = time.monotonic() + 60
    while len(job.outputs()) < 3 and time.monotonic() < end:
        time.sleep(0.05)
    assert "img" in job.outputs()[-1][1]
    client.predict(gallery, api_name="/erase")
    record, page = job.result(timeout=20)
    assert record is None
    assert "Nothing has been learnt yet" in page
    assert "img" not in page


def test_drawn_people_are_learnt_on_when_a_gallery_is_erased(client, gallery):
    client.predict("avatars", steps=10, api_name="/train")
    client.predict(gallery, api_name="/erase")
    with pytest.raises(AppError, match="Only a head is kept"):
        client.predict(gallery, api_name="/keep_head")


def test_a_network_of_drawn_faces_cannot_be_kept_for_photos(client):
    client.predict("avatars", steps=10, api_name="/train")
    with pytest.raises(AppError, match="Only a head is kept"):
        client.predict(new_key(), api_name="/keep_head")
    with pytest.raises(AppError, match="under a gallery key"):
        client.predict("", api_name="/keep_head")


def test_zips_that_cannot_be_learnt_from(client, archive):
    def refused(given):
        with pytest.raises(AppError) as error:
            client.predict("zip", steps=10, archive=given, api_name="/train")
        return str(error.value)

    assert "Choose a zip" in refused(None)
    assert "No face was found in this zip" in refused(archive(A=["coffee"], B=["rocket"]))
    assert "faces of 2 were found" in refused(archive(A=["collins"], B=["hopper"], C=["coffee"]))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"margin": 0}, "0 is less than minimum value 0.01"),
        ({"margin": 100}, "100 is greater than maximum value 2"),
        ({"mining": "soft"}, "not in the list of choices"),
        ({"loss": "hinge"}, "not in the list of choices"),
        ({"data": "photos"}, "not in the list of choices"),
        ({"data": "gallery"}, "3 people are needed to learn from, and this gallery holds 0"),
        ({"data": "gallery"}, "enroll 3 more in the first tab, one photo each will do"),
        ({"data": "gallery", "gallery_key": KEY}, "and this gallery holds 0"),
        ({"data": "gallery", "gallery_key": "x"}, "key"),
    ],
)
def test_refusals(client, given, sentence):
    with pytest.raises(AppError) as refused:
        client.predict(**{"data": "avatars", "steps": 10} | given, api_name="/train")
    assert sentence in str(refused.value)
    assert "Traceback" not in str(refused.value)
