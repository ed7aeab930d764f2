"""Styles pieced or woven from small parts."""

import numpy as np

from training.styles.canvas import (
    SIDE,
    X,
    Y,
    cells,
    grain,
    lit,
    mix,
    noise,
    ramp,
    rgb,
    scatter,
    soft,
    step,
)


def stained_glass(rng) -> np.ndarray:
    """Leaded glass: a sun and its rays over ruby and green hills."""
    bend = 0.03 * (noise(rng, 4) - 0.5)
    across, down = X - 0.62 + bend, Y - 0.34 - bend
    far, turn = np.hypot(across, down), np.arctan2(down, across)
    shaken = scatter(rng, 0.07 * SIDE, 0.9) / SIDE
    rays = np.stack([(shaken[:, 0] * 2 - 1) * np.pi, shaken[:, 1] * 1.9], axis=-1)
    rays = np.concatenate([rays + np.array([lap, 0]) for lap in (-2 * np.pi, 0, 2 * np.pi)])
    pane, edge = cells(rays * (0.4, 0.5), turn * 0.4, far * 0.5)
    region, pane = np.zeros((SIDE, SIDE), int), pane % len(shaken)
    for place, (radius, count) in enumerate(
        [(0.3, 23), (0.2, 13), (0.105, 7), (0.045, 1)], start=1
    ):
        slot, gap = wedges(rng, turn + place, far, count)
        rim, inside = np.abs(far - radius), far < radius
        edge = np.minimum(np.where(inside, gap, edge), rim)
        pane, region = np.where(inside, slot, pane), np.where(inside, place, region)
    field, gap = cells(scatter(rng, 0.075 * SIDE, 1.1) / SIDE, X + bend, 1.3 * Y)
    for place, hill in [(5, 0.7 + 0.08 * np.sin(5 * X + 1)), (6, 0.84 - 0.07 * np.sin(6 * X))]:
        rim, inside = np.abs(Y - hill - bend), hill + bend < Y
        edge = np.minimum(np.where(inside, gap, edge), rim)
        pane, region = np.where(inside, field + place, pane), np.where(inside, place, region)
    sets = [
        ["#081a6b", "#0f3fae", "#1a6fd0", "#2f9fd8", "#3a2a9f", "#0b2a80"],
        ["#c01f3a", "#e2571f", "#f08a1f", "#8f1a5f", "#f4b02a"],
        ["#f08a1f", "#ffc21f", "#e8641f", "#f9a01f"],
        ["#ffd84a", "#ffc21f", "#fff0a0", "#f9b02f"],
        ["#fff4c0", "#ffe890"],
        ["#0a5f3f", "#1f9f5a", "#0f7f6f", "#7fbf3a", "#0f4a4a"],
        ["#8f0f2a", "#c41f3a", "#5f0f4a", "#d88a1f", "#a01f5f"],
    ]
    glass = np.zeros((SIDE, SIDE, 3))
    for place, colours in enumerate(sets):
        luck = rng.random((pane.max() + 1, 1))
        tones = ramp(colours, luck[:, 0]) * rng.uniform(0.72, 1.15, luck.shape)
        glass = np.where((region == place)[..., None], tones[pane], glass)
    return add_lead(rng, glass, edge)


def wedges(rng, turn, far, count: int) -> tuple[np.ndarray, np.ndarray]:
    """A disc cut like a cake: the number of each slice, and the distance to its sides."""
    share = (turn / (2 * np.pi)) % 1 * count
    share = share + 0.22 * np.sin(2 * np.pi * share / count * 3 + rng.uniform(0, 6))
    apart = np.abs(share - np.round(share)) * 2 * np.pi / count * far
    return np.floor(share).astype(int) % count, apart if count > 1 else np.ones_like(far)


def add_lead(rng, glass: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Flat panes given streaks, seeds, glow and lead."""
    streak = noise(rng, 8, 40, 3)
    glass = glass * (0.4 + 0.75 * streak + 0.45 * step(edge, 0, 0.03))[..., None]
    seeds = step(noise(rng, 60, octaves=1), 0.72, 0.85)
    glass = glass + 40 * seeds[..., None] + 40 * (noise(rng, 40) - 0.5)[..., None]
    thick = 0.0046 + 0.0016 * noise(rng, 20)
    lead = 1 - step(edge, thick * 0.8, thick)
    profile = soft(np.sqrt(np.clip(1 - (edge / 0.0055) ** 2, 0, 1)), 1.2) * 5
    came = lit(np.ones_like(glass) * rgb("#2a2831"), profile, 0.9) + 5 * grain(rng)[..., None]
    return mix(glass, came, lead) + 0.22 * soft(glass * (1 - lead)[..., None], 14)


def mosaic(rng) -> np.ndarray:
    """Small stones laid in arcs: hills, sea and a sun."""
    warp_x, warp_y = X + 0.045 * (noise(rng, 3) - 0.5), Y + 0.045 * (noise(rng, 3) - 0.5)
    discs = [
        (
            0.72,
            0.30,
            9.0,
            ["#123a6b", "#1f5f9f", "#3f8fc0", "#8fc4d0", "#dfe6c8", "#3f8fc0", "#1f5f9f"],
        ),
        (0.72, 0.30, 0.21, ["#fff2c0", "#f9c23a", "#f09a2a", "#d8572a", "#f9c23a", "#fff2c0"]),
        (0.15, 0.98, 0.52, ["#c99a4a", "#8f4a2a", "#d8b878", "#5a2a24", "#c9703a"]),
        (0.92, 1.02, 0.46, ["#2f5f3f", "#7f9f4a", "#1f4a44", "#c4c070", "#2f6f5a"]),
        (0.50, 1.18, 0.47, ["#e8dcc0", "#b03a2e", "#e0a868", "#7a1f2a", "#f0d8a8"]),
    ]
    stone, row_size = np.zeros((SIDE, SIDE, 3)), 0.0195
    gap = np.zeros((SIDE, SIDE))
    for x, y, size, colours in discs:
        far, turn = (
            np.hypot(warp_x - x, warp_y - y),
            np.arctan2(warp_y - y, warp_x - x) / (2 * np.pi) + 0.5,
        )
        row = np.floor(far / row_size).astype(int)
        count = np.maximum(4, np.round(6.0 * (row + 0.5)))
        slot = turn * count + 0.37 * row
        key = (row * 7919 + np.floor(slot).astype(int) * 104729) % 65536
        luck = rng.random((65536, 2))[key]
        u, v = slot % 1 - 0.5, far / row_size % 1 - 0.5
        trim = 0.41 + 0.06 * (luck[..., 0] - 0.5)
        inside = np.minimum(trim - np.abs(u + 0.06 * (luck[..., 1] - 0.5)), trim - np.abs(v))
        place = row * row_size / min(size, 0.95)
        tone = ramp(colours, np.clip(place + 0.22 * (luck[..., 0] - 0.5), 0, 1))
        tone = tone * (0.72 + 0.5 * luck[..., 1])[..., None]
        here = row * row_size < size
        stone = np.where(here[..., None], tone, stone)
        gap = np.where(here, inside, gap)
    face = step(gap, 0.0, 0.05)
    bump = soft(step(gap, -0.02, 0.14), 1) * 4 + noise(rng, 80, octaves=3) * 2.2
    stone = stone * (0.86 + 0.28 * noise(rng, 60, octaves=3))[..., None]
    grout = rgb("#5f5648") * (0.7 + 0.5 * noise(rng, 90))[..., None]
    return lit(mix(grout, stone, face), bump, 0.55)


def weave(rng) -> np.ndarray:
    """A twill blanket: stepped diamonds in madder, indigo and wool white."""
    count = 72
    column, row = np.floor(X * count).astype(int), np.floor(Y * count).astype(int)
    u, v = X * count % 1 - 0.5, Y * count % 1 - 0.5
    fold = np.abs((column + 12) % 36 - 18) + np.abs((row + 12) % 36 - 18)
    figure = np.isin(fold // 2, (0, 1, 3, 6, 7, 8, 11, 14, 15))
    twill = (fold + 2 * figure) % 4
    over = np.where(figure, twill != 0, twill == 0)
    warp_threads = ["#efe3c8"] * 7 + ["#e0a83a"] * 4 + ["#efe3c8"] * 7
    weft_threads = (
        ["#8f1f2a"] * 6 + ["#b8382e"] * 4 + ["#1f2f5c"] * 5 + ["#27406f"] * 4 + ["#16585c"] * 5
    )
    warp = np.array([rgb(c) for c in warp_threads])[column % 18]
    weft = np.array([rgb(c) for c in weft_threads])[row % 24]
    luck = rng.uniform(0.88, 1.12, (2, count))
    warp, weft = warp * luck[0][column][..., None], weft * luck[1][row][..., None]
    across, lengthwise = np.where(over, u, v), np.where(over, v, u)
    tone = np.where(over[..., None], warp, weft)
    round_ = np.sqrt(np.clip(1 - (across / 0.56) ** 2, 0, 1))
    ply = 0.5 + 0.5 * np.sin(2 * np.pi * (lengthwise * 1.6 + across * 1.3 + 0.6 * noise(rng, 40)))
    next_over = np.where(over, np.roll(over, SIDE // count, 0), np.roll(over, SIDE // count, 1))
    dive = np.where(next_over == over, 1.0, 1 - 0.45 * step(-lengthwise, 0.1, 0.5))
    shade = (0.3 + 0.85 * round_) * (0.8 + 0.28 * ply) * dive
    fuzz = 1 + 0.10 * grain(rng, 1.0) + 0.14 * (noise(rng, 3) - 0.5)
    cloth = tone * (shade * fuzz)[..., None]
    return lit(cloth, soft(round_, 1.5) * 2.5, 0.5)
