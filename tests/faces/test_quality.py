import numpy as np
import pytest

from faceweb.faces import quality

FRONTAL = np.array([[10.0, 10], [50, 10], [30, 30], [15, 50], [45, 50]])


def test_frontal_face():
    assert quality.eye_distance(FRONTAL) == 40
    assert quality.turn(FRONTAL) == 0


def test_nose_a_quarter_off():
    """10 of 40 pixels beside the middle; a tilted head changes nothing."""
    turned = FRONTAL + np.array([[0, 0], [0, 0], [10, 0], [0, 0], [0, 0]])
    rotation = np.array([[0.8, -0.6], [0.6, 0.8]])
    assert quality.turn(turned) == pytest.approx(0.25)
    assert quality.turn(turned @ rotation.T) == pytest.approx(0.25)


def test_brightness_of_grey_and_of_pure_green():
    assert quality.brightness(np.full((150, 150, 3), 51, np.uint8)) == pytest.approx(0.2)
    green = np.zeros((150, 150, 3), np.uint8)
    green[..., 1] = 255
    assert quality.brightness(green) == pytest.approx(0.587)


def test_blur_lowers_sharpness_and_darkness_does_not():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (150, 150, 3)).astype(np.uint8)
    blurred = (noise[:-2].astype(int) + noise[1:-1] + noise[2:]) // 3
    assert quality.sharpness(blurred.astype(np.uint8)) < 0.8 * quality.sharpness(noise)
    assert quality.sharpness(noise // 2) == pytest.approx(quality.sharpness(noise), rel=0.02)


def test_flat_picture_has_no_detail():
    assert quality.sharpness(np.full((150, 150, 3), 90, np.uint8)) == pytest.approx(0, abs=1e-9)
