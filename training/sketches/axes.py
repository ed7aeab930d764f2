"""Sketches of sliding windows: along any axes, over a sound, over a heartbeat."""

import numpy as np

from faceweb.signals.convolution import output_length
from training.sketches import pen
from training.sketches.pen import Panel

SIZE, TAPS = 14, 5
# Positions of a filter of sounds.
MOMENTS = 11


def convolution() -> tuple[Panel, ...]:
    """The same window over one, two and three axes."""
    length = output_length(SIZE, TAPS)
    cell = 13.0
    line = [
        pen.box(10, 16, TAPS * cell, cell, "level whole", 0),
        pen.grid(10, 16, SIZE, 1, cell, "grid row"),
        pen.arrow((10 + TAPS * cell / 2, 32), (10 + cell / 2 + 2 * cell, 66), "accent"),
        pen.box(10 + 2 * cell, 70, cell, cell, "level whole", 0),
        pen.grid(10 + 2 * cell, 70, length, 1, cell, "grid row"),
        pen.arrow((14 + TAPS * cell, 8), (60 + TAPS * cell, 8), "soft"),
        pen.text(206, 22, f"{SIZE} positions", "", "start"),
        pen.text(206, 76, f"{length} places", "", "start"),
    ]
    small = 8.0
    plane = [
        pen.box(6, 10, TAPS * small, TAPS * small, "level whole", 0),
        pen.grid(6, 10, SIZE, SIZE, small),
        pen.arrow((130, 66), (166, 66)),
        pen.box(178, 26, small, small, "level whole", 0),
        pen.grid(178, 26, length, length, small),
        pen.text(62, 134, f"{SIZE} × {SIZE}"),
        pen.text(218, 118, f"{length} × {length}"),
        pen.text(148, 52, f"{TAPS} × {TAPS}", "accent"),
    ]
    side = 84.0
    solid = [
        pen.cube(10, 42, side),
        pen.cube(10, 42, side * TAPS / SIZE, "accent"),
        pen.arrow((140, 78), (172, 78)),
        pen.text(156, 62, f"{TAPS} × {TAPS} × {TAPS}", "accent"),
        pen.cube(202, 58, side * length / SIZE),
        pen.cube(202, 58, side / SIZE, "accent"),
        pen.text(66, 142, f"{SIZE} × {SIZE} × {SIZE}"),
        pen.text(236, 142, f"{length} × {length} × {length}"),
    ]
    return (
        Panel(
            f"One axis: a window of {TAPS} slides over {SIZE} positions and has {length} places",
            92,
            line,
            "One axis: a heartbeat, a sound.",
        ),
        Panel(
            f"Two axes: a window of {TAPS} x {TAPS} slides over {SIZE} x {SIZE} positions",
            144,
            plane,
            "Two axes: a picture.",
        ),
        Panel(
            f"Three axes: a cube of {TAPS} x {TAPS} x {TAPS} slides through {SIZE} x {SIZE} x "
            f"{SIZE} positions",
            152,
            solid,
            "Three axes: a scan, a film. Each axis is asked alone: "
            f"{SIZE} − {TAPS} + 1 = {length}.",
        ),
    )


def sound() -> tuple[Panel, ...]:
    """A spectrogram is a signal of many channels; a filter spans them all and slides in time."""
    rows, columns, cell = 8, 18, 13.0
    heard = [[_loud(row, column) for column in range(columns)] for row in range(rows)]
    left, top, start = 78.0, 10.0, 2
    places = output_length(columns, MOMENTS)
    begins, below = left + cell * (MOMENTS // 2), top + rows * cell + 38
    middle = begins + cell * (start + 0.5)
    shapes = [
        pen.levels(left, top, heard, cell, "other"),
        pen.box(left + start * cell, top - 4, MOMENTS * cell, rows * cell + 8, "window"),
        pen.arrow((left + 13.4 * cell, top + 52), (left + 16 * cell, top + 52), "accent"),
        pen.text(left - 8, top + 44, "513", "", "end"),
        pen.text(left - 8, top + 60, "channels", "soft", "end"),
        pen.arrow((middle, top + rows * cell + 7), (middle, below - 4), "accent"),
        pen.box(begins + start * cell, below, cell, cell, "level whole", 0),
        pen.grid(begins, below, places, 1, cell, "grid row"),
        pen.text(left - 8, below + 6, "one filter", "soft", "end"),
        pen.text(middle + 8, top + rows * cell + 20, f"{MOMENTS} moments", "", "start"),
        pen.text(left + columns * cell, below + 6, "time →", "soft", "end"),
    ]
    return (
        Panel(
            "A spectrogram, 513 frequencies as channels over time; a filter spans all channels and "
            "11 moments, slides along time alone and makes one new channel",
            172,
            shapes,
            "One axis, time. The frequencies are channels, as red, green and blue are of a "
            "picture: a filter spans them all.",
        ),
    )


def _loud(row: int, column: int) -> float:
    """A rising tone with its overtone, and a beat every sixth moment."""
    tone = 6 - column // 5
    loud = 0.9 if row == tone else 0.45 if row == tone - 3 else 0.0
    return max(loud, 0.3 if column % 6 == 0 else 0.0)


def heartbeat(count: int = 150) -> np.ndarray:
    """One beat, P to T, as a sum of Gaussian waves."""
    times = np.linspace(0, 1, count)
    waves = ((0.2, 0.14, 0.030), (0.37, -0.15, 0.012), (0.4, 1.0, 0.014), (0.43, -0.25, 0.013))
    shape = sum(
        height * np.exp(-((times - at) ** 2) / (2 * wide**2))
        for at, height, wide in (*waves, (0.68, 0.3, 0.05))
    )
    return np.asarray(shape)


def ecg() -> tuple[Panel, ...]:
    """A filter along a heartbeat; a beat as a point and its distance to the median."""
    beat = heartbeat()
    taps = np.array([-1, -2, -1, 0, 1, 2, 1, 0, 0], float)
    said = np.maximum(np.correlate(beat, taps, "same"), 0)
    xs = 12 + np.arange(len(beat)) * 2.0
    at = int(said.argmax())
    along = [
        pen.box(xs[at] - 9, 8, 18, 88, "window"),
        pen.polyline(zip(xs, 84 - 64 * beat, strict=True)),
        pen.arrow((xs[at] + 14, 20), (xs[at] + 40, 20), "accent"),
        pen.text(xs[at] + 46, 20, "a filter of 9 samples", "", "start"),
        pen.arrow((xs[at], 99), (xs[at], 112), "accent"),
        pen.polyline(zip(xs, 150 - 36 * said / said.max(), strict=True), "accent"),
        pen.text(318, 136, "what it says: “rising”", "accent", "end"),
    ]
    middle, spread = (100.0, 84.0), 62.0
    usual = [(84, 70), (112, 64), (122, 92), (94, 104), (78, 92), (108, 112), (130, 74), (100, 66)]
    points = [
        pen.circle(middle, spread, "ring"),
        *(pen.dot((float(x), float(y)), "other") for x, y in usual),
        pen.line(middle, (232.0, 48.0), "warn dashed"),
        pen.dot(middle, "accent"),
        pen.text(middle[0], middle[1] + 16, "median"),
        pen.dot((232.0, 48.0), "warn"),
        pen.text(232, 30, "unusual", "warn"),
        pen.text(200, 76, "distance", "soft"),
        pen.text(176, 140, "five spreads", "soft", "start"),
        pen.line((172, 138), (152, 120), "soft"),
    ]
    return (
        Panel(
            "A filter of nine samples slides along a heartbeat and answers most where the trace "
            "rises to R",
            158,
            along,
            "A filter slides along the one axis there is and answers where the trace looks like "
            "itself. The page learns 40 of them.",
        ),
        Panel(
            "Each beat is a point, all that the filters say of it; the unusual one lies far from "
            "the median",
            164,
            points,
            "All that the filters say of a beat is a point. Far from the median is unusual, not "
            "ill.",
        ),
    )
