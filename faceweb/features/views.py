"""What a network is shown of a picture: all of it, or its faces, aligned."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from faceweb.features.faces import Networks, seen
from faceweb.features.pictures import check_shape
from faceweb.types import Box

# Longer side of a photo that is looked at; shorter side of a picture of a corpus.
PHOTO_SIDE, CORPUS_SIDE = 384, 160
# Sides of a corpus's pictures are whole multiples, so that many are of one shape; what is more than
# half as long again as wide is cut.
GRAIN, LONGEST_CORPUS = 16, 1.5


@dataclass(frozen=True, eq=False)
class View:
    """What a network is shown, and where it lies in the picture.

    Attributes:
        pixels: (h, w, 3) uint8.
        what: in words: "whole", "middle", or which face, as "face 2 of 3".
        left, top: pixels of the picture at the view's corner; 0 for a face, which is turned.
        scale: pixels of the view a pixel of the picture; 1 for a face.
    """

    pixels: np.ndarray
    what: str
    left: float = 0.0
    top: float = 0.0
    scale: float = 1.0

    @property
    def floats(self) -> np.ndarray:
        """(h, w, 3) float32 in [0, 1]."""
        return self.pixels / np.float32(255)

    def box(self, *spans: tuple[int, int]) -> Box:
        """Half-open rows and columns of the view, in pixels of the picture; of a face, its own."""
        rows, columns = spans
        return Box(
            self.left + columns[0] / self.scale,
            self.top + rows[0] / self.scale,
            (columns[1] - columns[0]) / self.scale,
            (rows[1] - rows[0]) / self.scale,
        )


def photo_view(
    networks: Networks, picture: np.ndarray, size: tuple[int, ...] | None, side: int = PHOTO_SIDE
) -> View:
    """The one view of a visitor's photo.

    Args:
        networks: finds and aligns faces.
        picture: (h, w, 3) uint8 RGB.
        size: (h, w) of what the network takes, which is then an aligned face; None for any.
        side: the view's longer side at most, where the network takes any.

    Raises:
        PictureError: the photo is too small or too long.
    """
    check_shape(picture)
    if size is not None:
        return _faces(networks, picture, size, most=1)[0]
    scale = min(1.0, side / max(picture.shape[:2]))
    return View(_resized(picture, scale), "whole", scale=scale)


def corpus_views(
    networks: Networks, picture: np.ndarray, size: tuple[int, ...] | None
) -> list[View]:
    """The views of one picture of a corpus: every face where the network takes faces, else one.

    Args and Raises: as for `photo_view`.
    """
    check_shape(picture)
    if size is not None:
        return _faces(networks, picture, size)
    height, width = picture.shape[:2]
    scale = min(1.0, CORPUS_SIDE / min(height, width))
    pixels = _resized(picture, scale)
    limit = LONGEST_CORPUS * min(pixels.shape[:2])
    rows, columns = (int(min(length, limit)) // GRAIN * GRAIN for length in pixels.shape[:2])
    top, left = (pixels.shape[0] - rows) // 2, (pixels.shape[1] - columns) // 2
    return [
        View(
            pixels[top : top + rows, left : left + columns],
            "whole",
            left / scale,
            top / scale,
            scale,
        )
    ]


def _faces(
    networks: Networks, picture: np.ndarray, size: tuple[int, ...], most: int | None = None
) -> list[View]:
    """Aligned faces, largest first, or the middle square of a picture without one."""
    faces = seen(networks, picture)
    chips = networks.align(picture, faces[:most])
    if chips:
        return [View(chip, f"face {n} of {len(faces)}") for n, chip in enumerate(chips, start=1)]
    height, width = picture.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    square = Image.fromarray(picture[top : top + side, left : left + side])
    shown = square.resize((size[1], size[0]), Image.Resampling.LANCZOS)
    return [View(np.asarray(shown), "middle", left, top, size[0] / side)]


def _resized(picture: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1.0:
        return picture
    height, width = (max(GRAIN, round(length * scale)) for length in picture.shape[:2])
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))
