"""What drawn patches are called."""

import numpy as np
import pytest

from faceweb.interpret.corpus import View
from faceweb.interpret.describe import describe
from faceweb.interpret.top_patches import Patch

ROWS, COLUMNS = np.mgrid[:24, :24]


def patches(luma, colour=(1.0, 1.0, 1.0)):
    pixels = (255 * luma[..., None] * np.array(colour)).astype(np.uint8)
    inside = np.ones(luma.shape, bool)
    view = View(pixels, "whole")
    spans = ((0, 24), (0, 24))
    return [Patch("a", "whole", 1.0, pixels, inside, False, view, (0, 0, 0), spans)] * 9


def stripes(along):
    return 0.5 + 0.5 * np.sin(along * 1.2)


@pytest.mark.parametrize(
    ("luma", "words"),
    [
        (stripes(COLUMNS), "vertical lines"),
        (stripes(ROWS), "horizontal lines"),
        # Down and to the right the phase is constant along x = y: the lines fall.
        (stripes((COLUMNS - ROWS) / 2**0.5), "falling lines"),
        (stripes((COLUMNS + ROWS) / 2**0.5), "rising lines"),
        ((ROWS // 2 + COLUMNS // 2) % 2.0, "fine texture"),
        (np.full((24, 24), 0.5), "even areas"),
        (np.full((24, 24), 0.05), "dark even areas"),
        (1.0 * (np.hypot(ROWS - 12, COLUMNS - 12) < 8), "shapes"),
    ],
)
def test_drawn_patches_are_called_what_they_are(luma, words):
    assert describe(patches(luma)) == words


@pytest.mark.parametrize(
    ("colour", "word"),
    [((1, 0, 0), "red"), ((1, 0.5, 0), "orange"), ((0, 1, 0), "green"), ((0, 0.1, 1), "blue")],
)
def test_colours_bear_their_names(colour, word):
    assert describe(patches(stripes(COLUMNS), colour)) == f"{word} vertical lines"


def test_the_border_is_no_line():
    """Beyond the border is black: the edge between must not be taken for one of the picture's."""
    found = patches(np.full((24, 24), 0.5))
    inside = np.ones((24, 24), bool)
    inside[:, :10] = False
    for patch in found[:1]:
        patch.pixels[:, :10] = 0
        object.__setattr__(patch, "inside", inside)
    assert describe(found[:1]) == "even areas"


def test_a_unit_that_never_fires():
    assert describe([]) == "nothing in these pictures"
