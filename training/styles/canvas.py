"""What every style shares: noise, colour ramps, flow, light and brush strokes."""

import numpy as np
from PIL import Image, ImageColor, ImageDraw
from scipy import ndimage
from scipy.spatial import cKDTree

SIDE = 1024
Y, X = np.mgrid[0:SIDE, 0:SIDE] / SIDE


def rgb(colour: str) -> np.ndarray:
    """A hex colour as three floats."""
    return np.array(ImageColor.getrgb(colour), float)


def palette(colours: str) -> np.ndarray:
    """Hex colours parted by spaces, as rows of three floats."""
    return np.array([rgb(colour) for colour in colours.split()])


def ramp(colours: list[str], where: np.ndarray) -> np.ndarray:
    """Colours spread evenly over 0..1, read at `where`."""
    table = np.array([rgb(colour) for colour in colours])
    stops = np.linspace(0, 1, len(colours))
    return np.stack([np.interp(where, stops, table[:, c]) for c in range(3)], axis=-1)


def mix(under: np.ndarray, over: np.ndarray, share: np.ndarray) -> np.ndarray:
    """`over` laid on `under` where the share is high."""
    return under + (over - under) * share[..., None]


def step(value: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below low, 1 above high, smooth between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def soft(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur over the two picture axes."""
    return ndimage.gaussian_filter(picture, (sigma, sigma) + (0,) * (picture.ndim - 2))


def noise(rng, across: float, down: float | None = None, octaves: int = 4) -> np.ndarray:
    """Smooth noise in 0..1: about `across` by `down` lumps, each octave twice as fine."""
    down = down or across
    total = np.zeros((SIDE, SIDE))
    for octave in range(octaves):
        shape = round(down * 2 ** (octave + 2)) + 2, round(across * 2 ** (octave + 2)) + 2
        coarse = ndimage.gaussian_filter(rng.standard_normal(shape), 1.6)
        coarse = Image.fromarray((coarse / coarse.std()).astype(np.float32))
        total += np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC)) / 2**octave
    return (total - total.min()) / np.ptp(total)


def shift(field: np.ndarray, down: int, across: int) -> np.ndarray:
    """A field shifted by whole pixels, its rim repeated."""
    return ndimage.shift(field, (down, across), order=0, mode="nearest")


def grain(rng, sigma: float = 0.8) -> np.ndarray:
    """Fine grain around 0 with deviation 1."""
    speckle = soft(rng.standard_normal((SIDE, SIDE)), sigma)
    return speckle / speckle.std()


def along(stream: np.ndarray) -> np.ndarray:
    """Angle of the contours of a stream function."""
    down, across = np.gradient(soft(stream, 4))
    return np.arctan2(-across, down)


def lit(picture: np.ndarray, height: np.ndarray, strength: float) -> np.ndarray:
    """Relief under light from the top left."""
    down, across = np.gradient(height)
    return picture * (1 - strength * np.clip(down + across, -1, 1))[..., None]


def cells(points: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Voronoi: the nearest point of each pixel, and the distance to the cell's edge."""
    distance, index = cKDTree(points).query(np.stack([x, y], axis=-1), k=2)
    apart = np.linalg.norm(points[index[..., 0]] - points[index[..., 1]], axis=-1)
    edge = (distance[..., 1] ** 2 - distance[..., 0] ** 2) / (2 * apart)
    return index[..., 0], edge


def scatter(rng, spacing: float, jitter: float = 1.0) -> np.ndarray:
    """Points in pixels on a shaken grid that overhangs the picture, in random order."""
    ticks = np.arange(-spacing, SIDE + spacing, spacing)
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    return rng.permutation(points + rng.uniform(-jitter, jitter, points.shape) * spacing / 2)


def at(field: np.ndarray, points: np.ndarray) -> np.ndarray:
    """A field read at points given as x, y in pixels."""
    column, row = np.clip(points, 0, SIDE - 1).astype(int).T
    return field[row, column]


def paths(starts: np.ndarray, angle: np.ndarray, length: np.ndarray, bends: int = 7) -> np.ndarray:
    """Lines that follow an angle field, as strokes x bends x 2."""
    heading = at(angle, starts)
    ahead = np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    points = starts - ahead * length[:, None] / 2
    trail = [points]
    for _ in range(bends - 1):
        heading = at(angle, points)
        ahead = np.stack([np.cos(heading), np.sin(heading)], axis=-1)
        points = points + ahead * (length / (bends - 1))[:, None]
        trail.append(points)
    return np.stack(trail, axis=1)


class Easel:
    """A canvas that keeps the colour and the thickness of its paint."""

    def __init__(self, ground: np.ndarray):
        self.picture = image(ground)
        self.relief = Image.new("L", (SIDE, SIDE), 90)

    def brush(self, rng, target, angle, spacing, length, width, hairs=6, shake=10.0) -> None:
        """One layer of bristled strokes that take their colour from the target."""
        starts = scatter(rng, spacing)
        lines = paths(starts, angle, length * rng.uniform(0.6, 1.25, len(starts)))
        tones = at(target, lines[:, lines.shape[1] // 2])
        tones = tones + rng.normal(0, shake, (len(starts), 1)) + rng.normal(0, shake / 2, (1, 3))
        ink, clay = ImageDraw.Draw(self.picture), ImageDraw.Draw(self.relief)
        thick = max(2, round(1.7 * width / hairs))
        for line, tone in zip(lines, tones, strict=True):
            heading = np.gradient(line, axis=0)
            side = np.stack([-heading[:, 1], heading[:, 0]], axis=-1)
            side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
            body = rng.uniform(90, 190)
            for offset in rng.permutation(np.linspace(-0.5, 0.5, hairs)):
                hair = (line + side * offset * width)[rng.integers(0, 2) :]
                shade = tone + rng.normal(0, shake * 0.8)
                points = [tuple(point) for point in hair.tolist()]
                ink.line(points, tuple(np.clip(shade, 0, 255).astype(int)), thick, "curve")
                clay.line(points, int(body + rng.uniform(-50, 60)), thick)

    def dry(self, strength: float = 0.02, blur: float = 1.0) -> np.ndarray:
        """The picture with light raking over the paint."""
        height = soft(np.asarray(self.relief, float), blur)
        return lit(np.asarray(self.picture, float), height, strength)


def image(picture: np.ndarray) -> Image.Image:
    """Floats in 0..255 as a picture."""
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def stencil(shapes: list[np.ndarray]) -> np.ndarray:
    """Filled polygons in pixels as a 0..1 mask."""
    mask = Image.new("L", (SIDE, SIDE))
    for shape in shapes:
        ImageDraw.Draw(mask).polygon([tuple(point) for point in shape.tolist()], fill=255)
    return np.asarray(mask, float) / 255
