"""Styles laid stroke by stroke: oil, knife, dots and thread."""

import numpy as np
from PIL import ImageDraw

from training.styles.canvas import (
    SIDE,
    Easel,
    X,
    Y,
    along,
    at,
    grain,
    image,
    lit,
    mix,
    noise,
    palette,
    paths,
    ramp,
    rgb,
    scatter,
    soft,
    step,
)


def aurora(rng) -> np.ndarray:
    """Northern lights in thick oil over black mountains and a lake."""
    drift = X + 0.1 * (noise(rng, 2.5, 2, 2) - 0.5)
    mirror = np.where(Y > 0.74, 1.48 - Y, Y)
    depth = mirror / 0.7 + 0.3 * noise(rng, 5) - 0.15
    sky = ramp(["#070b2c", "#101c55", "#1c3a80", "#24608c"], depth)
    glow = ["#f4fbc0", "#a8ee7a", "#35c48c", "#1f8fa8", "#5a4fb8", "#b8459f", "#3a2068"]
    curtains = [(0.2, 6, 0.4, 0.2), (0.33, 4.4, 2.9, 0.27), (0.52, 6.5, 4.6, 0.34)]
    for level, pace, phase, tall in curtains:
        hem = level + 0.085 * np.sin(pace * drift + phase) + 0.03 * np.sin(23 * drift + phase)
        above = (hem - mirror) / (tall * (0.7 + 0.6 * noise(rng, 12, 1, 2)[:1]))
        light = step(above, -0.08, 0.02) * (1 - step(above, 0.35, 1.1))
        light = light * (0.8 + 0.2 * np.sin(60 * drift))
        sky = mix(sky, ramp(glow, above), light)
    peaks = 0.66 - 0.2 * noise(rng, 4, 1, 5)[:1] * (0.5 + abs(X[:1] - 0.5))
    ridge = np.sin(X * 40 + 12 * noise(rng, 5))
    snow = 0.55 + 0.42 * ridge - 3.2 * (mirror - peaks)
    face = ramp(["#0a0e30", "#1f2c66", "#4f74a8", "#e4f8dc"], snow)
    target = mix(sky, face, step(mirror - peaks, 0, 0.005))
    ripple = step(np.sin(110 * Y + 14 * noise(rng, 4, 12, 2)), -0.3, 0.5) * (Y > 0.74)
    target = mix(target, target * 0.4 + rgb("#030a24"), 0.8 * ripple)
    slope = np.where(ridge > 0, 1.0, -1.0)
    angle = np.pi / 2 + 1.3 * (noise(rng, 2.5, octaves=2) - 0.5)
    angle = np.where(mirror > peaks, slope, angle)
    angle = np.where(Y > 0.74, 0.18 * np.sin(14 * X + 30 * Y), angle)
    easel = Easel(soft(target, 6) * 0.7)
    easel.brush(rng, target, angle, 22, 110, 30, 8, 10)
    easel.brush(rng, target, angle, 14, 58, 15, 6, 13)
    return easel.dry(0.035)


def flow_field(rng) -> np.ndarray:
    """Wind and suns in strokes that follow a field of whirls."""
    stream = 2.2 * Y + 0.55 * noise(rng, 2.2, octaves=2)
    suns = [(0.26, 0.27, 0.13), (0.74, 0.2, 0.08), (0.62, 0.58, 0.15), (0.12, 0.78, 0.09)]
    suns += [(0.92, 0.74, 0.1), (0.4, 0.9, 0.07)]
    glow = np.zeros_like(stream)
    for turn, (x, y, size) in enumerate(suns):
        far = np.hypot(X - x, Y - y)
        stream = stream + (-1) ** turn * 0.9 * size * np.log(far**2 + (0.3 * size) ** 2)
        glow = np.maximum(glow, np.exp(-((far / size) ** 2)))
    bands = 0.5 + 0.5 * np.sin(stream * 34 + 5 * noise(rng, 6, octaves=2))
    night = ramp(["#12204f", "#1d3f86", "#2f77a8", "#5fb3b3", "#cfe3c0"], bands)
    day = ramp(["#a3481c", "#e2902a", "#f7c948", "#fff3b8"], 0.25 + 0.6 * glow + 0.2 * bands)
    target = mix(night, day, step(glow, 0.3, 0.75))
    easel = Easel(soft(target, 8))
    easel.brush(rng, target, along(stream), 20, 120, 26, 8, 12)
    easel.brush(rng, target, along(stream), 13, 74, 14, 6, 14)
    return easel.dry(0.035)


def knife_hills(rng) -> np.ndarray:
    """Fields under a rose sky in slabs of palette-knife paint."""
    sky = ramp(["#f4c9a0", "#f2a98c", "#d98a9a", "#8d8fc0", "#f3d9b4"], noise(rng, 2, 5, 3))
    target, angle = sky, 0.5 * (noise(rng, 3, 3, 2) - 0.5)
    fields = [
        (0.30, 0.05, ["#6a7fb5", "#8fa5c9", "#5a6aa0"]),
        (0.40, 0.07, ["#3f7f86", "#74a893", "#2e5f73"]),
        (0.52, 0.08, ["#d9a22e", "#f2c94c", "#b5651d", "#e8b04a"]),
        (0.65, 0.07, ["#4a7a3a", "#8fae3e", "#24523f", "#c9c34f"]),
        (0.80, 0.09, ["#c23b22", "#e86a33", "#7d1f2f", "#f0a05a", "#3f5a2a"]),
    ]
    for level, swell, colours in fields:
        crest = level + swell * (noise(rng, 2.2, 1, 2)[:1] * 2 - 1)
        below = step(Y - crest, 0, 0.004)
        rows = 0.5 + 0.5 * np.sin((X * rng.uniform(-30, 30) + (Y - crest) * 70) + 6 * noise(rng, 4))
        patch = ramp(colours, 0.6 * rows + 0.4 * noise(rng, 5, 9, 2))
        target = mix(target, patch * (1.08 - 0.9 * np.clip(Y - crest, 0, 0.3))[..., None], below)
        slope = np.arctan(np.gradient(crest[0]) * SIDE)[None]
        angle = np.where(below > 0.5, slope * 1.4 + rng.uniform(-0.15, 0.15), angle)
    angle = angle + 0.7 * (noise(rng, 12, octaves=2) - 0.5)
    easel = Easel(target * 0.8)
    easel.brush(rng, target, angle, 34, 130, 56, 14, 12)
    easel.brush(rng, target, angle, 27, 78, 34, 9, 14)
    return easel.dry(0.045, 1.3)


def pointillism(rng) -> np.ndarray:
    """A river at dusk in touches of pure colour."""
    target = ramp(["#7aa7e0", "#a9c4ec", "#f6e2a0", "#f9b872", "#ee8d7a"], Y / 0.55)
    for level, swell, colours in [
        (0.42, 0.06, ["#7f7fc4", "#9a8fcf"]),
        (0.50, 0.05, ["#3f8f7f", "#6fae5a"]),
    ]:
        crest = level + swell * (noise(rng, 4, 1, 3)[:1] * 2 - 1)
        target = mix(target, ramp(colours, noise(rng, 8)), step(Y - crest, 0, 0.01))
    ripple = np.sin(60 * Y + 8 * noise(rng, 3, 8))
    water = ramp(["#f2a06a", "#f6d98e", "#6f9fd8", "#3c5fae"], (Y - 0.56) / 0.44 + 0.13 * ripple)
    target = mix(target, water, step(Y, 0.555, 0.56))
    bank = step(Y + 0.28 * X**2 - 0.42 * X + 0.1 * noise(rng, 3), 0.8, 0.82)
    target = mix(target, ramp(["#2f6b3a", "#8fb53a", "#e0c23e"], noise(rng, 7)), bank)
    for x, y, size in [(0.16, 0.3, 0.2), (0.03, 0.42, 0.17), (0.87, 0.4, 0.13), (0.3, 0.46, 0.09)]:
        far = np.hypot((X - x) * 1.1, Y - y) / size + 0.5 * (noise(rng, 7) - 0.5)
        sun = np.clip(0.5 + (X - x - Y + y) / size / 2.4, 0, 1)
        leaves = ramp(["#1f3f6b", "#2f7a4f", "#a8c23e", "#f4d648"], sun)
        target = mix(target, leaves, 1 - step(far, 0.9, 1))
        trunk = step(-abs(X - x - 0.02 * np.sin(9 * Y)), -0.014, -0.01)
        trunk = trunk * (abs(Y - y - 0.95 * size) < 0.95 * size)
        target = mix(target, rgb("#4a2f5f"), trunk)
    pure = palette(
        "#1f3a93 #3f6fd8 #7fb4f0 #5a3f9f #a77fd0 #e0567a #f28a6a #f6a63c #fbe06a #fff3c4 "
        "#b8d24a #4fa04a #1f6b4f #3fb0a8 #c23b3b"
    )
    picture = image(np.broadcast_to(rgb("#e9dcc0"), (SIDE, SIDE, 3)))
    draw = ImageDraw.Draw(picture)
    for spacing, radius in [(9, 7.0), (10, 6.2), (13, 5.2)]:
        points = scatter(rng, spacing)
        wanted = at(target, points) + rng.normal(0, 34, (len(points), 3))
        nearest = ((wanted[:, None] - pure) ** 2).sum(axis=-1).argmin(axis=1)
        tones = pure[nearest] * 0.75 + at(target, points) * 0.25
        radii = rng.uniform(0.7, 1.15, len(points)) * radius
        for (x, y), tone, r in zip(points, tones.astype(int), radii, strict=True):
            draw.ellipse((x - r, y - r * 0.85, x + r, y + r * 0.85), fill=tuple(tone))
    height = soft(np.asarray(picture.convert("L"), float), 1)
    return lit(np.asarray(picture, float), height, 0.003)


def embroidery(rng) -> np.ndarray:
    """Flowers in long satin stitches on midnight cloth."""
    stream = noise(rng, 3, octaves=2)
    target = ramp(["#0f1c3f", "#17325c", "#1f4f6b", "#3f3f8c"], 0.5 + 0.5 * np.sin(stream * 40))
    angle = along(stream)
    leaf = np.sin(stream * 23 + 1.2)
    leaves = ramp(["#1f5f4a", "#4f9f5f", "#b5c96a"], noise(rng, 6))
    target = mix(target, leaves, step(leaf, 0.72, 0.78))
    flowers = [
        (0.30, 0.30, 0.25, 8, ["#7d1130", "#d4264f", "#f58aa0", "#fbd3c8"]),
        (0.76, 0.62, 0.24, 7, ["#b5471a", "#f08a24", "#fbc94f", "#fff0b8"]),
        (0.24, 0.80, 0.19, 6, ["#3f2a8c", "#7a5fd0", "#b9a8f0", "#efe4ff"]),
        (0.78, 0.17, 0.17, 9, ["#0f6f7f", "#2fb0b0", "#9fe0d0", "#f0fbe4"]),
        (0.52, 0.50, 0.09, 5, ["#c9a83a", "#f3e3a0", "#fffbe8"]),
        (0.53, 0.93, 0.10, 6, ["#a8204a", "#f06a7a", "#ffd9c9"]),
        (0.03, 0.56, 0.11, 6, ["#d0722a", "#f7b84f", "#fff0c0"]),
        (0.99, 0.38, 0.11, 6, ["#a8204a", "#f06a7a", "#ffd9c9"]),
    ]
    for x, y, size, petals, colours in flowers:
        turn = np.arctan2(Y - y, X - x)
        far = np.hypot(X - x, Y - y) / size
        lobe = 0.45 + 0.55 * np.abs(np.cos(petals / 2 * turn + x * 9)) ** 0.6
        inside = far < lobe
        petal = ramp(colours, np.clip(far / lobe + 0.12 * np.sin(turn * 40), 0, 1))
        petal = petal * (0.5 + 0.5 * step(lobe, 0.5, 0.9))[..., None]
        target = np.where(inside[..., None], petal, target)
        angle = np.where(inside, turn + 0.25 * np.sin(petals * turn), angle)
        core = far < 0.2
        target = np.where(core[..., None], ramp(["#3a1a0f", "#f2c230"], far / 0.2), target)
        angle = np.where(core, turn + np.pi / 2, angle)
    return stitch(rng, target, angle)


def stitch(rng, target: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """A target sewn with shiny threads along the angle."""
    easel = Easel(target * 0.5)
    ink, clay = ImageDraw.Draw(easel.picture), ImageDraw.Draw(easel.relief)
    for spacing in (15, 14, 13):
        starts = scatter(rng, spacing)
        lines = paths(starts, angle, rng.uniform(38, 62, len(starts)), 4)
        tones = at(target, lines[:, 1]) + rng.normal(0, 11, (len(starts), 1))
        for line, tone in zip(lines, tones, strict=True):
            points = [tuple(point) for point in line.tolist()]
            for share, width in [(0.45, 11), (0.95, 8), (1.22, 3)]:
                ink.line(points, tuple(np.clip(tone * share, 0, 255).astype(int)), width)
            clay.line(points, 110, 9)
            clay.line(points, 190, 4)
    return easel.dry(0.01) + 3 * grain(rng)[..., None]
