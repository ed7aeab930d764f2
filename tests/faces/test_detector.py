"""The detector against the package its weights come from, and its promise not to retrace."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from faceweb.faces.detector import LEVELS, Detector, overlap, pyramid
from faceweb.media.image import read_picture


@pytest.fixture(scope="session")
def package():
    from mtcnn import MTCNN

    return MTCNN()


def corners(faces):
    rows = [(f.box.left, f.box.top, f.box.width, f.box.height) for f in faces]
    rows = np.array(rows).reshape(-1, 4)
    return np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:]], axis=1)


def assert_same_faces(ours, theirs):
    """As many faces, each of IoU >= 0.9 and with landmarks within 2 pixels of the package's."""
    assert len(ours) == len(theirs)
    for i, best in enumerate(overlap(corners(ours), theirs[:, 1:5]).argmax(axis=1)):
        other = theirs[best]
        assert overlap(corners(ours)[i : i + 1], other[None, 1:5])[0, 0] >= 0.9
        assert np.abs(ours[i].landmarks - other[6:].reshape(2, 5).T).max() <= 2


@pytest.mark.parametrize("name", ["collins", "hopper", "hopper_dim", "group"])
def test_examples_as_the_package_sees_them(networks, package, picture, name):
    photo = picture(name)
    theirs = package.detect_faces(photo, output_type="numpy", box_format="xyxy")
    assert_same_faces(networks.detect(photo), theirs)


def test_lfw_as_the_package_sees_it(networks, package, lfw):
    for path in sorted(lfw.glob("*/*.jpg"))[::5]:
        photo = read_picture(path)
        theirs = package.detect_faces(photo, output_type="numpy", box_format="xyxy")
        assert_same_faces(networks.detect(photo), theirs)


def test_photos_of_1024_pixels_as_the_package_sees_them(networks, package, lfw):
    """The smallest faces are left out there, so each of ours is held against the package's."""
    for path in sorted(lfw.glob("*/*.jpg"))[::10]:
        large = Image.fromarray(read_picture(path)).resize((1024, 1024), Image.Resampling.LANCZOS)
        photo = np.asarray(large)
        theirs = package.detect_faces(photo, output_type="numpy", box_format="xyxy")
        ours = corners(networks.detect(photo))
        assert len(ours) >= 1
        assert overlap(ours, theirs[:, 1:5]).max(axis=1).min() >= 0.9


def test_a_photo_of_eight_megapixels_is_seen_at_its_own_scale(networks, picture):
    photo = picture("collins")
    (face,) = networks.detect(photo)
    large = np.asarray(Image.fromarray(photo).resize((2800, 2800), Image.Resampling.BICUBIC))
    (larger,) = networks.detect(large)
    scale = 2800 / 512
    ours = corners([larger])
    assert overlap(ours, corners([face]) * scale)[0, 0] > 0.8


@pytest.mark.parametrize("shape", [(1, 1), (11, 400), (16, 16), (4000, 30), (60, 60)])
def test_pictures_too_small_for_a_face_hold_none(networks, shape):
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    assert networks.detect(noise) == []


def test_no_pyramid_needs_more_levels_than_the_graph_has():
    sizes = [(n, n) for n in range(12, 2048)] + [(500, 2047), (2047, 13)]
    assert max(len(pyramid(*size)) for size in sizes) <= LEVELS


def test_fifty_requests_of_mixed_sizes_trace_nothing(networks, picture):
    before = networks.traces
    rng = np.random.default_rng(5)
    group = Image.fromarray(picture("group"))
    found = 0
    for _ in range(50):
        photo = np.asarray(group.resize(rng.integers(20, 1500, 2).tolist()))
        faces = networks.detect(photo)
        found += len(networks.embed_faces(photo, faces))
        networks.embed(
            photo[:1, :1].repeat(150, 0).repeat(150, 1)[None].repeat(rng.integers(1, 70), 0)
        )
    assert networks.traces == before
    assert found > 50


def test_threads_take_turns(networks, monkeypatch):
    """Live cameras call from threads of their own; two graphs never run at the same time."""
    running, most = [], []

    def slow(detector, picture):
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)
        running.pop()
        return []

    monkeypatch.setattr(Detector, "__call__", slow)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(networks.detect, [np.zeros((9, 9, 3), np.uint8)] * 16))
    assert len(most) == 16
    assert max(most) == 1
