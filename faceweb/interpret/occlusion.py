"""Occlusion: what a patch that slides over a picture does to a unit, or to two faces' distance.

Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from faceweb.config import OcclusionConfig
from faceweb.errors import LayerError
from faceweb.faces.evaluation import euclidean
from faceweb.faces.quality import Networks, embed_largest
from faceweb.interpret.feature_maps import average_cover, feature_maps, patch_starts
from faceweb.interpret.receptive_field import window
from faceweb.interpret.top_patches import check_unit
from faceweb.types import EmbeddedFace

if TYPE_CHECKING:
    from faceweb.interpret.feature_extractor import FeatureExtractor

SIDE, BATCH = 256, 8
SHOWN_EVERY = 0.25
GREY = 128


@dataclass(frozen=True, eq=False)
class OcclusionStep:
    """An occlusion under way.

    Attributes:
        pixels: (h, w, 3) uint8, what was covered patch by patch.
        change: (h, w), how much the value falls (positive) or grows where a pixel is covered: the
            mean over the patches that covered it.
        before: the value with nothing covered.
        lowest, highest: among the values with a patch.
        done, total: patches; those that a unit cannot see change nothing, and are not counted.
        spot: row and column of the pixels at the middle of what the unit sees, or None.
    """

    pixels: np.ndarray
    change: np.ndarray
    before: float
    lowest: float
    highest: float
    done: int
    total: int
    spot: tuple[int, int] | None = None


def occlude_unit(
    extractor: "FeatureExtractor",
    networks: Networks,
    photo: np.ndarray,
    layer: str,
    unit: int,
    config: OcclusionConfig,
) -> Iterator[OcclusionStep]:
    """Covers a photo patch by patch and watches a unit at the place where it is strongest.

    Args:
        extractor: of the network.
        networks: find and align a face for a network that takes faces.
        photo: (h, w, 3) uint8 RGB; 256 pixels at most are looked at.
        layer: one of the extractor's.
        unit: one of the layer's.
        config: how large the patch is, and what is in it.

    Yields:
        The change so far, several times a second and at last.

    Raises:
        PictureError, LayerError: as for `feature_maps`, or the unit is silent on this photo.
    """
    maps = feature_maps(extractor, networks, photo, layer, SIDE)
    check_unit(extractor, layer, unit)
    row, column = maps.peak(unit)
    before = float(maps.maps[row, column, unit])
    if before <= 0:
        raise LayerError(
            f"Unit {unit} is silent on this photo, so covering it changes nothing: choose another "
            "unit or photo."
        )
    spot, field = maps.centre((row, column)), maps.facts.field
    sees = window(field, row), window(field, column)

    def excited(batch: np.ndarray) -> np.ndarray:
        return extractor.activations(batch, layer)[:, row, column, unit]

    yield from _slide(maps.view.pixels, excited, before, config, spot, sees)


def occlude_pair(
    networks: Networks, photo_a: np.ndarray, photo_b: np.ndarray, config: OcclusionConfig
) -> Iterator[tuple[OcclusionStep | None, OcclusionStep | None]]:
    """Covers each of two faces patch by patch and watches their distance.

    Args:
        networks: detector and embedder.
        photo_a, photo_b: (h, w, 3) uint8 RGB, the largest face of each is taken.
        config: how large the patch is, and what is in it.

    Yields:
        What covering the first face has done so far, and the second; None before it began.

    Raises:
        NoFaceFoundError: a photo shows no face, or only one too small to embed.
    """
    faces = [embed_largest(networks, photo) for photo in (photo_a, photo_b)]
    before = float(euclidean(faces[0].embedding[None], faces[1].embedding[None])[0, 0])
    done: list[OcclusionStep | None] = [None, None]
    for number, (covered_face, other) in enumerate((faces, faces[::-1])):

        def distance(batch: np.ndarray, other: EmbeddedFace = other) -> np.ndarray:
            chips = (batch * 255 + 0.5).astype(np.uint8)
            return euclidean(networks.embed(chips), other.embedding[None])[:, 0]

        for step in _slide(covered_face.chip, distance, before, config):
            done[number] = step
            yield done[0], done[1]


def _slide(
    pixels: np.ndarray,
    measure: Callable[[np.ndarray], np.ndarray],
    before: float,
    config: OcclusionConfig,
    spot: tuple[int, int] | None = None,
    sees: tuple[tuple[int, int], tuple[int, int]] | None = None,
) -> Iterator[OcclusionStep]:
    """Measures patch by patch; `sees` is the rows and columns outside which nothing matters."""
    shape = pixels.shape[:2]
    side = max(4, round(config.patch * min(shape)))
    rows, columns = (patch_starts(length, side) for length in shape)
    corners = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
    first, stop = np.array(sees or ((0, shape[0]), (0, shape[1]))).T
    matters = ((corners + side > first) & (corners < stop)).all(axis=1)
    unseen, corners = corners[~matters], corners[matters]
    filling = _filling(pixels, config.fill, side)
    values, shown = np.zeros(0), -SHOWN_EVERY
    for start in range(0, len(corners), BATCH):
        batch = np.stack([_patch(pixels, filling, c, side) for c in corners[start : start + BATCH]])
        values = np.append(values, measure(batch / np.float32(255)))
        done, now = len(values), time.perf_counter()
        if done == len(corners) or now - shown > SHOWN_EVERY:
            shown = now
            falls = np.concatenate([before - values, np.zeros(len(unseen))])
            change = average_cover(falls, np.concatenate([corners[:done], unseen]), side, shape)
            lowest, highest = float(values.min()), float(values.max())
            yield OcclusionStep(pixels, change, before, lowest, highest, done, len(corners), spot)


def _filling(pixels: np.ndarray, fill: str, side: int) -> np.ndarray:
    if fill == "grey":
        return np.full_like(pixels, GREY)
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(side / 2)))


def _patch(pixels: np.ndarray, filling: np.ndarray, corner: np.ndarray, side: int) -> np.ndarray:
    there = slice(corner[0], corner[0] + side), slice(corner[1], corner[1] + side)
    patched = pixels.copy()
    patched[there] = filling[there]
    return patched
