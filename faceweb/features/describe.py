"""What a unit's patches have in common, in a few plain words."""

from collections.abc import Sequence

import numpy as np

from faceweb.features.patches import Patch
from faceweb.numerics.look import coarseness, colour_vector, contrast, orientation

# Hues from which on a colour bears a name, in degrees.
HUES = (
    (0, "red"),
    (15, "orange"),
    (45, "yellow"),
    (70, "green"),
    (165, "cyan"),
    (195, "blue"),
    (255, "purple"),
    (290, "pink"),
    (345, "red"),
)
# Lines run across the gradient: an angle of the gradient from which on they bear a name.
LINES = (
    (-90.0, "horizontal"),
    (-67.5, "falling"),
    (-22.5, "vertical"),
    (22.5, "rising"),
    (67.5, "horizontal"),
)
COLOURFUL, ORIENTED, FLAT, FINE = 0.16, 0.35, 0.06, 2.5
DARK, BRIGHT = 0.22, 0.8


def describe(patches: Sequence[Patch]) -> str:
    """A few words such as "orange vertical lines"; rough, since nine patches are few.

    Args:
        patches: of one unit, what lies beyond a border left out.
    """
    if not patches:
        return "nothing in these pictures"
    pictures = [patch.pixels / np.float32(255) for patch in patches]
    masks = [patch.inside for patch in patches]
    pixels = np.concatenate([p[m] for p, m in zip(pictures, masks, strict=True)])
    return f"{_colour(pixels)}{_shape(pictures, masks)}".strip()


def _colour(pixels: np.ndarray) -> str:
    chroma, hue = colour_vector(pixels)
    if chroma > COLOURFUL:
        return next(name for start, name in reversed(HUES) if hue >= start) + " "
    light = float(pixels.mean())
    return "dark " if light < DARK else "bright " if light > BRIGHT else ""


def _shape(pictures: list[np.ndarray], masks: list[np.ndarray]) -> str:
    if contrast(pictures, masks) < FLAT:
        return "even areas"
    strength, angle = orientation(pictures, masks)
    if strength > ORIENTED:
        return next(name for start, name in reversed(LINES) if angle >= start) + " lines"
    return "fine texture" if coarseness(pictures, masks) < FINE else "shapes"
