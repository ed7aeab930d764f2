"""A head that nobody has: the Shepp-Logan phantom in three dimensions, with vessels and lesions.

After Shepp & Logan 1974, "The Fourier Reconstruction of a Head Section": its ellipses, given a
depth and a stronger contrast; vessels are ours, and brighter than the skull, so that a projection
shows them.
"""

from collections.abc import Iterator

import numpy as np

from faceweb.types import Volume

SIDE, LESIONS = 96, 4
HEAD = 240.0  # millimetres from border to border
SKULL, TISSUE, VESSEL, LESION = 0.4, 0.25, 1.0, 0.75
# Added value; half axes and centre along x (right), y (front), z (top); degrees turned about z.
ELLIPSOIDS = (
    (SKULL, 0.69, 0.92, 0.81, 0.0, 0.0, 0.0, 0),
    (TISSUE - SKULL, 0.6624, 0.874, 0.78, 0.0, -0.0184, 0.0, 0),
    (-0.2, 0.11, 0.31, 0.22, 0.22, 0.0, 0.0, -18),
    (-0.2, 0.16, 0.41, 0.28, -0.22, 0.0, 0.0, 18),
    (0.1, 0.21, 0.25, 0.41, 0.0, 0.35, -0.15, 0),
    (0.1, 0.046, 0.046, 0.05, 0.0, 0.1, 0.25, 0),
    (0.1, 0.046, 0.046, 0.05, 0.0, -0.1, 0.25, 0),
    (0.1, 0.046, 0.023, 0.05, -0.08, -0.605, 0.0, 0),
    (0.1, 0.023, 0.023, 0.02, 0.0, -0.606, 0.0, 0),
    (0.1, 0.023, 0.046, 0.02, 0.06, -0.605, 0.0, 0),
)
# Within this ellipsoid vessels run and lesions lie; the brain's, a little smaller.
BRAIN, MIDDLE = np.array([0.6, 0.8, 0.7]), np.array([0.0, -0.0184, 0.0])
TRUNKS = ((-0.12, 0.1), (0.12, 0.1), (0.0, -0.3))


def phantom(side: int = SIDE, seed: int = 0) -> Volume:
    """The phantom, (side, side, side) from head to feet, front to back, right to left.

    Args:
        side: voxels along each axis.
        seed: of the vessels and lesions; the head is always the same.
    """
    points = _points(side)
    values = np.zeros((side, side, side), np.float32)
    for value, *half, x, y, z, degrees in ELLIPSOIDS:
        turn = np.radians(degrees)
        across, along, up = points[0] - x, points[1] - y, points[2] - z
        across, along = (
            across * np.cos(turn) + along * np.sin(turn),
            along * np.cos(turn) - across * np.sin(turn),
        )
        away = np.sqrt((across / half[0]) ** 2 + (along / half[1]) ** 2 + (up / half[2]) ** 2)
        values += value * _soft((1 - away) * min(half), side)
    for centre, radius in _lesions(seed):
        _paint(values, centre, radius, LESION)
    for centre, radius in _vessels(seed):
        _paint(values, centre, radius, VESSEL)
    spacing = HEAD / side
    return Volume(values.clip(0, 1), (spacing, spacing, spacing))


def lesions(side: int = SIDE, seed: int = 0) -> np.ndarray:
    """Where the phantom's lesions are, (side, side, side) bool; a vessel may cross one."""
    where = np.zeros((side, side, side), bool)
    points = _points(side)
    for (x, y, z), radius in _lesions(seed):
        where |= (points[0] - x) ** 2 + (points[1] - y) ** 2 + (points[2] - z) ** 2 < radius**2
    return where


def _points(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y and z of the voxels' centres in [-1, 1], to be broadcast to (d, h, w)."""
    line = 1 - (2 * np.arange(side, dtype=np.float32) + 1) / side
    return line[None, None, :], line[None, :, None], line[:, None, None]


def _soft(inwards: np.ndarray, side: int) -> np.ndarray:
    """1 within, 0 without, over one voxel between them; `inwards` is the depth in the phantom."""
    return (inwards * side / 2 + 0.5).clip(0, 1).astype(np.float32)


def _paint(values: np.ndarray, centre: np.ndarray, radius: float, value: float) -> None:
    """Lays a ball over what is there, in place."""
    side = len(values)
    # x, y and z run against w, h and d.
    where = ((1 - centre[::-1]) * side - 1) / 2
    reach = radius * side / 2 + 1
    low = np.maximum(np.floor(where - reach), 0).astype(int)
    high = np.minimum(np.ceil(where + reach) + 1, side).astype(int)
    box = tuple(slice(*ends) for ends in zip(low, high, strict=True))
    grid = np.ogrid[box]
    away = np.sqrt(sum((line - w) ** 2 for line, w in zip(grid, where, strict=True)))
    share = _soft(radius - away * 2 / side, side)
    values[box] = np.where(share > 0, (1 - share) * values[box] + share * value, values[box])


def _lesions(seed: int) -> list[tuple[np.ndarray, float]]:
    """Centres and radii of balls within the brain that do not touch."""
    rng = np.random.default_rng((seed, 1))
    found: list[tuple[np.ndarray, float]] = []
    while len(found) < LESIONS:
        centre, radius = rng.uniform(-0.7, 0.7, 3), float(rng.uniform(0.05, 0.1))
        apart = all(np.linalg.norm(centre - c) > radius + r + 0.1 for c, r in found)
        if apart and _deep(centre) < 0.7:
            found.append((centre, radius))
    return found


def _deep(point: np.ndarray) -> float:
    """0 in the middle of the brain, 1 where it ends."""
    return float(np.linalg.norm((point - MIDDLE) / BRAIN))


def _vessels(seed: int) -> Iterator[tuple[np.ndarray, float]]:
    """Balls along three trees that rise from the base, bend, fork and grow thinner."""
    rng = np.random.default_rng((seed, 2))
    tips = [(np.array([x, y, -0.62]), np.array([0, 0, 1.0]), 0.036) for x, y in TRUNKS]
    while tips:
        where, ahead, radius = tips.pop()
        for _ in range(int(rng.integers(8, 14))):
            yield where, radius
            ahead = ahead + rng.normal(0, 0.22, 3)
            # Away from the border, as vessels on a brain bend along it.
            ahead -= max(_deep(where) - 0.8, 0) * 3 * where
            ahead /= np.linalg.norm(ahead)
            where = where + ahead * 0.022
            if _deep(where) > 1:
                break
        thinner = radius * 0.84
        if _deep(where) <= 1 and thinner > 0.011:
            aside = rng.normal(0, 0.6, 3)
            tips += [(where, ahead + aside, thinner), (where, ahead - aside, thinner * 0.92)]
