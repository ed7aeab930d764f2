"""Clips made out of the bundled pictures, whose every motion is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from faceweb.config import ASSETS
from faceweb.features.pictures import read_picture
from faceweb.numerics.warping import inside, warped
from faceweb.types import Clip

FRAMES, SIDE, RATE = 16, 128, 8.0
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


def moving(name: str) -> Moving:
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
        _Camera(zoom * _turn(angle), centre)
        for zoom, angle, centre in zip(zooms, angles, centres, strict=True)
    ]
    frames = np.stack([_taken(photo, camera) for camera in cameras])
    flow = np.stack([b.back_to(a) for a, b in pairwise(cameras)])
    return Moving(title, _clip(frames), flow.astype(np.float32), inside(flow))


def still(picture: np.ndarray, frames: int = FRAMES) -> Clip:
    """A picture (h, w, 3) uint8 that stands still for so many frames."""
    return Clip(np.repeat(picture[None], frames, axis=0), RATE)


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
    line = np.arange(SIDE) - (SIDE - 1) / 2
    return np.stack(np.meshgrid(line, line), axis=-1)


def _turn(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _photo(path: Path) -> np.ndarray:
    """In [0, 1], without what is finer than a pixel of the clip."""
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(read_picture(path) / 255.0, (1.4, 1.4, 0), mode="nearest")


def _taken(photo: np.ndarray, camera: _Camera) -> np.ndarray:
    """A frame (h, w, 3) of a photo."""
    from scipy.ndimage import map_coordinates

    columns, rows = np.moveaxis(camera.places(), -1, 0)
    channels = [
        map_coordinates(photo[..., k], [rows, columns], order=3, mode="nearest") for k in range(3)
    ]
    return np.stack(channels, axis=-1)


def _clip(frames: np.ndarray) -> Clip:
    return Clip((frames.clip(0, 1) * 255 + 0.5).astype(np.uint8), RATE)


def _ball(title: str) -> Moving:
    """A textured disc on a curve over a photo that stands still."""
    photo = _photo(ASSETS / "examples" / "rocket.jpg")
    skin = _photo(ASSETS / "styles" / "mosaic.jpg")
    ground = _taken(photo, _Camera(2.4 * np.eye(2), np.array([330.0, 215.0])))
    share = np.linspace(0, 1, FRAMES)
    # From the middle of the clip, in its pixels.
    path = np.stack([-42 + 84 * share, 14 - 36 * np.sin(np.pi * share)], axis=1)
    covers = [_cover(where) for where in path]
    frames = [
        ground * (1 - cover) + _taken(skin, _Camera(1.8 * np.eye(2), 260 - 1.8 * where)) * cover
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
        before = warped(covers[place - 1], back)
        same = np.abs(before - covers[place]) < 1e-9
        whole = (covers[place] == 0) | (covers[place] == 1)
        yield back, (same & whole)[..., 0] & inside(back)
