from datetime import datetime

import numpy as np
from PIL import ImageFont

from faceweb.engine import Status
from faceweb.faces.calibration import load_calibration
from faceweb.gallery.archive import people
from faceweb.gallery.recognize import Recognized
from faceweb.gallery.store import Receipt, StoredPhoto
from faceweb.types import Box, Candidate, EmbeddedFace, Face, Interval, Match, Verdict
from faceweb.ui import images, svg
from faceweb.ui.views import faces as faces_view
from faceweb.ui.views.render import percent
from tests.conftest import KEY

SCRIPT = "<script>alert(1)</script>"
CHIP = np.zeros((150, 150, 3), np.uint8)
LANDMARKS = np.array([[40.0, 40], [80, 40], [60, 60], [45, 80], [75, 80]])
FACE = EmbeddedFace(Face(Box(30, 20, 60, 80), 0.99, LANDMARKS), CHIP, np.zeros(128, np.float32))


def answer(person: str, distance: float = 0.3) -> Recognized:
    return Recognized(FACE, Match((Candidate(person, 1, distance),), 0.6))


def test_names_are_text_never_markup(galleries, embedding):
    galleries.add(KEY, SCRIPT, embedding, b"png", "net")
    photos = galleries.photos(KEY)
    assert "<script" not in faces_view.gallery(photos, people(photos))
    page = faces_view.recognition([answer(SCRIPT), answer(SCRIPT, 0.9)], 1, Interval(0, 0, 0), 0.6)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_percentages_have_the_digits_they_deserve():
    shares = [0, 0.0004, 0.0022, 0.05, 0.42, 0.975, 0.9998]
    shown = ["0.0 %", "under 0.1 %", "0.2 %", "5.0 %", "42 %", "97.5 %", "over 99.9 %"]
    # No number is parted from its sign at the end of a line.
    assert [percent(share) for share in shares] == [s.replace(" %", "\u00a0%") for s in shown]


def test_before_somebody_is_forgotten_it_is_said_what_stays():
    assert faces_view.forget_question("Ada") == "<p>Forget Ada, with all photos?</p>"
    one = faces_view.forget_question("Ada", 1)
    assert "1 pair you marked stays, until you press Begin anew in Verify" in one
    head = faces_view.forget_question("Ada", 0, True)
    assert "the head you trained stays, until you press Forget the head in Verify" in head
    photo = StoredPhoto(1, "Ada", np.zeros(128), b"png", "net", datetime(2026, 1, 1))
    both = faces_view.forget_photo_question(photo, True, 2, True)
    assert "so Ada is forgotten with it. What was learnt knows no names: 2 pairs" in both
    assert "and the head you trained stay, until you press Begin anew and Forget the head" in both


def test_a_receipt_counts_what_was_learnt_too():
    assert "nothing to erase" in faces_view.receipt(Receipt(0, 0, 0), 0)
    assert "0 photos, 2,056 bytes" in faces_view.receipt(Receipt(0, 0, 2056), 0)


def test_unknown_is_said_and_the_odds_count_the_gallery():
    page = faces_view.recognition([answer("Ada", 0.9)], 3, Interval(0.0066, 0.0036, 0.0122), 0.6)
    assert "1. unknown" in page
    assert "nearest: Ada 0.90" in page
    assert "0.7\u00a0%" in page
    assert "enroll somebody first" in faces_view.recognition(
        [answer("x")], 0, Interval(0, 0, 0), 0.6
    )


def test_the_header_tells_warming_from_ready_from_failed():
    assert "12 %" in faces_view.status_line(Status("reading weights", 0.12))
    ready = faces_view.status_line(Status("ready", 1.0, "CPU", "float32", 7.4))
    assert "Ready on CPU, float32" in ready
    assert "weights &lt;gone&gt;" in faces_view.status_line(Status(failure="weights <gone>"))


def test_boxes_are_drawn_where_the_faces_are():
    picture = np.full((160, 160, 3), 90, np.uint8)
    drawn = images.label_faces(picture, [answer("Ada")])
    assert drawn[60, 30].tolist() == list(images.KNOWN)
    assert drawn[60, 60].tolist() == [90, 90, 90]
    assert images.label_faces(picture, [answer("Ada", 0.9)])[60, 30].tolist() == list(
        images.UNKNOWN
    )
    np.testing.assert_array_equal(picture, 90)


def test_a_wide_photo_is_shown_small_enough_for_every_format():
    wide = np.zeros((20, 17_000, 3), np.uint8)
    assert images.label_faces(wide, [answer("Ada")]).shape == (3, 1889, 3)


def test_a_name_that_the_font_lacks_is_left_to_the_list():
    font = ImageFont.load_default(20)
    assert images._label(answer("Zoe O'Hara"), 2, font) == "2 Zoe O'Hara 0.30"
    assert images._label(answer("Zoë"), 2, font) == "2 0.30"
    assert images._label(answer("李小龙"), 2, font) == "2 0.30"
    assert images._label(answer("Ada", 0.9), 2, font) == "2 unknown"


def test_this_pair_is_marked_at_its_distance():
    """The axis runs from 0 to 1.2 over 640 units: 0.6 lies at 320, 5.0 at the edge."""
    calibration = load_calibration()
    assert 'cx="320.0"' in svg.distance_histogram(calibration, Verdict(0.6, 0.6))
    assert 'cx="640.0"' in svg.distance_histogram(calibration, Verdict(5.0, 0.6))
