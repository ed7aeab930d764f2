"""Sketches of three axes: scans, films, blocks, and a network of pictures inflated."""

from training.sketches import pen
from training.sketches.pen import Panel

COPIES = 3
FILTER = (-1, 2, -1)
STILL = (3, 7, 2)
# A ray a row: brightness of what it passes.
RAYS = ((1, 2, 5, 1), (0, 8, 3, 2), (1, 1, 2, 9), (0, 2, 1, 1))


def volumes() -> tuple[Panel, ...]:
    """A small cube of weights slides through a scan; rays keep what is brightest."""
    slides = [
        pen.cube(10, 44, 88),
        pen.cube(28, 82, 24, "accent"),
        pen.arrow((62, 98), (92, 98), "accent"),
        pen.arrow((40, 76), (40, 50), "accent"),
        pen.arrow((56, 78), (72, 62), "accent"),
        pen.arrow((146, 82), (176, 82)),
        pen.cube(194, 60, 66),
        pen.cube(206, 84, 18, "hot"),
        pen.text(66, 148, "scan and filter"),
        pen.text(240, 148, "map of one unit"),
    ]
    rays, cell = [], 30.0
    for place, row in enumerate(RAYS):
        y = 10 + cell * place
        rays += [
            pen.levels(64, y, [[value / 10 for value in row]], cell, "other"),
            *(
                pen.text(64 + cell * (n + 0.5), y + cell / 2, str(value))
                for n, value in enumerate(row)
            ),
            pen.arrow((14, y + cell / 2), (58, y + cell / 2), "soft"),
            pen.arrow((190, y + cell / 2), (216, y + cell / 2), "accent"),
            pen.levels(222, y, [[max(row) / 10]], cell, "accent"),
            pen.text(222 + cell / 2, y + cell / 2, str(max(row))),
        ]
    rays += [pen.text(262, 70, "seen", "", "start"), pen.text(262, 86, "through", "", "start")]
    return (
        Panel(
            "A small cube of weights slides along three axes of a scan; its answers are a volume "
            "again",
            158,
            slides,
            "A filter is a small cube and slides along depth, height and width; its map is a "
            "volume too, laid over the slices as heat.",
        ),
        Panel(
            "Four rays through a scan; of each the brightest voxel is kept",
            138,
            rays,
            "Seen through: every ray keeps its brightest voxel (maximum intensity projection).",
        ),
    )


def clips() -> tuple[Panel, ...]:
    """What a pixel was in the frame before, and how far it changed on its way."""
    shapes = []
    for x, name in ((10, "G<tspan class='sub' dy='3'>t−1</tspan>"), (176, f"G{pen.sub('t')}")):
        shapes += [pen.box(x, 14, 134, 96, "shot"), pen.text(x + 67, 126, name, "maths")]
    old, new = (64.0, 80.0), (276.0, 44.0)
    ghost = (old[0] + 166, old[1])
    shapes += [
        pen.circle(old, 13, "accent"),
        pen.text(64, 54, "p + flow(p)", "maths"),
        pen.circle(ghost, 13, "ring"),
        pen.circle(new, 13, "accent"),
        pen.text(276, 70, "p", "maths"),
        pen.arrow((264, 50), (ghost[0] + 11, ghost[1] - 10), "warn"),
        pen.text(238, 48, "flow", "warn", "end"),
        pen.polyline([(64, 94), (64, 146), (276, 146), (276, 78)], "dashed"),
        pen.text(170, 146, "must look alike", "paper"),
    ]
    return (
        Panel(
            "A pixel of a frame is led back by the flow to where it was in the frame before; both "
            "must look alike",
            158,
            shapes,
            "J<sub>motion</sub> leads each pixel back to where it was and asks that it looks as "
            "it did: strokes move with what they are on.",
        ),
    )


def solid() -> tuple[Panel, ...]:
    """Slices along three axes, each compared with the style by its Gram matrix."""
    shapes = [pen.cube(8, 62, 80)]
    slices = (
        (22, "from above", [(8, 102), (36.8, 73.2), (116.8, 73.2), (88, 102)]),
        (78, "from the front", [(22.4, 47.6), (102.4, 47.6), (102.4, 127.6), (22.4, 127.6)]),
        (134, "from the side", [(48, 62), (76.8, 33.2), (76.8, 113.2), (48, 142)]),
    )
    for number, (y, name, plane) in enumerate(slices):
        shapes += [
            pen.polygon([(float(a), float(b)) for a, b in plane], f"plane plane{number}"),
            pen.arrow((122, 90), (146, y), "soft"),
            pen.box(150, y - 14, 28, 28, f"plane plane{number}", 3),
            pen.text(164, y + 22, name, "small"),
            pen.levels(200, y - 10, _gram(number), 7, "accent"),
        ]
    shapes += [
        pen.levels(290, 68, _gram(1), 7, "warn"),
        pen.text(300, 100, "style", "warn"),
        pen.text(300, 54, "Gram", "soft"),
        *(pen.line((226, y), (284, 79), "double") for y in (22, 78, 134)),
    ]
    return (
        Panel(
            "Slices of a block from above, from the front and from the side; the Gram matrix of "
            "each is compared with that of the style",
            168,
            shapes,
            "Every slice along each of three axes is shown to the network of pictures, and its "
            "Gram matrix compared with the style's; all slices together move the voxels.",
        ),
    )


def _gram(shift: int) -> list[list[float]]:
    values = (0.3, 0.5, 0.2, 0.6, 0.4)
    return [[1.0 if i == j else values[(i + j + shift) % 5] for j in range(3)] for i in range(3)]


def inflate() -> tuple[Panel, ...]:
    """A filter repeated and divided; over a still it says what it said before."""
    answer = sum(w * x for w, x in zip(FILTER, STILL, strict=True))
    shapes: list[str] = [
        pen.text(52, 10, "picture", "soft"),
        pen.text(220, 10, f"the same, still for {COPIES} frames", "soft"),
        *_row(10, 26, STILL, "other"),
        *_row(10, 84, FILTER, "accent"),
        pen.text(52, 66, "×", "large"),
        pen.arrow((108, 98), (132, 98)),
    ]
    for copy in range(COPIES):
        lean = 12 * copy
        shapes += [
            *_row(142 + lean, 44 - lean / 1.5, STILL, "other"),
            *_row(142 + lean, 102 - lean / 1.5, FILTER, "accent"),
        ]
    shapes += [
        pen.text(266, 104, f"each ÷ {COPIES}", "", "start"),
        pen.text(52, 146, f"= {answer}", "maths"),
        pen.text(206, 146, f"= {COPIES} × {answer} ÷ {COPIES} = {answer}", "maths"),
    ]
    return (
        Panel(
            f"A filter says {answer} of a picture; repeated {COPIES} times and divided by {COPIES} "
            f"it says {answer} of the same picture standing still",
            160,
            shapes,
            "Repeat the filter along the new axis, divide by how often: of a picture that stands "
            "still it says exactly what it said.",
        ),
    )


def _row(x: float, y: float, values: tuple[int, ...], kind: str) -> list[str]:
    cell = 28.0
    return [
        pen.box(x, y, cell * len(values), cell, f"tile {kind}", 0),
        pen.grid(x, y, len(values), 1, cell, "grid row"),
        *(
            pen.text(x + cell * (n + 0.5), y + cell / 2, f"{value}".replace("-", "−"))
            for n, value in enumerate(values)
        ),
    ]
