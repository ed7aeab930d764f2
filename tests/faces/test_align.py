import numpy as np
import pytest

from faceweb.faces.align import TEMPLATE, cut_chip


@pytest.mark.parametrize("scale", [0.4, 1.0, 3.7])
def test_marks_land_where_the_network_expects_them(scale):
    """Five spots, turned by 30 degrees and scaled, come back to the template.

    Drawn on whole pixels, a spot is right to about a third of a pixel of the picture.
    """
    turn = np.deg2rad(30)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    landmarks = (TEMPLATE - 75) @ rotation.T * scale + 400
    picture = np.zeros((800, 800, 3), np.uint8)
    y, x = np.mgrid[:800, :800]
    for column, row in landmarks:
        picture[np.hypot(x + 0.5 - column, y + 0.5 - row) < max(3 * scale, 1.2)] = 255
    chip = cut_chip(picture, landmarks).astype(float).mean(axis=-1)
    assert chip.shape == (150, 150)
    for column, row in TEMPLATE:
        left, top = int(column) - 8, int(row) - 8
        patch = chip[top : top + 17, left : left + 17]
        weights = patch / patch.sum()
        yy, xx = np.mgrid[:17, :17] + 0.5
        assert (weights * xx).sum() + left == pytest.approx(column, abs=max(0.7, 0.35 / scale))
        assert (weights * yy).sum() + top == pytest.approx(row, abs=max(0.7, 0.35 / scale))


def test_outside_the_picture_is_black():
    landmarks = TEMPLATE - [75, 0]
    chip = cut_chip(np.full((150, 150, 3), 200, np.uint8), landmarks)
    assert (chip[:, :70] == 0).all()
    assert (chip[:, 80:] == 200).all()
