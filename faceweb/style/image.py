"""What style transfer of pictures works on: contents, styles, sizes, colours, the contact sheet.

Keeping a content's colours: Gatys et al. 2016b, "Preserving Color in Neural Artistic Style
Transfer". All pictures are (h, w, 3) float32 in [0, 1].
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from faceweb.config import StyleConfig
from faceweb.errors import PictureError
from faceweb.media.image import LEAST_SIDE, check_shape
from faceweb.style.transfer import StyleModel, StyleTransfer

# ITU-R BT.601: luma, and what is left of blue and red beside it.
_TO_YUV = np.array([[0.299, 0.587, 0.114], [-0.147, -0.289, 0.436], [0.615, -0.515, -0.1]])
_TO_RGB = np.linalg.inv(_TO_YUV)


def luminance(picture: np.ndarray) -> np.ndarray:
    """The picture in grey, still of three channels."""
    grey = picture @ _TO_YUV[0]
    return np.repeat(grey[..., None], 3, axis=-1).astype(np.float32)


def keep_colours(painting: np.ndarray, content: np.ndarray) -> np.ndarray:
    """The luminance of a painting with the colours of a content of the same size."""
    yuv = content @ _TO_YUV.T
    yuv[..., 0] = painting @ _TO_YUV[0]
    return (yuv @ _TO_RGB.T).clip(0, 1).astype(np.float32)


def match_colours(style: np.ndarray, content: np.ndarray) -> np.ndarray:
    """A style whose colours have the content's mean and covariance, so that its strokes are kept
    and its palette is not."""
    pixels, wanted = style.reshape(-1, 3), content.reshape(-1, 3)
    mix = _root(np.cov(wanted.T)) @ _root(np.cov(pixels.T), inverse=True)
    moved = (pixels - pixels.mean(axis=0)) @ mix.T + wanted.mean(axis=0)
    return moved.reshape(style.shape).clip(0, 1).astype(np.float32)


def _root(covariance: np.ndarray, inverse: bool = False) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    # A style of few colours has directions without any spread: they stay as they are.
    roots = np.sqrt(values.clip(1e-5))
    return (vectors * (1 / roots if inverse else roots)) @ vectors.T


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
        styles = [_at(style, _scale(style.shape, longer)) for style in self.styles]
        mask = None if self.mask is None else _at(self.mask, shape)
        if config.colours == "luminance only":
            grey = luminance(content)
            styles = [match_colours(luminance(style), grey) for style in styles]
            return Canvas(grey, styles, mask, content)
        if config.colours == "matched":
            styles = [match_colours(style, content) for style in styles]
        return Canvas(content, styles, mask, None)

    @staticmethod
    def export(picture: np.ndarray) -> np.ndarray:
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
        return picture if self.colours is None else keep_colours(picture, self.colours)


def sizes(shape: tuple[int, ...], config: StyleConfig) -> list[tuple[int, int]]:
    """(height, width) from coarse to fine; the longer side grows by sqrt(2) to `config.size`.

    Args:
        shape: of the content, (height, width, ...).
        config: says how large the painting shall be.
    """
    found: list[tuple[int, int]] = []
    side = float(config.size)
    while not found or (side >= COARSEST and min(_scale(shape, side)) >= LEAST_SIDE):
        found.append(_scale(shape, side))
        side /= 2**0.5
    return found[::-1]


def estimate_seconds(shape: tuple[int, ...], config: StyleConfig, pace: float) -> float:
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


def _scale(shape: tuple[int, ...], longer: float) -> tuple[int, int]:
    height, width = shape[:2]
    scale = longer / max(height, width)
    return max(16, round(height * scale)), max(16, round(width * scale))


def _at(picture: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    image = Image.fromarray(picture).resize(shape[::-1], Image.Resampling.LANCZOS)
    return np.asarray(image, np.float32) / 255


ALPHAS = (4.0, 2.0, 1.0, 0.5, 0.2)
BETAS = (1.0, 3.0, 10.0, 20.0, 40.0)
SIDE, STEPS = 128, 40


def contact_sheet(
    style_model: StyleModel, scene: Scene, config: StyleConfig
) -> Iterator[tuple[float, float, np.ndarray]]:
    """Paints the scene small, once for each alpha (a row) and beta (a column).

    Yields:
        alpha, beta and the picture (h, w, 3) uint8, 25 times.
    """
    small = replace(config, size=SIDE, steps=STEPS)
    for alpha in ALPHAS:
        for beta in BETAS:
            painting = StyleTransfer(style_model, scene, replace(small, alpha=alpha, beta=beta))
            *_, last = painting.run()
            yield alpha, beta, last.picture
