"""Small charts as SVG: curves over steps, two hills, the receiver operating characteristic."""

from collections.abc import Sequence

import numpy as np

from faceweb.ui.tongue import say

WIDTH, HEIGHT = 320, 120
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
    xs = np.asarray(steps, float) / max(steps[-1], 1) * WIDTH
    ys = HEIGHT - np.clip(np.asarray(values, float) / top, 0, 1) * (HEIGHT - 8)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    last = f"{100 * values[-1]:.1f}&nbsp;%" if percent else f"{values[-1]:.3g}"
    return _figure(f'<polyline points="{points}"/>', f"{label} <b>{last}</b>", label)


def hills(same: np.ndarray, different: np.ndarray, threshold: float, label: str) -> str:
    """Two histograms over one axis, each of area 1, and where they are parted."""
    low = min(same.min(), different.min())
    high = max(same.max(), different.max(), low + 1e-6)
    edges = np.linspace(low, high, BINS + 1)
    shares = [np.histogram(values, edges)[0] / len(values) for values in (different, same)]
    tall = max(share.max() for share in shares)
    shapes = ""
    for share, kind in zip(shares, ("different", "same"), strict=True):
        ys = HEIGHT - share / tall * (HEIGHT - 8)
        xs = (np.arange(BINS) + 0.5) * WIDTH / BINS
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
        shapes += f'<polygon class="{kind}" points="0,{HEIGHT} {points} {WIDTH},{HEIGHT}"/>'
    at = WIDTH * (threshold - low) / (high - low)
    shapes += f'<line class="threshold" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{HEIGHT}"/>'
    caption = say(
        '{label} of <i class="same">one person</i> and of <i class="different">two</i>, {low} to '
        "{high}, parted at {threshold}",
        label=label,
        low=f"{low:.2g}",
        high=f"{high:.2g}",
        threshold=f"{threshold:.2f}",
    )
    return _figure(shapes, caption, label)


def operating(curves: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> str:
    """Strangers let in, on a square-root scale, against friends let in, with both axes.

    Args:
        curves: a CSS class with the shares falsely accepted and falsely rejected, for each.
    """
    chance = np.linspace(0, 1, 30)
    curves = [*curves, ("chance", chance, 1 - chance)]
    shapes = "".join(_rule(np.sqrt(share) * WIDTH, 0, 0, HEIGHT) for share in (0, *STRANGERS))
    shapes += "".join(_rule(0, (1 - share) * HEIGHT, WIDTH, 0) for share in FRIENDS)
    for kind, accepted, rejected in curves:
        keep = np.unique(np.linspace(0, len(accepted) - 1, 120).astype(int))
        xs, ys = WIDTH * np.sqrt(accepted[keep]), HEIGHT * rejected[keep]
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


def _figure(shapes: str, caption: str, label: str) -> str:
    drawn = _svg(shapes, label)
    return f'<figure class="chart">{drawn}<figcaption>{caption}</figcaption></figure>'


def _svg(shapes: str, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}">{shapes}</svg>'
    )
