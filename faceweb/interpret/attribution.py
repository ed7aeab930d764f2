"""Attribution: which parts of a picture raise or lower a unit, or the distance of two faces.

Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
Localization": the maps of a layer, weighted by the mean gradient of what is explained.
Sundararajan et al. 2017, "Axiomatic Attribution for Deep Networks": integrated gradients, which sum
to the difference between the picture and a baseline that says nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from PIL import Image, ImageFilter

from faceweb.config import AttributionConfig
from faceweb.errors import LayerError
from faceweb.faces.quality import Networks, embed_largest
from faceweb.interpret.feature_extractor import OUTPUT, FeatureExtractor
from faceweb.interpret.feature_maps import feature_maps, upsample
from faceweb.interpret.top_patches import check_unit

# Points of the way between two reports. A GPU takes their gradients at once; a CPU one by one,
# which is faster there and lets go of the device in between.
BATCH = 8
# Positions a side at least of the maps that Grad-CAM weighs, where a layer has as many.
COARSEST = 7
# Side at most of a photo that is explained.
SIDE = 256
# Two equal embeddings have no direction between them; the slope of a root at 0 is infinite.
LEAST = 1e-12


@dataclass(frozen=True)
class UnitScore:
    """The activation of one unit at one place.

    Attributes:
        layer: one of the extractor's layers.
        place: (row, column, unit) in the layer.
    """

    layer: str
    place: tuple[int, int, int]

    @property
    def aim(self) -> np.ndarray:
        return np.array(self.place, np.int32)


@dataclass(frozen=True, eq=False)
class DistanceScore:
    """The Euclidean distance of a face's embedding from another one, (d,) float32."""

    embedding: np.ndarray
    layer: str = OUTPUT

    @property
    def aim(self) -> np.ndarray:
        return self.embedding


Score = UnitScore | DistanceScore


@dataclass(frozen=True, eq=False)
class GradCam:
    """What a layer contributes to a score.

    Attributes:
        layer: whose maps are weighted.
        score: of the picture.
        weights: (c,) mean over positions of the score's gradient, one a channel.
        map: (h', w') sum of the maps by these weights. Grad-CAM is its positive part, what raises
            the score; the negative part is what lowers it.
    """

    layer: str
    score: float
    weights: np.ndarray
    map: np.ndarray


class Attribution:
    """Grad-CAM and gradients of scores over one network, traced once a layer.

    Args:
        extractor: of the network.
    """

    def __init__(self, extractor: FeatureExtractor) -> None:
        self.traces = 0
        self.extractor = extractor
        self._functions: dict[tuple[str, ...], Callable] = {}

    def grad_cam(self, picture: np.ndarray, score: Score, layer: str) -> GradCam:
        """Grad-CAM of a score over a layer that it follows from.

        Args:
            picture: (h, w, 3) float32 in [0, 1].
            score: what is explained.
            layer: one of the extractor's, before the score's layer or that layer itself.

        Raises:
            ValueError: there is no such layer, or the score does not follow from it.
        """
        names = (*self.extractor.layers, OUTPUT)
        if names.index(layer) > names.index(score.layer):
            raise ValueError(f"{score.layer!r} does not follow from the layer {layer!r}.")

        def function(pictures, aim):
            with tf.GradientTape() as tape:
                tape.watch(pictures)
                maps, last = self.extractor.forward(pictures, (layer, score.layer))
                value = _score(last, aim)
            weights = tf.reduce_mean(tape.gradient(value, maps), axis=(1, 2))
            return value, weights, tf.einsum("nhwc,nc->nhw", maps, weights)

        value, weights, summed = self._run("grad_cam", function, picture[None], score, layer)
        return GradCam(layer, float(value[0]), weights[0], summed[0])

    def gradients(self, pictures: np.ndarray, score: Score) -> tuple[np.ndarray, np.ndarray]:
        """Scores (n,) of pictures (n, h, w, 3) float32, and their gradients (n, h, w, 3)."""

        def function(batch, aim):
            with tf.GradientTape() as tape:
                tape.watch(batch)
                (last,) = self.extractor.forward(batch, (score.layer,))
                value = _score(last, aim)
            return value, tape.gradient(value, batch)

        many = BATCH if self.extractor.device.compiles else 1
        parts = [
            self._run("gradients", function, pictures[first : first + many], score)
            for first in range(0, len(pictures), many)
        ]
        values, slopes = zip(*parts, strict=True)
        return np.concatenate(values), np.concatenate(slopes)

    def source(self, score: Score, size: tuple[int, int]) -> str:
        """The deepest layer before a score's whose maps are fine enough, for pictures (h, w).

        Nothing bypasses it, as a residual sum does the layers of its branch.

        Raises:
            LayerError: there is no layer before it.
        """
        names = self.extractor.layers
        before = names if score.layer == OUTPUT else names[: names.index(score.layer)]
        found = [layer for layer in before if self.extractor.carries_all(layer)]
        if not found:
            raise LayerError(
                f"There is no layer before {score.layer} whose maps could be weighed: choose a "
                "deeper layer."
            )
        fine = [
            layer for layer in found if min(self.extractor.facts(layer, size).shape[:2]) >= COARSEST
        ]
        if fine:
            return fine[-1]
        return max(found, key=lambda layer: min(self.extractor.facts(layer, size).shape[:2]))

    def _run(
        self, kind: str, function: Callable, pictures: np.ndarray, score: Score, *layers: str
    ) -> list[np.ndarray]:
        key = (kind, score.layer, *layers)
        with self.extractor.device.lock:
            if key not in self._functions:

                def count(batch, aim):
                    self.traces += 1
                    return function(batch, aim)

                sides = self.extractor.size or (None, None)
                aim = tf.TensorSpec(score.aim.shape, score.aim.dtype)
                specs = [tf.TensorSpec((None, *sides, self.extractor.channels)), aim]
                self._functions[key] = tf.function(count, input_signature=specs, autograph=False)
            found = self._functions[key](tf.constant(pictures), tf.constant(score.aim))
            return [part.numpy() for part in found]


def integrate_gradients(
    gradients: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    picture: np.ndarray,
    baseline: np.ndarray,
    first: int,
    stop: int,
    steps: int,
) -> np.ndarray:
    """A part of the sum of integrated gradients, by the midpoint rule.

    The attribution of a value is (x - x') times the mean over `steps` points of the straight way
    from the baseline x' to the picture x of the score's gradient; points `first` to `stop` are
    summed here, so that all parts together are the attribution.

    Args:
        gradients: scores (n,) and gradients (n, ...) of pictures (n, ...).
        picture, baseline: x and x', of one shape.
        first, stop: which points, of 0 to `steps`.
        steps: of the whole way.
    """
    shares = ((np.arange(first, stop) + 0.5) / steps).astype(np.float32)
    shares = shares.reshape(-1, *(1,) * picture.ndim)
    _, slopes = gradients(baseline + shares * (picture - baseline))
    return (picture - baseline) * slopes.sum(axis=0) / steps


@dataclass(frozen=True, eq=False)
class AttributionStep:
    """An attribution under way.

    Attributes:
        pixels: (h, w, 3) uint8, what is explained.
        cam: Grad-CAM, whose `map` belongs to `pixels`.
        heat: (h, w), the same at the size of the pixels: positive where the score is raised.
        gradients: (h, w, 3) integrated gradients, of the points done so far.
        score, baseline: of the picture and of the baseline.
        done, steps: points of the way from the baseline.
        spot: row and column of the pixels at the middle of what the unit sees, or None.
    """

    pixels: np.ndarray
    cam: GradCam
    heat: np.ndarray
    gradients: np.ndarray
    score: float
    baseline: float
    done: int
    steps: int
    spot: tuple[int, int] | None = None

    @property
    def gap(self) -> float:
        """How far the attributions' sum is from the difference of both scores (completeness)."""
        return abs(float(self.gradients.sum()) - (self.score - self.baseline))


def attribute_unit(
    attribution: Attribution,
    networks: Networks,
    photo: np.ndarray,
    layer: str,
    unit: int,
    config: AttributionConfig,
) -> Iterator[AttributionStep]:
    """Explains a unit's activation at the place where it is strongest on a photo.

    Args:
        attribution: over the network.
        networks: find and align a face for a network that takes faces.
        photo: (h, w, 3) uint8 RGB; 256 pixels at most are looked at.
        layer: one of the network's.
        unit: one of the layer's.
        config: the baseline, and how many points of the way from it.

    Yields:
        The attribution so far, after every batch of points.

    Raises:
        PictureError, LayerError: as for `feature_maps`; the unit is silent on this photo, or no
            layer stands before its layer.
    """
    maps = feature_maps(attribution.extractor, networks, photo, layer, SIDE)
    check_unit(attribution.extractor, layer, unit)
    row, column = maps.peak(unit)
    if maps.maps[row, column, unit] <= 0:
        raise LayerError(
            f"Unit {unit} is silent on this photo, so nothing explains it: choose another unit or "
            "photo."
        )
    score = UnitScore(layer, (row, column, unit))
    yield from _explain(attribution, maps.view.pixels, score, config, maps.centre((row, column)))


def attribute_pair(
    attribution: Attribution,
    networks: Networks,
    photo_a: np.ndarray,
    photo_b: np.ndarray,
    config: AttributionConfig,
) -> Iterator[tuple[AttributionStep | None, AttributionStep | None]]:
    """Explains the distance of two faces, by either of them while the other stays.

    Args:
        attribution: over the face network.
        networks: detector and face network.
        photo_a, photo_b: (h, w, 3) uint8 RGB; the largest face of each is taken.
        config: the baseline, and how many points of the way from it.

    Yields:
        What the first face does so far, and the second; None before it began.

    Raises:
        NoFaceFoundError: a photo shows no face, or only one too small to embed.
    """
    faces = [embed_largest(networks, photo) for photo in (photo_a, photo_b)]
    done: list[AttributionStep | None] = [None, None]
    for number, (face, other) in enumerate((faces, faces[::-1])):
        score = DistanceScore(other.embedding.astype(np.float32))
        for step in _explain(attribution, face.chip, score, config):
            done[number] = step
            yield done[0], done[1]


def _explain(
    attribution: Attribution,
    pixels: np.ndarray,
    score: Score,
    config: AttributionConfig,
    spot: tuple[int, int] | None = None,
) -> Iterator[AttributionStep]:
    size = (pixels.shape[0], pixels.shape[1])
    picture = pixels / np.float32(255)
    baseline = _baseline(pixels, config.baseline) / np.float32(255)
    cam = attribution.grad_cam(picture, score, attribution.source(score, size))
    heat = upsample(cam.map, attribution.extractor.facts(cam.layer, size).field, size)
    scores, _ = attribution.gradients(np.stack([picture, baseline]), score)
    total = np.zeros_like(picture)
    for first in range(0, config.steps, BATCH):
        stop = min(first + BATCH, config.steps)
        total = total + integrate_gradients(
            lambda points: attribution.gradients(points, score),
            *(picture, baseline, first, stop, config.steps),
        )
        yield AttributionStep(
            pixels, cam, heat, total, float(scores[0]), float(scores[1]), stop, config.steps, spot
        )


def _baseline(pixels: np.ndarray, kind: str) -> np.ndarray:
    if kind == "blurred":
        blur = ImageFilter.GaussianBlur(max(pixels.shape[:2]) / 10)
        return np.asarray(Image.fromarray(pixels).filter(blur))
    return np.full_like(pixels, 128 if kind == "grey" else 0)


def _score(last, aim):
    """The score of every picture out of maps (n, h, w, c) and a place, or of embeddings (n, d)."""
    if last.shape.rank == 4:
        return last[:, aim[0], aim[1], aim[2]]
    return tf.sqrt(tf.reduce_sum((last - aim) ** 2, axis=-1) + LEAST)
