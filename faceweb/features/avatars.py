"""Drawn faces of people who do not exist: an identity stays, everything else changes.

A head is half an ellipsoid, x to the right, y down, z towards the viewer, and half its height is 1.
Identity is drawn from one seed, pose, light, expression and the rest of a picture from another, so
that any picture can be drawn again alone.
"""

import colorsys
from dataclasses import dataclass

import numpy as np

SIDE = 64  # pixels of a picture
HAIRCUTS = ("bald", "short", "fringe", "parted", "long", "curls", "bun", "crest")
BEARDS = ("none", "none", "none", "moustache", "goatee", "full")

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Identity:
    """What makes a person: lengths in halves of a head's height, colours in [0, 1]."""

    skin: Colour
    hair: Colour
    iris: Colour
    lips: Colour
    width: float
    jaw: float
    chin: float
    ears: float
    haircut: str
    volume: float
    hairline: float
    eye_gap: float
    eye_height: float
    eye_size: float
    eye_slant: float
    eye_shape: float
    brow_height: float
    brow_weight: float
    brow_slant: float
    nose_length: float
    nose_width: float
    mouth_height: float
    mouth_width: float
    lip: float
    beard: str
    freckles: int
    mole: tuple[float, float] | None
    blush: float


@dataclass(frozen=True)
class Occasion:
    """What changes from picture to picture: angles in radians, shifts in halves of a head."""

    yaw: float
    pitch: float
    roll: float
    scale: float
    shift: tuple[float, float]
    smile: float
    open_mouth: float
    open_eyes: float
    gaze: tuple[float, float]
    glasses: Colour | None
    dark_glasses: bool
    backdrop: tuple[Colour, Colour]
    clothes: Colour
    light: tuple[float, float]
    cast: Colour
    gain: float
    blur: float
    noise: float
    seed: int


def identity(seed: int, number: int) -> Identity:
    """The `number`-th person of a seed."""
    rng = np.random.default_rng([seed, number])
    dark = rng.uniform() ** 1.3
    skin = np.array([0.97, 0.80, 0.69]) * (1 - dark) + np.array([0.33, 0.20, 0.14]) * dark
    skin = np.clip(skin + rng.normal(0, 0.02, 3), 0, 1)
    hues = ((0.07, 0.55, 0.18), (0.06, 0.6, 0.4), (0.12, 0.55, 0.82), (0.03, 0.75, 0.6))
    hue, strong, bright = (*hues, (0.6, 0.05, 0.1), (0.1, 0.04, 0.75))[rng.integers(6)]
    hair = colorsys.hsv_to_rgb(hue, strong, float(np.clip(bright + rng.normal(0, 0.06), 0.05, 1)))
    iris = colorsys.hsv_to_rgb(
        rng.choice([0.07, 0.09, 0.33, 0.57, 0.6]), rng.uniform(0.3, 0.8), 0.5
    )
    lips = np.clip(skin * [1.0, 0.68, 0.68] + rng.normal(0, 0.04, 3), 0, 1)
    mole = (rng.uniform(-0.5, 0.5), rng.uniform(-0.1, 0.6)) if rng.uniform() < 0.3 else None
    return Identity(
        skin=_colour(skin),
        hair=hair,
        iris=iris,
        lips=_colour(lips),
        width=rng.uniform(0.66, 0.92),
        jaw=rng.uniform(1.6, 3.4),
        chin=rng.uniform(-0.1, 0.14),
        ears=rng.uniform(0.1, 0.22),
        haircut=str(rng.choice(HAIRCUTS)),
        volume=rng.uniform(0.04, 0.24),
        hairline=rng.uniform(-0.72, -0.42),
        eye_gap=rng.uniform(0.27, 0.4),
        eye_height=rng.uniform(-0.2, 0.0),
        eye_size=rng.uniform(0.1, 0.17),
        eye_slant=rng.uniform(-0.25, 0.25),
        eye_shape=rng.uniform(0.45, 0.85),
        brow_height=rng.uniform(0.18, 0.3),
        brow_weight=rng.uniform(0.02, 0.075),
        brow_slant=rng.uniform(-0.3, 0.3),
        nose_length=rng.uniform(0.24, 0.44),
        nose_width=rng.uniform(0.09, 0.2),
        mouth_height=rng.uniform(0.46, 0.62),
        mouth_width=rng.uniform(0.2, 0.38),
        lip=rng.uniform(0.03, 0.09),
        beard=str(rng.choice(BEARDS)),
        freckles=int(rng.integers(10, 30)) if rng.uniform() < 0.2 else 0,
        mole=mole,
        blush=rng.uniform(0, 0.5) if rng.uniform() < 0.4 else 0.0,
    )


def occasion(seed: int, number: int, picture: int) -> Occasion:
    """What the `picture`-th picture of a person adds."""
    rng = np.random.default_rng([seed, number, picture, 1])
    turn = rng.uniform(0, 2 * np.pi)
    strength = rng.uniform(0, 0.55)
    dark = rng.uniform() < 0.3
    return Occasion(
        yaw=rng.uniform(-0.55, 0.55),
        pitch=rng.uniform(-0.3, 0.3),
        roll=rng.normal(0, 0.13),
        scale=rng.uniform(0.52, 0.74),
        shift=(rng.uniform(-0.16, 0.16), rng.uniform(-0.14, 0.14)),
        smile=rng.uniform(-0.5, 1.0),
        open_mouth=max(0.0, rng.uniform(-0.15, 0.14)),
        open_eyes=rng.uniform(0.35, 1.1),
        gaze=(rng.uniform(-0.4, 0.4), rng.uniform(-0.25, 0.25)),
        glasses=_colour(rng.uniform(0, 0.6, 3)) if rng.uniform() < 0.2 else None,
        dark_glasses=bool(dark),
        backdrop=(_muted(rng), _muted(rng)),
        clothes=_muted(rng),
        light=(strength * np.cos(turn), strength * np.sin(turn)),
        cast=_colour(rng.normal(1, 0.07, 3)),
        gain=rng.uniform(0.6, 1.25),
        blur=max(0.0, rng.uniform(-0.8, 0.9)),
        noise=rng.uniform(0.005, 0.045),
        seed=int(rng.integers(2**31)),
    )


def _muted(rng: np.random.Generator) -> Colour:
    return colorsys.hsv_to_rgb(rng.uniform(), rng.uniform(0, 0.6), rng.uniform(0.15, 0.95))


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = (float(v) for v in values)
    return red, green, blue
