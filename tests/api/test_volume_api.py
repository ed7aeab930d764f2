"""Volumes, clips and solid textures as a program calls them; every refusal is one sentence."""

from pathlib import Path

import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError

from faceweb.config import ASSETS
from faceweb.media.video import read_clip, write_gif
from tests.api.calls import example

STYLES = ASSETS / "styles"


@pytest.fixture
def saved(tmp_path):
    """Saves an array as npy, to be uploaded."""

    def save(values: np.ndarray):
        path = tmp_path / "volume.npy"
        np.save(path, values)
        return handle_file(str(path))

    return save


def test_the_phantom_is_what_is_shown_without_a_file(client):
    record, told, *pictures = client.predict(api_name="/volume_maps")
    assert record["shape"] == [96, 96, 96]
    assert record["spacing"] == [2.5, 2.5, 2.5]
    assert record["unit"] == record["strongest"][0]
    assert record["activation"] > 0
    # Two convolutions of three at a stride of 1, then of 2: 3, 6, 10, 14.
    assert record["receptive_field"] == {"size": 14, "stride": 2, "offset": 0.5}
    assert "made by our own code" in told
    assert len(pictures) == 5
    assert all("<img" in each for each in pictures)
    cubes, shown = client.predict(api_name="/strongest_cubes")
    assert (cubes["layer"], cubes["unit"]) == (record["layer"], record["unit"])
    assert len(cubes["activations"]) == 9 == shown.count("<img")
    # The strongest place of all is what the map's maximum is.
    assert cubes["activations"][0] == pytest.approx(record["activation"], abs=1e-3)
    assert cubes["activations"] == sorted(cubes["activations"], reverse=True)


def test_one_slice_of_a_volume_of_ones_own(client, saved):
    values = np.zeros((20, 24, 28), np.float32)
    values[5:9, 6:12, 7:15] = 1
    asked = saved(values), "conv1_1", 3, 2
    record, _, above, _, aside, *_ = client.predict(*asked, 10, api_name="/volume_maps")
    assert (record["layer"], record["unit"]) == ("conv1_1", 3)
    assert (record["axis"], record["index"]) == (2, 10)
    assert record["shape"] == [20, 24, 28]
    _, _, same, _, other, *_ = client.predict(*asked, 20, api_name="/volume_maps")
    assert same == above
    assert other != aside


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"layer": "conv9_9"}, "'conv9_9' .* is not in the list of choices"),
        ({"unit": 48}, "has units 0 to 47"),
        ({"axis": 3}, "axes 0 \\(depth\\), 1 \\(height\\) and 2 \\(width\\)"),
        ({"index": 96}, "slices 0 to 95 along its depth"),
        ({"index": -2}, "slices 0 to 95 along its depth"),
    ],
)
def test_what_a_volume_does_not_have(client, asked, said):
    with pytest.raises(AppError, match=said):
        client.predict(**asked, api_name="/volume_maps")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros((1, 40, 40)), "at least 8 slices"),
        (np.zeros((9, 9, 9)), "Every voxel of this volume is 0"),
        (np.full((9, 9, 9), np.nan), "are no numbers"),
    ],
)
def test_a_volume_that_cannot_be_shown(client, saved, values, said):
    with pytest.raises(AppError, match=said):
        client.predict(saved(values), api_name="/volume_maps")


def test_cubes_of_no_volume_at_all(served):
    from gradio_client import Client

    with pytest.raises(AppError, match="forgotten meanwhile: show it again"):
        Client(served, verbose=False).predict(api_name="/strongest_cubes")


@pytest.mark.parametrize(("layer", "frames"), [("conv1_2", 16), ("conv2_1", 8), ("conv5_1", 1)])
def test_a_still_is_seen_as_its_picture_is(client, layer, frames):
    record, shown = client.predict(example("coffee"), layer, api_name="/inflate")
    assert record["layer"] == layer
    assert len(record["differences"]) == frames
    assert 0 < record["difference"] < 1e-4 < record["activation"]
    assert record["difference"] <= max(record["differences"])
    assert shown.count("<img") == 16


def test_nothing_is_compared_without_a_photo(client):
    with pytest.raises(AppError, match="Add a photo first"):
        client.predict(None, api_name="/inflate")


FEW = {"steps": 5, "size": 64}


def test_a_clip_is_repainted(client):
    how = {"motion": 2.0, "seed": 3, "bundled": "ball", **FEW}
    job = client.submit(None, styled("mosaic"), **how, api_name="/stylize_volume")
    record, shown, path = job.result()
    assert record["finished"] is True
    assert (record["steps"], record["frames"], record["size"]) == (5, 16, [64, 64])
    assert (record["rate"], record["seed"], record["note"]) == (8.0, 3, "")
    losses = [each["j_style"] for each, *_ in job.outputs() if "j_style" in each]
    assert losses[-1] < losses[0]
    assert 0 < record["warping_error"]["content"] < record["warping_error"]["result"] < 0.1
    clip, _ = read_clip(Path(path))
    assert clip.frames.shape == (16, 64, 64, 3)
    assert shown.count("<video") == 3


def test_a_clip_of_ones_own(client, tmp_path):
    frames = np.random.default_rng(0).integers(0, 256, (5, 40, 60, 3), np.uint8)
    path = tmp_path / "own.gif"
    path.write_bytes(write_gif(frames, 10))
    record, *_ = client.predict(
        handle_file(str(path)), styled("weave"), **FEW, api_name="/stylize_volume"
    )
    assert (record["frames"], record["size"]) == (5, [60, 40])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"alpha": 11}, "Alpha must be a number from 0 to 10|greater than maximum value 10"),
        ({"size": 1000}, "Size must be|greater than maximum value 192"),
        ({"alpha": 0, "beta": 0}, "Alpha and beta are both 0"),
        ({"bundled": "cat"}, "no bundled clip 'cat': choose one of pan, turn, ball"),
    ],
)
def test_a_clip_that_cannot_be_painted(client, asked, said):
    with pytest.raises(AppError, match=said):
        client.predict(None, styled("weave"), **asked, api_name="/stylize_volume")


def test_a_block_grows(client):
    record, shown, cube, path = client.predict(styled("mosaic"), 32, 5, 7, api_name="/solid")
    assert record["finished"] is True
    assert (record["steps"], record["side"], record["seed"]) == (5, 32, 7)
    assert 0 < record["j_style"] < record["j"] * 10
    voxels = np.load(path)["voxels"]
    assert (voxels.shape, voxels.dtype) == ((32, 32, 32, 3), np.uint8)
    assert "<img" in cube
    assert "J<sub>style</sub>" in shown


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((None,), "Add a style first"),
        (("weave", 20), "Side must be|less than minimum value 32"),
        (("weave", 32, 0), "Steps must be|less than minimum value 5"),
    ],
)
def test_a_block_that_cannot_grow(client, asked, said):
    style, *rest = asked
    with pytest.raises(AppError, match=said):
        client.predict(style and styled(style), *rest, api_name="/solid")


def styled(name: str):
    return handle_file(str(STYLES / f"{name}.jpg"))
