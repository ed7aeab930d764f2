"""How patches look, as plain numbers: colour, contrast, orientation and grain.

Patches are (h, w, 3) float32 in [0, 1], each with a mask (h, w) of what belongs to the picture.
"""

from collections.abc import Iterator, Sequence

import numpy as np

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
