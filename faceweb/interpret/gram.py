"""Which channels of a layer fire together on a photo: the Gram matrix as correlations.

Gatys et al. 2015, "Texture Synthesis Using Convolutional Neural Networks", for the Gram matrix as a
description of texture; the correlation is its centred form, free of every channel's own scale. The
Gram matrix of style transfer is `faceweb.style.losses.gram`.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from faceweb.config import RepaintConfig
from faceweb.errors import LayerError
from faceweb.faces.quality import Networks
from faceweb.interpret.feature_maps import FeatureMaps, feature_maps
from faceweb.interpret.top_patches import check_unit
from faceweb.style.image import to_bytes

if TYPE_CHECKING:
    from faceweb.interpret.feature_extractor import FeatureExtractor
    from faceweb.interpret.inspector import Inspector

# Standard deviation below which a channel counts as constant, as a share of the layer's largest.
_STILL = 1e-4


def correlation(features: np.ndarray) -> np.ndarray:
    """Which channels of a layer rise and fall together over its positions.

    Args:
        features: (positions..., c).

    Returns:
        (c, c) in [-1, 1]; a channel that does not vary correlates with nothing, itself included.
    """
    rows = features.reshape(-1, features.shape[-1]).astype(np.float64)
    rows = rows - rows.mean(axis=0)
    deviation = np.sqrt((rows**2).mean(axis=0))
    varies = deviation > _STILL * deviation.max(initial=0.0)
    shares = np.where(varies, rows / np.where(varies, deviation, 1.0), 0.0)
    return (shares.T @ shares / len(rows)).clip(-1, 1)


REPAINT_SIDE = 256
SHOWN_EVERY = 0.25


@dataclass(frozen=True, eq=False)
class ChannelCorrelation:
    """A layer's channels on one photo.

    Attributes:
        maps: the layer's activations.
        correlation: (c, c) in [-1, 1]: the Gram matrix, centred and free of each channel's scale.
    """

    maps: FeatureMaps
    correlation: np.ndarray

    @cached_property
    def order(self) -> np.ndarray:
        """The units that vary on the photo, those that fire together side by side."""
        # Nearly a second to import, which the first answer of the page must not wait for.
        from scipy.cluster import hierarchy
        from scipy.spatial.distance import squareform

        varies = np.flatnonzero(self.correlation.diagonal())
        if len(varies) < 3:
            return varies
        apart = 1 - self.correlation[np.ix_(varies, varies)]
        apart = (apart + apart.T) / 2
        np.fill_diagonal(apart, 0)
        tree = hierarchy.linkage(squareform(apart, checks=False), "average", optimal_ordering=True)
        return varies[hierarchy.leaves_list(tree)]

    def partners(self, unit: int, count: int = 8) -> list[tuple[int, float]]:
        """The units whose correlation with one is farthest from 0, and that correlation."""
        row = self.correlation[unit].copy()
        row[unit] = 0
        order = np.argsort(-np.abs(row), kind="stable")[:count]
        return [(int(other), float(row[other])) for other in order if row[other]]

    def silent(self, unit: int) -> bool:
        """Whether a unit says the same everywhere on the photo, so that nothing goes with it."""
        return not self.correlation[unit, unit]


@dataclass(frozen=True, eq=False)
class RepaintStep:
    """A photo on its way to another correlation.

    Attributes:
        picture, original: (h, w, 3) uint8, as it is and as it was.
        before: the correlation at the start.
        now: the correlation of `picture`.
        others: how far the other pairs of the layer have moved, as a mean absolute difference; of
            units that vary on either picture.
        step, steps: how many are done, and shall be.
        remaining: expected seconds.
    """

    picture: np.ndarray
    original: np.ndarray
    before: float
    now: float
    others: float
    step: int
    steps: int
    remaining: float


def correlate_channels(
    extractor: "FeatureExtractor",
    networks: Networks,
    photo: np.ndarray,
    layer: str,
    side: int | None = None,
) -> ChannelCorrelation:
    """Which channels fire together on a photo; arguments and errors as for `feature_maps`."""
    more = {} if side is None else {"side": side}
    maps = feature_maps(extractor, networks, photo, layer, **more)
    found = ChannelCorrelation(maps, correlation(maps.maps))
    if not found.correlation.any():
        raise LayerError(
            "Every unit says the same everywhere on this photo, so nothing goes together: choose "
            "another photo or layer."
        )
    return found


def repaint(
    inspector: "Inspector",
    networks: Networks,
    photo: np.ndarray,
    layer: str,
    pair: tuple[int, int],
    config: RepaintConfig,
) -> Iterator[RepaintStep]:
    """Moves a photo until two units of a layer correlate as wanted, its content held.

    Args:
        inspector: looks into the network.
        networks: find and align a face for a network that takes faces.
        photo: (h, w, 3) uint8 RGB; it is repainted at 256 pixels at most.
        layer: one of the network's.
        pair: two different units.
        config: the correlation that is wanted, and the steps.

    Yields:
        The picture as it is, several times a second and at last.

    Raises:
        PictureError, LayerError: as for `feature_maps`; a unit varies nowhere on the photo, or
            there are not two.
    """
    for unit in pair:
        check_unit(inspector.extractor, layer, unit)
    start = correlate_channels(inspector.extractor, networks, photo, layer, REPAINT_SIDE)
    _check_pair(start, pair)
    picture = start.maps.view.floats
    content, state = inspector.repainter.content(picture, layer), inspector.repainter.begin(picture)
    before = float(start.correlation[pair])
    began, shown = time.perf_counter(), -SHOWN_EVERY
    for step in range(1, config.steps + 1):
        state, _ = inspector.repainter.step(state, layer, content, pair, config.wanted)
        now = time.perf_counter()
        if step == config.steps or now - shown > SHOWN_EVERY:
            shown, painted = now, to_bytes(inspector.repainter.render(state))
            maps = inspector.extractor.activations(painted[None] / np.float32(255), layer)[0]
            found = correlation(maps)
            remaining = (now - began) / step * (config.steps - step)
            yield RepaintStep(
                painted,
                start.maps.view.pixels,
                before,
                float(found[pair]),
                _others(start.correlation, found, pair),
                step,
                config.steps,
                remaining,
            )


def _others(before: np.ndarray, after: np.ndarray, pair: tuple[int, int]) -> float:
    varies = np.diag(before).astype(bool) | np.diag(after).astype(bool)
    counted = np.outer(varies, varies) & ~np.eye(len(before), dtype=bool)
    counted[pair, pair[::-1]] = False
    return float(np.abs(after - before)[counted].mean()) if counted.any() else 0.0


def _check_pair(found: ChannelCorrelation, pair: tuple[int, int]) -> None:
    if pair[0] == pair[1]:
        raise LayerError("A unit always goes with itself: choose two different units.")
    for unit in pair:
        if found.silent(unit):
            raise LayerError(
                f"Unit {unit} says the same everywhere on this photo, so nothing can go with it: "
                "choose another unit or photo."
            )
