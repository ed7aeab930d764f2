"""Styles that run: marbled ink, brush and water, the lie of the land."""

import numpy as np

from training.styles.canvas import (
    SIDE,
    Easel,
    X,
    Y,
    grain,
    lit,
    mix,
    noise,
    ramp,
    rgb,
    scatter,
    shift,
    soft,
    step,
)


def marbling(rng) -> np.ndarray:
    """Drops of ink on water, drawn out with a comb."""
    x, y = X + 0.006 * (noise(rng, 9) - 0.5), Y + 0.006 * (noise(rng, 9) - 0.5)
    for line in np.arange(-0.05, 1.1, 0.105):
        y = y - 0.11 * np.exp(-np.abs(x - line) / 0.018) * (1 if round(line / 0.105) % 2 else -1)
    x = x + 0.055 * np.sin(y * 2 * np.pi * 2.2 + 0.5) + 0.03 * np.sin(y * 9 + x * 4)
    for line in np.arange(0.0, 1.1, 0.16):
        x = x + 0.13 * np.exp(-np.abs(y - line) / 0.03) * (1 if round(line / 0.16) % 2 else -1)
    inks = np.array(
        [
            rgb(c)
            for c in (
                "#12294f",
                "#f3e7cf",
                "#b3262e",
                "#1f6f7a",
                "#e9a63a",
                "#f3e7cf",
                "#0f1a2f",
                "#3f9a94",
                "#d9603a",
                "#f7d9b0",
            )
        ]
    )
    drops = []
    for drop, (cx, cy) in enumerate(scatter(rng, 0.1 * SIDE) / SIDE * 1.5 - 0.25):
        radius = rng.uniform(0.04, 0.085)
        for ring, share in enumerate([1, 0.66, 0.4]):
            drops.append((cx, cy, radius * share, (drop + 3 * ring) % len(inks)))
    owner = np.full((SIDE, SIDE), -1)
    for cx, cy, radius, ink in reversed(drops):
        far = (x - cx) ** 2 + (y - cy) ** 2
        owner = np.where((owner < 0) & (far < radius**2), ink, owner)
        pull = np.sqrt(np.clip(1 - radius**2 / np.maximum(far, 1e-9), 0, 1))
        x, y = cx + (x - cx) * pull, cy + (y - cy) * pull
    tone = inks[np.where(owner < 0, np.floor((x + y) * 34) % len(inks), owner).astype(int)]
    tone = soft(tone, 0.8)
    vein = soft(np.abs(np.gradient(tone.mean(axis=-1))).sum(axis=0), 1.5)
    tone = tone * (1 - 0.012 * np.clip(vein, 0, 18) + 0.14 * (noise(rng, 4) - 0.5))[..., None]
    fibre = noise(rng, 40, 160, 2) - 0.5
    return tone * (1 + 0.1 * fibre + 0.02 * grain(rng))[..., None]


def ink_wash(rng) -> np.ndarray:
    """Mountains in fog with brush and water on rough paper."""
    paper = ramp(["#e9e1cf", "#f3ecdc", "#ddd2bb"], noise(rng, 3))
    sun = np.hypot(X - 0.7, Y - 0.13)
    paper = mix(paper, rgb("#c9442e"), 0.85 * (1 - step(sun + 0.01 * noise(rng, 30), 0.066, 0.07)))
    bleed = noise(rng, 12, octaves=5)
    ink = (
        0.5 * step(noise(rng, 1.6, 4, 4), 0.4, 0.85) * (0.4 + 0.8 * bleed) * (1 - step(Y, 0, 0.34))
    )
    angle = np.zeros((SIDE, SIDE))
    for depth, level in enumerate([0.36, 0.46, 0.6, 0.76, 0.93]):
        peaks = noise(rng, 2.2 + 0.5 * depth, 1, 6)[:1] ** 1.3
        crest = level + 0.06 - (0.34 - 0.03 * depth) * peaks
        under = Y - crest + 0.012 * (bleed - 0.5)
        body = np.exp(-np.clip(under, 0, 1) / (0.07 + 0.02 * depth)) * (0.5 + 0.75 * bleed)
        stain = (0.3 + 0.19 * depth) * body
        inside = step(under, 0, 0.004)
        rim = (
            np.exp(-np.abs(under - 0.004) / 0.004)
            * (0.12 + 0.09 * depth)
            * step(noise(rng, 9), 0.3, 0.6)
        )
        ink = ink * (1 - 0.9 * inside) + inside * stain + rim
        slope = np.arctan(np.gradient(soft(crest, 1)[0]) * SIDE)[None]
        angle = np.where(inside > 0.5, slope + np.sign(slope) * 0.5, angle)
    target = mix(paper, rgb("#1c2029"), np.clip(ink, 0, 1))
    easel = Easel(target)
    easel.brush(rng, target, angle + 0.5 * (noise(rng, 9) - 0.5), 22, 80, 20, 9, 15)
    dry = easel.dry(0.01).mean(axis=-1) / target.mean(axis=-1)
    hairs = step(noise(rng, 20), 0.3, 0.55) * (0.3 + 0.7 * step(ink, 0.05, 0.3))
    picture = target * (1 + 0.9 * hairs * (0.95 * dry - 1))[..., None]
    cold = mix(picture, picture * (rgb("#8fa0b4") / 165), 0.5 * step(ink, 0.1, 0.6))
    tooth = noise(rng, 130, octaves=2) - 0.5
    speck = step(noise(rng, 150, octaves=1), 0.86, 0.9) * step(noise(rng, 5), 0.5, 0.7)
    cold = mix(cold, rgb("#2a2d35"), 0.8 * speck)
    return lit(cold * (1 + 0.12 * tooth)[..., None], tooth * 6, 0.12) + 3 * grain(rng)[..., None]


def contours(rng) -> np.ndarray:
    """A map cut from layers of card, with fine height lines."""
    land = noise(rng, 2.6, octaves=4)
    levels = 15
    tier = np.floor(land * levels)
    colours = [
        "#10233f",
        "#14425f",
        "#1f6f7f",
        "#5aa89a",
        "#b9d3a4",
        "#f2e3b0",
        "#f4bd6a",
        "#e8824a",
        "#c24a3f",
        "#7f2a4a",
        "#f3d9c0",
    ]
    picture = ramp(colours, tier / (levels - 1))
    for far, blur, depth in [(4, 2, 0.25), (11, 7, 0.3)]:
        higher = shift(tier, far, far) - tier
        picture = (
            picture * (1 - depth * np.clip(soft(np.clip(higher, 0, 1), blur), 0, 1))[..., None]
        )
    lift = np.clip(tier - shift(tier, -2, -2), 0, 1)
    picture = picture * (1 + 0.12 * lift)[..., None]
    pace = np.hypot(*np.gradient(land * levels * 4)) + 1e-6
    line = np.abs((land * levels * 4 + 0.5) % 1 - 0.5) / pace
    dark = rgb("#1a1f33") * np.ones_like(picture)
    picture = mix(picture, dark, 0.5 * (1 - step(line, 0.9, 2.2)))
    card = 0.14 * (noise(rng, 70, octaves=3) - 0.5)
    return picture * (1 + card + 0.025 * grain(rng))[..., None]
