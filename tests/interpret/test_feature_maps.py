"""Views, feature maps, dreams, pairs and occlusion on a small network and on faces."""

import json

import numpy as np
import pytest
from PIL import Image

from faceweb.config import ASSETS, AscentConfig, OcclusionConfig, RepaintConfig
from faceweb.errors import LayerError, NoFaceFoundError, PictureError
from faceweb.interpret import atlas
from faceweb.interpret import occlusion as occlude_module
from faceweb.interpret.activation_maximization import maximize_activation
from faceweb.interpret.corpus import corpus_views, photo_view
from faceweb.interpret.feature_maps import feature_maps
from faceweb.interpret.gram import correlate_channels, correlation, repaint
from faceweb.interpret.occlusion import occlude_pair, occlude_unit


@pytest.fixture
def photo(picture):
    return picture("chelsea")


def test_a_photo_is_shrunk_and_a_box_leads_back():
    """800 x 400 at 384 on its longer side: a factor of 0.48."""
    view = photo_view(None, np.zeros((400, 800, 3), np.uint8), None)
    assert view.pixels.shape == (192, 384, 3)
    assert view.box((48, 96), (0, 24)).as_list() == [0, 100, 50, 100]


def test_a_long_picture_of_a_corpus_is_cut_in_the_middle():
    """320 x 1000 at 160: 160 x 500, of which 240 stay from 130 on, which is pixel 260."""
    (view,) = corpus_views(None, np.zeros((320, 1000, 3), np.uint8), None)
    assert view.pixels.shape == (160, 240, 3)
    assert (view.left, view.top) == (260, 0)


@pytest.mark.parametrize(
    ("shape", "message"),
    [((20, 300, 3), "at least 32 a side"), ((40, 400, 3), "crop it to 8 to 1")],
)
def test_pictures_of_no_use_are_refused(shape, message):
    with pytest.raises(PictureError, match=message):
        photo_view(None, np.zeros(shape, np.uint8), None)


def test_the_face_network_is_shown_faces(networks, picture):
    views = corpus_views(networks, picture("group"), (150, 150))
    assert [view.what for view in views] == [f"face {n} of 6" for n in range(1, 7)]
    assert all(view.pixels.shape == (150, 150, 3) for view in views)


def test_without_a_face_it_is_shown_the_middle(networks):
    grey = np.full((200, 300, 3), 90, np.uint8)
    view = photo_view(networks, grey, (150, 150))
    assert view.what == "middle"
    assert view.box((0, 150), (0, 150)).as_list() == [50, 0, 200, 200]


def test_the_strongest_units_come_first(inspector, photo):
    found = feature_maps(inspector.extractor, None, photo, "conv2_1")
    peaks = found.maps.max(axis=(0, 1))
    order = found.strongest
    assert order == sorted((u for u in range(48) if peaks[u] > 0), key=lambda u: -peaks[u])
    heat = found.heat(order[0])
    assert heat.shape == found.view.pixels.shape[:2]
    assert heat.max() == pytest.approx(peaks[order[0]], rel=0.2)


def test_where_both_are_on_is_where_neither_is_off(inspector, photo):
    found = feature_maps(inspector.extractor, None, photo, "conv1_1")
    one, other = found.strongest[:2]
    both = found.together(one, other)
    off = (found.maps[..., one] == 0) | (found.maps[..., other] == 0)
    assert both.shape == off.shape
    assert not both[off].any()
    assert 0 < both.max() <= 1 + 1e-9


def test_a_photo_smaller_than_the_field_is_looked_at_and_said(inspector):
    small = np.random.default_rng(0).integers(0, 256, (48, 48, 3), np.uint8)
    assert feature_maps(inspector.extractor, None, small, "conv5_1").smaller_than_field
    assert not feature_maps(inspector.extractor, None, small, "conv1_1").smaller_than_field


def test_a_dream_streams_and_ends(inspector):
    steps = list(maximize_activation(inspector, "conv2_1", [3], AscentConfig(steps=16)))
    assert (steps[-1].step, steps[-1].steps) == (16, 16)
    assert steps[-1].activations[0] > steps[0].activations[0]
    maps = inspector.extractor.activations(steps[-1].pictures / np.float32(255), "conv2_1")
    assert steps[-1].activations[0] == pytest.approx(maps[0, ..., 3].max(), rel=1e-4)


def test_a_dream_of_no_unit(inspector):
    with pytest.raises(LayerError, match="units 0 to 47"):
        next(maximize_activation(inspector, "conv2_1", [48], AscentConfig()))
    with pytest.raises(LayerError, match="no layer 'pool'"):
        next(maximize_activation(inspector, "pool", [0], AscentConfig()))


def test_partners_are_farthest_from_zero(inspector, photo):
    found = correlate_channels(inspector.extractor, None, photo, "conv2_1")
    unit = found.maps.strongest[0]
    row = np.abs(np.delete(found.correlation[unit], unit))
    partners = found.partners(unit, 5)
    assert [abs(value) for _, value in partners] == pytest.approx(sorted(row)[:-6:-1])
    assert all(found.correlation[unit, other] == value for other, value in partners)


def test_the_order_of_the_matrix_holds_every_unit_that_varies(inspector, photo):
    found = correlate_channels(inspector.extractor, None, photo, "conv3_1")
    assert sorted(found.order) == np.flatnonzero(found.correlation.diagonal()).tolist()


def test_one_correlation_is_moved_and_the_others_stay(inspector, photo):
    """What the issue asks to be shown: the pair arrives, the others move far less."""
    found = correlate_channels(inspector.extractor, None, photo, "conv2_1", 256)
    one = found.maps.strongest[0]
    other = found.partners(one, 1)[0][0]
    before = found.correlation[one, other]
    wanted = float(np.round(0.05 * np.round(before / 0.05) - np.sign(before) * 0.5, 2))
    steps = list(
        repaint(inspector, None, photo, "conv2_1", (one, other), RepaintConfig(wanted=wanted))
    )
    last = steps[-1]
    assert last.before == pytest.approx(before)
    assert abs(last.now - wanted) < 0.1
    assert last.others < 0.25 * abs(last.now - last.before)
    after = correlation(
        inspector.extractor.activations(last.picture[None] / np.float32(255), "conv2_1")[0]
    )
    moved = [
        abs(after[i, j] - found.correlation[i, j])
        for i in range(len(after))
        for j in range(i)
        if {i, j} != {one, other}
        and (after[i, i] or found.correlation[i, i])
        and (after[j, j] or found.correlation[j, j])
    ]
    assert last.others == pytest.approx(np.mean(moved), rel=1e-4)


def test_a_pair_that_is_none_is_refused(inspector, photo):
    with pytest.raises(LayerError, match="choose two different units"):
        next(repaint(inspector, None, photo, "conv2_1", (3, 3), RepaintConfig()))
    grey = np.full((64, 64, 3), 120, np.uint8)
    with pytest.raises(LayerError, match="says the same everywhere on this photo"):
        next(repaint(inspector, None, grey, "conv2_1", (3, 4), RepaintConfig()))
    with pytest.raises(LayerError, match="choose another photo or layer"):
        correlate_channels(inspector.extractor, None, grey, "conv2_1")


def test_covering_what_a_unit_sees_silences_it_and_elsewhere_does_nothing(inspector):
    """A bright square on black: only patches over the unit's field change it at all."""
    picture = np.zeros((128, 128, 3), np.uint8)
    picture[40:56, 72:88] = np.random.default_rng(1).integers(0, 256, (16, 16, 3), np.uint8)
    maps = feature_maps(inspector.extractor, None, picture, "conv2_1", 256)
    excess = maps.maps - maps.maps[-1, -1]
    unit = int(excess.max(axis=(0, 1)).argmax())
    *_, last = occlude_unit(
        inspector.extractor, None, picture, "conv2_1", unit, OcclusionConfig(patch=0.1)
    )
    assert last.done == last.total
    row, column = last.spot
    assert 36 <= row <= 60
    assert 68 <= column <= 92
    field = maps.facts.field.size
    far = np.ones((128, 128), bool)
    reach = field + 13
    far[row - reach : row + reach, column - reach : column + reach] = False
    assert np.abs(last.change[far]).max() < 1e-5 * last.before
    assert np.abs(last.change).max() > 0.2 * last.before


@pytest.mark.parametrize("layer", ["conv2_1", "conv4_1"])
def test_patches_that_a_unit_cannot_see_need_not_be_measured(inspector, photo, layer, monkeypatch):
    config = OcclusionConfig(patch=0.1)
    unit = feature_maps(inspector.extractor, None, photo, layer, 256).strongest[0]
    *_, some = occlude_unit(inspector.extractor, None, photo, layer, unit, config)
    monkeypatch.setattr(occlude_module, "window", lambda field, place: (0, 256))
    *_, every = occlude_unit(inspector.extractor, None, photo, layer, unit, config)
    assert some.total < every.total
    np.testing.assert_allclose(some.change, every.change, atol=1e-4 * every.before)


def test_a_silent_unit_cannot_be_covered(inspector):
    grey = np.full((64, 64, 3), 120, np.uint8)
    maps = feature_maps(inspector.extractor, None, grey, "conv2_1")
    silent = next(unit for unit in range(48) if unit not in maps.strongest)
    with pytest.raises(LayerError, match=f"Unit {silent} is silent on this photo"):
        next(occlude_unit(inspector.extractor, None, grey, "conv2_1", silent, OcclusionConfig()))


def test_covering_a_face_moves_the_distance(networks, picture):
    """Two copies of one face: covering the eyes of either moves them apart, a corner hardly."""
    steps = list(
        occlude_pair(networks, picture("collins"), picture("collins_turned"), OcclusionConfig())
    )
    assert steps[0][1] is None
    for step in steps[-1]:
        assert step.before == pytest.approx(steps[-1][0].before, abs=1e-5)
        assert step.highest > step.before + 0.05
        # Positive is a fall: apart means the change is negative.
        eyes, corner = step.change[40:60, 40:110].mean(), step.change[:15, :15].mean()
        assert eyes < -0.02
        assert eyes < corner


def test_two_photos_without_a_face(networks):
    grey = np.full((200, 200, 3), 90, np.uint8)
    with pytest.raises(NoFaceFoundError):
        next(occlude_pair(networks, grey, grey, OcclusionConfig()))


def test_the_atlas_covers_both_embedded_networks(engine):
    for network in ("perceptual", "face"):
        extractor = engine.inspector(network).extractor
        assert atlas.layers(network) == extractor.layers
        for layer in extractor.layers:
            plate = atlas.plate(network, layer)
            assert plate.pictures.shape == (len(plate.units), 96, 96, 3)
            assert len(set(plate.units)) == len(plate.units) <= 16
            assert plate.pictures.reshape(len(plate.units), -1).std(axis=1).min() > 5
    assert atlas.plate("vgg19", "block1_conv1") is None


def test_the_atlas_is_small():
    files = [path for path in (ASSETS / "atlas").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 4_000_000
    assert json.loads((ASSETS / "atlas" / "face" / "units.json").read_text())


def test_the_atlas_shows_what_excites_its_units(engine):
    """A unit of the deepest layer answers more to its own picture than to its neighbours'."""
    extractor = engine.inspector("perceptual").extractor
    plate = atlas.plate("perceptual", "conv5_1")
    large = np.stack(
        [np.asarray(Image.fromarray(each).resize((128, 128))) for each in plate.pictures]
    )
    maps = extractor.activations(large / np.float32(255), "conv5_1").mean(axis=(1, 2))
    answers = maps[:, list(plate.units)]
    assert (answers.argmax(axis=0) == np.arange(len(plate.units))).mean() >= 0.75
