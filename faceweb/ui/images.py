"""Rasters as <img>: faces, photos with boxes, heat, signed changes, patches, matrices."""

import base64
import io

import numpy as np
from markupsafe import Markup
from PIL import Image, ImageDraw, ImageFont

from faceweb.gallery.recognize import Recognized
from faceweb.i18n import say
from faceweb.interpret.feature_maps import grey, heat_colours, ramp
from faceweb.interpret.top_patches import Patch

KNOWN, UNKNOWN = (67, 179, 168), (245, 243, 239)
INK = (27, 25, 23)
SHOWN_SIDE = 2048


def inline(data: bytes, alt: str, style: str = "chip", kind: str = "png") -> Markup:
    """An <img> of a CSS class that carries its own bytes, so that no copy lies in a folder."""
    source = Markup(f"data:image/{kind};base64,{base64.b64encode(data).decode()}")
    return Markup('<img class="%s" alt="%s" src="%s">') % (style, alt, source)


def picture(pixels: np.ndarray, alt: str, style: str = "chip") -> Markup:
    """A picture, such as an aligned face, as an <img> without loss."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return inline(stream.getvalue(), alt, style)


def photo(pixels: np.ndarray, alt: str, style: str = "live", quality: int = 85) -> Markup:
    """A large picture as an <img>."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return inline(stream.getvalue(), alt, style, "jpeg")


def label_faces(picture: np.ndarray, answers: list[Recognized]) -> np.ndarray:
    """The photo, at most 2,048 pixels a side, with number, name and distance on every face."""
    factor = -(-max(picture.shape[:2]) // SHOWN_SIDE)
    image = Image.fromarray(picture)
    small = image.reduce(factor) if factor > 1 else image.copy()
    for number, answer in enumerate(answers, start=1):
        _mark(small, answer, number, factor)
    return np.asarray(small)


def _mark(image: Image.Image, answer: Recognized, number: int, factor: int) -> None:
    unit = max(image.size) / 100
    font = ImageFont.load_default(max(11, 1.9 * unit))
    label = _label(answer, number, font)
    box = answer.face.face.box
    left, top = box.left / factor, box.top / factor
    right, bottom = left + box.width / factor, top + box.height / factor
    colour = UNKNOWN if answer.match.person is None else KNOWN
    pen = ImageDraw.Draw(image)
    line = max(2, round(unit / 3))
    pen.rounded_rectangle((left, top, right, bottom), unit, outline=colour, width=line)
    ink = pen.textbbox((0, 0), label, font)
    pad = unit * 0.7
    width, height = ink[2] - ink[0] + 2 * pad, ink[3] - ink[1] + 2 * pad
    x = max(0, min(left, image.width - width))
    y = min(bottom + pad, image.height - height)
    pen.rounded_rectangle((x, y, x + width, y + height), unit / 2, fill=colour)
    pen.text((x + pad - ink[0], y + pad - ink[1]), label, INK, font)


def _label(answer: Recognized, number: int, font: ImageFont.FreeTypeFont) -> str:
    name = answer.match.person or "unknown"
    candidates = answer.match.candidates
    distance = f" {candidates[0].distance:.2f}" if answer.match.person else ""
    # The list below the photo spells out what the bundled font cannot.
    missing = font.getmask("\uffff").getbbox(), bytes(font.getmask("\uffff"))
    spelled = all((m.getbbox(), bytes(m)) != missing for m in map(font.getmask, name))
    return f"{number} {name}{distance}" if spelled else f"{number}{distance}"


# From against to for, on paper.
SIGNED = np.array([(154, 91, 19), (224, 176, 110), (245, 243, 239), (67, 179, 168), (15, 94, 88)])
BEYOND = (205, 199, 188)
MAP_SIDE, SMALLEST = 128, 64


def colour_signed(values: np.ndarray) -> np.ndarray:
    """Values in [-1, 1], (h, w), as (h, w, 3) uint8: 0 is paper."""
    return ramp((values + 1) / 2, SIGNED.astype(float))


def overlay_signed(photo: np.ndarray, change: np.ndarray) -> np.ndarray:
    """A photo (h, w, 3) uint8 in grey, coloured by change (h, w) in [-1, 1]."""
    below = grey(photo) * 0.7 + 40
    share = np.abs(change).clip(0, 1)[..., None] ** 0.6 * 0.9
    return ((1 - share) * below + share * colour_signed(change)).astype(np.uint8)


def draw_ring(picture: np.ndarray, spot: tuple[int, int]) -> np.ndarray:
    """A picture with a ring about one pixel (row, column)."""
    rows, columns = np.ogrid[: picture.shape[0], : picture.shape[1]]
    away = np.hypot(rows - spot[0], columns - spot[1])
    size = max(picture.shape) / 100
    ring = np.abs(away - 2 * size)[..., None]
    shown = np.where(ring < size, 27, picture)
    return np.where(ring < 0.6 * size, 255, shown).astype(np.uint8)


def unit_map(values: np.ndarray) -> Markup:
    """A unit's map (h, w), each on its own scale, as a small <img>."""
    top = float(values.max())
    image = Image.fromarray(heat_colours(np.maximum(values, 0) / max(top, 1e-12)))
    image.thumbnail((MAP_SIDE, MAP_SIDE))
    return picture(np.asarray(image), "", "map")


def patch(found: Patch, alt: str) -> Markup:
    """A patch as an <img>, in grey what lies beyond the picture's border."""
    pixels = np.where(found.inside[..., None], found.pixels, np.array(BEYOND)).astype(np.uint8)
    return enlarge_small(pixels, alt)


def draw_excitation(found: Patch, gradient: np.ndarray, alt: str) -> Markup:
    """The gradient (h, w, 3) of a patch's activation, cut to the patch, around grey."""
    (top, _), (left, _) = found.spans
    pixels = np.zeros((*found.inside.shape, 3))
    # What is inside the picture lies in the gradient at the patch's corner.
    rows, columns = np.nonzero(found.inside)
    pixels[rows, columns] = gradient[rows + top, columns + left]
    largest = np.abs(pixels[found.inside]).max(initial=0.0)
    scaled = 0.5 + pixels / max(2 * float(largest), 1e-12)
    shown = np.where(found.inside[..., None], scaled * 255, np.array(BEYOND))
    return enlarge_small(shown.clip(0, 255).astype(np.uint8), alt)


def enlarge_small(pixels: np.ndarray, alt: str) -> Markup:
    """A small picture, its pixels enlarged where it has few."""
    if max(pixels.shape[:2]) < SMALLEST:
        return picture(pixels, alt, "patch grain")
    return photo(pixels, alt, "patch", quality=80)


def matrix(values: np.ndarray) -> Markup:
    """A correlation matrix (c, c) in [-1, 1] as an <img> to be clicked at."""
    alt = say("correlation of every pair of units")
    return picture(colour_signed(values), alt, "matrix")
