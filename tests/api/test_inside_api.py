"""What looks into the networks, as a program calls it; every refusal is one sentence."""

import io
import zipfile

import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from tests.api.calls import example


@pytest.fixture
def archive(tmp_path):
    """Makes a zip of pictures of a shade each, with other files beside them."""

    def made(shades, **others):
        path = tmp_path / "pictures.zip"
        with zipfile.ZipFile(path, "w") as members:
            for shade in shades:
                stream = io.BytesIO()
                pixels = np.random.default_rng(shade).integers(0, shade, (64, 64, 3), np.uint8)
                Image.fromarray(pixels).save(stream, "PNG")
                members.writestr(f"shade{shade}.png", stream.getvalue())
            for name, data in others.items():
                members.writestr(name.replace("_", "."), data)
        return handle_file(str(path))

    return made


def test_feature_maps_of_a_photo(client):
    record, maps, unit = client.predict(
        example("chelsea"), "perceptual", "conv3_1", 5, api_name="/feature_maps"
    )
    assert record["layer"] == "conv3_1"
    assert record["shape"] == [64, 96, 96]  # 384 x 255 at a stride of 4
    assert record["receptive_field"] == {"size": 24, "stride": 4, "offset": 1.5}
    assert len(set(record["strongest"])) == len(record["strongest"]) <= 96
    assert record["shown"] == "whole"
    assert maps.count('data-pick="') == 24
    assert "Unit 5" in unit


def test_the_face_network_looks_at_the_face(client):
    record, *_ = client.predict(example("collins"), "face", "level3_4", api_name="/feature_maps")
    assert record["shown"] == "face 1 of 1"
    assert record["shape"][2] == 64


def test_top_patches_of_the_bundled_pictures(client):
    record, figure, told = client.predict("perceptual", "conv2_1", "3, 17", api_name="/top_patches")
    assert [each["unit"] for each in record["units"]] == [3, 17]
    assert record["corpus"]["pictures"] >= 40
    assert record["receptive_field"] == {"size": 10, "stride": 2, "offset": 0.5}
    for each in record["units"]:
        assert len(each["patches"]) == 9
        values = [patch["activation"] for patch in each["patches"]]
        assert values == sorted(values, reverse=True)
        assert len({patch["image"] for patch in each["patches"]}) == 9
        for patch in each["patches"]:
            left, top, width, height = patch["box"]
            assert min(left, top) >= 0
            assert width > 0
            assert height > 0
    assert figure.count('class="nine"') == 2
    assert "looked through: the bundled pictures" in told


def test_top_patches_of_ones_own_pictures(client, archive):
    mine = archive((40, 120, 250), notes_png=b"no picture")
    record, *_ = client.predict("perceptual", "conv1_1", "", [mine], api_name="/top_patches")
    assert record["corpus"] == {
        "title": "your pictures",
        "pictures": 4,
        "skipped": 1,
        "note": "",
    }
    names = {patch["image"] for each in record["units"] for patch in each["patches"]}
    assert names == {"shade40.png", "shade120.png", "shade250.png"}
    # Noise of a larger range excites more.
    assert record["units"][0]["patches"][0]["image"] == "shade250.png"
    several, *_ = client.predict("perceptual", "conv1_1", "", [mine], True, api_name="/top_patches")
    assert len(several["units"][0]["patches"]) == 9


def test_gram_and_its_partners(client):
    record, matrix, pair = client.predict(
        example("chelsea"), "perceptual", "conv2_1", 46, 41, api_name="/gram"
    )
    assert -1 <= record["correlation"] <= 1
    values = [abs(partner["correlation"]) for partner in record["partners"]]
    assert values == sorted(values, reverse=True)
    best = record["partners"][0]
    again, *_ = client.predict(
        example("chelsea"), "perceptual", "conv2_1", 46, best["unit"], api_name="/gram"
    )
    assert again["correlation"] == best["correlation"]
    assert 'data-pick="gram"' in matrix
    assert "Strongest partners of unit 46" in pair


def test_a_dream_streams(client):
    job = client.submit("perceptual", "conv2_1", 46, 32, api_name="/dream")
    record, picture = job.result()
    steps = [each["steps"] for each, _ in job.outputs()]
    assert steps == sorted(steps)
    assert steps[-1] == 32
    assert record["best_patch"] > 0
    assert record["activation"] > 0
    assert "would" in picture


def test_attribution_streams_and_is_complete(client):
    """The last answer has all its points, and the sum is what the photo adds to the baseline."""
    job = client.submit(
        example("coffee"), "perceptual", "conv3_1", 5, "grey", 64, api_name="/attribute"
    )
    record, page = job.result()
    assert record["points"] == record["of"] == 64
    assert record["source"] == "conv2_2"
    adds = record["activation"] - record["baseline"]
    assert record["sum"] == pytest.approx(adds, abs=0.03 * abs(adds))
    assert record["gap"] == pytest.approx(abs(record["sum"] - adds), abs=1e-6)
    assert page.count("<img") == 2
    with pytest.raises(AppError, match="no layer before conv1_1"):
        client.predict(example("coffee"), "perceptual", "conv1_1", 5, api_name="/attribute")


def test_the_distance_of_two_faces_is_attributed_to_both(client):
    faces = example("collins"), example("hopper")
    record, page = client.predict(*faces, "blurred", 32, api_name="/attribute_faces")
    assert [face["source"] for face in record["faces"]] == ["level4_3"] * 2
    assert record["faces"][0]["distance"] == pytest.approx(0.7022, abs=0.01)
    assert page.count("<img") == 4


def test_repaint_and_occlude_stream(client):
    record, _ = client.predict(
        example("coffee"), "perceptual", "conv2_1", 46, 41, 0.0, 30, api_name="/repaint"
    )
    assert abs(record["correlation"]) < abs(record["before"]) / 2
    record, _ = client.predict(
        example("coffee"), "perceptual", "conv2_1", 46, 0.3, api_name="/occlude"
    )
    assert record["lowest"] < record["activation"]
    assert record["patches"] == record["of"]
    record, _ = client.predict(
        example("collins"), example("hopper"), 0.3, api_name="/occlude_faces"
    )
    same, _ = client.predict(example("collins"), example("hopper"), api_name="/verify")
    assert record["faces"][1]["distance"] == pytest.approx(same["distance"], abs=1e-3)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (("/feature_maps", "chelsea", "perceptual", "conv9"), "no layer 'conv9': choose one of"),
        (("/feature_maps", "chelsea", "face", "conv3_1"), "no layer 'conv3_1'"),
        (("/feature_maps", "chelsea", "perceptual", "conv1_1", 24), "units 0 to 23"),
        (("/feature_maps", "chelsea", "perceptual", "conv1_1", 0.5), "whole number"),
        (("/top_patches", "perceptual", "conv1_1", "9" * 5000), "Units are whole numbers"),
        (("/feature_maps", "chelsea", "resnet", "conv1_1"), "resnet"),
        (("/top_patches", "perceptual", "conv9"), "no layer 'conv9'"),
        (("/top_patches", "perceptual", "conv1_1", "24"), "units 0 to 23"),
        (("/top_patches", "perceptual", "conv1_1", "one"), "Units are whole numbers"),
        (("/top_patches", "perceptual", "conv1_1", "", None, False, "moon"), "moon"),
        (("/dream", "perceptual", "conv1_1", 99), "units 0 to 23"),
        (("/dream", "perceptual", "conv1_1", 0, 5000), "5000"),
        (("/gram", "chelsea", "perceptual", "conv1_1", 0, 24), "units 0 to 23"),
        (("/repaint", "chelsea", "perceptual", "conv1_1", 3, 3), "two different units"),
        (("/repaint", "chelsea", "perceptual", "conv1_1", 3, 4, 1.5), "1.5"),
        (("/occlude", "chelsea", "perceptual", "conv1_1", -1), "-1"),
        (("/occlude_faces", "chelsea", "collins"), "No face was found"),
    ],
)
def test_what_does_not_exist_is_one_sentence(client, call, sentence):
    name, *arguments = call
    arguments = [example(each) if each in ("chelsea", "collins") else each for each in arguments]
    with pytest.raises(AppError) as refused:
        client.predict(*arguments, api_name=name)
    assert sentence in str(refused.value)
    assert "Traceback" not in str(refused.value)
    assert ". " not in str(refused.value).partition(" Received: ")[0]


def test_a_network_still_to_be_downloaded_keeps_nobody_waiting(client, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(AppError, match="must be downloaded first: choose it at the top"):
        client.predict("vgg19", "block1_conv1", api_name="/dream")
    with pytest.raises(AppError, match="built-in network needs no download"):
        client.predict("vgg19", api_name="/network")


def test_a_photo_too_small_is_one_sentence(client, tmp_path):
    path = tmp_path / "tiny.png"
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(path)
    with pytest.raises(AppError, match="8 x 8 pixels: use one of at least 32"):
        client.predict(handle_file(str(path)), "perceptual", "conv1_1", api_name="/feature_maps")


def test_a_zip_that_climbs_out_is_one_sentence(client, archive):
    with pytest.raises(AppError, match="climbs out of it"):
        client.predict(
            "perceptual", "conv1_1", "", [archive((9,), **{"../a": b""})], api_name="/top_patches"
        )
