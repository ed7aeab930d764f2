"""Pictures of activations: heat over a photo, maps, patches, matrices."""

import numpy as np
from PIL import Image

from faceweb.features.patches import Patch
from faceweb.numerics.heat import grey, heat_colours, ramp
from faceweb.ui import draw
from faceweb.ui.tongue import say

# From against to for, on paper.
SIGNED = np.array([(154, 91, 19), (224, 176, 110), (245, 243, 239), (67, 179, 168), (15, 94, 88)])
BEYOND = (205, 199, 188)
MAP_SIDE, SMALLEST = 128, 64


def signed_colours(values: np.ndarray) -> np.ndarray:
    """Values in [-1, 1], (h, w), as (h, w, 3) uint8: 0 is paper."""
    return ramp((values + 1) / 2, SIGNED.astype(float))


def signed_over(photo: np.ndarray, change: np.ndarray) -> np.ndarray:
    """A photo (h, w, 3) uint8 in grey, coloured by change (h, w) in [-1, 1]."""
    below = grey(photo) * 0.7 + 40
    share = np.abs(change).clip(0, 1)[..., None] ** 0.6 * 0.9
    return ((1 - share) * below + share * signed_colours(change)).astype(np.uint8)


def ringed(picture: np.ndarray, spot: tuple[int, int]) -> np.ndarray:
    """A picture with a ring about one pixel (row, column)."""
    rows, columns = np.ogrid[: picture.shape[0], : picture.shape[1]]
    away = np.hypot(rows - spot[0], columns - spot[1])
    size = max(picture.shape) / 100
    ring = np.abs(away - 2 * size)[..., None]
    shown = np.where(ring < size, 27, picture)
    return np.where(ring < 0.6 * size, 255, shown).astype(np.uint8)


def unit_map(values: np.ndarray) -> str:
    """A unit's map (h, w), each on its own scale, as a small <img>."""
    top = float(values.max())
    image = Image.fromarray(heat_colours(np.maximum(values, 0) / max(top, 1e-12)))
    image.thumbnail((MAP_SIDE, MAP_SIDE))
    return draw.picture(np.asarray(image), "", "map")


def patch(found: Patch, alt: str) -> str:
    """A patch as an <img>, in grey what lies beyond the picture's border."""
    pixels = np.where(found.inside[..., None], found.pixels, np.array(BEYOND)).astype(np.uint8)
    return framed(pixels, alt)


def excited(found: Patch, gradient: np.ndarray, alt: str) -> str:
    """The gradient (h, w, 3) of a patch's activation, cut to the patch, around grey."""
    (top, _), (left, _) = found.spans
    pixels = np.zeros((*found.inside.shape, 3))
    # What is inside the picture lies in the gradient at the patch's corner.
    rows, columns = np.nonzero(found.inside)
    pixels[rows, columns] = gradient[rows + top, columns + left]
    largest = np.abs(pixels[found.inside]).max(initial=0.0)
    scaled = 0.5 + pixels / max(2 * float(largest), 1e-12)
    shown = np.where(found.inside[..., None], scaled * 255, np.array(BEYOND))
    return framed(shown.clip(0, 255).astype(np.uint8), alt)


def framed(pixels: np.ndarray, alt: str) -> str:
    """A small picture, its pixels enlarged where it has few."""
    if max(pixels.shape[:2]) < SMALLEST:
        return draw.picture(pixels, alt, "patch grain")
    return draw.photo(pixels, alt, "patch", quality=80)


def matrix(values: np.ndarray) -> str:
    """A correlation matrix (c, c) in [-1, 1] as an <img> to be clicked at."""
    alt = say("correlation of every pair of units")
    return draw.picture(signed_colours(values), alt, "matrix")


def histogram(values: np.ndarray) -> str:
    """How often a unit says what, as SVG with a logarithmic height."""
    counts, edges = np.histogram(values, bins=32)
    tall = np.log1p(counts) / max(np.log1p(counts.max()), 1e-9)
    width, height = 320, 110
    step = width / len(counts)
    bars = "".join(
        f'<rect x="{i * step + 1:.1f}" y="{height - 20 - 84 * share:.1f}" '
        f'width="{step - 2:.1f}" height="{84 * share:.1f}"/>'
        for i, share in enumerate(tall)
    )
    return (
        f'<svg class="bars" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{say("histogram of the activations")}">{bars}'
        f'<text x="0" y="{height - 4}">{edges[0]:.2g}</text>'
        f'<text x="{width}" y="{height - 4}" text-anchor="end">{edges[-1]:.3g}</text></svg>'
    )
