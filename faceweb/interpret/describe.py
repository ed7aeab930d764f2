"""What a unit's patches have in common, in a few plain words.

Measured on patches (h, w, 3) float32 in [0, 1], each with a mask (h, w) of what belongs to the
picture: colour, contrast, orientation and grain.
scikit-image's structure tensor takes no mask.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from faceweb.interpret.top_patches import Patch

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


def colour_vector(pixels: np.ndarray) -> tuple[float, float]:
    """Chroma and hue that pixels have in common: the mean of their colours as vectors.

    Args:
        pixels: (n, 3) in [0, 1].

    Returns:
        chroma in [0, 1], near 0 where pixels are grey or of all colours, and hue in [0, 360).
    """
    red, green, blue = pixels.mean(axis=0)
    across, along = red - (green + blue) / 2, (green - blue) * np.sqrt(3) / 2
    return float(np.hypot(across, along)), float(np.degrees(np.arctan2(along, across)) % 360)


def contrast(patches: Sequence[np.ndarray], masks: Sequence[np.ndarray]) -> float:
    """Standard deviation within a patch of the colour that varies most, as a mean over patches."""
    found = [p[m].std(axis=0).max() for p, m in zip(patches, masks, strict=True) if m.any()]
    return float(np.mean(found)) if found else 0.0


def orientation(patches: Sequence[np.ndarray], masks: Sequence[np.ndarray]) -> tuple[float, float]:
    """How far the gradients of all patches agree, and where they point.

    The structure tensor of Bigun & Granlund 1987, every patch with the same say.

    Returns:
        coherence in [0, 1], and the gradient's angle in [-90, 90) degrees, 0 to the right and 90
        downwards, so that lines run across it.
    """
    total = np.zeros(3)
    for down, right, inside in _gradients(patches, masks):
        tensor = np.array([(right**2)[inside].sum(), (right * down)[inside].sum(), 0.0])
        tensor[2] = (down**2)[inside].sum()
        total += tensor / max(tensor[0] + tensor[2], 1e-9)
    if not total[0] + total[2]:
        return 0.0, 0.0
    spread = np.hypot(total[0] - total[2], 2 * total[1])
    angle = np.degrees(np.arctan2(2 * total[1], total[0] - total[2])) / 2
    return float(spread / (total[0] + total[2])), float((angle + 90) % 180 - 90)


def coarseness(patches: Sequence[np.ndarray], masks: Sequence[np.ndarray]) -> float:
    """Pixels over which the luminance changes by its own standard deviation, as a mean."""
    found = [
        (p @ _LUMA)[m].std() / max(float(np.hypot(down, right)[inside].mean()), 1e-6)
        for p, m, (down, right, inside) in zip(
            patches, masks, _gradients(patches, masks), strict=True
        )
        if inside.any()
    ]
    return float(np.mean(found)) if found else 0.0


def _gradients(
    patches: Sequence[np.ndarray], masks: Sequence[np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    for patch, mask in zip(patches, masks, strict=True):
        down, right = np.gradient(np.asarray(patch @ _LUMA))
        # Where the border is a neighbour, the gradient is that of the border.
        inside = mask.copy()
        inside[1:] &= mask[:-1]
        inside[:-1] &= mask[1:]
        inside[:, 1:] &= mask[:, :-1]
        inside[:, :-1] &= mask[:, 1:]
        yield np.asarray(down), np.asarray(right), inside


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
