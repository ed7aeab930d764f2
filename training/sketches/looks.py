"""Sketches of pictures inside a network: style, receptive fields, pairs of units, dreams, cover."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faceweb.interpret.receptive_field import PIXEL, through, window
from faceweb.types import ReceptiveField
from training.sketches import pen
from training.sketches.pen import Panel

# The painter's network: kernel, stride and padding of every layer; pools have none.
CONV, POOL = (3, 1, 1), (2, 2, 0)
LAYERS = {
    "conv1_1": CONV,
    "conv1_2": CONV,
    "pool1": POOL,
    "conv2_1": CONV,
    "conv2_2": CONV,
    "pool2": POOL,
    "conv3_1": CONV,
    "conv3_2": CONV,
    "pool3": POOL,
    "conv4_1": CONV,
    "conv4_2": CONV,
    "pool4": POOL,
    "conv5_1": CONV,
}
DRAWN = ("conv1_1", "conv1_2", "pool1", "conv2_1", "conv2_2")
PIXELS, CELL, LEFT = 20, 9.5, 62
STYLE_LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
CONTENT = 3
FIRST = ((0, 1, 2), (0, 2, 1), (0, 0, 0))
SECOND = ((0, 2, 1), (0, 1, 1), (1, 0, 0))


def style() -> tuple[Panel, ...]:
    """Gram matrices at five taps for the style; one map, place by place, for the content."""
    grams = []
    for y, letter, kind in ((40, "S", "warn"), (180, "G", "accent")):
        grams += [_canvas(2, y - 20, kind), pen.text(22, y, letter, "maths paper")]
        grams += [pen.arrow((44, y), (56, y))]
    for number, tap in enumerate(STYLE_LAYERS):
        x, tall = 60 + 52 * number, 46 - 6 * number
        for y, kind in ((40, "warn"), (180, "accent")):
            grams += [
                pen.box(x + 4 + 5 * sheet, y - tall / 2 + 2 * sheet, 24, tall - 4, f"sheet {kind}")
                for sheet in range(3)
            ]
        grams += [
            pen.text(x + 20, 5, tap, "small"),
            pen.levels(x + 8, 76, _gram(number, 0), 7, "warn"),
            pen.levels(x + 8, 111, _gram(number, 1), 7, "accent"),
            pen.line((x + 18.5, 98), (x + 18.5, 110), "double"),
            pen.line((x + 18.5, 67), (x + 18.5, 75), "soft"),
            pen.line((x + 18.5, 133), (x + 18.5, 147), "soft"),
        ]
    grams += [pen.text(24, 98, "Gram", "soft"), pen.text(24, 114, "matrices", "soft")]
    places = []
    for y, letter, kind in ((40, "C", "other"), (128, "G", "accent")):
        places += [
            _canvas(2, y - 20, kind),
            pen.text(22, y, letter, "maths paper"),
            pen.arrow((44, y), (60, y)),
            *(
                pen.box(64 + 13 * n, y - 26 + 3 * n, 10, 52 - 6 * n, f"sheet {kind}")
                for n in range(CONTENT + 1)
            ),
            pen.arrow((116, y), (134, y)),
        ]
    maps = (((0.1, 0.8, 0.2), (0.5, 0.9, 0)), ((0.2, 0.7, 0.1), (0.6, 0.9, 0.1)))
    places += [
        pen.levels(140, 24, maps[0], 17, "other"),
        pen.levels(140, 112, maps[1], 17, "accent"),
        *(pen.line((148.5 + 17 * n, 60), (148.5 + 17 * n, 110), "double") for n in range(3)),
        pen.text(200, 40, STYLE_LAYERS[CONTENT], "", "start"),
        pen.text(200, 76, "place by place:", "soft", "start"),
        pen.text(200, 93, f"J{pen.sub('content')}", "maths", "start"),
        pen.polyline([(168, 150), (168, 162), (22, 162), (22, 154)], "warn"),
        pen.arrow((22, 160), (22, 150), "warn"),
        pen.text(186, 160, "gradient: G moves", "soft", "start"),
    ]
    return (
        Panel(
            "Style picture S and painting G pass through one network; at five layers their Gram "
            "matrices are compared",
            210,
            grams,
            "J<sub>style</sub>: at five taps, how strongly channels fire together, in S and in G. "
            "Where they fire does not matter.",
        ),
        Panel(
            "Content C and painting G at one deep layer: maps are compared place by place, and the "
            "gradient moves the pixels of G",
            176,
            places,
            "J<sub>content</sub>: at one deep layer, what is where, in C and in G. No weight of "
            "the network changes: G does.",
        ),
    )


def _canvas(x: float, y: float, kind: str) -> str:
    return pen.box(x, y, 40, 40, f"canvas {kind}", 6)


def _gram(tap: int, shift: int) -> list[list[float]]:
    """A symmetric matrix, another one a tap."""
    values = [((3 * tap + 2 * n * n + n + shift) % 7) / 7 for n in range(5)]
    return [[1.0 if i == j else values[i + j] for j in range(3)] for i in range(3)]


@dataclass(frozen=True)
class Row:
    """A layer in the drawing of receptive fields, along one axis.

    Attributes:
        name: of the layer.
        field: how its positions lie on the input.
        seen: half-open interval of its positions that one position of the top layer sees.
    """

    name: str
    field: ReceptiveField
    seen: tuple[int, int]


def field_of(layer: str) -> ReceptiveField:
    """What one position of a layer of the painter's network sees."""
    field = PIXEL
    for name, (kernel, stride, before) in LAYERS.items():
        field = through(field, kernel, stride, before)
        if name == layer:
            break
    return field


def rows(top: int = 4) -> list[Row]:
    """The input and the drawn layers, with what position `top` of the last one sees of each."""
    fields = {"input": PIXEL} | {name: field_of(name) for name in DRAWN}
    names = list(fields)
    found = []
    for place, name in enumerate(names):
        above = PIXEL
        for later in names[place + 1 :]:
            above = through(above, *LAYERS[later])
        found.append(Row(name, fields[name], window(above, top)))
    return found


def inside() -> tuple[Panel, ...]:
    """The receptive field grows from layer to layer."""
    cone: list[str] = []
    drawn = rows()
    for place, row in enumerate(reversed(drawn)):
        y = 10 + 30 * place
        size, stride = row.field.size, row.field.stride
        count = PIXELS // stride
        start = LEFT + (row.field.offset - stride / 2 + 0.5) * CELL
        first, last = row.seen
        cone += [
            pen.text(0, y + 7, row.name, "small", "start"),
            *(
                pen.box(start + n * stride * CELL, y, stride * CELL, 14, "level whole", 0)
                for n in range(max(first, 0), min(last, count))
            ),
            pen.grid(start, y, count, 1, stride * CELL, "grid row"),
            pen.text(318, y + 7, f"{size} px" if place < len(drawn) - 1 else "", "", "end"),
        ]
    bars = []
    names = [name for name in LAYERS if name.startswith("conv")]
    largest = field_of(names[-1]).size
    for place, name in enumerate(names):
        size, y = field_of(name).size, 4 + 19 * place
        bars += [
            pen.text(0, y + 7, name, "small", "start"),
            pen.box(LEFT, y, 200 * size / largest, 13, "level whole", 2),
            pen.text(LEFT + 6 + 200 * size / largest, y + 7, f"{size} px", "", "start"),
        ]
    return (
        Panel(
            f"One position of {drawn[-1].name} sees {drawn[-1].field.size} pixels of the input, "
            "more from layer to layer",
            188,
            cone,
            f"One position of {drawn[-1].name}, and all it hears of: 3 places of the layer below, "
            f"{drawn[-1].field.size} pixels of the input. A pool doubles the stride.",
        ),
        Panel(
            "How many pixels along each axis one position of every layer of the painter's network "
            "sees",
            178,
            bars,
            "How wide one position sees, layer by layer, in the painter's network.",
        ),
    )


def pairs() -> tuple[Panel, ...]:
    """One entry of the Gram matrix: two maps multiplied place by place and added up."""
    product = np.multiply(FIRST, SECOND)
    parts = []
    for x, values, name in ((4, FIRST, "i"), (104, SECOND, "j"), (204, product, "")):
        largest = np.max(values)
        parts += [
            pen.levels(x, 34, (np.asarray(values) / largest / 1.6).tolist(), 24, "accent"),
            *(
                pen.text(x + 12 + 24 * column, 46 + 24 * row, str(value))
                for row, line in enumerate(values)
                for column, value in enumerate(line)
            ),
        ]
        if name:
            parts.append(pen.text(x + 36, 18, f"unit {name}"))
    parts += [
        pen.text(90, 70, "×", "large"),
        pen.text(190, 70, "=", "large"),
        pen.text(240, 18, "both fire", "soft"),
        pen.text(240, 124, f"sum: G{pen.sub('ij')}<tspan dy='-3'> = {product.sum()}</tspan>"),
    ]
    return (
        Panel(
            f"The maps of two units, multiplied place by place and added up: {product.sum()}, one "
            "entry of the Gram matrix",
            140,
            parts,
            "Where both units fire, the product is large. Where it happens is lost in the sum: "
            "that is why it is style, and not content.",
        ),
    )


def dream() -> tuple[Panel, ...]:
    """The picture is moved up the slope of a unit's activation."""
    noise = [[((7 * i * i + 5 * j * j + 3 * i * j) % 10) / 14 for j in range(7)] for i in range(7)]
    shapes = [
        pen.levels(8, 26, noise, 9, "other"),
        pen.text(40, 104, "picture x", "soft"),
        pen.arrow((76, 57), (104, 57)),
        *(pen.box(110 + 18 * n, 28 + 5 * n, 13, 58 - 10 * n, "sheet other", 2) for n in range(4)),
        pen.arrow((184, 57), (212, 57)),
        pen.circle((232, 57), 15, "neuron"),
        pen.text(232, 57, "k", "maths paper"),
        pen.text(256, 50, "activation", "", "start"),
        pen.text(256, 66, f"a{pen.sub('k')}<tspan dy='-3'>(x)</tspan>", "maths", "start"),
        pen.polyline([(232, 76), (232, 128), (40, 128)], "warn"),
        pen.arrow((40, 128), (40, 114), "warn"),
        pen.text(136, 142, f"x + η ∂a{pen.sub('k')}<tspan dy='-3'>/∂x</tspan>", "maths warn"),
    ]
    return (
        Panel(
            "A picture passes through the network to unit k; the gradient of its activation comes "
            "back and changes the picture",
            154,
            shapes,
            "Not the weights are moved but the picture, uphill, step by step.",
        ),
    )


def cover() -> tuple[Panel, ...]:
    """A patch slides; the unit falls silent where what it saw is covered."""
    answers: Sequence[tuple[float, float, float]] = ((6, 52, 0.95), (20, 22, 0.15), (44, 54, 0.9))
    shapes = []
    for place, (across, down, answer) in enumerate(answers):
        x = 14 + 104 * place
        shapes += [
            pen.photo(x, 4, 84),
            pen.box(x + across, 4 + down, 26, 26, "lid", 2),
            pen.line((x, 150), (x + 84, 150)),
            pen.box(x + 30, 150 - 44 * answer, 24, 44 * answer, "level whole", 2),
            pen.text(x + 42, 164, f"{answer:.2f}", "soft"),
        ]
    shapes.append(pen.text(0, 100, f"a{pen.sub('k')}", "maths", "start"))
    return (
        Panel(
            "A patch at three places of a photo, and how a unit that looks for an eye answers: it "
            "falls silent where the eye is covered",
            174,
            shapes,
            "A unit that looks for eyes: covering chin or cheek changes little, covering the eye "
            "silences it. One such number a place is the map.",
        ),
    )


def attribution() -> tuple[Panel, ...]:
    """Maps weighed by the mean slope and added up; the way from a baseline to the photo."""
    maps = (
        ((0, 0.9, 0.6), (0, 0.8, 0.5), (0, 0, 0)),
        ((0, 0, 0), (0.7, 0, 0), (0.9, 0.4, 0)),
        ((0.2, 0, 0), (0, 0, 0.8), (0, 0.3, 0.9)),
    )
    weighed: list[str] = []
    for number, (rows, weight) in enumerate(zip(maps, ("· 0.8", "· 0", "· −0.3"), strict=True)):
        x = 4 + 72 * number
        weighed += [
            pen.levels(x, 24, rows, 16, "other"),
            pen.text(x + 24, 10, f"A{pen.sub(str(number + 1))}", "maths"),
            pen.text(x + 24, 88, weight, "maths"),
        ]
        weighed.append(pen.text(x + 60, 48, "+" if number < 2 else "=", "maths"))
    summed = ((0, 0.75, 0.5), (0, 0.65, 0), (0, 0, 0))
    weighed += [pen.levels(230, 24, summed, 16, "accent"), pen.text(254, 88, "Σ w A", "maths")]
    way: list[str] = []
    for number in range(5):
        x = 6 + 64 * number
        way += [pen.photo(x, 12, 44), pen.box(x, 12, 44, 44, "lid", 2) if number == 0 else ""]
        if number:
            way.append(pen.arrow((x - 17, 34), (x - 3, 34), "accent"))
        way.append(pen.text(x + 22, 72, ("x′", "", "", "", "x")[number], "maths"))
    way.append(pen.text(160, 94, "the gradient of y, point by point, added up", "soft"))
    return (
        Panel(
            "Three maps of a layer, each times the mean gradient of the unit over it, add up "
            "to one",
            100,
            weighed,
            "A map that raises the unit counts, one that does not is left out, one that lowers it "
            "is subtracted.",
        ),
        Panel(
            "From a baseline that says nothing to the photo, in small steps",
            104,
            way,
            "What the gradients add up to on the way is exactly what the photo has more than the "
            "baseline.",
        ),
    )
