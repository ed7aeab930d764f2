"""Styles that come off a block, a screen or a pair of scissors."""

import numpy as np

from training.styles.canvas import (
    SIDE,
    X,
    Y,
    cells,
    grain,
    mix,
    noise,
    palette,
    ramp,
    rgb,
    scatter,
    shift,
    soft,
    stencil,
    step,
)


def woodblock(rng) -> np.ndarray:
    """Rows of curling waves in Prussian blue under a vermilion sun."""
    picture = ramp(["#2d5f8a", "#a9c3c0", "#efe3c4", "#f2cfa0"], Y / 0.4)
    sun = np.hypot(X - 0.7, Y - 0.22)
    picture = mix(picture, ramp(["#e2562f", "#c93a26"], Y / 0.35), 1 - step(sun, 0.128, 0.131))
    cloud = np.sin(Y * 105 + 2.2 * np.sin(X * 5)) * noise(rng, 2, 8, 2)
    picture = mix(picture, rgb("#f6ecd2"), 0.75 * step(cloud, 0.42, 0.45))
    rows = 9
    for row in range(rows):
        picture = wave(rng, picture, row / (rows - 1))
    wood = np.sin(noise(rng, 1.5, 5, 2) * 170 + 3 * noise(rng, 2, 120, 1))
    picture = picture * (1 + 0.045 * wood + 0.03 * grain(rng))[..., None]
    return mix(picture, rgb("#efe3c4"), 0.16 * step(noise(rng, 60, 160, 2), 0.6, 0.8))


def wave(rng, picture: np.ndarray, depth: float) -> np.ndarray:
    """One row of waves: graded water, carved lines, scalloped foam and a key line."""
    period = 0.17 + 0.3 * depth
    height = 0.05 + 0.1 * depth
    crest = 0.35 + 0.6 * depth**1.15 + 0.03 * np.sin(X * 5 + depth * 9)
    tip = np.clip(crest - Y, -height, height) / height
    lean = X + 0.1 * period * np.sin(2 * np.pi * X / period * 0.7 + depth * 40)
    lean = lean - period * (0.12 * tip + 0.16 * tip * np.abs(tip))
    phase = (lean / period + rng.random()) % 1
    rise = height * (1 - 1.7 * (1 - (1 - np.abs(2 * phase - 1)) ** 2.2))
    below = Y - crest + rise
    blues = ["#12304f", "#1d4f7c", "#3f7fa3", "#8fb8b8", "#dfe3cc"]
    water = ramp(blues, np.clip(0.95 - below / (0.09 + 0.12 * depth) + 0.1 * depth, 0, 1))
    carved = np.sin(below * (420 - 190 * depth) + 1.5 * np.sin(phase * 6.3))
    water = mix(water, rgb("#12304f"), 0.75 * step(carved, 0.45, 0.7) * step(below, 0.012, 0.03))
    scallop = np.abs(np.sin(lean * (150 - 75 * depth))) * (0.012 + 0.012 * depth)
    foam = 1 - step(below - scallop - 0.5 * rise.clip(0), 0.004, 0.007)
    water = mix(water, rgb("#f4ead0"), foam)
    rim = np.abs(below - scallop - 0.5 * rise.clip(0) - 0.006)
    water = mix(water, rgb("#10243f"), 1 - step(rim, 0.0012, 0.0028))
    line = 1 - step(np.abs(below), 0.0015, 0.0032)
    return mix(mix(picture, water, step(below, 0, 0.0015)), rgb("#10243f"), line)


def frond(rng, x: float, y: float, turn: float, length: float, lobes: int) -> np.ndarray:
    """The outline of a lobed leaf, as if cut in one pass of the scissors."""
    t = np.linspace(0, 1, 60 * lobes)
    finger = np.abs(np.sin(np.pi * lobes * t)) ** 0.65
    half = length * (0.05 + 0.3 * finger * np.sin(np.pi * (0.12 + 0.85 * t)) ** 0.7)
    bend = rng.uniform(-0.5, 0.5) * t**2 * length
    reach = t * length + 0.35 * half
    left = np.stack([reach, bend - half], axis=-1)
    right = np.stack([reach, bend + half * rng.uniform(0.85, 1.1)], axis=-1)[::-1]
    outline = np.concatenate([left, right])
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return (outline @ spin + (x, y)) * SIDE


def lay(rng, picture: np.ndarray, mask: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """A painted sheet cut to the mask, with its shadow on what lies under it."""
    shadow = shift(soft(mask, 7), 8, 6) * (1 - mask)
    gouache = 1 + 0.3 * (noise(rng, 5, 50, 2) - 0.5) + 0.16 * (noise(rng, 3) - 0.5)
    edge = 1 + 0.1 * (mask - shift(mask, 2, 2))
    sheet = colour * (gouache * edge)[..., None]
    return mix(picture * (1 - 0.5 * shadow)[..., None], sheet, mask)


def cut_paper(rng) -> np.ndarray:
    """Leaves cut from painted paper, laid on blocks of colour."""
    picture = np.ones((SIDE, SIDE, 3)) * rgb("#f3e6cb")
    blocks = "#1f4fb0 #f2b632 #e8574a #f3e6cb #14806f #f08fa5 #26336b #9cc4e8"
    columns = [-0.1, 0.3, 0.64, 1.1]
    rows = [[-0.1, 0.42, 0.75, 1.1], [-0.1, 0.3, 0.66, 1.1], [-0.1, 0.5, 1.1]]
    boxes = [
        (columns[c], a, columns[c + 1], b)
        for c in range(3)
        for a, b in zip(rows[c], rows[c][1:], strict=False)
    ]
    for (x0, y0, x1, y1), colour in zip(boxes, palette(blocks), strict=True):
        corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
        corners = corners + rng.uniform(-0.012, 0.012, (4, 2))
        picture = lay(rng, picture, soft(stencil([corners * SIDE]), 0.6), colour)
    leaves = palette(
        "#f3e6cb #14806f #f2b632 #f3e6cb #e8574a #1f4fb0 #f08fa5 #9cc4e8 "
        "#26336b #f3e6cb #f08fa5 #f2b632 #9cc4e8 #f3e6cb #26336b #e8574a"
    )
    spots = np.array([(i % 4 + 0.5, i // 4 + 0.5) for i in range(16)]) / 4
    for spot in rng.permutation(16):
        (x, y), colour = spots[spot], leaves[spot]
        turn, length = rng.uniform(0, 2 * np.pi), rng.uniform(0.24, 0.42)
        x, y = x - 0.5 * length * np.cos(turn), y - 0.5 * length * np.sin(turn)
        leaf = frond(rng, x, y, turn, length, int(rng.integers(4, 8)))
        picture = lay(rng, picture, soft(stencil([leaf]), 0.6), colour)
    return picture * (1 + 0.025 * grain(rng, 1.2))[..., None]


def halftone(rng) -> np.ndarray:
    """Bright balls and rays through a coarse four-colour screen."""
    turn = np.arctan2(Y - 0.95, X - 0.1)
    rays = step(np.sin(turn * 26), -0.25, 0.25)
    warm = ramp(["#ffe14a", "#ff9a2e", "#f2387a"], Y)
    picture = mix(warm, ramp(["#2fc4e0", "#3f5fd8", "#6a2fb0"], Y), rays)
    balls = [
        (0.33, 0.36, 0.27, ["#fff6c8", "#ff5a4a", "#8c1050"]),
        (0.76, 0.62, 0.22, ["#f4fff0", "#2fd0a0", "#0f3f7f"]),
        (0.80, 0.18, 0.14, ["#fffbe0", "#ffc21f", "#d0401f"]),
        (0.28, 0.82, 0.15, ["#fff0fb", "#f06fc0", "#4a1f9f"]),
        (0.52, 0.93, 0.09, ["#f0fbff", "#4fa0ff", "#14206f"]),
    ]
    for x, y, size, colours in balls:
        far = np.hypot(X - x, Y - y) / size
        shadow = np.hypot(X - x - 0.035, Y - y - 0.035) / size
        picture = picture * (1 - 0.6 * (1 - step(shadow, 0.9, 1.1)))[..., None]
        shade = np.hypot(X - x + 0.35 * size, Y - y + 0.4 * size) / size / 1.45
        picture = mix(picture, ramp(colours, shade), 1 - step(far, 0.985, 1))
    light = picture / 255
    black = 1 - light.max(axis=-1)
    colour = 1 - light / (1 - black[..., None] + 1e-6)
    sheet = np.ones((SIDE, SIDE, 3)) * rgb("#f8f1df")
    inks = [
        ("#00a4dc", 15, colour[..., 0]),
        ("#e6127d", 75, colour[..., 1]),
        ("#ffdd00", 0, colour[..., 2]),
        ("#1c1726", 45, black * 0.9),
    ]
    for ink, degrees, amount in inks:
        tilt, pitch = np.radians(degrees), 17 / SIDE
        u = (X * np.cos(tilt) + Y * np.sin(tilt)) / pitch
        v = (Y * np.cos(tilt) - X * np.sin(tilt)) / pitch
        dot = np.hypot(u % 1 - 0.5, v % 1 - 0.5)
        radius = 0.72 * np.sqrt(amount) + 0.02 * (noise(rng, 200, octaves=1) - 0.5)
        covered = step(radius - dot, -0.04, 0.06) * (amount > 0.02)
        sheet = sheet * mix(np.ones(3), rgb(ink) / 255, covered * (0.88 + 0.12 * noise(rng, 12)))
    return sheet


def batik(rng) -> np.ndarray:
    """Flowers and waves kept by wax, with dye in the cracks."""
    waves = np.sin(noise(rng, 2.5, octaves=2) * 120)
    indigo = ramp(["#0f1f4a", "#1d3a7a", "#2a5596"], noise(rng, 5))
    cloth = mix(indigo, rgb("#e9d3a0"), step(waves, 0.72, 0.82))
    flowers = [
        (0.30, 0.28, 0.27, 8),
        (0.78, 0.70, 0.28, 10),
        (0.82, 0.20, 0.17, 7),
        (0.22, 0.76, 0.20, 9),
        (0.52, 0.52, 0.12, 6),
        (0.50, 0.95, 0.14, 7),
        (0.56, 0.03, 0.12, 6),
        (0.00, 0.50, 0.12, 7),
        (1.02, 0.44, 0.12, 7),
    ]
    for x, y, size, petals in flowers:
        cloth = waxed_flower(cloth, x, y, size, petals)
    bend = 0.03 * (noise(rng, 8) - 0.5), 0.03 * (noise(rng, 8) - 0.5)
    for spacing, width in [(0.11, 0.0021), (0.045, 0.0011)]:
        _, edge = cells(scatter(rng, spacing * SIDE) / SIDE, X + bend[0], Y + bend[1])
        crack = 1 - step(edge, width * 0.3, width * (0.8 + 1.6 * noise(rng, 9)))
        cloth = mix(cloth, rgb("#14214f"), 0.85 * crack * step(noise(rng, 4), 0.35, 0.55))
        bloom = step(noise(rng, 30), 0.55, 0.9) * (1 - step(edge, 0, 4 * width))
        cloth = mix(cloth, rgb("#6f7fa0"), 0.28 * bloom)
    thread = np.sin(X * 2 * np.pi * 256) * np.sin(Y * 2 * np.pi * 256)
    return cloth * (1 + 0.05 * thread + 0.16 * (noise(rng, 5) - 0.5))[..., None]


def waxed_flower(cloth: np.ndarray, x: float, y: float, size: float, petals: int) -> np.ndarray:
    """One flower with veins, a seeded heart and a ring of dashes round it."""
    wax, turn = rgb("#f6e6bc"), np.arctan2(Y - y, X - x)
    far = np.hypot(X - x, Y - y) / size * (1 + 0.05 * np.sin(3 * turn + 9 * x))
    lobe = 0.68 + 0.32 * np.abs(np.cos(petals / 2 * turn + 5 * y)) ** 0.8
    body = ramp(["#5a1f14", "#a3431f", "#d8862f", "#f0c46a", "#b5531f"], far / lobe)
    body = mix(body, wax, step(np.sin(turn * petals * 4) * np.sin(far * 9), 0.55, 0.7))
    body = mix(body, wax, step(-np.abs(far / lobe - 0.9), -0.06, -0.04))
    body = mix(body, wax, step(-np.abs(far - 0.22), -0.035, -0.02))
    seeds = step(0.5 + 0.5 * np.cos(turn * petals * 2), 0.6, 0.75)
    body = mix(body, rgb("#3f130f"), seeds * step(-np.abs(far - 0.11), -0.05, -0.03))
    cloth = mix(cloth, rgb("#101a3c"), 1 - step(far - lobe, 0.09, 0.1))
    ring = step(-np.abs(far - lobe - 0.05), -0.03, -0.018)
    cloth = mix(cloth, wax, step(np.sin(turn * petals * 5), 0.1, 0.4) * ring)
    return mix(cloth, body, 1 - step(far - lobe, -0.01, 0.0))
