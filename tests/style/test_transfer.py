"""Painting with the shipped network: the sliders act, the seed decides, nothing is lost."""

import json
import struct
import threading
from dataclasses import replace
from zlib import crc32

import numpy as np
import pytest
from PIL import Image
from scipy.optimize import minimize

from faceweb.config import StyleConfig
from faceweb.errors import PictureError, RecipeError, SettingError
from faceweb.style import transfer
from faceweb.style.image import Scene, contact_sheet, match_colours, sizes
from faceweb.style.recipe import Recipe, read_recipe, write_recipe
from faceweb.style.transfer import Controls, StyleTransfer
from faceweb.types import StyleLosses

SMALL = StyleConfig(size=96, steps=12)


@pytest.fixture(scope="session")
def style_model(engine):
    return engine.style_model()


@pytest.fixture(scope="module")
def scene():
    ys, xs = np.mgrid[:96, :128]
    content = np.stack([xs * 2, ys * 2, 255 - xs], -1).astype(np.uint8)
    content[30:60, 40:80] = (230, 200, 40)
    style = np.where(((xs + ys) // 6 % 2)[..., None], (20, 40, 120), (240, 180, 60))
    return Scene(content, [style.astype(np.uint8)])


def finished(painting):
    *_, last = painting.run()
    return last


@pytest.fixture
def every_step(monkeypatch):
    """Every step is handed out, however quick it is."""
    monkeypatch.setattr(transfer, "SHOWN_EVERY", -1.0)


def paint(painting, moves, until=None):
    """The last step of a run whose weights are moved by hand when so many steps are done."""
    controls = Controls(painting.config)
    controls.move(**moves.get(0, {}))
    for step in painting.run(controls):
        controls.move(**moves.get(step.step, {}))
        if step.step == until:
            break
    return step


def test_j_is_what_its_terms_say(style_model, scene):
    step = finished(StyleTransfer(style_model, scene, SMALL))
    losses, weights = step.losses, step.weights
    wanted = (
        weights.alpha * losses.content
        + weights.beta * losses.style
        + weights.variation * losses.variation
    )
    assert losses.j == pytest.approx(wanted, rel=1e-4)
    assert step.step == step.steps
    assert step.remaining == 0


def test_painting_brings_the_style_nearer(style_model, scene):
    steps = list(StyleTransfer(style_model, scene, replace(SMALL, steps=40)).run())
    assert steps[-1].losses.style < 0.5 * steps[0].losses.style


def test_the_same_seed_is_the_same_picture_and_another_is_not(style_model, scene):
    config = replace(SMALL, init="noise", seed=7)
    one, two = (finished(StyleTransfer(style_model, scene, config)).picture for _ in range(2))
    np.testing.assert_array_equal(one, two)
    other = finished(StyleTransfer(style_model, scene, replace(config, seed=8))).picture
    assert np.abs(one.astype(int) - other).mean() > 1


def test_more_beta_means_more_style_and_less_content(style_model, scene):
    low, high = (
        finished(StyleTransfer(style_model, scene, replace(SMALL, steps=40, beta=beta))).losses
        for beta in (0.3, 3.0)
    )
    assert high.style < low.style
    assert high.content > low.content


def test_a_slider_acts_on_the_painting_under_way_without_a_retrace(style_model, scene, every_step):
    """Both run the same half; one is then told to let go of the content."""
    traces, config = style_model.traces, replace(SMALL, steps=40, beta=1.0)
    kept, free = (
        paint(StyleTransfer(style_model, scene, config), moves).losses
        for moves in ({}, {20: {"alpha": 0.0, "beta": 10.0}})
    )
    assert free.content > 1.2 * kept.content
    assert style_model.traces == traces


def test_weights_of_one_pull_equally_hard(style_model, scene):
    """The gradients of all terms have a norm of about 1 where the painting starts."""
    config = replace(SMALL, init="noise", alpha=1.0, beta=1.0, smooth=1.0)
    weights = StyleTransfer(style_model, scene, config).weights(config)
    here = scene.canvas(config, (72, 96))
    targets = style_model.targets(here.content, style_model.statistics(here.styles, [1.0]))
    for name in ("alpha", "beta", "variation"):
        others = {other: 0.0 for other in ("alpha", "beta", "variation") if other != name}
        gradient, _ = style_model.gradient(here.start(config), targets, replace(weights, **others))
        assert np.linalg.norm(gradient) == pytest.approx(1, rel=0.4)
    painting = StyleTransfer(style_model, scene, config)
    assert painting.weights(replace(config, alpha=3.0)).alpha == pytest.approx(3 * weights.alpha)
    assert painting.weights(replace(config, beta=0.0)).beta == 0


def test_what_is_left_stays_and_another_run_goes_on(style_model, scene):
    painting = StyleTransfer(style_model, scene, replace(SMALL, steps=30))
    assert next(painting.run()).step == painting.done == 1
    assert not painting.finished
    resumed = finished(painting)
    assert resumed.step == resumed.steps == 30
    beyond = finished(painting)
    assert beyond.step == beyond.steps == 60


@pytest.mark.parametrize("left_at", [5, 12])
def test_the_whole_run_equals_the_run_in_two_parts(style_model, scene, every_step, left_at):
    """Of two sizes of 12 steps each: it is left within the first one, or at its end."""
    config = replace(SMALL, size=136)
    whole = StyleTransfer(style_model, scene, config)
    assert len(whole.sizes) == 2
    painting = StyleTransfer(style_model, scene, config)
    assert paint(painting, {}, until=left_at).step == left_at
    assert finished(painting).step == 24
    np.testing.assert_array_equal(painting.picture(), finished(whole).picture)


def test_l_bfgs_comes_as_low_as_scipy(style_model, scene):
    """The oracle: one call of SciPy's minimiser on the same cost from the same start.

    Both go other ways, and end within 2 % of each other after 25 iterations.
    """
    config = replace(SMALL, steps=25, optimizer="l-bfgs")
    painting = StyleTransfer(style_model, scene, config)
    here = scene.canvas(config, (72, 96))
    targets = style_model.targets(here.content, style_model.statistics(here.styles, [1.0]))
    unit = config.rate * here.content.size**0.5

    def cost(flat):
        picture = (unit * flat).reshape(here.content.shape).astype(np.float32)
        gradient, losses = style_model.gradient(picture, targets, painting.weights(config))
        return losses.j, unit * gradient.ravel().astype(float)

    options = {"maxiter": 25, "maxcor": 10, "ftol": 0, "gtol": 0}
    bounds = [(0, 1 / unit)] * here.content.size
    start = here.content.ravel() / unit
    wanted = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    last = finished(painting)
    assert last.step == last.steps == 25
    assert last.losses.j < 1.02 * wanted.fun


def test_l_bfgs_lowers_j_at_every_step_and_needs_no_thread(style_model, scene, every_step):
    """Every step is reported; threads are those that were there before."""
    threads = threading.active_count()
    config = replace(SMALL, steps=15, optimizer="l-bfgs")
    painting = StyleTransfer(style_model, scene, config)
    found = [step.losses.j for step in painting.run()]
    assert len(found) == 15
    assert (np.diff(found) < 0).all()
    assert threading.active_count() == threads


def test_a_recipe_of_l_bfgs_replays_to_the_same_picture(style_model, scene, every_step):
    """With a slider moved under way, and left in between, which must not matter."""
    config = replace(SMALL, steps=10, optimizer="l-bfgs")
    painting = StyleTransfer(style_model, scene, config)
    assert paint(painting, {4: {"beta": 3.0}}, until=7).step == 7
    controls = Controls(config)
    controls.move(beta=3.0)
    *_, last = painting.run(controls)
    recipe = painting.recipe("perceptual", "")
    assert (last.step, [at for at, _ in recipe.moves]) == (10, [4])
    again = StyleTransfer(style_model, scene, config)
    list(again.run(recipe=recipe))
    assert again.done == 10
    np.testing.assert_array_equal(again.picture(), painting.picture())


def test_moved_sliders_can_be_moved_again_at_the_same_steps(style_model, scene, every_step):
    """Also beyond the end, and to a stop before it."""
    config = replace(SMALL, steps=20)
    painting = StyleTransfer(style_model, scene, config)
    paint(painting, {7: {"beta": 6.0}})
    paint(painting, {0: {"alpha": 3.0}}, until=30)
    recipe = painting.recipe("perceptual", "")
    assert recipe.steps_made == 30
    assert [at for at, _ in recipe.moves] == [7, 20]
    again, controls = StyleTransfer(style_model, scene, config), Controls(config)
    *_, last = again.run(controls, recipe)
    assert last.step == 30
    assert controls.config == replace(config, alpha=3.0)
    assert again.recipe("perceptual", "") == recipe
    np.testing.assert_array_equal(again.picture(), painting.picture())


def test_a_move_by_hand_ends_what_a_recipe_moves(style_model, scene, every_step):
    """Its second move is left out, its number of steps is made all the same."""
    live = [replace(SMALL, beta=beta).live for beta in (4.0, 9.0)]
    recipe = Recipe(SMALL, "perceptual", "", 8, ((2, live[0]), (6, live[1])))
    painting, controls = StyleTransfer(style_model, scene, SMALL), Controls(SMALL)
    for step in painting.run(controls, recipe):
        if step.step == 4:
            controls.move(beta=1.0)
    assert step.step == 8
    assert [(at, moved["beta"]) for at, moved in painting.moves] == [(2, 4.0), (4, 1.0)]


def test_a_weight_out_of_its_range_moves_nothing():
    controls = Controls(SMALL)
    with pytest.raises(SettingError, match="Beta must be"):
        controls.move(beta=-1.0, alpha=2.0)
    assert controls.config == SMALL


def test_sizes_grow_by_the_root_of_two_to_the_one_asked_for(scene):
    assert sizes(scene.content.shape, StyleConfig(size=384)) == [
        (102, 136),
        (144, 192),
        (204, 272),
        (288, 384),
    ]
    assert sizes(scene.content.shape, StyleConfig(size=64)) == [(48, 64)]


def test_outside_the_mask_the_content_stays(style_model, scene):
    mask = np.zeros((48, 64), np.uint8)
    mask[:, 32:] = 255
    masked = Scene(scene.content, scene.styles, mask=mask)
    painted = finished(StyleTransfer(style_model, masked, SMALL)).picture
    content = masked.content_at(painted.shape[:2])
    assert np.abs(painted[:, :40].astype(int) - content[:, :40]).max() <= 1
    assert np.abs(painted[:, 56:].astype(int) - content[:, 56:]).mean() > 3


def test_luminance_only_keeps_the_colours_of_the_content(style_model, scene):
    config = replace(SMALL, colours="luminance only", beta=5.0, steps=30)
    painted = finished(StyleTransfer(style_model, scene, config)).picture
    content = scene.content_at(painted.shape[:2])

    def chroma(picture):
        return np.asarray(Image.fromarray(picture).convert("YCbCr"), int)[..., 1:]

    def luma(picture):
        return np.asarray(Image.fromarray(picture).convert("L"), int)

    inside = ((painted > 4) & (painted < 251)).all(-1)
    assert np.abs(chroma(painted) - chroma(content))[inside].max() <= 4
    assert np.abs(luma(painted) - luma(content)).mean() > 3


def test_matched_gives_the_style_the_colours_of_the_content(scene):
    here = scene.canvas(StyleConfig(size=128, colours="matched"), (96, 128))
    given, wanted = (p.reshape(-1, 3).mean(axis=0) for p in (here.styles[0], here.content))
    np.testing.assert_allclose(given, wanted, atol=0.08)


def test_matching_colours_gives_mean_and_covariance():
    """Both palettes lie well inside [0, 1], so that nothing is clipped."""
    numbers = np.random.default_rng(0)
    mixes = numbers.normal(0, 0.04, (2, 3, 3))
    style, content = (
        (0.5 + shift + numbers.normal(size=(40, 50, 3)) @ mix).astype(np.float32)
        for shift, mix in zip((0.05, -0.1), mixes, strict=True)
    )
    result = match_colours(style, content).reshape(-1, 3)
    np.testing.assert_allclose(result.mean(axis=0), content.mean(axis=(0, 1)), atol=1e-3)
    np.testing.assert_allclose(np.cov(result.T), np.cov(content.reshape(-1, 3).T), atol=3e-4)


def test_two_styles_blend(style_model, scene):
    red = np.zeros((64, 64, 3), np.uint8) + np.uint8((200, 30, 20))
    config = replace(SMALL, alpha=0.1, beta=5.0, steps=40)
    both = Scene(scene.content, [*scene.styles, red], (0.1, 0.9))
    reds = [
        finished(StyleTransfer(style_model, what, config)).picture.astype(float).mean(axis=(0, 1))
        for what in (scene, both)
    ]
    assert reds[1][0] - reds[1][2] > reds[0][0] - reds[0][2] + 20


def test_a_style_of_one_colour_gives_its_colour(style_model, scene):
    red = np.zeros((64, 64, 3), np.uint8) + np.uint8((200, 30, 20))
    config = replace(SMALL, alpha=0.2, steps=60)
    last = finished(StyleTransfer(style_model, Scene(scene.content, [red]), config))
    assert last.losses.finite
    wanted, given = red[0, 0].astype(float), last.picture.mean(axis=(0, 1))
    before = scene.content.mean(axis=(0, 1))
    assert np.abs(given - wanted).sum() < 0.7 * np.abs(before - wanted).sum()


class Runaway:
    """A painter whose costs are not a number at the fifth step."""

    def __init__(self, style_model):
        self._style_model, self.rates = style_model, []

    def __getattr__(self, name):
        return getattr(self._style_model, name)

    def step(self, state, targets, weights, rate):
        self.rates.append(rate)
        state, losses = self._style_model.step(state, targets, weights, rate)
        bad = len(self.rates) == 5
        return state, StyleLosses(*[float("nan")] * 4) if bad else losses


def test_costs_that_run_away_bring_the_last_good_picture_back(style_model, scene):
    runaway = Runaway(style_model)
    steps = list(StyleTransfer(runaway, scene, SMALL).run())
    assert runaway.rates[4] == SMALL.rate
    assert runaway.rates[5:] == [SMALL.rate / 2] * (len(runaway.rates) - 5)
    assert sum("steps are halved" in step.note for step in steps) == 1
    assert steps[-1].losses.finite


def test_the_contact_sheet_has_every_pair_once(style_model, scene):
    few = list(contact_sheet(style_model, scene, SMALL))
    assert len({(alpha, beta) for alpha, beta, _ in few}) == 25
    assert {picture.shape for *_, picture in few} == {(96, 128, 3)}


@pytest.mark.parametrize(
    ("size", "words"), [((16, 16), "at least 32 a side"), ((4000, 100), "crop it to 8 to 1")]
)
def test_pictures_that_cannot_be_painted_are_refused(scene, size, words):
    odd = np.zeros((*size[::-1], 3), np.uint8)
    with pytest.raises(PictureError, match=f"content picture is {size[0]} x {size[1]}.*{words}"):
        Scene(odd, scene.styles)
    with pytest.raises(PictureError, match="style picture"):
        Scene(scene.content, [odd])


def test_alpha_and_beta_of_zero_are_one_sentence():
    with pytest.raises(SettingError, match="both 0"):
        StyleConfig(alpha=0, beta=0)


@pytest.mark.parametrize("name", ["alpha", "beta", "smooth", "lambda3", "size", "rate"])
def test_a_number_that_is_none_is_refused(name):
    with pytest.raises(SettingError, match=r"must be a (whole )?number from"):
        StyleConfig(**{name: float("nan")})


GOOD = {
    "network": "perceptual",
    "weights": "",
    "steps_made": 3,
    "settings": {},
    "moves": [[1, replace(SMALL, beta=2.0).live], [2, SMALL.live]],
}


def test_a_recipe_is_read_as_it_was_written():
    recipe = read_recipe(json.dumps(GOOD).encode())
    assert [recipe.at(done).beta for done in range(3)] == [SMALL.beta, 2.0, SMALL.beta]
    written = write_recipe(recipe, [(72, 96)])
    assert written["sizes"] == [[96, 72]]
    assert read_recipe(json.dumps(written).encode()) == recipe


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps_made": 0},
        {"steps_made": 10**9},
        {"steps_made": float("inf")},
        {"steps_made": "many"},
        {"settings": [1]},
        {"moves": [[1, {"beta": 2.0}]]},
        {"moves": [[2, SMALL.live], [1, SMALL.live]]},
        {"moves": 3},
        {"network": "resnet"},
        {"shares": "much"},
    ],
)
def test_a_file_that_is_no_recipe_is_one_sentence(wrong):
    with pytest.raises(RecipeError, match="carries no recipe"):
        read_recipe(json.dumps(GOOD | wrong).encode())


@pytest.mark.parametrize(
    "settings", [{"alpha": 10**400}, {"seed": 0.5}, {"beta": -1}, {"steps": "80"}]
)
def test_a_recipe_with_a_setting_out_of_range_says_which(settings):
    with pytest.raises(SettingError, match=next(iter(settings)).capitalize()):
        read_recipe(json.dumps(GOOD | {"settings": settings}).encode())


def test_a_picture_too_large_to_read_is_no_recipe():
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", crc32(b"IHDR" + header))
    with pytest.raises(RecipeError):
        read_recipe(b"\x89PNG\r\n\x1a\n" + chunk)
