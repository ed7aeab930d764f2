"""What style transfer works on where it is no picture: a spectrogram, a clip, a block."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faceweb.config import StyleConfig


@dataclass(frozen=True, eq=False)
class ArrayCanvas:
    """A scene at one size; nothing is masked."""

    content: np.ndarray
    styles: list[np.ndarray]
    mask: None = None

    def start(self, config: StyleConfig) -> np.ndarray:
        """Where the painting starts from: the content, noise, or half of both."""
        noise = np.random.default_rng(config.seed).random(self.content.shape, np.float32)
        share = {"content": 0.0, "noise": 1.0, "blend": 0.5}[config.init]
        return (1 - share) * self.content + share * noise

    @staticmethod
    def finish(values: np.ndarray) -> np.ndarray:
        """The values as they are."""
        return values


@dataclass(frozen=True, eq=False)
class ArrayScene:
    """A content (positions..., c) and its styles, all float32 in [0, 1].

    Attributes:
        content: what is painted over.
        styles: of the content's rank, or pictures where the style model takes them from those.
        shapes: (positions...) to work at from coarse to fine, the last one the content's own.
        shares: one a style.
    """

    content: np.ndarray
    styles: Sequence[np.ndarray]
    shapes: Sequence[tuple[int, ...]]
    shares: Sequence[float] = (1.0,)

    def sizes(self, config: StyleConfig) -> list[tuple[int, ...]]:
        """As `shapes` says, whatever the config."""
        return list(self.shapes)

    def canvas(self, config: StyleConfig, shape: tuple[int, ...]) -> ArrayCanvas:
        """The scene at one size; a picture as a style shrinks along with the content."""
        whole = self.content.shape[:-1]
        factors = [small / large for small, large in zip(shape, whole, strict=True)]
        styles = [np.asarray(style) for style in self.styles]
        if styles[0].ndim != self.content.ndim:
            styles = [resize(style, [factors[-1]] * (style.ndim - 1)) for style in styles]
        return ArrayCanvas(resize(self.content, factors), styles)

    @staticmethod
    def export(values: np.ndarray) -> np.ndarray:
        """A copy of the values, float32 in [0, 1]."""
        return np.clip(values, 0, 1).astype(np.float32)


def resize(values: np.ndarray, factors: Sequence[float]) -> np.ndarray:
    """An array (positions..., c) with every axis of position scaled, linearly, in [0, 1].

    Shrinking averages first: what is finer than the new grid would come back as moire.
    """
    if all(factor == 1 for factor in factors):
        return values
    blur = [max(0.5 * (1 / factor - 1), 0.0) for factor in factors]
    from scipy.ndimage import gaussian_filter, zoom

    smooth = gaussian_filter(values, (*blur, 0), mode="mirror")
    return zoom(smooth, (*factors, 1), order=1, mode="grid-mirror", grid_mode=True).clip(0, 1)
