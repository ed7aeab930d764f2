"""What a painting is made of, at the size that is worked at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from faceweb.config import StyleConfig
from faceweb.errors import PictureError
from faceweb.features.colours import coloured, luminance, matched
from faceweb.features.pictures import LEAST_SIDE, check_shape

COARSEST, LARGEST = 96, 2048


@dataclass(frozen=True, eq=False)
class Scene:
    """What is painted: content and styles, (h, w, 3) uint8, with a share a style.

    `mask` is (h, w) uint8, 255 where to paint, or None for everywhere; one of another shape is
    stretched.

    Raises:
        PictureError: a picture is too small or too long, or there is no style.
    """

    content: np.ndarray
    styles: Sequence[np.ndarray]
    shares: Sequence[float] = (1.0,)
    mask: np.ndarray | None = None

    def __post_init__(self) -> None:
        if not self.styles or not sum(self.shares) > 0:
            raise PictureError("Add a style with a share above 0 first: choose or upload one.")
        check_shape(self.content, "The content picture")
        for style in self.styles:
            check_shape(style, "The style picture")

    def content_at(self, shape: tuple[int, int]) -> np.ndarray:
        """The content at (height, width), uint8, to lie beside a painting."""
        return to_bytes(_at(self.content, shape))

    def sizes(self, config: StyleConfig) -> list[tuple[int, int]]:
        """As the function of this name."""
        return sizes(self.content.shape, config)

    def canvas(self, config: StyleConfig, shape: tuple[int, int]) -> "Canvas":
        """The scene at (height, width).

        A style's longer side is `style_scale` times the longer one, and at most an output's.
        """
        content = _at(self.content, shape)
        longer = min(max(shape) * config.style_scale, LARGEST)
        styles = [_at(style, _scaled(style.shape, longer)) for style in self.styles]
        mask = None if self.mask is None else _at(self.mask, shape)
        if config.colours == "luminance only":
            grey = luminance(content)
            styles = [matched(luminance(style), grey) for style in styles]
            return Canvas(grey, styles, mask, content)
        if config.colours == "matched":
            styles = [matched(style, content) for style in styles]
        return Canvas(content, styles, mask, None)

    @staticmethod
    def shown(picture: np.ndarray) -> np.ndarray:
        """A finished picture as it is handed out, uint8."""
        return to_bytes(picture)


@dataclass(frozen=True, eq=False)
class Canvas:
    """A scene at one size, float32 in [0, 1]; `mask` is (h, w)."""

    content: np.ndarray
    styles: list[np.ndarray]
    mask: np.ndarray | None
    colours: np.ndarray | None

    def start(self, config: StyleConfig) -> np.ndarray:
        """Where the painting starts from: the content, noise, or half of both."""
        noise = np.random.default_rng(config.seed).random(self.content.shape, np.float32)
        share = {"content": 0.0, "noise": 1.0, "blend": 0.5}[config.init]
        return self.over((1 - share) * self.content + share * noise)

    def over(self, picture: np.ndarray) -> np.ndarray:
        """The picture where the mask lets it, the content elsewhere."""
        if self.mask is None:
            return picture
        mask = self.mask[..., None]
        return mask * picture + (1 - mask) * self.content

    def finish(self, picture: np.ndarray) -> np.ndarray:
        """The picture as it is shown: masked, in the content's colours where those are kept."""
        picture = self.over(picture)
        return picture if self.colours is None else coloured(picture, self.colours)


def sizes(shape: tuple[int, ...], config: StyleConfig) -> list[tuple[int, int]]:
    """(height, width) from coarse to fine; the longer side grows by sqrt(2) to `config.size`.

    Args:
        shape: of the content, (height, width, ...).
        config: says how large the painting shall be.
    """
    found: list[tuple[int, int]] = []
    side = float(config.size)
    while not found or (side >= COARSEST and min(_scaled(shape, side)) >= LEAST_SIDE):
        found.append(_scaled(shape, side))
        side /= 2**0.5
    return found[::-1]


def expected_seconds(shape: tuple[int, ...], config: StyleConfig, pace: float) -> float:
    """How long a painting takes where a step takes `pace` seconds a pixel."""
    pixels = sum(height * width for height, width in sizes(shape, config))
    return pace * pixels * config.steps


def within(picture: np.ndarray, side: int = LARGEST) -> np.ndarray:
    """A picture (h, w, 3) uint8, shrunk where a side is longer than any painting's."""
    image = Image.fromarray(picture)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(image)


def to_bytes(picture: np.ndarray) -> np.ndarray:
    """float32 in [0, 1] as uint8."""
    return (picture * 255 + 0.5).astype(np.uint8)


def _scaled(shape: tuple[int, ...], longer: float) -> tuple[int, int]:
    height, width = shape[:2]
    scale = longer / max(height, width)
    return max(16, round(height * scale)), max(16, round(width * scale))


def _at(picture: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    image = Image.fromarray(picture).resize(shape[::-1], Image.Resampling.LANCZOS)
    return np.asarray(image, np.float32) / 255
