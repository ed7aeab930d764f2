"""Sketches of faces: one photo as a point, two photos compared, one among many, a triplet."""

import math
from collections.abc import Sequence

from training.sketches import pen
from training.sketches.pen import Panel, Point

# Shades of twelve of the 128 numbers, of three faces.
ONE = (0.2, 0.7, 0.4, 0.9, 0.1, 0.5, 0.8, 0.3, 0.6, 0.2, 0.9, 0.4)
SAME = (0.3, 0.7, 0.5, 0.9, 0.1, 0.4, 0.8, 0.2, 0.6, 0.3, 0.8, 0.4)
# A distance of 1 is so many units of the drawing.
SCALE = 62
MARGIN = 0.5
FALSE_ACCEPT, MOST_PEOPLE, MARKED = 0.01, 300, 100


def enroll() -> tuple[Panel, ...]:
    """One photo becomes a point; what lies within τ of it is the same person."""
    here, radius = (112.0, 92.0), 44
    others = [(206, 44), (222, 58), (214, 72), (258, 122), (272, 112), (266, 134), (24, 34)]
    network = [
        pen.photo(8, 50, 64),
        pen.arrow((76, 82), (100, 82)),
        pen.box(104, 58, 48, 48),
        pen.text(128, 82, "f", "maths"),
        pen.arrow((156, 82), (180, 82)),
        pen.vector(188, 28, ONE, kind="accent"),
        pen.text(206, 72, "128 numbers,", "", "start"),
        pen.text(206, 90, "f(photo)", "maths", "start"),
        pen.text(128, 122, "fixed", "soft"),
    ]
    space = [
        pen.circle(here, radius, "ring"),
        pen.dot(here, "accent"),
        pen.text(here[0], here[1] + radius + 13, "your photo"),
        pen.dot((134, 66), "accent hollow"),
        pen.text(132, 36, "another of you", "soft"),
        pen.line(here, (here[0] - radius, here[1])),
        pen.text(here[0] - radius / 2, here[1] - 9, "τ", "maths"),
        *(pen.dot((float(x), float(y)), "other") for x, y in others),
        pen.text(262, 154, "other people", "soft"),
    ]
    return (
        Panel(
            "A photo passes through the network f, which stays as it is, and becomes 128 numbers",
            160,
            network,
            "Nothing is trained on you: f only writes down where your photo lies.",
        ),
        Panel(
            "The numbers as a point: your other photo lies within τ of it, other people beyond",
            170,
            space,
            "128 numbers are a point. Who later lies within τ of it is taken for you.",
        ),
    )


def verify() -> tuple[Panel, ...]:
    """Two photos through one network, their distance, and the threshold."""
    rows = []
    for top, letter, values in ((12, "a", ONE[:6]), (122, "b", SAME[:6])):
        middle = top + 28
        rows += [
            pen.photo(4, top, 56),
            pen.text(32, top + 68, letter, "maths"),
            pen.arrow((63, middle), (80, middle)),
            pen.box(83, middle - 20, 40, 40),
            pen.text(103, middle, "f", "maths"),
            pen.arrow((126, middle), (142, middle)),
            pen.vector(146, middle - 27, values, kind="accent"),
            pen.text(172, middle - 34, f"f({letter})", "maths"),
            pen.line((157, middle), (188, 95), "soft"),
        ]
    shapes = [
        *rows,
        pen.line((103, 62), (103, 128), "dashed"),
        pen.text(103, 95, "one network", "soft paper"),
        pen.box(188, 74, 62, 42),
        pen.text(219, 88, "d(a, b)", "maths"),
        pen.text(219, 105, "distance", "soft"),
        pen.arrow((252, 86), (274, 58), "accent"),
        pen.arrow((252, 104), (274, 132), "soft"),
        pen.text(318, 36, "≤ τ", "maths accent", "end"),
        pen.text(318, 52, "same person", "accent", "end"),
        pen.text(318, 142, "&gt; τ", "maths", "end"),
        pen.text(318, 158, "different", "", "end"),
    ]
    return (
        Panel(
            "Siamese network: photos a and b pass through one network f; the distance of f(a) and "
            "f(b) is compared with τ",
            196,
            shapes,
            "A Siamese network: both photos pass through the same f, with the same weights, and "
            "only the distance decides.",
        ),
    )


def recognize() -> tuple[Panel, ...]:
    """The nearest within τ is named; K people are K chances to err."""
    people = {"Ada": (52.0, 52.0), "Ben": (62.0, 134.0), "Cleo": (262.0, 128.0)}
    known, stranger, radius = (82.0, 66.0), (196.0, 62.0), 42
    nearest = [
        pen.circle(known, radius, "ring"),
        pen.circle(stranger, radius, "ring"),
        pen.line(known, people["Ada"], "accent"),
        *(pen.dot(place, "other") for place in people.values()),
        *(pen.text(x - 10, y + 12, name, "soft", "end") for name, (x, y) in people.items()),
        pen.dot(known, "accent"),
        pen.text(known[0] + 14, known[1] + 4, "x", "maths"),
        pen.text(known[0] + 6, 12, "nearest: Ada"),
        pen.dot(stranger, "hollow"),
        pen.text(stranger[0] + 14, stranger[1] + 4, "y", "maths"),
        pen.text(stranger[0] + 10, 12, "nobody: unknown"),
        pen.line(stranger, (stranger[0], stranger[1] + radius)),
        pen.text(stranger[0] - 10, stranger[1] + radius / 2 + 4, "τ", "maths"),
    ]
    left, floor, wide, tall = 44, 138, 250, 116
    curve = [
        (left + wide * k / MOST_PEOPLE, floor - tall * mistake_rate(k))
        for k in range(0, MOST_PEOPLE + 1, 10)
    ]
    x, y = left + wide * MARKED / MOST_PEOPLE, floor - tall * mistake_rate(MARKED)
    chance = [
        pen.line((left, floor), (left + wide, floor)),
        pen.line((left, floor), (left, floor - tall)),
        pen.polyline(curve, "accent"),
        pen.line((x, floor), (x, y), "dashed"),
        pen.line((left, y), (x, y), "dashed"),
        pen.dot((x, y), "accent"),
        pen.text(left - 5, y, f"{100 * mistake_rate(MARKED):.0f} %", "", "end"),
        pen.text(left - 5, floor - tall + 4, "100 %", "soft", "end"),
        pen.text(left, floor + 14, "0", "soft"),
        pen.text(x, floor + 14, f"{MARKED}"),
        pen.text(left + wide, floor + 14, f"{MOST_PEOPLE} people", "soft", "end"),
        pen.text(x + 14, y + 22, "1 − (1 − FAR)<tspan dy='-5'>K</tspan>", "maths", "start"),
    ]
    return (
        Panel(
            "x is named after Ada, the nearest person within τ; y has nobody within τ and stays "
            "unknown",
            156,
            nearest,
            "The nearest of K people names a face, if it lies within τ.",
        ),
        Panel(
            f"The chance that a stranger is taken for one of K people grows with K: "
            f"{100 * mistake_rate(MARKED):.0f} % at {MARKED} people if one comparison errs in 1 %",
            162,
            chance,
            "K questions are K chances to err, here at FAR = 1 % a question.",
        ),
    )


def mistake_rate(people: int, rate: float = FALSE_ACCEPT) -> float:
    """The chance that a stranger is taken for somebody, each comparison erring alone."""
    return 1 - (1 - rate) ** people


def train() -> tuple[Panel, ...]:
    """A triplet before and after a step: the negative is pushed beyond the margin."""
    before = _triplet((112.0, 96.0), positive=(0.85, -35), negative=(0.6, 20))
    after = _triplet((112.0, 96.0), positive=(0.3, -35), negative=(1.05, 20))
    return (
        Panel(
            "Before: the negative N lies nearer to the anchor A than the positive P does",
            192,
            before,
            f"Before: N is nearer than P, the loss is {_loss(0.85, 0.6):.2f}, and its gradient "
            "pulls P and pushes N.",
        ),
        Panel(
            "After: the negative N lies beyond the positive P by more than the margin",
            192,
            after,
            f"After: N lies beyond P by more than the margin; the loss is {_loss(0.3, 1.05):.0f} "
            "and this triplet teaches nothing more.",
        ),
    )


def _loss(positive: float, negative: float) -> float:
    return max(positive - negative + MARGIN, 0)


def _triplet(
    anchor: Point, positive: tuple[float, float], negative: tuple[float, float]
) -> Sequence[str]:
    """Anchor, positive and negative with the ring that the negative should lie beyond.

    Args:
        anchor: its place.
        positive, negative: distance from it, and direction in degrees.
    """
    far = positive[0] + MARGIN
    p, n = _from(anchor, *positive), _from(anchor, *negative)
    inner, outer = _from(anchor, positive[0], 215), _from(anchor, far, 215)
    moving = _loss(positive[0], negative[0]) > 0
    moves = [
        pen.arrow(p, _from(anchor, positive[0] - 0.4, positive[1]), "accent"),
        pen.arrow(n, _from(anchor, negative[0] + 0.5, negative[1]), "warn"),
    ]
    return [
        pen.circle(anchor, SCALE * positive[0], "ring"),
        pen.circle(anchor, SCALE * far, "ring faint"),
        pen.line(inner, outer, "margin"),
        pen.text(outer[0] - 5, outer[1] - 4, "margin", "soft", "end"),
        pen.line(anchor, p, "accent"),
        pen.line(anchor, n, "warn dashed"),
        *(moves if moving else []),
        pen.dot(anchor),
        pen.dot(p, "accent"),
        pen.dot(n, "warn"),
        pen.text(anchor[0] - 13, anchor[1], "A", "maths"),
        pen.text(p[0] + 4, p[1] - 15, "P", "maths accent"),
        pen.text(n[0] + 5, n[1] + 17, "N", "maths warn"),
        pen.text(318, 62, f"d(A, P) = {positive[0]:.2f}", "accent", "end"),
        pen.text(318, 82, f"d(A, N) = {negative[0]:.2f}", "warn", "end"),
        pen.text(318, 102, f"margin = {MARGIN:.2f}", "soft", "end"),
        pen.text(318, 126, f"L = {_loss(positive[0], negative[0]):.2f}", "maths", "end"),
    ]


def _from(anchor: Point, distance: float, degrees: float) -> Point:
    way = math.radians(degrees)
    reach = SCALE * distance
    return anchor[0] + reach * math.cos(way), anchor[1] + reach * math.sin(way)
