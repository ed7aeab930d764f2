"""Charts as SVG: curves, histograms, ROC, traces with their beats, spectrograms."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from PIL import Image

from faceweb.faces.calibration import BIN, Calibration
from faceweb.i18n import say
from faceweb.interpret.feature_maps import heat_colours
from faceweb.media.audio import RATE
from faceweb.signals.ecg import AFTER, BEFORE, Beats
from faceweb.style.sound import HOP
from faceweb.types import Signal, Verdict
from faceweb.ui import images
from faceweb.ui.views.render import translate

CHART_WIDTH, CHART_HEIGHT = 320, 120
BINS = 40
# Shares marked on the axes of strangers and of friends let in; one 0 stands for both.
STRANGERS, FRIENDS = (0.01, 0.1, 0.5, 1), (0, 0.5, 1)
NOTHING = Markup()
RECTANGLE = Markup('<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>')
POLYLINE = Markup('<polyline class="%s" points="%s"/>')
POLYGON = Markup('<polygon class="%s" points="%s"/>')


def curve(
    steps: Sequence[float],
    values: Sequence[float],
    label: str,
    top: float,
    percent: bool = False,
) -> Markup:
    """Values over steps from 0 to `top`, with the last one in words, as a percentage if asked."""
    xs = np.asarray(steps, float) / max(steps[-1], 1) * CHART_WIDTH
    ys = CHART_HEIGHT - np.clip(np.asarray(values, float) / top, 0, 1) * (CHART_HEIGHT - 8)
    shape = Markup('<polyline points="%s"/>') % _points(xs, ys)
    number = Markup("%.1f&nbsp;%%") % (100 * values[-1]) if percent else f"{values[-1]:.3g}"
    return _chart(shape, Markup("%s <b>%s</b>") % (label, number), label)


def draw_histograms(
    same: np.ndarray, different: np.ndarray, threshold: float, label: str
) -> Markup:
    """Two histograms over one axis, each of area 1, and where they are parted."""
    low = min(same.min(), different.min())
    high = max(same.max(), different.max(), low + 1e-6)
    edges = np.linspace(low, high, BINS + 1)
    shares = [np.histogram(values, edges)[0] / len(values) for values in (different, same)]
    tall = max(share.max() for share in shares)
    shapes = NOTHING
    for share, kind in zip(shares, ("different", "same"), strict=True):
        ys = CHART_HEIGHT - share / tall * (CHART_HEIGHT - 8)
        xs = (np.arange(BINS) + 0.5) * CHART_WIDTH / BINS
        floor = f"0,{CHART_HEIGHT} {_points(xs, ys)} {CHART_WIDTH},{CHART_HEIGHT}"
        shapes += POLYGON % (kind, floor)
    at = CHART_WIDTH * (threshold - low) / (high - low)
    line = Markup('<line class="threshold" x1="%.1f" x2="%.1f" y1="0" y2="%d"/>')
    shapes += line % (at, at, CHART_HEIGHT)
    caption = translate(
        '{label} of <i class="same">one person</i> and of <i class="different">two</i>, {low} to '
        "{high}, parted at {threshold}",
        label=label,
        low=f"{low:.2g}",
        high=f"{high:.2g}",
        threshold=f"{threshold:.2f}",
    )
    return _chart(shapes, caption, label)


def draw_roc(curves: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> Markup:
    """Strangers let in, on a square-root scale, against friends let in, with both axes.

    Args:
        curves: a CSS class with the shares falsely accepted and falsely rejected, for each.
    """
    chance = np.linspace(0, 1, 30)
    curves = [*curves, ("chance", chance, 1 - chance)]
    shapes = NOTHING.join(
        _rule(np.sqrt(share) * CHART_WIDTH, 0, 0, CHART_HEIGHT) for share in (0, *STRANGERS)
    )
    shapes += NOTHING.join(
        _rule(0, (1 - share) * CHART_HEIGHT, CHART_WIDTH, 0) for share in FRIENDS
    )
    for kind, accepted, rejected in curves:
        keep = np.unique(np.linspace(0, len(accepted) - 1, 120).astype(int))
        xs, ys = CHART_WIDTH * np.sqrt(accepted[keep]), CHART_HEIGHT * rejected[keep]
        shapes += POLYLINE % (kind, _points(xs, ys))
    across = NOTHING.join(_tick("left", np.sqrt(share), share) for share in STRANGERS)
    up = NOTHING.join(_tick("top", 1 - share, share) for share in FRIENDS)
    label = say("ROC: friends let in against strangers let in")
    caption = translate(
        'ROC: <i class="same">now</i>, <i class="before">before</i>, and, dashed, guessing: as '
        "many strangers let in as friends"
    )
    return Markup(
        '<figure class="chart roc"><div class="axis">{friends}</div>'
        '<div class="plot"><div class="up">{up}</div>{plot}'
        '<div class="across">{across}</div></div><div class="axis end">'
        "{strangers}</div><figcaption>{caption}</figcaption></figure>"
    ).format(
        friends=say("friends let in"),
        up=up,
        plot=_svg(shapes, label),
        across=across,
        strangers=say("strangers let in, square-root scale"),
        caption=caption,
    )


def distance_histogram(calibration: Calibration, verdict: Verdict) -> Markup:
    """Both histograms, with the threshold and where this distance lies between them."""
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
        return f"0,{floor} {_points(xs, ys)} {width},{floor}"

    here = at(verdict.distance)
    tick = Markup('<text x="%.1f" y="%d" class="tick">%.1f</text>')
    anchor = "end" if here > 0.6 * width else "start"
    label = say("This distance, {distance}, among known pairs", distance=f"{verdict.distance:.2f}")
    return Markup(
        '<svg class="histogram" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
        '{different}{same}<line class="floor" x1="0" y1="{floor}" x2="{width}" y2="{floor}"/>'
        "{ticks}"
        '<line class="threshold" x1="{line}" y1="14" x2="{line}" y2="{floor}"/>'
        '<text class="mark" x="{line}" y="10">&tau; {threshold:.2f}</text>'
        '<line class="here" x1="{here:.1f}" y1="24" x2="{here:.1f}" y2="{floor}"/>'
        '<circle class="here" cx="{here:.1f}" cy="{floor}" r="5"/>'
        '<text class="here" x="{beside:.1f}" y="36" text-anchor="{anchor}">{this_pair}</text>'
        '<text class="axis" x="{middle}" y="{foot}">{axis}</text></svg>'
    ).format(
        width=width,
        height=height,
        label=label,
        different=POLYGON % ("different", area(different)),
        same=POLYGON % ("same", area(same)),
        floor=floor,
        ticks=NOTHING.join(tick % (at(t / 10), floor + 18, t / 10) for t in range(1, 12)),
        line=f"{at(verdict.threshold):.1f}",
        threshold=verdict.threshold,
        here=here,
        beside=here + (-10 if anchor == "end" else 10),
        anchor=anchor,
        this_pair=say("this pair"),
        middle=width / 2,
        foot=height - 4,
        axis=say("distance d(a, b)"),
    )


def _shares(counts: tuple[int, ...], first: int, last: int) -> np.ndarray:
    # Smoothed over five bins for the eye; the figures beside it use the raw counts.
    smooth = np.convolve(np.array(counts) / sum(counts), np.ones(5) / 5, mode="same")
    return smooth[first:last]


def activation_histogram(values: np.ndarray) -> Markup:
    """How often a unit says what, with a logarithmic height."""
    counts, edges = np.histogram(values, bins=32)
    tall = np.log1p(counts) / max(np.log1p(counts.max()), 1e-9)
    width, height = 320, 110
    step = width / len(counts)
    bar = Markup('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>')
    bars = NOTHING.join(
        bar % (i * step + 1, height - 20 - 84 * share, step - 2, 84 * share)
        for i, share in enumerate(tall)
    )
    return Markup(
        '<svg class="bars" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{bars}'
        '<text x="0" y="{foot}">{least:.2g}</text>'
        '<text x="{width}" y="{foot}" text-anchor="end">{most:.3g}</text></svg>'
    ).format(
        width=width,
        height=height,
        label=say("histogram of the activations"),
        bars=bars,
        foot=height - 4,
        least=edges[0],
        most=edges[-1],
    )


def movement(moved: np.ndarray) -> Markup:
    """How far each weight, (n,), moved, as bars up and down."""
    width, height = 640, 90
    tall = np.abs(moved).max() or 1.0
    wide, middle = width / len(moved), height / 2
    bars = NOTHING.join(
        RECTANGLE
        % (
            "up" if way > 0 else "down",
            i * wide,
            middle - max(way, 0) / tall * middle,
            wide - 1,
            abs(way) / tall * middle,
        )
        for i, way in enumerate(moved)
    )
    return Markup(
        '<svg class="moved" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{bars}'
        '<line x1="0" x2="{width}" y1="{middle}" y2="{middle}"/></svg>'
    ).format(
        width=width, height=height, label=say("How far each weight moved"), bars=bars, middle=middle
    )


def _rule(x: float, y: float, width: float, height: float) -> Markup:
    line = Markup('<line class="rule" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>')
    return line % (x, y, x + width, y + height)


def _tick(side: str, place: float, share: float) -> Markup:
    tick = Markup('<span style="%s:%.1f%%">%.0f&nbsp;%%</span>')
    return tick % (side, 100 * place, 100 * share)


def _chart(shapes: Markup, caption: Markup, label: str) -> Markup:
    chart = Markup('<figure class="chart">%s<figcaption>%s</figcaption></figure>')
    return chart % (_svg(shapes, label), caption)


def _svg(shapes: Markup, label: str) -> Markup:
    drawn = Markup(
        '<svg viewBox="0 0 %d %d" preserveAspectRatio="none" role="img" aria-label="%s">%s</svg>'
    )
    return drawn % (CHART_WIDTH, CHART_HEIGHT, label, shapes)


# Pixels a second, of all of it at most, and how high a trace is.
PACE, TRACE_WIDEST, TRACE_HEIGHT = 72.0, 16_000, 176
TOP, FOOT = 26, 8
BEAT_WIDTH, TALL = 320, 150
MOST_BEHIND = 120
# A filter's row in pixels, the last of them a gap.
ROW, GAP = 8, (27, 25, 23)
MAP_LIFT = 0.6


def strip(trace: Signal, beats: Beats, said: Sequence[str]) -> Markup:
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
    line = Markup('<line x1="%.1f" x2="%.1f" y1="0" y2="%d"/><text x="%.1f" y="%d">%d s</text>')
    lines = NOTHING.join(
        line % (x, x, TRACE_HEIGHT, x + 4, TRACE_HEIGHT - 6, second)
        for second in range(0, int(trace.seconds) + 1, every)
        for x in [second / trace.seconds * wide]
    )
    tops = _ys(trace.samples[beats.places], low, high)
    marks = NOTHING.join(
        _beat(number, place / trace.rate, trace.seconds, wide, top, odd, distance, words)
        for number, (place, top, odd, distance, words) in enumerate(
            zip(beats.places, tops, beats.unusual, beats.distances, said, strict=True), start=1
        )
    )
    return Markup(
        '<svg class="trace" width="{wide}" height="{height}" role="group" aria-label="{label}">'
        '<g class="grid">{lines}</g>{marks}<polyline points="{points}"/></svg>'
    ).format(
        wide=wide,
        height=TRACE_HEIGHT,
        label=say("The trace with its beats"),
        lines=lines,
        marks=marks,
        points=_points(xs, ys),
    )


def width(trace: Signal) -> int:
    """How wide a trace is drawn, in pixels."""
    return round(min(PACE * trace.seconds, TRACE_WIDEST))


def layer_map(values: np.ndarray, wide: int, name: str) -> Markup:
    """What filters say over time, (t', filters), a row each, each from nothing to its own most."""
    share = values / np.maximum(values.max(axis=0), 1e-9)
    edges = np.linspace(0, len(share), wide + 1)[:-1].astype(int)
    columns = np.maximum.reduceat(share, edges.clip(0, len(share) - 1), axis=0)
    rows = np.repeat(heat_colours(columns.T**MAP_LIFT), ROW, axis=0)
    rows[ROW - 1 :: ROW] = GAP
    picture = images.picture(rows, say("what {name} says over time", name=name), "rows")
    return Markup(
        '<div class="map {name}" data-pick="map:{name}" style="width:{wide}px" title="{title}">'
        "{picture}</div>"
    ).format(name=name, wide=wide, title=say("Click a row: that filter"), picture=picture)


def over_median(beats: Beats, number: int, rate: float) -> Markup:
    """A beat, counted from 1, over the median one, with others behind."""
    rows = beats.segments
    median, chosen = np.median(rows, axis=0), rows[number - 1]
    low, high = float(rows.min()), float(rows.max())
    xs = np.linspace(0, BEAT_WIDTH, rows.shape[1])
    behind = rows[:: max(1, -(-len(rows) // MOST_BEHIND))]
    at = BEAT_WIDTH * BEFORE / (BEFORE + AFTER)
    now = Markup('<line class="now" x1="%.1f" x2="%.1f" y1="0" y2="%d"/>')
    shapes = now % (at, at, TALL)
    for kind, values in (*(("others", row) for row in behind), ("median", median)):
        shapes += _line(kind, xs, values, low, high)
    kind = "odd" if beats.unusual[number - 1] else "chosen"
    shapes += _line(kind, xs, chosen, low, high)
    ends = Markup(
        "<span>−{before:g} s</span>"
        '<span class="now" style="left:{at:.1f}%">R</span>'
        "<span>+{after:g} s</span>"
    ).format(before=BEFORE, at=100 * at / BEAT_WIDTH, after=AFTER)
    label = say("beat {number} over the median beat", number=number)
    return _figure(shapes, ends, label, "over-median")


def draw_segments(segments: Sequence[np.ndarray], field: float, reach: float) -> Markup:
    """Segments of equal length laid over each other; beyond the trace they are NaN.

    Args:
        segments: (t,) each.
        field: the share of them, in their middle, that a filter sees.
        reach: seconds on either side of the middle.
    """
    rows = np.array(segments)
    low, high = float(np.nanmin(rows)), float(np.nanmax(rows))
    wide = max(BEAT_WIDTH * field, 2)
    box = Markup('<rect class="field" x="%.1f" width="%.1f" y="0" height="%d"/>')
    shapes = box % ((BEAT_WIDTH - wide) / 2, wide, TALL)
    xs = np.linspace(0, BEAT_WIDTH, rows.shape[1])
    shapes += NOTHING.join(_line("segment", xs, row, low, high) for row in rows)
    ends = Markup("<span>−{reach:g} s</span><span>{sees}</span><span>+{reach:g} s</span>").format(
        reach=reach, sees=say("what it sees")
    )
    label = say("{count} segments laid over each other", count=len(rows))
    return _figure(shapes, ends, label, "nine-over")


def taps(weights: np.ndarray) -> Markup:
    """A filter's weights as bars up and down."""
    most = max(float(np.abs(weights).max()), 1e-9)
    bar = Markup('<rect class="%s" x="%d" y="%.1f" width="3" height="%.1f"/>')
    bars = NOTHING
    for place, weight in enumerate(weights):
        tall = 17 * abs(float(weight)) / most
        top, kind = (18 - tall, "for") if weight >= 0 else (18, "against")
        bars += bar % (kind, 4 * place + 1, top, max(tall, 0.6))
    drawn = Markup('<svg viewBox="0 0 %d 36" aria-hidden="true">%s</svg>')
    return drawn % (4 * len(weights) + 1, bars)


def _beat(
    number: int,
    time: float,
    seconds: float,
    wide: int,
    top: float,
    odd: bool,
    distance: float,
    words: str,
) -> Markup:
    pace, x = wide / seconds, wide * time / seconds
    label = Markup('<text x="%.1f" y="15">%.2f</text>') % (x, distance) if odd else NOTHING
    drawn = Markup(
        '<g class="%s" data-pick="beat:%d" tabindex="0" role="button" aria-label="%s">'
        '<title>%s</title><rect x="%.1f" width="%.1f" y="0" height="%d"/>%s'
        '<circle cx="%.1f" cy="%.1f" r="%s"/></g>'
    )
    box = x - BEFORE * pace, (BEFORE + AFTER) * pace, TRACE_HEIGHT - 20
    kind, radius = ("beat odd", 4) if odd else ("beat", 2.5)
    return drawn % (kind, number, words, words, *box, label, x, top, radius)


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


def _line(kind: str, xs: np.ndarray, values: np.ndarray, low: float, high: float) -> Markup:
    there = np.isfinite(values)
    ys = 6 + (TALL - 12) * (1 - (values[there] - low) / max(high - low, 1e-9))
    return POLYLINE % (kind, _points(xs[there], ys))


def _points(xs: np.ndarray, ys: np.ndarray) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))


def _figure(shapes: Markup, ends: Markup, label: str, kind: str) -> Markup:
    return Markup(
        '<figure class="{kind}"><svg viewBox="0 0 {wide} {tall}" preserveAspectRatio="none" '
        'role="img" aria-label="{label}">{shapes}</svg><div class="ends">{ends}</div></figure>'
    ).format(kind=kind, wide=BEAT_WIDTH, tall=TALL, label=label, shapes=shapes, ends=ends)


# Mel (O'Shaughnessy 1987): octaves above 700 Hz, nearly even below, as ears have it.
KNEE = 700.0
TICKS = (0.5, 1, 2, 4, 8)
SPECTROGRAM_HEIGHT, SPECTROGRAM_WIDEST = 176, 860
# Steps of a time axis in seconds; there is room for so many of them.
STEPS, MOST_STEPS = (0.5, 1, 2, 5, 10), 6
# What is nearly silent is lifted, so that its traces are seen.
SPECTROGRAM_LIFT = 0.8


def spectrogram(values: np.ndarray, caption: str, style: str = "") -> Markup:
    """A figure.

    Args:
        values: (t, f) in [0, 1], f frequencies from 0 to half of `RATE`.
        caption: text, or HTML as `Markup`.
        style: a CSS class.
    """
    seconds = (len(values) - 1) * HOP / RATE
    row, time = Markup('<i style="bottom:%.1f%%">%g</i>'), Markup('<i style="left:%.1f%%">%g</i>')
    rows = NOTHING.join(row % (100 * _height(1000 * tick), tick) for tick in TICKS)
    step = next((each for each in STEPS if seconds / each <= MOST_STEPS), STEPS[-1])
    times = NOTHING.join(
        time % (100 * at / seconds, at) for at in np.arange(0, 0.97 * seconds, step)
    )
    alt = say("spectrogram of {seconds} s", seconds=f"{seconds:.1f}")
    picture = images.photo(_picture(values), alt, "bands", quality=80)
    return Markup(
        """<figure class="spectrogram {style}"><figcaption>{caption}</figcaption>
<div class="hertz"><b>kHz</b>{rows}</div>{picture}
<div class="times">{times}<b>s</b></div></figure>"""
    ).format(style=style, caption=caption, rows=rows, picture=picture, times=times)


def thumbnail(values: np.ndarray, alt: str) -> Markup:
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
