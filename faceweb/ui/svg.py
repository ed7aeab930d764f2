"""Small charts as SVG: curves over steps, two hills, the receiver operating characteristic.

A trace with its beats, a layer's maps under it, beats and segments laid over each other.

A spectrogram as a figure: time to the right, low frequencies below.
"""

from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image

from faceweb.i18n import say
from faceweb.interpret.feature_maps import heat_colours
from faceweb.media.audio import RATE
from faceweb.signals.ecg import AFTER, BEFORE, Beats
from faceweb.style.sound import HOP
from faceweb.types import Signal
from faceweb.ui import images

CHART_WIDTH, CHART_HEIGHT = 320, 120
BINS = 40
# Shares marked on the axes of strangers and of friends let in; one 0 stands for both.
STRANGERS, FRIENDS = (0.01, 0.1, 0.5, 1), (0, 0.5, 1)


def curve(
    steps: Sequence[float],
    values: Sequence[float],
    label: str,
    top: float,
    percent: bool = False,
) -> str:
    """Values over steps from 0 to `top`, with the last one in words, as a percentage if asked."""
    xs = np.asarray(steps, float) / max(steps[-1], 1) * CHART_WIDTH
    ys = CHART_HEIGHT - np.clip(np.asarray(values, float) / top, 0, 1) * (CHART_HEIGHT - 8)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    last = f"{100 * values[-1]:.1f}&nbsp;%" if percent else f"{values[-1]:.3g}"
    return _chart(f'<polyline points="{points}"/>', f"{label} <b>{last}</b>", label)


def hills(same: np.ndarray, different: np.ndarray, threshold: float, label: str) -> str:
    """Two histograms over one axis, each of area 1, and where they are parted."""
    low = min(same.min(), different.min())
    high = max(same.max(), different.max(), low + 1e-6)
    edges = np.linspace(low, high, BINS + 1)
    shares = [np.histogram(values, edges)[0] / len(values) for values in (different, same)]
    tall = max(share.max() for share in shares)
    shapes = ""
    for share, kind in zip(shares, ("different", "same"), strict=True):
        ys = CHART_HEIGHT - share / tall * (CHART_HEIGHT - 8)
        xs = (np.arange(BINS) + 0.5) * CHART_WIDTH / BINS
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
        floor = f"0,{CHART_HEIGHT} {points} {CHART_WIDTH},{CHART_HEIGHT}"
        shapes += f'<polygon class="{kind}" points="{floor}"/>'
    at = CHART_WIDTH * (threshold - low) / (high - low)
    shapes += f'<line class="threshold" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{CHART_HEIGHT}"/>'
    caption = say(
        '{label} of <i class="same">one person</i> and of <i class="different">two</i>, {low} to '
        "{high}, parted at {threshold}",
        label=label,
        low=f"{low:.2g}",
        high=f"{high:.2g}",
        threshold=f"{threshold:.2f}",
    )
    return _chart(shapes, caption, label)


def operating(curves: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> str:
    """Strangers let in, on a square-root scale, against friends let in, with both axes.

    Args:
        curves: a CSS class with the shares falsely accepted and falsely rejected, for each.
    """
    chance = np.linspace(0, 1, 30)
    curves = [*curves, ("chance", chance, 1 - chance)]
    shapes = "".join(
        _rule(np.sqrt(share) * CHART_WIDTH, 0, 0, CHART_HEIGHT) for share in (0, *STRANGERS)
    )
    shapes += "".join(_rule(0, (1 - share) * CHART_HEIGHT, CHART_WIDTH, 0) for share in FRIENDS)
    for kind, accepted, rejected in curves:
        keep = np.unique(np.linspace(0, len(accepted) - 1, 120).astype(int))
        xs, ys = CHART_WIDTH * np.sqrt(accepted[keep]), CHART_HEIGHT * rejected[keep]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
        shapes += f'<polyline class="{kind}" points="{points}"/>'
    across = "".join(_tick("left", np.sqrt(share), share) for share in STRANGERS)
    up = "".join(_tick("top", 1 - share, share) for share in FRIENDS)
    label = say("ROC: friends let in against strangers let in")
    caption = say(
        'ROC: <i class="same">now</i>, <i class="before">before</i>, and, dashed, guessing: as '
        "many strangers let in as friends"
    )
    return (
        f'<figure class="chart roc"><div class="axis">{say("friends let in")}</div>'
        f'<div class="plot"><div class="up">{up}</div>{_svg(shapes, label)}'
        f'<div class="across">{across}</div></div><div class="axis end">'
        f"{say('strangers let in, square-root scale')}</div>"
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _rule(x: float, y: float, width: float, height: float) -> str:
    ends = f'x1="{x:.1f}" y1="{y:.1f}" x2="{x + width:.1f}" y2="{y + height:.1f}"'
    return f'<line class="rule" {ends}/>'


def _tick(side: str, place: float, share: float) -> str:
    return f'<span style="{side}:{100 * place:.1f}%">{100 * share:.0f}&nbsp;%</span>'


def _chart(shapes: str, caption: str, label: str) -> str:
    drawn = _svg(shapes, label)
    return f'<figure class="chart">{drawn}<figcaption>{caption}</figcaption></figure>'


def _svg(shapes: str, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {CHART_WIDTH} {CHART_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}">{shapes}</svg>'
    )


# Pixels a second, of all of it at most, and how high a trace is.
PACE, TRACE_WIDEST, TRACE_HEIGHT = 72.0, 16_000, 176
TOP, FOOT = 26, 8
BEAT_WIDTH, TALL = 320, 150
MOST_BEHIND = 120
# A filter's row in pixels, the last of them a gap.
ROW, GAP = 8, (27, 25, 23)
MAP_LIFT = 0.6


def strip(trace: Signal, beats: Beats, said: Sequence[str]) -> str:
    """The whole trace as SVG; a beat is a button `beat:17`, an unusual one is red.

    Args:
        trace: prepared.
        beats: of it.
        said: about each beat.
    """
    wide = width(trace)
    low, high = float(trace.samples.min()), float(trace.samples.max())
    xs, values = _outline(trace.samples, wide)
    ys = _ys(values, low, high)
    every = 1 if wide / trace.seconds > 45 else 5
    lines = "".join(
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{TRACE_HEIGHT}"/>'
        f'<text x="{x + 4:.1f}" y="{TRACE_HEIGHT - 6}">{second} s</text>'
        for second in range(0, int(trace.seconds) + 1, every)
        for x in [second / trace.seconds * wide]
    )
    tops = _ys(trace.samples[beats.places], low, high)
    marks = "".join(
        _beat(number, place / trace.rate, trace.seconds, wide, top, odd, distance, words)
        for number, (place, top, odd, distance, words) in enumerate(
            zip(beats.places, tops, beats.unusual, beats.distances, said, strict=True), start=1
        )
    )
    return (
        f'<svg class="trace" width="{wide}" height="{TRACE_HEIGHT}" role="group" '
        f'aria-label="{say("The trace with its beats")}"><g class="grid">{lines}</g>{marks}'
        f'<polyline points="{_points(xs, ys)}"/></svg>'
    )


def width(trace: Signal) -> int:
    """How wide a trace is drawn, in pixels."""
    return round(min(PACE * trace.seconds, TRACE_WIDEST))


def layer_map(values: np.ndarray, wide: int, name: str) -> str:
    """What filters say over time, (t', filters), a row each, each from nothing to its own most."""
    share = values / np.maximum(values.max(axis=0), 1e-9)
    edges = np.linspace(0, len(share), wide + 1)[:-1].astype(int)
    columns = np.maximum.reduceat(share, edges.clip(0, len(share) - 1), axis=0)
    rows = np.repeat(heat_colours(columns.T**MAP_LIFT), ROW, axis=0)
    rows[ROW - 1 :: ROW] = GAP
    picture = images.picture(rows, say("what {name} says over time", name=name), "rows")
    return (
        f'<div class="map {name}" data-pick="map:{name}" style="width:{wide}px" '
        f'title="{say("Click a row: that filter")}">{picture}</div>'
    )


def over_median(beats: Beats, number: int, rate: float) -> str:
    """A beat, counted from 1, over the median one, with others behind."""
    rows = beats.segments
    median, chosen = np.median(rows, axis=0), rows[number - 1]
    low, high = float(rows.min()), float(rows.max())
    xs = np.linspace(0, BEAT_WIDTH, rows.shape[1])
    behind = rows[:: max(1, -(-len(rows) // MOST_BEHIND))]
    at = BEAT_WIDTH * BEFORE / (BEFORE + AFTER)
    shapes = f'<line class="now" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{TALL}"/>'
    for kind, values in (*(("others", row) for row in behind), ("median", median)):
        shapes += _line(kind, xs, values, low, high)
    kind = "odd" if beats.unusual[number - 1] else "chosen"
    shapes += _line(kind, xs, chosen, low, high)
    ends = (
        f"<span>−{BEFORE:g} s</span>"
        f'<span class="now" style="left:{100 * at / BEAT_WIDTH:.1f}%">R</span>'
        f"<span>+{AFTER:g} s</span>"
    )
    label = say("beat {number} over the median beat", number=number)
    return _figure(shapes, ends, label, "over-median")


def overlaid(segments: Sequence[np.ndarray], field: float, reach: float) -> str:
    """Segments of equal length laid over each other; beyond the trace they are NaN.

    Args:
        segments: (t,) each.
        field: the share of them, in their middle, that a filter sees.
        reach: seconds on either side of the middle.
    """
    rows = np.array(segments)
    low, high = float(np.nanmin(rows)), float(np.nanmax(rows))
    wide = max(BEAT_WIDTH * field, 2)
    shapes = (
        f'<rect class="field" x="{(BEAT_WIDTH - wide) / 2:.1f}" width="{wide:.1f}" y="0" '
        f'height="{TALL}"/>'
    )
    xs = np.linspace(0, BEAT_WIDTH, rows.shape[1])
    shapes += "".join(_line("segment", xs, row, low, high) for row in rows)
    sees = say("what it sees")
    ends = f"<span>−{reach:g} s</span><span>{sees}</span><span>+{reach:g} s</span>"
    label = say("{count} segments laid over each other", count=len(rows))
    return _figure(shapes, ends, label, "nine-over")


def taps(weights: np.ndarray) -> str:
    """A filter's weights as bars up and down."""
    most = max(float(np.abs(weights).max()), 1e-9)
    bars = ""
    for place, weight in enumerate(weights):
        tall = 17 * abs(float(weight)) / most
        top, kind = (18 - tall, "for") if weight >= 0 else (18, "against")
        bars += f'<rect class="{kind}" x="{4 * place + 1}" y="{top:.1f}" width="3" '
        bars += f'height="{max(tall, 0.6):.1f}"/>'
    return f'<svg viewBox="0 0 {4 * len(weights) + 1} 36" aria-hidden="true">{bars}</svg>'


def _beat(
    number: int,
    time: float,
    seconds: float,
    wide: int,
    top: float,
    odd: bool,
    distance: float,
    words: str,
) -> str:
    pace, x = wide / seconds, wide * time / seconds
    kind = "beat odd" if odd else "beat"
    label = f'<text x="{x:.1f}" y="15">{distance:.2f}</text>' if odd else ""
    return (
        f'<g class="{kind}" data-pick="beat:{number}" tabindex="0" role="button" '
        f'aria-label="{words}"><title>{words}</title>'
        f'<rect x="{x - BEFORE * pace:.1f}" width="{(BEFORE + AFTER) * pace:.1f}" y="0" '
        f'height="{TRACE_HEIGHT - 20}"/>{label}'
        f'<circle cx="{x:.1f}" cy="{top:.1f}" r="{4 if odd else 2.5}"/></g>'
    )


def _outline(samples: np.ndarray, wide: int) -> tuple[np.ndarray, np.ndarray]:
    """Least and most of every pixel where samples lie denser, else the samples."""
    if len(samples) <= 2 * wide:
        return np.linspace(0, wide, len(samples)), samples
    edges = np.linspace(0, len(samples), wide + 1)[:-1].astype(int)
    pairs = [np.minimum.reduceat(samples, edges), np.maximum.reduceat(samples, edges)]
    return np.repeat(np.arange(wide) + 0.5, 2), np.stack(pairs, axis=1).ravel()


def _ys(values: np.ndarray, low: float, high: float) -> np.ndarray:
    room = TRACE_HEIGHT - TOP - FOOT - 20
    return TOP + room * (1 - (values - low) / max(high - low, 1e-9))


def _line(kind: str, xs: np.ndarray, values: np.ndarray, low: float, high: float) -> str:
    there = np.isfinite(values)
    ys = 6 + (TALL - 12) * (1 - (values[there] - low) / max(high - low, 1e-9))
    return f'<polyline class="{kind}" points="{_points(xs[there], ys)}"/>'


def _points(xs: np.ndarray, ys: np.ndarray) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))


def _figure(shapes: str, ends: str, label: str, kind: str) -> str:
    return (
        f'<figure class="{kind}"><svg viewBox="0 0 {BEAT_WIDTH} {TALL}" preserveAspectRatio="none" '
        f'role="img" aria-label="{label}">{shapes}</svg><div class="ends">{ends}</div></figure>'
    )


# Mel (O'Shaughnessy 1987): octaves above 700 Hz, nearly even below, as ears have it.
KNEE = 700.0
TICKS = (0.5, 1, 2, 4, 8)
SPECTROGRAM_HEIGHT, SPECTROGRAM_WIDEST = 176, 860
# Steps of a time axis in seconds; there is room for so many of them.
STEPS, MOST_STEPS = (0.5, 1, 2, 5, 10), 6
# What is nearly silent is lifted, so that its traces are seen.
SPECTROGRAM_LIFT = 0.8


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
    picture = images.photo(_picture(values), escape(alt), "bands", quality=80)
    return f"""<figure class="spectrogram {style}"><figcaption>{caption}</figcaption>
<div class="hertz"><b>kHz</b>{rows}</div>{picture}
<div class="times">{times}<b>s</b></div></figure>"""


def thumbnail(values: np.ndarray, alt: str) -> str:
    """A small picture of a spectrogram (t, f) without axes."""
    return images.photo(_picture(values, 72, 120), alt, "bands", quality=80)


def _picture(
    values: np.ndarray, height: int = SPECTROGRAM_HEIGHT, widest: int = SPECTROGRAM_WIDEST
) -> np.ndarray:
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
    return heat_colours(rows.clip(0, 1) ** SPECTROGRAM_LIFT)


def _height(hertz: float) -> float:
    """Where a frequency lies, from 0 below to 1 above."""
    return float(np.log1p(hertz / KNEE) / np.log1p(RATE / 2 / KNEE))


def _bins(heights: np.ndarray, count: int) -> np.ndarray:
    """The bins, in parts, of heights in [0, 1]; the inverse of `_height`."""
    hertz = KNEE * np.expm1(heights * np.log1p(RATE / 2 / KNEE))
    return hertz / (RATE / 2) * (count - 1)
