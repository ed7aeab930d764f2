"""The three use cases on real photos with the real networks."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from faceweb.config import FacesConfig
from faceweb.errors import NameRefusedError, NoFaceFoundError, SettingError
from faceweb.faces.calibration import load_calibration
from faceweb.faces.verify import verify
from faceweb.gallery.enroll import enroll
from faceweb.gallery.recognize import rank, recognize
from tests.conftest import KEY

NOISE = np.random.default_rng(0).integers(0, 256, (200, 200, 3)).astype(np.uint8)


def checked(networks, a, b, threshold=0.6):
    return verify(networks, load_calibration(), a, b, FacesConfig(threshold=threshold))


def test_turned_copy_is_the_same_person(networks, picture):
    result = checked(networks, picture("collins"), picture("collins_turned"))
    assert result.verdict.same
    assert result.verdict.distance < 0.35
    assert result.odds.probability > 0.99


def test_two_people_are_two_people(networks, picture):
    result = checked(networks, picture("collins"), picture("hopper"))
    assert not result.verdict.same
    assert result.verdict.distance > 0.6
    assert result.odds.probability < 0.5


def test_the_threshold_decides(networks, picture):
    a, b = picture("collins"), picture("hopper")
    assert checked(networks, a, b, threshold=1.2).verdict.same
    assert not checked(networks, a, a, threshold=0.2).verdict.distance > 1e-3


def test_order_does_not_matter(networks, picture):
    one = checked(networks, picture("hopper"), picture("hopper_dim")).verdict.distance
    other = checked(networks, picture("hopper_dim"), picture("hopper")).verdict.distance
    assert one == pytest.approx(other, abs=1e-6)


@pytest.mark.parametrize("threshold", [0.1, 1.3, float("nan"), float("inf"), None, "0.6"])
def test_a_threshold_out_of_range_is_one_sentence(threshold):
    with pytest.raises(SettingError, match=r"Threshold must be a number from 0\.2 to 1\.2"):
        FacesConfig(threshold=threshold)


def test_no_face_and_too_small_a_face_are_one_sentence(networks, picture):
    with pytest.raises(NoFaceFoundError, match="Photo A: No face was found"):
        checked(networks, NOISE, picture("collins"))
    small = np.asarray(Image.fromarray(picture("collins")).resize((125, 125)))
    with pytest.raises(NoFaceFoundError, match=r"Photo B: .*(too small|No face)"):
        checked(networks, picture("collins"), small)


def test_one_photo_enrols(networks, galleries, picture):
    result = enroll(networks, galleries, KEY, picture("collins"), " Eileen  Collins ")
    assert (result.photo.person, result.people, result.photos) == ("Eileen Collins", 1, 1)
    assert all(check.good for check in result.card)
    assert result.look_alike is None
    (stored,) = galleries.photos(KEY)
    np.testing.assert_array_equal(stored.embedding, result.face.embedding)


def test_a_look_alike_is_named_and_a_second_photo_of_oneself_is_none(networks, galleries, picture):
    enroll(networks, galleries, KEY, picture("collins"), "Eileen")
    again = enroll(networks, galleries, KEY, picture("collins_turned"), "Eileen")
    assert again.look_alike is None
    assert (again.people, again.photos) == (1, 2)
    double = enroll(networks, galleries, KEY, picture("collins_turned"), "Double")
    assert double.look_alike.person == "Eileen"
    assert double.look_alike.distance < 1e-3


def test_the_same_photo_again_adds_nothing(networks, galleries, picture):
    first = enroll(networks, galleries, KEY, picture("collins"), "Eileen")
    stream = io.BytesIO()
    Image.fromarray(picture("collins")).save(stream, "JPEG", quality=80)
    saved_anew = np.asarray(Image.open(stream))
    for photo in (picture("collins"), saved_anew):
        again = enroll(networks, galleries, KEY, photo, "Eileen")
        assert not again.added
        assert (again.photo.id, again.people, again.photos) == (first.photo.id, 1, 1)
    assert len(galleries.photos(KEY)) == 1


def test_the_card_says_what_is_poor(networks, galleries, picture):
    def poor(photo):
        card = enroll(networks, galleries, KEY, photo, "Eileen").card
        return [check.name for check in card if not check.good]

    collins = Image.fromarray(picture("collins"))
    assert poor(np.asarray(collins.filter(ImageFilter.GaussianBlur(4)))) == ["Sharp"]
    assert poor(np.asarray(collins) // 5) == ["Well lit"]
    assert poor(np.asarray(collins.resize((300, 300)))) == ["Large"]


def test_the_visitor_picks_one_of_several(networks, galleries, picture):
    group = picture("group")
    faces = networks.detect(group)
    collins = networks.embed_faces(picture("collins"), networks.detect(picture("collins")))[0]
    near = [
        np.linalg.norm(face.embedding - collins.embedding) < 0.5
        for face in networks.embed_faces(group, faces)
    ]
    enroll(networks, galleries, KEY, group, "Eileen", which=near.index(True))
    (stored,) = galleries.photos(KEY)
    assert np.linalg.norm(stored.embedding - collins.embedding) < 0.5
    with pytest.raises(NoFaceFoundError, match="no face number 100"):
        enroll(networks, galleries, KEY, group, "Eileen", which=99)


def test_nothing_is_stored_where_something_is_refused(networks, galleries, picture):
    with pytest.raises(NameRefusedError):
        enroll(networks, galleries, KEY, picture("collins"), " ")
    with pytest.raises(NoFaceFoundError):
        enroll(networks, galleries, KEY, NOISE, "Noise")
    assert galleries.photos(KEY) == []


def test_a_group_photo_names_the_known_and_leaves_the_unknown(networks, galleries, picture):
    """The collage shows each of two people three times; one of them is enrolled."""
    enroll(networks, galleries, KEY, picture("collins"), "Eileen")
    answers = recognize(networks, picture("group"), galleries.photos(KEY), FacesConfig())
    assert [answer.match.person for answer in answers].count("Eileen") == 3
    assert [answer.match.person for answer in answers].count(None) == 3
    enroll(networks, galleries, KEY, picture("hopper"), "Grace")
    answers = recognize(networks, picture("group"), galleries.photos(KEY), FacesConfig())
    assert [answer.match.person for answer in answers].count("Grace") == 3
    assert len(answers[0].match.candidates) == 2


def test_an_empty_gallery_knows_nobody(networks, picture):
    answers = recognize(networks, picture("hopper"), [], FacesConfig())
    assert [answer.match.person for answer in answers] == [None]
    assert recognize(networks, NOISE, [], FacesConfig()) == []


def test_an_answer_is_about_the_person_and_names_the_photo(galleries, embedding):
    far = galleries.add(KEY, "Ada", embedding + np.float32(1), b"c", "net")
    near = galleries.add(KEY, "Ada", embedding, b"c", "net")
    galleries.add(KEY, "Bea", embedding + np.float32(0.5), b"c", "net")
    ranked = rank(embedding, galleries.photos(KEY))
    assert ranked[0].photo_id == near.id
    assert [c.person for c in ranked] == ["Ada", "Bea"]
    assert far.id not in [c.photo_id for c in ranked]
    # 128 numbers, each 0.5 apart: sqrt(128) * 0.5 = 5.65685
    assert ranked[1].distance == pytest.approx(5.65685, abs=1e-4)


def test_one_shot_on_labeled_faces_in_the_wild(networks, lfw):
    """Each person's first photo is enrolled; of the other 90 98 % are named, none wrongly."""
    from training.calibrate_odds import embed_folder

    embeddings, names = embed_folder(networks, lfw)
    first = np.unique(names, return_index=True)[1]
    rest = np.setdiff1d(np.arange(len(names)), first)
    distances = np.linalg.norm(embeddings[rest, None] - embeddings[None, first], axis=-1)
    right = names[first][distances.argmin(axis=1)] == names[rest]
    known = distances.min(axis=1) <= 0.6
    assert (known & right).mean() >= 0.98
    assert (known & ~right).sum() == 0
