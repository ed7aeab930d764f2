"""A spectrogram as a figure: time to the right, low frequencies below."""

from html import escape

import numpy as np
from PIL import Image

from faceweb.features.sound_file import RATE
from faceweb.numerics.heat import heat_colours
from faceweb.numerics.spectrogram import HOP
from faceweb.ui import draw
from faceweb.ui.tongue import say

# Mel (O'Shaughnessy 1987): octaves above 700 Hz, nearly even below, as ears have it.
KNEE = 700.0
TICKS = (0.5, 1, 2, 4, 8)
HEIGHT, WIDEST = 176, 860
# Steps of a time axis in seconds; there is room for so many of them.
STEPS, MOST_STEPS = (0.5, 1, 2, 5, 10), 6
# What is nearly silent is lifted, so that its traces are seen.
LIFT = 0.8


def spectrogram(values: np.ndarray, caption: str, style: str = "") -> str:
    """A figure.

    Args:
        values: (t, f) in [0, 1], f frequencies from 0 to half of `RATE`.
        caption: in HTML.
        style: a CSS class.
    """
    seconds = (len(values) - 1) * HOP / RATE
    rows = "".join(
        f'<i style="bottom:{100 * _height(1000 * tick):.1f}%">{tick:g}</i>' for tick in TICKS
    )
    step = next((each for each in STEPS if seconds / each <= MOST_STEPS), STEPS[-1])
    times = "".join(
        f'<i style="left:{100 * at / seconds:.1f}%">{at:g}</i>'
        for at in np.arange(0, 0.97 * seconds, step)
    )
    alt = say("spectrogram of {seconds} s", seconds=f"{seconds:.1f}")
    picture = draw.photo(_picture(values), escape(alt), "bands", quality=80)
    return f"""<figure class="spectrogram {style}"><figcaption>{caption}</figcaption>
<div class="hertz"><b>kHz</b>{rows}</div>{picture}
<div class="times">{times}<b>s</b></div></figure>"""


def thumbnail(values: np.ndarray, alt: str) -> str:
    """A small picture of a spectrogram (t, f) without axes."""
    return draw.photo(_picture(values, 72, 120), alt, "bands", quality=80)


def _picture(values: np.ndarray, height: int = HEIGHT, widest: int = WIDEST) -> np.ndarray:
    """(height, t or `widest`, 3) uint8."""
    bins = _bins(np.linspace(1, 0, height), values.shape[1])
    low = np.floor(bins).astype(int).clip(0, values.shape[1] - 2)
    share = (bins - low).astype(np.float32)
    rows = values.T[low] * (1 - share)[:, None] + values.T[low + 1] * share[:, None]
    if rows.shape[1] > widest:
        shrunk = Image.fromarray(rows.astype(np.float32)).resize(
            (widest, height), Image.Resampling.BOX
        )
        rows = np.asarray(shrunk)
    return heat_colours(rows.clip(0, 1) ** LIFT)


def _height(hertz: float) -> float:
    """Where a frequency lies, from 0 below to 1 above."""
    return float(np.log1p(hertz / KNEE) / np.log1p(RATE / 2 / KNEE))


def _bins(heights: np.ndarray, count: int) -> np.ndarray:
    """The bins, in parts, of heights in [0, 1]; the inverse of `_height`."""
    hertz = KNEE * np.expm1(heights * np.log1p(RATE / 2 / KNEE))
    return hertz / (RATE / 2) * (count - 1)
