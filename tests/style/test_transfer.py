"""Painting with the shipped network: the sliders act, the seed decides, nothing is lost."""

import gc
import json
import struct
import threading
from dataclasses import replace
from functools import partial
from zlib import crc32

import numpy as np
import pytest
from PIL import Image
from scipy.optimize import minimize

from faceweb.config import StyleConfig
from faceweb.errors import PictureError, RecipeError, SettingError
from faceweb.style.image import Scene, contact_sheet, matched, sizes
from faceweb.style.recipe import Recipe, read_recipe, replayed, write_recipe
from faceweb.style.transfer import Painting
from faceweb.types import StyleCosts

SMALL = StyleConfig(size=96, steps=12)


@pytest.fixture(scope="session")
def painter(engine):
    return engine.style_model()


@pytest.fixture(scope="module")
def scene():
    ys, xs = np.mgrid[:96, :128]
    content = np.stack([xs * 2, ys * 2, 255 - xs], -1).astype(np.uint8)
    content[30:60, 40:80] = (230, 200, 40)
    style = np.where(((xs + ys) // 6 % 2)[..., None], (20, 40, 120), (240, 180, 60))
    return Scene(content, [style.astype(np.uint8)])


def finished(painting, read=None):
    *_, last = painting.run(read)
    return last


def test_j_is_what_its_terms_say(painter, scene):
    step = finished(Painting(painter, scene, SMALL))
    costs, weights = step.costs, step.weights
    wanted = (
        weights.alpha * costs.content
        + weights.beta * costs.style
        + weights.variation * costs.variation
    )
    assert costs.j == pytest.approx(wanted, rel=1e-4)
    assert step.step == step.steps
    assert step.remaining == 0


def test_painting_brings_the_style_nearer(painter, scene):
    steps = list(Painting(painter, scene, replace(SMALL, steps=40)).run())
    assert steps[-1].costs.style < 0.5 * steps[0].costs.style


def test_the_same_seed_is_the_same_picture_and_another_is_not(painter, scene):
    config = replace(SMALL, init="noise", seed=7)
    one, two = (finished(Painting(painter, scene, config)).picture for _ in range(2))
    np.testing.assert_array_equal(one, two)
    other = finished(Painting(painter, scene, replace(config, seed=8))).picture
    assert np.abs(one.astype(int) - other).mean() > 1


def test_more_beta_means_more_style_and_less_content(painter, scene):
    low, high = (
        finished(Painting(painter, scene, replace(SMALL, steps=40, beta=beta))).costs
        for beta in (0.3, 3.0)
    )
    assert high.style < low.style
    assert high.content > low.content


def test_a_slider_acts_on_the_painting_under_way_without_a_retrace(painter, scene):
    """Both run the same half; one is then told to let go of the content."""
    traces, config = painter.traces, replace(SMALL, steps=40, beta=1.0)
    halves = []
    for then in (config, replace(config, alpha=0.0, beta=10.0)):
        painting = Painting(painter, scene, config)
        read = partial(lambda later, done: config if done < 20 else later, then)
        halves.append(finished(painting, read).costs)
    assert halves[1].content > 1.2 * halves[0].content
    assert painter.traces == traces


def test_weights_of_one_pull_equally_hard(painter, scene):
    """The gradients of all terms have a norm of about 1 where the painting starts."""
    config = replace(SMALL, init="noise", alpha=1.0, beta=1.0, smooth=1.0)
    weights = Painting(painter, scene, config).weights(config)
    here = scene.canvas(config, (72, 96))
    targets = painter.targets(here.content, painter.statistics(here.styles, [1.0]))
    for name in ("alpha", "beta", "variation"):
        others = {other: 0.0 for other in ("alpha", "beta", "variation") if other != name}
        gradient, _ = painter.slope(here.start(config), targets, replace(weights, **others))
        assert np.linalg.norm(gradient) == pytest.approx(1, rel=0.4)
    painting = Painting(painter, scene, config)
    assert painting.weights(replace(config, alpha=3.0)).alpha == pytest.approx(3 * weights.alpha)
    assert painting.weights(replace(config, beta=0.0)).beta == 0


def test_a_stop_before_the_first_step_is_obeyed(painter, scene):
    painting = Painting(painter, scene, SMALL)
    painting.stop()
    assert [step.step for step in painting.run()] == [1]
    assert finished(painting).step == 12


def test_stop_keeps_what_there_is_and_continue_goes_on(painter, scene):
    painting = Painting(painter, scene, replace(SMALL, steps=30))
    run = painting.run()
    first = next(run)
    painting.stop()
    stopped = [*run][-1:] or [first]
    assert stopped[-1].step < 30
    assert not painting.finished
    resumed = finished(painting)
    assert resumed.step == resumed.steps == 30
    beyond = finished(painting)
    assert beyond.step == beyond.steps == 60


def test_the_whole_run_equals_the_run_in_two_parts(painter, scene):
    whole = finished(Painting(painter, scene, SMALL)).picture
    painting = Painting(painter, scene, SMALL)
    run = painting.run()
    next(run)
    painting.stop()
    list(run)
    np.testing.assert_array_equal(finished(painting).picture, whole)


def test_l_bfgs_comes_as_low_as_scipy_left_alone(painter, scene):
    """The oracle: one call of SciPy's minimiser on the same cost from the same start."""
    config = replace(SMALL, steps=25, optimizer="l-bfgs")
    painting = Painting(painter, scene, config)
    here = scene.canvas(config, (72, 96))
    targets = painter.targets(here.content, painter.statistics(here.styles, [1.0]))
    unit = config.rate * here.content.size**0.5

    def cost(flat):
        picture = (unit * flat).reshape(here.content.shape).astype(np.float32)
        gradient, costs = painter.slope(picture, targets, painting.weights(config))
        return costs.j, unit * gradient.ravel().astype(float)

    options = {"maxiter": 25, "maxcor": 10, "ftol": 0, "gtol": 0}
    bounds = [(0, 1 / unit)] * here.content.size
    start = here.content.ravel() / unit
    wanted = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    last = finished(painting)
    assert last.step == last.steps == 25
    assert last.costs.j == pytest.approx(wanted.fun, rel=1e-3)


def test_l_bfgs_leaves_no_thread_behind(painter, scene):
    def running():
        return [thread for thread in threading.enumerate() if thread.name == "l-bfgs"]

    config = replace(SMALL, steps=6, optimizer="l-bfgs")
    painting = Painting(painter, scene, config)
    last = finished(painting, lambda done: replace(config, beta=1.0 + (done > 2)))
    assert last.costs.finite
    del painting, last
    gc.collect()
    for thread in running():
        thread.join(5)
    assert running() == []


def test_moved_sliders_can_be_moved_again_at_the_same_steps(painter, scene):
    """Also beyond the end, and to a stop before it."""
    config = replace(SMALL, steps=20)
    painting = Painting(painter, scene, config)
    moved = replace(config, beta=6.0)
    list(painting.run(lambda done: moved if done >= 7 else config))
    for _ in painting.run(lambda _: replace(config, alpha=3.0), until=30):
        pass
    recipe = Recipe(config, "perceptual", "", painting.done, tuple(painting.moves))
    assert [at for at, _ in recipe.moves] == [7, 20]
    again = Painting(painter, scene, config)
    *_, last = replayed(again, recipe)
    assert last.step == 30
    np.testing.assert_array_equal(again.picture(), painting.picture())


def test_sizes_grow_by_the_root_of_two_to_the_one_asked_for(scene):
    assert sizes(scene.content.shape, StyleConfig(size=384)) == [
        (102, 136),
        (144, 192),
        (204, 272),
        (288, 384),
    ]
    assert sizes(scene.content.shape, StyleConfig(size=64)) == [(48, 64)]


def test_outside_the_mask_the_content_stays(painter, scene):
    mask = np.zeros((48, 64), np.uint8)
    mask[:, 32:] = 255
    masked = Scene(scene.content, scene.styles, mask=mask)
    painted = finished(Painting(painter, masked, SMALL)).picture
    content = masked.content_at(painted.shape[:2])
    assert np.abs(painted[:, :40].astype(int) - content[:, :40]).max() <= 1
    assert np.abs(painted[:, 56:].astype(int) - content[:, 56:]).mean() > 3


def test_luminance_only_keeps_the_colours_of_the_content(painter, scene):
    config = replace(SMALL, colours="luminance only", beta=5.0, steps=30)
    painted = finished(Painting(painter, scene, config)).picture
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
    result = matched(style, content).reshape(-1, 3)
    np.testing.assert_allclose(result.mean(axis=0), content.mean(axis=(0, 1)), atol=1e-3)
    np.testing.assert_allclose(np.cov(result.T), np.cov(content.reshape(-1, 3).T), atol=3e-4)


def test_two_styles_blend(painter, scene):
    red = np.zeros((64, 64, 3), np.uint8) + np.uint8((200, 30, 20))
    config = replace(SMALL, alpha=0.1, beta=5.0, steps=40)
    both = Scene(scene.content, [*scene.styles, red], (0.1, 0.9))
    reds = [
        finished(Painting(painter, what, config)).picture.astype(float).mean(axis=(0, 1))
        for what in (scene, both)
    ]
    assert reds[1][0] - reds[1][2] > reds[0][0] - reds[0][2] + 20


def test_a_style_of_one_colour_gives_its_colour(painter, scene):
    red = np.zeros((64, 64, 3), np.uint8) + np.uint8((200, 30, 20))
    config = replace(SMALL, alpha=0.2, steps=60)
    last = finished(Painting(painter, Scene(scene.content, [red]), config))
    assert last.costs.finite
    wanted, given = red[0, 0].astype(float), last.picture.mean(axis=(0, 1))
    before = scene.content.mean(axis=(0, 1))
    assert np.abs(given - wanted).sum() < 0.7 * np.abs(before - wanted).sum()


class Runaway:
    """A painter whose costs are not a number at the fifth step."""

    def __init__(self, painter):
        self._painter, self.rates = painter, []

    def __getattr__(self, name):
        return getattr(self._painter, name)

    def step(self, state, targets, weights, rate):
        self.rates.append(rate)
        state, costs = self._painter.step(state, targets, weights, rate)
        bad = len(self.rates) == 5
        return state, StyleCosts(*[float("nan")] * 4) if bad else costs


def test_costs_that_run_away_bring_the_last_good_picture_back(painter, scene):
    runaway = Runaway(painter)
    steps = list(Painting(runaway, scene, SMALL).run())
    assert runaway.rates[4] == SMALL.rate
    assert runaway.rates[5:] == [SMALL.rate / 2] * (len(runaway.rates) - 5)
    assert sum("steps are halved" in step.note for step in steps) == 1
    assert steps[-1].costs.finite


def test_the_contact_sheet_has_every_pair_once(painter, scene):
    few = list(contact_sheet(painter, scene, SMALL))
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
