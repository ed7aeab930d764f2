"""L-BFGS within [0, 1] against minima derived by hand, and against SciPy's."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der

from faceweb.style.lbfgs import CURVATURES, LBFGS
from faceweb.types import StyleLosses, StyleWeights

WEIGHTS = StyleWeights(1.0, 1.0, 1.0, ())
TARGETS = object()


class Cost:
    """A style model of which only J and its gradient are asked, counted.

    Args:
        value: J at an array.
        slope: its gradient there.
    """

    statistics = targets = None

    def __init__(self, value, slope):
        self._value, self._slope, self.evaluations = value, slope, 0

    def gradient(self, picture, targets, weights):
        self.evaluations += 1
        assert picture.min() >= 0
        assert picture.max() <= 1
        j = weights.alpha * float(self._value(picture))
        return weights.alpha * self._slope(picture), StyleLosses(j, j, 0.0, 0.0)


def quadratic(matrix, centre):
    """J = (x - centre) A (x - centre) / 2."""
    return Cost(lambda x: (x - centre) @ matrix @ (x - centre) / 2, lambda x: matrix @ (x - centre))


def descend(cost, start, steps, rate=0.02):
    """The iterates and their J, the start with them."""
    optimizer, state = LBFGS(cost), np.array(start, float)
    states, found = [state], [cost.gradient(state, TARGETS, WEIGHTS)[1].j]
    for _ in range(steps):
        state, losses = optimizer.step(state, TARGETS, WEIGHTS, rate)
        states.append(state)
        found.append(losses.j)
    return states, np.array(found)


def test_a_quadratic_whose_minimum_lies_at_bounds():
    """J = (x - c) A (x - c) / 2 with A = [[2, 1, 0], [1, 2, 0], [0, 0, 1]], c = (1.5, 0.5, -1).

    With x1 = 1 held and x3 = 0 held, the slope in x2 is (1 - 1.5) + 2 (x2 - 0.5) = 0: x2 = 0.75.
    There the slopes of the held values point outwards: 2 (-0.5) + 0.25 = -0.75 at the upper bound
    and 0 + 1 = 1 at the lower one, so that this is the minimum.
    J = (2 * 0.25 + 2 * (-0.5) * 0.25 + 2 * 0.0625 + 1) / 2 = 0.6875.
    Cut to the box, the free minimum would be (1, 0.5, 0).
    """
    matrix = np.array([[2.0, 1, 0], [1, 2, 0], [0, 0, 1]])
    states, found = descend(quadratic(matrix, np.array([1.5, 0.5, -1])), [0.2, 0.1, 0.9], 25)
    np.testing.assert_allclose(states[-1], [1, 0.75, 0], atol=1e-7)
    assert states[-1][0] == 1
    assert states[-1][2] == 0
    assert found[-1] == pytest.approx(0.6875, abs=1e-12)


def test_many_values_of_which_a_third_end_at_a_bound():
    """The conditions of Karush, Kuhn and Tucker, of which the minimum of a convex J is the only
    solution: no slope where a value is free, and one that points outwards where it is at a bound.
    """
    numbers = np.random.default_rng(0)
    root = numbers.normal(size=(60, 60))
    matrix, centre = root @ root.T / 60 + 0.1 * np.eye(60), numbers.uniform(-0.5, 1.5, 60)
    states, _ = descend(quadratic(matrix, centre), np.full(60, 0.5), 150)
    x = states[-1]
    slope, low, high = matrix @ (x - centre), x == 0, x == 1
    assert 10 < low.sum() + high.sum() < 50
    assert (slope[low] > -1e-6).all()
    assert (slope[high] < 1e-6).all()
    assert np.abs(slope[~(low | high)]).max() < 1e-6


@pytest.mark.parametrize(
    ("low", "high", "count"), [(-2.0, 2.0, 2), (-2.0, 2.0, 10), (-1.5, 0.8, 2), (-1.5, 0.8, 10)]
)
def test_rosenbrocks_valley_ends_where_scipys_does(low, high, count):
    """Between 0 and 1 lies [low, high]; the free minimum at 1 is inside or outside of it."""

    def value(x):
        return rosen(low + (high - low) * x)

    def slope(x):
        return (high - low) * rosen_der(low + (high - low) * x)

    start = np.where(np.arange(count) % 2, 0.25, 0.1)
    bounds = [(0, 1)] * count
    options = {"ftol": 0, "gtol": 1e-12, "maxiter": 1000}
    wanted = minimize(value, start, jac=slope, method="L-BFGS-B", bounds=bounds, options=options)
    states, found = descend(Cost(value, slope), start, 150)
    np.testing.assert_allclose(states[-1], wanted.x, atol=1e-6)
    assert found[-1] == pytest.approx(wanted.fun, abs=1e-9)
    assert (np.diff(found) <= 0).all()


def test_j_never_rises_and_an_iteration_costs_about_one_evaluation():
    numbers = np.random.default_rng(1)
    root = numbers.normal(size=(300, 300))
    matrix = root @ root.T / 300 + 0.01 * np.eye(300)
    cost = quadratic(matrix, numbers.uniform(-0.2, 1.2, 300))
    _, found = descend(cost, numbers.random(300), 40)
    assert (np.diff(found) < 0).all()
    assert cost.evaluations <= 1.25 * 40


def test_the_curvature_makes_it_faster_than_the_gradient_alone():
    """Of a condition of 10,000, steepest descent, which must not step further than 2 / 10,000,
    leaves (1 - 2e-4)^60 = 0.988 of the distance along the flattest axis: 0.395 of 0.4.
    """
    matrix = np.diag(np.geomspace(1, 1e4, 8))
    centre = np.full(8, 0.5)
    states, _ = descend(quadratic(matrix, centre), np.linspace(0.1, 0.9, 8), 60)
    np.testing.assert_allclose(states[-1], centre, atol=1e-3)


def test_the_rate_is_the_mean_change_of_the_first_step():
    """Where it ends the slope has vanished: there is no reason to go on."""
    for rate in (0.01, 0.05):
        cost = quadratic(np.eye(6), np.full(6, 0.5 + rate))
        states, _ = descend(cost, np.full(6, 0.5), 1, rate)
        assert np.abs(states[1] - states[0]).mean() == pytest.approx(rate, rel=1e-6)


def test_a_first_step_goes_on_to_where_the_slope_ends_but_not_beyond_four_rates():
    """Minima 0.02 and 0.2 away are met at 2 and aimed at with 4 times a rate of 0.01."""
    for away, wanted in ((0.02, 0.02), (0.2, 0.04)):
        cost = quadratic(np.eye(6), np.full(6, 0.5 + away))
        states, _ = descend(cost, np.full(6, 0.5), 1, 0.01)
        np.testing.assert_allclose(states[1] - states[0], np.full(6, wanted), rtol=1e-6)


def test_the_losses_are_those_after_the_step():
    cost = quadratic(np.diag([1.0, 3.0]), np.array([0.3, 0.7]))
    states, found = descend(cost, [0.9, 0.1], 4)
    for state, j in zip(states, found, strict=True):
        assert cost.gradient(state, TARGETS, WEIGHTS)[1].j == j


@pytest.mark.parametrize("change", ["weights", "targets", "state", "nothing"])
def test_what_changes_starts_the_memory_anew(change):
    """Then the next step is the first one of a new descent from there, else it is another."""
    matrix = np.diag(np.geomspace(1, 100, 5))
    cost = quadratic(matrix, np.full(5, 0.6))
    optimizer, state = LBFGS(cost), np.linspace(0.1, 0.9, 5)
    for _ in range(3):
        state, _ = optimizer.step(state, TARGETS, WEIGHTS, 0.02)
    weights = StyleWeights(2.0, 1.0, 1.0, ()) if change == "weights" else WEIGHTS
    targets = object() if change == "targets" else TARGETS
    state = state.copy() if change == "state" else state
    went, _ = optimizer.step(state, targets, weights, 0.02)
    anew, _ = LBFGS(cost).step(state, targets, weights, 0.02)
    assert np.array_equal(went, anew) == (change != "nothing")


def test_only_the_last_pairs_are_remembered():
    """A wandering J of more iterations than pairs: what is kept stays bounded."""
    cost = Cost(lambda x: rosen(4 * x - 2), lambda x: 4 * rosen_der(4 * x - 2))
    optimizer, state = LBFGS(cost), np.full(12, 0.2)
    for _ in range(CURVATURES + 5):
        state, _ = optimizer.step(state, TARGETS, WEIGHTS, 0.02)
    assert len(optimizer._descent._pairs) == CURVATURES


def test_a_minimum_is_kept_without_more_evaluations():
    cost = quadratic(np.eye(3), np.full(3, 0.5))
    optimizer, state = LBFGS(cost), np.full(3, 0.5)
    for _ in range(3):
        after, losses = optimizer.step(state, TARGETS, WEIGHTS, 0.02)
        assert losses.j == 0
        np.testing.assert_array_equal(after, state)
        state = after
    assert cost.evaluations <= 2


def test_a_place_without_a_number_is_not_gone_to():
    """J is no number beyond 0.6, where the first step would lead."""

    def value(x):
        return np.nan if x.max() > 0.6 else float(((x - 0.58) ** 2).sum())

    cost = Cost(value, lambda x: 2 * (x - 0.58))
    states, found = descend(cost, np.full(3, 0.5), 12, 0.3)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(states[-1], np.full(3, 0.58), atol=1e-6)


def test_a_start_without_a_number_is_said_and_tried_again():
    cost = Cost(lambda x: np.nan, lambda x: np.full_like(x, np.nan))
    optimizer, state = LBFGS(cost), np.full(3, 0.5)
    for _ in range(2):
        state, losses = optimizer.step(state, TARGETS, WEIGHTS, 0.02)
        assert not losses.finite
    assert cost.evaluations == 2


def test_float32_stays_float32():
    def slope(x):
        return 2 * (x - np.float32(0.3))

    cost = Cost(lambda x: ((x - np.float32(0.3)) ** 2).sum(), slope)
    state, optimizer = np.full((4, 5, 3), 0.6, np.float32), LBFGS(cost)
    for _ in range(4):
        state, _ = optimizer.step(state, TARGETS, WEIGHTS, 0.02)
    assert state.dtype == np.float32
    assert state.shape == (4, 5, 3)
    np.testing.assert_allclose(state, np.full((4, 5, 3), 0.3), atol=1e-4)


def test_it_passes_on_what_a_painting_asks_of_the_style_model():
    picture = np.full((2, 2, 3), 0.5)
    model = SimpleNamespace(
        statistics=1,
        targets=2,
        gradient=3,
        begin=lambda picture: picture,
        resize=lambda state, content, mask: content,
        render=lambda state: state,
    )
    optimizer = LBFGS(model)
    assert (optimizer.statistics, optimizer.targets, optimizer.gradient) == (1, 2, 3)
    assert optimizer.render(optimizer.begin(picture)) is picture
    content = np.zeros((3, 3, 3))
    assert optimizer.resize(picture, content, None) is content
