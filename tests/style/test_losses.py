"""The costs against NumPy, written from the definitions with loops, for 1, 2 and 3 dimensions."""

import numpy as np
import pytest

from faceweb.style import losses

SHAPES = [(1, 7, 3), (1, 5, 4, 3), (1, 3, 2, 4, 3)]


def features(shape, seed=0, spread=1.0):
    return np.random.default_rng(seed).normal(0.5, spread, shape).astype(np.float32)


def gram_by_definition(maps, weight=None):
    """G_ij: the weighted mean over positions k of F_ik F_jk."""
    rows = maps.reshape(-1, maps.shape[-1]).astype(float)
    shares = np.ones(len(rows)) if weight is None else weight.reshape(-1).astype(float)
    channels = rows.shape[1]
    gram = np.zeros((channels, channels))
    for i in range(channels):
        for j in range(channels):
            products = [share * row[i] * row[j] for share, row in zip(shares, rows, strict=True)]
            gram[i, j] = sum(products) / shares.sum()
    return gram, (shares[:, None] * rows).sum(axis=0) / shares.sum()


@pytest.mark.parametrize("shape", SHAPES)
def test_gram_matrix_and_mean(shape):
    maps = features(shape)
    gram, mean = losses.gram(maps)
    wanted, wanted_mean = gram_by_definition(maps)
    np.testing.assert_allclose(gram, wanted, rtol=1e-5)
    np.testing.assert_allclose(mean, wanted_mean, rtol=1e-5)


def test_gram_matrix_by_hand():
    """Two positions (1, 2) and (3, 4): G = [[1 + 9, 2 + 12], [2 + 12, 4 + 16]] / 2."""
    gram, mean = losses.gram(np.array([[[1.0, 2.0], [3.0, 4.0]]], np.float32))
    np.testing.assert_allclose(gram, [[5, 7], [7, 10]])
    np.testing.assert_allclose(mean, [2, 3])
    np.testing.assert_allclose(losses.centre(gram, mean), [[1, 1], [1, 1]])


@pytest.mark.parametrize("shape", SHAPES)
def test_positions_count_as_their_weight(shape):
    maps = features(shape)
    weight = np.random.default_rng(1).random(shape[:-1]).astype(np.float32)
    for part in (0, 1):
        given, wanted = losses.gram(maps, weight)[part], gram_by_definition(maps, weight)[part]
        np.testing.assert_allclose(given, wanted, rtol=1e-4)


def test_no_position_at_all_is_no_nan():
    gram, mean = losses.gram(features((1, 4, 3)), np.zeros((1, 4), np.float32))
    np.testing.assert_array_equal(gram, np.zeros((3, 3)))
    np.testing.assert_array_equal(mean, np.zeros(3))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_centred_gram_matrix_is_the_covariance(shape):
    maps = features(shape)
    wanted = np.cov(maps.reshape(-1, 3).T, bias=True)
    np.testing.assert_allclose(losses.centre(*losses.gram(maps)), wanted, atol=1e-5)


def test_content_cost_by_hand():
    """Differences 1, 0, 2, 1: half of (1 + 0 + 4 + 1) / 4."""
    a = np.array([[[1.0, 2.0], [3.0, 4.0]]], np.float32)
    b = np.array([[[2.0, 2.0], [1.0, 5.0]]], np.float32)
    assert float(losses.content_loss(a, b)) == pytest.approx(0.75)


def test_plain_style_cost_is_gatys_equation_4():
    """1 / (4 N^2 M^2) times the squared distance of unnormalised Gram matrices, N = 3, M = 20."""
    a, b = features((1, 5, 4, 3)), features((1, 4, 5, 3), seed=1)
    rows = [maps.reshape(-1, 3).astype(float) for maps in (a, b)]
    gap = rows[0].T @ rows[0] - rows[1].T @ rows[1]
    wanted = (gap**2).sum() / (4 * 3**2 * 20**2)
    given = losses.plain_style_loss(losses.gram(a), losses.gram(b))
    assert float(given) == pytest.approx(wanted, rel=1e-4)


def test_centred_style_cost_by_hand():
    """Covariances diag(2, 1) and diag(1, 1), means (1, 0) and (0, 0), the style's trace 2.

    1 / 2^2 for the covariance and 1 / 2 for the mean.
    """
    generated = (np.diag([2.0, 1.0]) + np.diag([1.0, 0.0]), np.array([1.0, 0.0]))
    wanted = (np.diag([1.0, 1.0]), np.zeros(2))
    generated, wanted = (tuple(np.float32(part) for part in pair) for pair in (generated, wanted))
    assert float(losses.centred_style_loss(generated, wanted)) == pytest.approx(0.75)


def test_centred_style_cost_does_not_depend_on_the_scale_of_features():
    a, b = features((1, 5, 4, 3)), features((1, 5, 4, 3), seed=1)
    found = [
        float(losses.centred_style_loss(losses.gram(scale * a), losses.gram(scale * b)))
        for scale in (1, 10)
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-3)


def test_a_style_of_one_colour_counts_by_its_mean():
    """Covariance diag(1, 0) against 0; means (3, 0) and (2, 0), of which a twentieth of 4 is 0.2.

    1 / 0.2^2 for the covariance and 1 / 0.2 for the mean.
    """
    generated = (np.diag([10.0, 0.0]), np.array([3.0, 0.0]))
    wanted = (np.diag([4.0, 0.0]), np.array([2.0, 0.0]))
    generated, wanted = (tuple(np.float32(part) for part in pair) for pair in (generated, wanted))
    assert float(losses.centred_style_loss(generated, wanted)) == pytest.approx(30, rel=1e-3)


def test_style_cost_weighs_layers():
    a = [losses.gram(features((1, 6, c), seed=c)) for c in (2, 3)]
    b = [losses.gram(features((1, 6, c), seed=c + 5)) for c in (2, 3)]
    each = [float(losses.plain_style_loss(*pair)) for pair in zip(a, b, strict=True)]
    layer_weights = np.array([0.5, 2.0], np.float32)
    wanted = 0.5 * each[0] + 2 * each[1]
    assert float(losses.style_loss(a, b, layer_weights, plain=True)) == pytest.approx(
        wanted, rel=1e-5
    )


def test_total_variation_by_hand():
    """Rows (0, 1), (2, 5): down 2, 4; across 1, 3: (4 + 16) / 2 + (1 + 9) / 2."""
    picture = np.array([[[[0.0], [1.0]], [[2.0], [5.0]]]], np.float32)
    assert float(losses.total_variation(picture)) == pytest.approx(15)


def test_blending_styles_is_a_weighted_mean():
    one = [(np.float32([[1.0]]), np.float32([2.0]))]
    two = [(np.float32([[3.0]]), np.float32([6.0]))]
    ((gram, mean),) = losses.blend([one, two], [1, 3])
    assert (float(gram[0, 0]), float(mean[0])) == (2.5, 5.0)
