"""A recipe of an earlier version is read, and painted anew it is the picture of that version.

tests/data/before/README.md tells how both were made.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from faceweb.config import ASSETS, StyleConfig
from faceweb.media.image import read_picture
from faceweb.style.image import Scene
from faceweb.style.recipe import read_recipe, write_recipe
from faceweb.style.transfer import StyleTransfer

BEFORE = Path(__file__).resolve().parents[1] / "data" / "before"
FACTS = json.loads((BEFORE / "facts.json").read_text())["painting"]


@pytest.fixture
def recipe():
    return read_recipe((BEFORE / "recipe.json").read_bytes())


def test_the_picture_carries_the_recipe_that_lies_beside_it(recipe):
    assert read_recipe((BEFORE / "painting.png").read_bytes()) == recipe


def test_every_setting_is_what_it_was(recipe):
    """96 pixels, 10 steps, all else as by default then; beta from 10 to 25 after 5 steps."""
    assert recipe.config == StyleConfig(
        size=96,
        steps=10,
        alpha=1.0,
        beta=10.0,
        smooth=0.1,
        lambda1=3.0,
        lambda2=1.0,
        lambda3=1.0,
        lambda4=1.0,
        lambda5=0.2,
        style_scale=1.0,
        rate=0.03,
        seed=0,
        init="content",
        statistic="centred",
        optimizer="adam",
        colours="of the style",
        content_layer="conv4_1",
    )
    assert (recipe.network, recipe.steps_made, recipe.shares) == ("perceptual", 10, (1.0,))
    assert [recipe.at(done).beta for done in (0, 4, 5, 9)] == [10, 10, 25, 25]


def test_it_is_written_as_it_was_written(recipe):
    """What another program reads: every key and value, whatever is added to them."""
    written = json.loads((BEFORE / "recipe.json").read_text())
    now = write_recipe(recipe, [(64, 96)])
    assert now.keys() >= written.keys()
    assert now["settings"].items() >= written["settings"].items()
    for name in written.keys() - {"settings"}:
        assert json.loads(json.dumps(now[name])) == written[name]


def test_it_replays_to_the_same_picture(recipe, engine, picture):
    """Within 1 of 255 on every pixel; on the machine it was made on it is the same to the bit."""
    assert recipe.weights == engine.fingerprint("perceptual")
    scene = Scene(picture("chelsea"), [read_picture(ASSETS / "styles" / "mosaic.jpg")])
    transfer = StyleTransfer(engine.style_model(recipe.network), scene, recipe.config)
    *_, last = transfer.run(recipe=recipe)
    wanted = read_picture(BEFORE / "painting.png").astype(int)
    assert last.picture.shape == wanted.shape
    np.testing.assert_allclose(last.picture, wanted, rtol=0, atol=1)
    for name, value in FACTS["costs"].items():
        assert getattr(last.losses, name) == pytest.approx(value, rel=1e-3)
    # What was made is the same recipe again.
    assert transfer.recipe(recipe.network, recipe.weights) == recipe
