"""Samples that the page brings: a phantom of a head, sounds, and clips whose motion is known.

The phantom is after Shepp & Logan 1974, "The Fourier Reconstruction of a Head Section": its
ellipses, given a depth and a stronger contrast; the vessels are ours, and brighter than the skull,
so that a projection shows them. Sounds are made by arithmetic alone, 5 s each.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from faceweb.config import ASSETS
from faceweb.media.audio import RATE
from faceweb.media.image import read_picture
from faceweb.style.optical_flow import inside, warp
from faceweb.types import Clip, Signal, Volume

PHANTOM_SIDE, LESIONS = 96, 4
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


def phantom(side: int = PHANTOM_SIDE, seed: int = 0) -> Volume:
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


def lesions(side: int = PHANTOM_SIDE, seed: int = 0) -> np.ndarray:
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


SECONDS, PEAK = 5.0, 0.8
_COUNT = int(SECONDS * RATE)
# Notes of a pentatonic tune: (beats, half-tones above A4), None for a rest.
_TUNE = (
    (1, 0),
    (0.5, 3),
    (0.5, 5),
    (1, 7),
    (0.5, 5),
    (0.5, 3),
    (1, 10),
    (0.5, 12),
    (0.5, 10),
    (1, 7),
    (0.5, 3),
    (0.5, 5),
    (2, 0),
)
# Ratios of a church bell's partials to its prime, their loudness and seconds to a 1000th: hum,
# prime, tierce, quint, nominal and above (Rossing, The Science of Sound, 1990).
_BELL = (
    (0.5, 0.6, 9.0),
    (1.0, 0.8, 6.5),
    (1.183, 0.7, 5.0),
    (1.506, 0.35, 3.5),
    (2.0, 1.0, 3.0),
    (2.514, 0.4, 2.0),
    (2.662, 0.35, 1.8),
    (3.011, 0.4, 1.4),
    (4.166, 0.35, 0.9),
    (5.433, 0.25, 0.6),
    (6.796, 0.15, 0.4),
)


def melody() -> Signal:
    """A plucked tune of ten beats: harmonics die the sooner, the higher they are."""
    total = _silence()
    start = 0.05
    for beats, half_tones in _TUNE:
        length = beats * 0.47
        t = _times(length + 0.35)
        note = np.zeros(len(t))
        for partial in range(1, 9):
            # Stiff strings sound a little sharp in their higher partials.
            hertz = 440 * 2 ** (half_tones / 12) * partial * np.sqrt(1 + 4e-4 * partial**2)
            if hertz < RATE / 2:
                fading = np.exp(-t * (2.2 + 1.4 * partial))
                note += np.sin(2 * np.pi * hertz * t) * fading / partial**1.3
        _add(total, start, note * _rise(t, 0.004) * _fall(t, 0.08))
        start += length
    return _finish(total)


def drum_loop() -> Signal:
    """Two bars of kick, snare and hi-hat at 96 beats a minute."""
    rng = np.random.default_rng(2)
    total, beat = _silence(), 60 / 96
    for half in range(16):
        start = 0.02 + half * beat / 2
        _add(total, start, _hat(rng, 0.16 if half % 2 else 0.1))
        if half in (0, 5, 8, 11, 13):
            _add(total, start, _kick())
        if half % 4 == 2:
            _add(total, start, _snare(rng))
    return _finish(total)


def rain() -> Signal:
    """A steady hiss whose loudness wavers, and some thousand drops, near ones with a ring."""
    rng = np.random.default_rng(3)
    hiss = _band(rng.normal(0, 1, _COUNT), 900, 8_500)
    sway = _band(rng.normal(0, 1, _COUNT), 0, 1.5)
    total = hiss / hiss.std() * (1 + 0.15 * sway / sway.std())
    for start in rng.uniform(0, SECONDS - 0.1, 1400):
        t = _times(rng.uniform(0.004, 0.02))
        hertz, loud = rng.uniform(1_500, 7_000), rng.exponential(1.2)
        drop = np.sin(2 * np.pi * hertz * t) * np.exp(-t * 500) * _rise(t, 0.001)
        _add(total, start, loud * drop)
    for start in rng.uniform(0, SECONDS - 0.2, 40):
        t = _times(0.09)
        # A bubble under a drop rings higher and higher while it closes.
        phase = 2 * np.pi * rng.uniform(600, 1_600) * (t + 3 * t**2)
        _add(total, start, 2.2 * np.sin(phase) * np.exp(-t * 60) * _rise(t, 0.002))
    return _finish(total, rise=0.15, fall=0.15)


def bell() -> Signal:
    """A church bell struck twice: partials in no whole ratio, doubled so that they beat."""
    total = _silence()
    rng = np.random.default_rng(4)
    for start, loud in ((0.03, 1.0), (2.5, 0.75)):
        t = _times(SECONDS - start)
        for ratio, strength, seconds in _BELL:
            fading = np.exp(-t * np.log(1000) / seconds)
            for detuned in (-0.35, 0.35):
                hertz = 330 * ratio + detuned * ratio**0.5
                ring = np.sin(2 * np.pi * hertz * t + rng.uniform(0, 2 * np.pi))
                _add(total, start, loud * strength / 2 * ring * fading * _rise(t, 0.003))
        clap = _band(rng.normal(0, 1, len(t)), 1_500, 6_000) * np.exp(-t * 120) * _rise(t, 0.001)
        _add(total, start, 0.8 * loud * clap)
    return _finish(total, fall=0.25)


def birds() -> Signal:
    """Three birds, one after another and over each other: trills, slides and whistles."""
    rng = np.random.default_rng(5)
    total = 0.004 * _band(rng.normal(0, 1, _COUNT), 200, 3_000)
    for start in (0.15, 1.75, 3.4):
        for number in range(int(rng.integers(7, 11))):
            _add(total, start + 0.085 * number, _chirp(0.06, 5_200, 3_600, 0.5))
    for start in (0.9, 2.6, 4.2):
        _add(total, start, _chirp(0.22, 2_400, 3_300, 0.9))
        _add(total, start + 0.27, _chirp(0.3, 3_300, 2_200, 0.8))
    for start in (1.3, 3.05):
        _add(total, start, _chirp(0.45, 4_100, 4_300, 0.45, wobble=350, times=28))
    echo = np.zeros(_COUNT)
    for delay, share in ((0.043, 0.25), (0.071, 0.18), (0.117, 0.1)):
        shift = int(delay * RATE)
        echo[shift:] += share * total[:-shift]
    return _finish(total + echo)


INSTRUMENTS: dict[str, Callable[[], Signal]] = {
    "melody": melody,
    "drum loop": drum_loop,
    "rain": rain,
    "bell": bell,
    "birds": birds,
}


def _kick() -> np.ndarray:
    """A skin that is struck sounds high and falls to its own pitch at once."""
    t = _times(0.35)
    phase = 2 * np.pi * (52 * t + 130 / 38 * (1 - np.exp(-38 * t)))
    return np.sin(phase) * np.exp(-t * 11) * _rise(t, 0.002) * _fall(t, 0.02)


def _snare(rng: np.random.Generator) -> np.ndarray:
    t = _times(0.25)
    wires = _band(rng.normal(0, 1, len(t)), 1_000, 9_000) * np.exp(-t * 20)
    skin = (np.sin(2 * np.pi * 185 * t) + 0.6 * np.sin(2 * np.pi * 330 * t)) * np.exp(-t * 28)
    return (0.45 * wires + 0.5 * skin) * _rise(t, 0.001) * _fall(t, 0.02)


def _hat(rng: np.random.Generator, loud: float) -> np.ndarray:
    t = _times(0.07)
    metal = _band(rng.normal(0, 1, len(t)), 6_500, 10_500)
    return loud * metal / metal.std() * np.exp(-t * 70) * _rise(t, 0.001) * _fall(t, 0.01)


def _chirp(
    seconds: float, low: float, high: float, loud: float, wobble: float = 0, times: float = 0
) -> np.ndarray:
    """A whistle from one pitch to another in Hz, wobbling so often a second, with a soft octave."""
    t = _times(seconds)
    pitch = low + (high - low) * t / seconds + wobble * np.sin(2 * np.pi * times * t)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    shape = np.sin(np.pi * t / seconds) ** 0.8
    return loud * shape * (np.sin(phase) + 0.12 * np.sin(2 * phase))


def _silence() -> np.ndarray:
    return np.zeros(_COUNT)


def _times(seconds: float) -> np.ndarray:
    return np.arange(int(seconds * RATE)) / RATE


def _rise(t: np.ndarray, seconds: float) -> np.ndarray:
    return np.minimum(t / seconds, 1)


def _fall(t: np.ndarray, seconds: float) -> np.ndarray:
    return np.minimum((t[-1] - t) / seconds, 1)


def _add(total: np.ndarray, start: float, sound: np.ndarray) -> None:
    first = int(start * RATE)
    there = total[first : first + len(sound)]
    there += sound[: len(there)]


def _band(noise: np.ndarray, low: float, high: float) -> np.ndarray:
    """What of a noise lies between two frequencies in Hz, with flanks a sixth of them wide."""
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(len(noise), 1 / RATE)
    above = 1 / (1 + (low / np.maximum(hertz, 1e-9)) ** 12) if low else np.ones(len(hertz))
    return np.fft.irfft(spectrum * above / (1 + (hertz / high) ** 12), len(noise))


def _finish(total: np.ndarray, rise: float = 0.01, fall: float = 0.03) -> Signal:
    """Softens both ends over some seconds, so that they do not click, and sets the peak."""
    t = _times(SECONDS)
    total = total * np.sin(np.pi / 2 * _rise(t, rise)) * np.sin(np.pi / 2 * _fall(t, fall))
    return Signal((PEAK * total / np.abs(total).max()).astype(np.float32), RATE)


FRAMES, CLIP_SIDE, FRAME_RATE = 16, 128, 8.0
# name: title on the page
MOVING = {
    "pan": "a camera that pans and zooms over a cup",
    "turn": "a cat that turns",
    "ball": "a ball that crosses a rocket's launch",
}
RADIUS = 26.0


@dataclass(frozen=True, eq=False)
class Moving:
    """A clip with its optical flow.

    Attributes:
        flow: (t - 1, h, w, 2) float32, pixels to the right and down from a pixel of frame t + 1
            back to the same spot in frame t.
        valid: (t - 1, h, w) bool, where that spot can be seen in frame t.
    """

    title: str
    clip: Clip
    flow: np.ndarray
    valid: np.ndarray


def make_clip(name: str) -> Moving:
    """One of `MOVING`: 16 frames of 128 x 128, always the same.

    Raises:
        KeyError: there is none of that name.
    """
    title = MOVING[name]
    if name == "ball":
        return _ball(title)
    photo = _photo(ASSETS / "examples" / f"{'coffee' if name == 'pan' else 'chelsea'}.jpg")
    share = np.linspace(0, 1, FRAMES)
    middle = np.array(photo.shape[1::-1]) / 2
    if name == "pan":
        # Pixels of the photo in one of the clip, and where its middle is in the photo.
        zooms, angles = 2.0 - 0.7 * share, np.zeros(FRAMES)
        centres = middle + np.stack([-90 + 150 * share, 30 * np.sin(3 * share)], axis=1)
    else:
        zooms, angles = np.full(FRAMES, 1.6), np.radians(-12 + 30 * share)
        centres = np.repeat(middle[None], FRAMES, axis=0)
    cameras = [
        _Camera(zoom * _lock(angle), centre)
        for zoom, angle, centre in zip(zooms, angles, centres, strict=True)
    ]
    frames = np.stack([_photograph(photo, camera) for camera in cameras])
    flow = np.stack([b.back_to(a) for a, b in pairwise(cameras)])
    return Moving(title, _clip(frames), flow.astype(np.float32), inside(flow))


def make_still(picture: np.ndarray, frames: int = FRAMES) -> Clip:
    """A picture (h, w, 3) uint8 that stands still for so many frames."""
    return Clip(np.repeat(picture[None], frames, axis=0), FRAME_RATE)


@dataclass(frozen=True, eq=False)
class _Camera:
    """Where a pixel of the clip lies in the photo: centre + matrix (pixel - middle)."""

    matrix: np.ndarray
    centre: np.ndarray

    def places(self) -> np.ndarray:
        """(h, w, 2), columns and rows of the photo."""
        return _grid() @ self.matrix.T + self.centre

    def back_to(self, before: "_Camera") -> np.ndarray:
        """(h, w, 2), from pixels of this camera to those of the one before."""
        there = (self.places() - before.centre) @ np.linalg.inv(before.matrix).T
        return there - _grid()


def _grid() -> np.ndarray:
    """(h, w, 2), columns and rows of the clip's pixels from its middle."""
    line = np.arange(CLIP_SIDE) - (CLIP_SIDE - 1) / 2
    return np.stack(np.meshgrid(line, line), axis=-1)


def _lock(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _photo(path: Path) -> np.ndarray:
    """In [0, 1], without what is finer than a pixel of the clip."""
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(read_picture(path) / 255.0, (1.4, 1.4, 0), mode="nearest")


def _photograph(photo: np.ndarray, camera: _Camera) -> np.ndarray:
    """A frame (h, w, 3) of a photo."""
    from scipy.ndimage import map_coordinates

    columns, rows = np.moveaxis(camera.places(), -1, 0)
    channels = [
        map_coordinates(photo[..., k], [rows, columns], order=3, mode="nearest") for k in range(3)
    ]
    return np.stack(channels, axis=-1)


def _clip(frames: np.ndarray) -> Clip:
    return Clip((frames.clip(0, 1) * 255 + 0.5).astype(np.uint8), FRAME_RATE)


def _ball(title: str) -> Moving:
    """A textured disc on a curve over a photo that stands still."""
    photo = _photo(ASSETS / "examples" / "rocket.jpg")
    skin = _photo(ASSETS / "styles" / "mosaic.jpg")
    ground = _photograph(photo, _Camera(2.4 * np.eye(2), np.array([330.0, 215.0])))
    share = np.linspace(0, 1, FRAMES)
    # From the middle of the clip, in its pixels.
    path = np.stack([-42 + 84 * share, 14 - 36 * np.sin(np.pi * share)], axis=1)
    covers = [_cover(where) for where in path]
    frames = [
        ground * (1 - cover)
        + _photograph(skin, _Camera(1.8 * np.eye(2), 260 - 1.8 * where)) * cover
        for where, cover in zip(path, covers, strict=True)
    ]
    pairs = list(_ball_flow(path, covers))
    flow, valid = (np.stack(part) for part in zip(*pairs, strict=True))
    return Moving(title, _clip(np.stack(frames)), flow.astype(np.float32), valid)


def _cover(where: np.ndarray) -> np.ndarray:
    """How much of each pixel the ball covers, (h, w, 1)."""
    away = np.linalg.norm(_grid() - where, axis=-1, keepdims=True)
    return (RADIUS - away + 0.5).clip(0, 1)


def _ball_flow(
    path: np.ndarray, covers: list[np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for place in range(1, len(path)):
        back = np.where(covers[place] > 0.5, path[place - 1] - path[place], 0.0)
        # Wholly ball, or wholly ground, in both frames: neither its rim nor what it hid before.
        before = warp(covers[place - 1], back)
        same = np.abs(before - covers[place]) < 1e-9
        whole = (covers[place] == 0) | (covers[place] == 1)
        yield back, (same & whole)[..., 0] & inside(back)
