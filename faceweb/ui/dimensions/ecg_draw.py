"""A trace with its beats, a layer's maps under it, beats and segments laid over each other."""

from collections.abc import Sequence

import numpy as np

from faceweb.features.filters import AFTER, BEFORE, Beats
from faceweb.numerics.heat import heat_colours
from faceweb.types import Signal
from faceweb.ui import draw
from faceweb.ui.tongue import say

# Pixels a second, of all of it at most, and how high a trace is.
PACE, WIDEST, HEIGHT = 72.0, 16_000, 176
TOP, FOOT = 26, 8
WIDTH, TALL = 320, 150
MOST_BEHIND = 120
# A filter's row in pixels, the last of them a gap.
ROW, GAP = 8, (27, 25, 23)
LIFT = 0.6


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
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT}"/>'
        f'<text x="{x + 4:.1f}" y="{HEIGHT - 6}">{second} s</text>'
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
        f'<svg class="trace" width="{wide}" height="{HEIGHT}" role="group" '
        f'aria-label="{say("The trace with its beats")}"><g class="grid">{lines}</g>{marks}'
        f'<polyline points="{_points(xs, ys)}"/></svg>'
    )


def width(trace: Signal) -> int:
    """How wide a trace is drawn, in pixels."""
    return round(min(PACE * trace.seconds, WIDEST))


def layer_map(values: np.ndarray, wide: int, name: str) -> str:
    """What filters say over time, (t', filters), a row each, each from nothing to its own most."""
    share = values / np.maximum(values.max(axis=0), 1e-9)
    edges = np.linspace(0, len(share), wide + 1)[:-1].astype(int)
    columns = np.maximum.reduceat(share, edges.clip(0, len(share) - 1), axis=0)
    rows = np.repeat(heat_colours(columns.T**LIFT), ROW, axis=0)
    rows[ROW - 1 :: ROW] = GAP
    picture = draw.picture(rows, say("what {name} says over time", name=name), "rows")
    return (
        f'<div class="map {name}" data-pick="map:{name}" style="width:{wide}px" '
        f'title="{say("Click a row: that filter")}">{picture}</div>'
    )


def over_median(beats: Beats, number: int, rate: float) -> str:
    """A beat, counted from 1, over the median one, with others behind."""
    rows = beats.segments
    median, chosen = np.median(rows, axis=0), rows[number - 1]
    low, high = float(rows.min()), float(rows.max())
    xs = np.linspace(0, WIDTH, rows.shape[1])
    behind = rows[:: max(1, -(-len(rows) // MOST_BEHIND))]
    at = WIDTH * BEFORE / (BEFORE + AFTER)
    shapes = f'<line class="now" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{TALL}"/>'
    for kind, values in (*(("others", row) for row in behind), ("median", median)):
        shapes += _line(kind, xs, values, low, high)
    kind = "odd" if beats.unusual[number - 1] else "chosen"
    shapes += _line(kind, xs, chosen, low, high)
    ends = (
        f'<span>−{BEFORE:g} s</span><span class="now" style="left:{100 * at / WIDTH:.1f}%">R</span>'
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
    wide = max(WIDTH * field, 2)
    shapes = (
        f'<rect class="field" x="{(WIDTH - wide) / 2:.1f}" width="{wide:.1f}" y="0" '
        f'height="{TALL}"/>'
    )
    xs = np.linspace(0, WIDTH, rows.shape[1])
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
        f'height="{HEIGHT - 20}"/>{label}'
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
    room = HEIGHT - TOP - FOOT - 20
    return TOP + room * (1 - (values - low) / max(high - low, 1e-9))


def _line(kind: str, xs: np.ndarray, values: np.ndarray, low: float, high: float) -> str:
    there = np.isfinite(values)
    ys = 6 + (TALL - 12) * (1 - (values[there] - low) / max(high - low, 1e-9))
    return f'<polyline class="{kind}" points="{_points(xs[there], ys)}"/>'


def _points(xs: np.ndarray, ys: np.ndarray) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))


def _figure(shapes: str, ends: str, label: str, kind: str) -> str:
    return (
        f'<figure class="{kind}"><svg viewBox="0 0 {WIDTH} {TALL}" preserveAspectRatio="none" '
        f'role="img" aria-label="{label}">{shapes}</svg><div class="ends">{ends}</div></figure>'
    )
