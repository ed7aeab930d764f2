"""Reads a visitor's picture, whatever its format, or says why not."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from faceweb.errors import PictureError
from faceweb.media.sandbox import check_tiles, open_image

MOST_PIXELS = 50_000_000
# What a network can look at: pixels of the shorter side, and the longer side over it.
LEAST_SIDE, LONGEST = 32, 8.0
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")


def read_picture(source: Path | bytes) -> np.ndarray:
    """Decodes the first frame of a picture, upright and without alpha.

    Args:
        source: a file or its bytes.

    Returns:
        (h, w, 3) uint8 RGB; transparency is laid on white, 16 bits are scaled to 8.

    Raises:
        PictureError: it is no picture, broken, of more than 50 megapixels (told from its header,
            before decoding), or made to cost more than its size.
    """
    try:
        with open_image(source, FORMATS) as image:
            _refuse_large(image.width * image.height)
            if image.format == "TIFF":
                check_tiles(image)
            ImageOps.exif_transpose(image, in_place=True)
            return _to_rgb(image)
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise _too_large() from None
    except Image.UnidentifiedImageError:
        raise PictureError(
            "This file is not a picture that can be read: use JPEG, PNG, WebP, GIF, BMP, TIFF or "
            "AVIF."
        ) from None
    except Exception:  # noqa: BLE001 - decoders raise whatever they like on broken data
        raise PictureError(
            "This picture is broken or cut short: export or send it again."
        ) from None


def check_shape(picture: np.ndarray, what: str = "This picture") -> None:
    """Refuses a picture (h, w, 3) that is too small or too long for a network.

    Raises:
        PictureError: it is; the sentence begins with `what`.
    """
    height, width = picture.shape[:2]
    if min(height, width) < LEAST_SIDE:
        raise PictureError(
            f"{what} is {width} x {height} pixels: use one of at least {LEAST_SIDE} a side."
        )
    if max(height, width) > LONGEST * min(height, width):
        raise PictureError(
            f"{what} is {width} x {height} pixels, too long for its width: crop it to "
            f"{LONGEST:.0f} to 1 at most."
        )


def _refuse_large(pixels: int) -> None:
    if pixels > MOST_PIXELS:
        raise _too_large()


def _too_large() -> PictureError:
    return PictureError(
        f"This picture has more than {MOST_PIXELS // 1_000_000} megapixels: shrink it first."
    )


def _to_rgb(image: Image.Image) -> np.ndarray:
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, np.float32)
        top = 65535 if image.mode.startswith("I") else max(float(values.max()), 1e-6)
        image = Image.fromarray((np.clip(values / top, 0, 1) * 255).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
