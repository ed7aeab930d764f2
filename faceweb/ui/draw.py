"""Pictures and plots of the page: chips, boxes on photos, histograms."""

import base64
import io
from html import escape

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from faceweb.features.odds import BIN, Calibration
from faceweb.features.recognize import Recognized
from faceweb.types import Verdict
from faceweb.ui.tongue import say

KNOWN, UNKNOWN = (67, 179, 168), (245, 243, 239)
INK = (27, 25, 23)
SHOWN_SIDE = 2048


def inline(data: bytes, alt: str, style: str = "chip", kind: str = "png") -> str:
    """An <img> of a CSS class that carries its own bytes, so that no copy lies in a folder."""
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return f'<img class="{style}" alt="{escape(alt)}" src="{source}">'


def picture(pixels: np.ndarray, alt: str, style: str = "chip") -> str:
    """A picture, such as an aligned face, as an <img> without loss."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return inline(stream.getvalue(), alt, style)


def photo(pixels: np.ndarray, alt: str, style: str = "live", quality: int = 85) -> str:
    """A large picture as an <img>."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return inline(stream.getvalue(), alt, style, "jpeg")


def labelled(picture: np.ndarray, answers: list[Recognized]) -> np.ndarray:
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


def histogram(calibration: Calibration, verdict: Verdict) -> str:
    """Both histograms as SVG, with the threshold and where this distance lies between them."""
    first, last = 0, 120
    width, height, floor = 640, 190, 150
    same = _shares(calibration.same, first, last)
    different = _shares(calibration.different, first, last)
    tall = max(same.max(), different.max())

    def at(distance: float) -> float:
        return float(np.clip((distance / BIN - first) / (last - first), 0, 1) * width)

    def area(shares: np.ndarray) -> str:
        xs = np.linspace(0, width, len(shares))
        ys = floor - shares / tall * (floor - 26)
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
        return f"0,{floor} {points} {width},{floor}"

    here, line = at(verdict.distance), at(verdict.threshold)
    ticks = "".join(
        f'<text x="{at(t / 10):.1f}" y="{floor + 18}" class="tick">{t / 10:.1f}</text>'
        for t in range(1, 12)
    )
    anchor = "end" if here > 0.6 * width else "start"
    nudge = -10 if anchor == "end" else 10
    distance = f"{verdict.distance:.2f}"
    here_is, axis = say("this pair"), say("distance d(a, b)")
    label = say("This distance, {distance}, among known pairs", distance=distance)
    return (
        f'<svg class="histogram" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
        f'<polygon class="different" points="{area(different)}"/>'
        f'<polygon class="same" points="{area(same)}"/>'
        f'<line class="floor" x1="0" y1="{floor}" x2="{width}" y2="{floor}"/>{ticks}'
        f'<line class="threshold" x1="{line:.1f}" y1="14" x2="{line:.1f}" y2="{floor}"/>'
        f'<text class="mark" x="{line:.1f}" y="10">&tau; {verdict.threshold:.2f}</text>'
        f'<line class="here" x1="{here:.1f}" y1="24" x2="{here:.1f}" y2="{floor}"/>'
        f'<circle class="here" cx="{here:.1f}" cy="{floor}" r="5"/>'
        f'<text class="here" x="{here + nudge:.1f}" y="36" text-anchor="{anchor}">{here_is}</text>'
        f'<text class="axis" x="{width / 2}" y="{height - 4}">{axis}</text></svg>'
    )


def _shares(counts: tuple[int, ...], first: int, last: int) -> np.ndarray:
    # Smoothed over five bins for the eye; the figures beside it use the raw counts.
    smooth = np.convolve(np.array(counts) / sum(counts), np.ones(5) / 5, mode="same")
    return smooth[first:last]
