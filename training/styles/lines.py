"""Styles ruled with straight lines."""

import numpy as np
from PIL import Image, ImageDraw

from training.styles.canvas import SIDE, X, Y, grain, lit, mix, noise, ramp, rgb, shift, soft, step


def planes(rng) -> tuple[np.ndarray, np.ndarray]:
    """Straight and round cuts: a number per plane, and the distance to the nearest cut."""
    name, rims = np.zeros((SIDE, SIDE), np.int64), np.ones((SIDE, SIDE))
    spots = rng.permutation(np.array([(i % 5 + 0.5, i // 5 + 0.5) for i in range(25)]) / 5)
    for x, y in spots + rng.normal(0, 0.06, spots.shape):
        turn = rng.choice([0.15, 0.8, 1.45, 2.2, 2.75]) + rng.normal(0, 0.1)
        side = (X - x) * np.cos(turn) + (Y - y) * np.sin(turn)
        reach = np.abs((Y - y) * np.cos(turn) - (X - x) * np.sin(turn)) < rng.uniform(0.16, 0.42)
        name = name * 2 + ((side > 0) & reach)
        rims = np.minimum(rims, np.where(reach, np.abs(side), 1))
    for x, y, radius in [
        (0.45, 0.4, 0.2),
        (0.6, 0.62, 0.25),
        (0.27, 0.73, 0.16),
        (0.74, 0.24, 0.13),
    ]:
        side = np.hypot(X - x, Y - y) - radius
        reach = np.sin(np.arctan2(Y - y, X - x) + 9 * x) > -0.3
        name = name * 2 + ((side < 0) & reach)
        rims = np.minimum(rims, np.where(reach, np.abs(side), 1))
    return np.unique(name, return_inverse=True)[1].reshape(SIDE, SIDE), rims


def facets(rng) -> np.ndarray:
    """Planes that overlap and fade, in ochre, slate, rose and bottle green."""
    plane, rims = planes(rng)
    count = plane.max() + 1
    turn = rng.choice([0.5, 1.2, 2.0, 2.6, 3.8, 5.5], count) + rng.normal(0, 0.15, count)
    cosine, sine = np.cos(turn)[plane], np.sin(turn)[plane]
    away, aside = X * cosine + Y * sine, Y * cosine - X * sine
    low, high = np.full(count, 9.0), np.full(count, -9.0)
    np.minimum.at(low, plane.ravel(), away.ravel())
    np.maximum.at(high, plane.ravel(), away.ravel())
    fade = (away - low[plane]) / np.maximum(high - low, 0.12)[plane]
    streaks, patches = noise(rng, 8, 110, 2), noise(rng, 14)
    row, column = ((part * SIDE).astype(int) % SIDE for part in (away, aside))
    bristle = streaks[row, column] - 0.5
    depth = np.clip(0.95 - 1.25 * np.hypot(X - 0.48, (Y - 0.48) * 0.9), 0, 1)
    value = 0.02 + 0.62 * fade + 0.38 * depth + 0.36 * bristle + 0.12 * (patches - 0.5)
    sets = [
        ["#2a1a12", "#7a4a22", "#c08a3a", "#e8c880", "#fbf0d0"],
        ["#10202f", "#2f506b", "#6a93a4", "#b8cdc4", "#f2eedc"],
        ["#2c1420", "#7f3a40", "#c97a64", "#eab898", "#fbe8d0"],
        ["#0c2420", "#24564a", "#6a9070", "#bcc898", "#f4efd0"],
    ]
    kind = rng.choice(4, count, p=[0.4, 0.3, 0.14, 0.16])[plane]
    picture = np.zeros((SIDE, SIDE, 3))
    for place, colours in enumerate(sets):
        picture = np.where((kind == place)[..., None], ramp(colours, value), picture)
    edge = (1 - step(rims, 0.0015, 0.0045)) * step(noise(rng, 5), 0.3, 0.5)
    picture = mix(picture, rgb("#17120f"), 0.85 * edge)
    picture = picture * (1 - 0.3 * np.exp(-rims / 0.012) * step(patches, 0.4, 0.6))[..., None]
    canvas = 0.3 * (np.sin(X * 2 * np.pi * 200) + np.sin(Y * 2 * np.pi * 200))
    return lit(picture, soft(bristle, 0.7) * 7 + canvas * 0.3, 0.22)


def tracks(rng, taken: np.ndarray) -> list[np.ndarray]:
    """Walks on a grid in eight directions that never meet."""
    side, walks = len(taken), []
    ways = np.array([(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)])
    for start in rng.permutation(side * side):
        spot = np.array(divmod(start, side))
        if taken[tuple(spot)]:
            continue
        way, walk = 2 * int(rng.integers(0, 4)), [spot]
        taken[tuple(spot)] = True
        for _ in range(int(rng.integers(10, 60))):
            turns = [way, *((way + rng.permutation([-1, 1])) % 8)]
            if rng.random() < 0.07:
                turns = turns[::-1]
            for turn in turns:
                ahead = spot + ways[turn]
                corners = [(spot[0], ahead[1]), (ahead[0], spot[1])]
                if (
                    (ahead >= 0).all()
                    and (ahead < side).all()
                    and not taken[tuple(ahead)]
                    and (turn % 2 == 0 or not any(taken[c] for c in corners))
                ):
                    break
            else:
                break
            spot, way = ahead, turn
            taken[tuple(spot)] = True
            walk.append(spot)
        walks.append(np.array(walk))
    return walks


def circuit(rng) -> np.ndarray:
    """A printed board: copper under green lacquer, gold pads, black chips."""
    cell = 16
    taken = np.zeros((SIDE // cell, SIDE // cell), bool)
    chips = [
        (8, 9, 13, 13),
        (36, 5, 9, 20),
        (30, 38, 17, 17),
        (6, 40, 12, 8),
        (53, 36, 6, 20),
        (8, 55, 16, 5),
    ]
    copper, gold, plastic = (Image.new("L", (SIDE, SIDE)) for _ in range(3))
    trace, pad, body = (ImageDraw.Draw(layer) for layer in (copper, gold, plastic))
    for x, y, wide, tall in chips:
        taken[y : y + tall, x : x + wide] = True
        body.rounded_rectangle(
            [(x + 0.9) * cell, (y + 0.9) * cell, (x + wide - 0.9) * cell, (y + tall - 0.9) * cell],
            6,
            fill=255,
        )
        for pin in range(1, wide - 1):
            for edge in (y, y + tall - 1):
                pad.rectangle(
                    [
                        (x + pin) * cell + 4,
                        edge * cell + 1,
                        (x + pin) * cell + 11,
                        edge * cell + 14,
                    ],
                    fill=255,
                )
        for pin in range(1, tall - 1):
            for edge in (x, x + wide - 1):
                pad.rectangle(
                    [
                        edge * cell + 1,
                        (y + pin) * cell + 4,
                        edge * cell + 14,
                        (y + pin) * cell + 11,
                    ],
                    fill=255,
                )
        for ball in np.ndindex(tall - 6, wide - 6) if min(wide, tall) > 12 else ():
            u, v = (x + 3.5 + ball[1]) * cell, (y + 3.5 + ball[0]) * cell
            pad.ellipse((u - 4, v - 4, u + 4, v + 4), fill=220)
    for walk in tracks(rng, taken):
        if len(walk) < 3:
            continue
        points = [((c + 0.5) * cell, (r + 0.5) * cell) for r, c in walk.tolist()]
        trace.line(points, 255, 7, "curve")
        for x, y in {points[0], points[-1]}:
            pad.ellipse((x - 6.5, y - 6.5, x + 6.5, y + 6.5), fill=255)
            pad.ellipse((x - 2.5, y - 2.5, x + 2.5, y + 2.5), fill=40)
    copper, gold, plastic = (
        soft(np.asarray(layer, float) / 255, 0.8) for layer in (copper, gold, plastic)
    )
    board = ramp(["#04231f", "#06423a", "#0a5a4a", "#0f5f6f"], 0.65 * noise(rng, 2) + 0.35 * Y)
    hatch = step(np.sin((X + Y) * 2 * np.pi * 90), 0.2, 0.6) * step(
        noise(rng, 3, octaves=2), 0.5, 0.52
    )
    board = mix(board, rgb("#0d6a50"), 0.5 * hatch)
    shine = ramp(["#1f9a6a", "#5fc87f", "#b8d86a", "#e0b84a"], noise(rng, 3))
    board = mix(board, shine, copper)
    metal = ramp(["#8f5f1f", "#e0a83a", "#fff0b0"], noise(rng, 30) * 0.6 + 0.3)
    shadow = shift(soft(plastic, 8), 9, 9) * (1 - plastic)
    board = board * (1 - 0.6 * shadow)[..., None]
    board = mix(board, ramp(["#14161c", "#2a2d38", "#4a5064"], noise(rng, 4, 40)), plastic)
    board = mix(board, metal, gold)
    height = soft(copper * 2 + gold * 3 + plastic * 7, 1.3)
    return (
        lit(board, height, 0.5) * (1 + 0.05 * (noise(rng, 90) - 0.5) + 0.02 * grain(rng))[..., None]
    )
