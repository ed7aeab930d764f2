"""Shapes of which the sketches are made: SVG in the page's own colours, light and dark.

A panel is 320 wide, so that its words can be read where it fills a phone. What a stroke means is
said by its class: accent is what is looked for, other what it is told from, soft what is beside.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 320
NAMESPACE = "http://www.w3.org/2000/svg"
HEAD = 6.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Panel:
    """One drawing.

    Attributes:
        title: what it shows, for who does not see it.
        height: of the drawing; it is WIDTH wide.
        shapes: its strokes.
        caption: below it.
    """

    title: str
    height: float
    shapes: Iterable[str]
    caption: str


def draw(mark: str, panel: Panel) -> str:
    """A panel as an SVG file, one shape a line; its caption is the file's description.

    Args:
        mark: the id of its title, which names it for who does not see it.
        panel: what to draw.
    """
    lines = (
        f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {WIDTH} {_n(panel.height)}" role="img" '
        f'aria-labelledby="{mark}">',
        f'<title id="{mark}">{escape(panel.title, quote=False)}</title>',
        f"<desc>{panel.caption}</desc>",
        *panel.shapes,
        "</svg>\n",
    )
    return "\n".join(lines)


def text(x: float, y: float, said: str, kind: str = "", anchor: str = "middle") -> str:
    """Words whose middle of the line is at y; `said` may hold <tspan>."""
    place = "" if anchor == "middle" else f' text-anchor="{anchor}"'
    return f'<text{_class(kind)} x="{_n(x)}" y="{_n(y + 4.5)}"{place}>{said}</text>'


def line(start: Point, end: Point, kind: str = "") -> str:
    ends = f'x1="{_n(start[0])}" y1="{_n(start[1])}" x2="{_n(end[0])}" y2="{_n(end[1])}"'
    return f"<line{_class(kind)} {ends}/>"


def arrow(start: Point, end: Point, kind: str = "") -> str:
    """A line with a head at its end."""
    way = math.atan2(end[1] - start[1], end[0] - start[0])
    back = end[0] - HEAD * math.cos(way), end[1] - HEAD * math.sin(way)
    sides = [
        (end[0] - 1.6 * HEAD * math.cos(way + turn), end[1] - 1.6 * HEAD * math.sin(way + turn))
        for turn in (-0.4, 0.4)
    ]
    return line(start, back, kind) + polygon([end, *sides], f"head {kind}".strip())


def circle(centre: Point, radius: float, kind: str = "") -> str:
    place = f'cx="{_n(centre[0])}" cy="{_n(centre[1])}" r="{_n(radius)}"'
    return f"<circle{_class(kind)} {place}/>"


def dot(centre: Point, kind: str = "") -> str:
    return circle(centre, 5, f"dot {kind}".strip())


def box(x: float, y: float, width: float, height: float, kind: str = "", round_: float = 4) -> str:
    size = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="{_n(round_)}"'
    return f"<rect{_class(kind)} {size}/>"


def polygon(points: Iterable[Point], kind: str = "") -> str:
    return f'<polygon{_class(kind)} points="{_points(points)}"/>'


def polyline(points: Iterable[Point], kind: str = "") -> str:
    return f'<polyline{_class(kind)} points="{_points(points)}"/>'


def grid(x: float, y: float, columns: int, rows: int, cell: float, kind: str = "grid") -> str:
    """Cells as one path of lines."""
    across = "".join(f"M{_n(x)} {_n(y + n * cell)}h{_n(columns * cell)}" for n in range(rows + 1))
    down = "".join(f"M{_n(x + n * cell)} {_n(y)}v{_n(rows * cell)}" for n in range(columns + 1))
    return f'<path{_class(kind)} d="{across}{down}"/>'


def cube(x: float, y: float, side: float, kind: str = "") -> str:
    """A cube seen from a little above and beside; (x, y) is the left top of its front."""
    lean = side * 0.36
    front = [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
    top = [(x, y), (x + lean, y - lean), (x + side + lean, y - lean), (x + side, y)]
    edge = [(x + side, y), (x + side + lean, y - lean), (x + side + lean, y + side - lean)]
    right = [*edge, (x + side, y + side)]
    return "".join(polygon(face, f"side {kind}".strip()) for face in (front, top, right))


def photo(x: float, y: float, side: float, kind: str = "") -> str:
    """A portrait: a frame with a face."""
    part = side / 8
    mouth = (
        f'<path class="plain" d="M{_n(x + 2.9 * part)} {_n(y + 5.3 * part)}'
        f'q{_n(1.1 * part)} {_n(part)} {_n(2.2 * part)} 0"/>'
    )
    eyes = "".join(circle((x + at * part, y + 3.4 * part), part * 0.42, "eye") for at in (3, 5))
    head = circle((x + 4 * part, y + 4.1 * part), 2.7 * part, kind)
    return box(x, y, side, side, "shot") + head + eyes + mouth


def vector(x: float, y: float, values: Sequence[float], cell: float = 9, kind: str = "") -> str:
    """Numbers below each other, the larger the stronger."""
    cells = "".join(
        f'<rect class="level {kind}" x="{_n(x)}" y="{_n(y + n * cell)}" width="{_n(cell)}" '
        f'height="{_n(cell)}" fill-opacity="{_n(value)}"/>'
        for n, value in enumerate(values)
    )
    return cells + grid(x, y, 1, len(values), cell)


def levels(x: float, y: float, rows: Sequence[Sequence[float]], cell: float, kind: str = "") -> str:
    """A map of numbers in [0, 1]; what is 0 is left empty."""
    cells = "".join(
        f'<rect class="level {kind}" x="{_n(x + j * cell)}" y="{_n(y + i * cell)}" '
        f'width="{_n(cell)}" height="{_n(cell)}" fill-opacity="{_n(value)}"/>'
        for i, row in enumerate(rows)
        for j, value in enumerate(row)
        if value
    )
    return cells + grid(x, y, len(rows[0]), len(rows), cell)


def sub(said: str) -> str:
    """What follows as an index."""
    return f'<tspan class="sub" dy="3">{said}</tspan>'


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
