"""MTCNN with few calls: the whole pyramid in one traced graph, every later stage in one batch.

Zhang et al. 2016, "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
Networks". Boxes are rows of left, top, right, bottom in pixels.
"""

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from faceweb.networks.device import Batched
from faceweb.networks.mtcnn import OUTPUT_SIZE, PROPOSAL_CELL, REFINE_SIZE
from faceweb.types import Box, Face


def overlap(boxes: np.ndarray, others: np.ndarray, of_smaller: bool = False) -> np.ndarray:
    """Intersection over union of every box with every other, (n, m).

    Args:
        boxes: (n, 4).
        others: (m, 4).
        of_smaller: divide by the smaller area instead of the union.
    """
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=-1)
    area_a = np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1)[:, None]
    area_b = np.prod(others[:, 2:] - others[:, :2], axis=-1)[None, :]
    whole = np.minimum(area_a, area_b) if of_smaller else area_a + area_b - shared
    return shared / np.maximum(whole, 1e-9)


def suppress(
    boxes: np.ndarray, scores: np.ndarray, threshold: float, of_smaller: bool = False
) -> np.ndarray:
    """Non-maximum suppression: drops a box that overlaps any higher-scored one.

    Unlike the greedy form, a dropped box still drops others; the MTCNN thresholds were tuned so.

    Args:
        boxes: (n, 4).
        scores: (n,).
        threshold: overlap above which the lower-scored box goes.
        of_smaller: see `overlap`.

    Returns:
        Indices of the kept boxes, highest score first.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = boxes[order]
    beaten = np.triu(overlap(ranked, ranked, of_smaller) > threshold, k=1).any(axis=0)
    return order[~beaten]


def make_square(boxes: np.ndarray) -> np.ndarray:
    """The smallest squares with the same centres that hold the boxes, (n, 4)."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def shift(boxes: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Boxes moved by a network's offsets, fractions of each box's inclusive width and height."""
    size = boxes[:, 2:] - boxes[:, :2] + 1
    return boxes + offsets * np.tile(size, 2)


SMALLEST = 20
SMALLEST_SHARE = 1 / 40
SCALE_STEP = 0.709
LEVELS = 11  # the largest is at most 12 * 40 pixels, and 480 * 0.709^11 < 12
PROPOSALS = 256
GREY = 127.5  # of 255, which the networks' own scaling maps to zero
WORKING_SIDE = 1024
SETTLED_SIDE = 128
# Left, top, right, bottom in sides: as is, shifted each way, grown and shrunk.
NUDGES = 0.05 * np.array(
    [
        [0, 0, 0, 0],
        [1, 0, 1, 0],
        [-1, 0, -1, 0],
        [0, 1, 0, 1],
        [0, -1, 0, -1],
        [-1, -1, 1, 1],
        [1, 1, -1, -1],
    ]
)
PICTURE = tf.TensorSpec((None, None, 3), tf.uint8)


class Detector:
    """Finds upright faces.

    Args:
        pnet: proposal network.
        rnet: refinement network.
        onet: output network.
    """

    def __init__(self, pnet: keras.Model, rnet: keras.Model, onet: keras.Model) -> None:
        self.proposer = Proposer(pnet)
        self.refiner = _over_crops(rnet, REFINE_SIZE, (8, 16, 32, 64, 128, PROPOSALS))
        self.finisher = _over_crops(onet, OUTPUT_SIZE, (2, 4, 8, 16, 32, 64))

    @property
    def traces(self) -> int:
        return self.proposer.traces + self.refiner.traces + self.finisher.traces

    def warm(self) -> None:
        """Traces every size that a picture can need."""
        self.proposer(np.zeros((WORKING_SIDE, WORKING_SIDE, 3), np.uint8))
        self.refiner.warm()
        self.finisher.warm()

    def __call__(self, picture: np.ndarray) -> list[Face]:
        """Detects faces of at least 20 pixels and a 40th of the picture's longer side.

        Args:
            picture: (h, w, 3) uint8 RGB, upright.

        Returns:
            The faces, largest first.
        """
        factor = max(1, max(picture.shape[:2]) // WORKING_SIDE)
        small = np.asarray(Image.fromarray(picture).reduce(factor)) if factor > 1 else picture
        boxes = self._refine(small, self.proposer(small))
        faces = [_face(*found, factor) for found in self._finish(small, boxes)]
        return sorted(faces, key=lambda face: -face.box.area)

    def settle(self, picture: np.ndarray, faces: list[Face]) -> list[np.ndarray]:
        """Steadier landmarks for aligning: the mean over seven slightly moved boxes a face.

        On Caltech-101's faces this lowered the share of same-person pairs beyond 0.6 from
        17.2 % to 16.3 %, at the same share of different pairs within it.

        Args:
            picture: (h, w, 3) uint8 RGB.
            faces: from this picture.

        Returns:
            Landmarks (5, 2) of each face.
        """
        if not faces:
            return []
        # Sampling 48 points across a large face would skip pixels: it is reduced first.
        factor = max(1, int(min(face.box.width for face in faces) // SETTLED_SIDE))
        if factor > 1:
            picture = np.asarray(Image.fromarray(picture).reduce(factor))
        boxes = np.array([_corners_of(face.box) for face in faces]) / factor
        square = make_square(boxes)
        side = square[:, 2:3] - square[:, :1]
        moved = (square[:, None] + NUDGES * side[:, None]).reshape(-1, 4)
        points = _points(self.finisher(_shares(picture, moved), picture), moved)
        return list(points.reshape(len(faces), len(NUDGES), 5, 2).mean(axis=1) * factor)

    def _refine(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        heads = self.refiner(_shares(picture, boxes), picture)
        likely = heads[:, 0] > _logit(0.7)
        boxes = shift(boxes[likely], heads[likely, 1:])
        keep = suppress(boxes, heads[likely, 0], 0.7)
        return make_square(boxes[keep])

    def _finish(
        self, picture: np.ndarray, boxes: np.ndarray
    ) -> list[tuple[np.ndarray, float, np.ndarray]]:
        heads = self.finisher(_shares(picture, boxes), picture)
        likely = heads[:, 0] > _logit(0.8)
        boxes, heads = boxes[likely], heads[likely]
        points = _points(heads, boxes)
        boxes = shift(boxes, heads[:, 1:5])
        keep = suppress(boxes, heads[:, 0], 0.7, of_smaller=True)
        boxes = np.clip(boxes, 0, np.tile(picture.shape[1::-1], 2) - 1)
        scores = 1 / (1 + np.exp(-heads[:, 0]))
        return [(boxes[i], float(scores[i]), points[i]) for i in keep]


def _over_crops(network: keras.Model, size: int, sizes: tuple[int, ...]) -> Batched:
    """A network over boxes of one picture of any size, cropping and network in one graph."""

    def forward(corners, picture):
        which = tf.zeros(tf.shape(corners)[:1], tf.int32)
        crops = tf.image.crop_and_resize(
            picture[None], corners, which, (size, size), extrapolation_value=GREY
        )
        return network(crops / 255, training=False)

    return Batched(forward, (4,), sizes, (PICTURE,))


def _shares(picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    return boxes[:, [1, 0, 3, 2]] / (height, width, height, width)


class Proposer:
    """The proposal network over all scales of a picture of any size, one trace for all."""

    def __init__(self, pnet: keras.Model) -> None:
        self.traces = 0

        def forward(picture, sizes):
            self.traces += 1
            batch = tf.cast(picture, tf.float32)[None] / 255
            # keras.ops has no area resampling, and the published weights expect it.
            return [
                pnet(tf.image.resize(batch, sizes[i], "area"), training=False)[0]
                for i in range(LEVELS)
            ]

        sizes = tf.TensorSpec((LEVELS, 2), tf.int32)
        self._run = tf.function(forward).get_concrete_function(PICTURE, sizes)

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """Likely faces as squares, (n, 4) left, top, right, bottom, best first."""
        scales = pyramid(*picture.shape[:2])
        sizes = np.full((LEVELS, 2), PROPOSAL_CELL, np.int32)
        sizes[: len(scales)] = np.array(picture.shape[:2]) * np.array(scales).reshape(-1, 1)
        levels = self._run(tf.constant(picture), tf.constant(sizes))
        found = [
            _windows(cells.numpy(), scale) for cells, scale in zip(levels, scales, strict=False)
        ]
        if not found:
            return np.zeros((0, 4))
        boxes, scores = (np.concatenate(part) for part in zip(*found, strict=True))
        keep = suppress(boxes, scores, 0.7)[:PROPOSALS]
        return make_square(boxes[keep])


def pyramid(height: int, width: int) -> list[float]:
    """Scales at which a 12x12 window meets every face from the smallest to the whole picture.

    They are the published ones without the first few of a large picture, so that a face met at
    the others is the same face.
    """
    smallest = max(height, width) * SMALLEST_SHARE
    scale = PROPOSAL_CELL / SMALLEST
    while PROPOSAL_CELL / scale < smallest:
        scale *= SCALE_STEP
    scales = []
    while min(height, width) * scale >= PROPOSAL_CELL:
        scales.append(scale)
        scale *= SCALE_STEP
    return scales


def _windows(cells: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Likely faces of one scale: boxes in the picture and scores."""
    row, column = np.nonzero(cells[..., 0] > _logit(0.6))
    scores, offsets = cells[row, column, 0], cells[row, column, 1:]
    # The published pipeline counts pixels from 1, so that a window spans 11 from first to last.
    first = np.stack([column, row], axis=1) * 2 + 1
    span = PROPOSAL_CELL - 1
    boxes = (np.concatenate([first, first + span], axis=1) + offsets * span) / scale
    best = np.argsort(-scores, kind="stable")[: 4 * PROPOSALS]
    keep = best[suppress(boxes[best], scores[best], 0.5)]
    return boxes[keep], scores[keep]


def _points(heads: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Landmarks (n, 5, 2) in pixels from the output network's rows for boxes (n, 4)."""
    shares = heads[:, 5:].reshape(-1, 2, 5).transpose(0, 2, 1)
    return shares * (boxes[:, None, 2:] - boxes[:, None, :2] + 1) + boxes[:, None, :2] - 1


def _corners_of(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.left + box.width, box.top + box.height


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def _face(box: np.ndarray, score: float, landmarks: np.ndarray, factor: int) -> Face:
    left, top, right, bottom = (box * factor).tolist()
    return Face(Box(left, top, right - left, bottom - top), score, landmarks * factor)
