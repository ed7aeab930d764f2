"""Arithmetic on boxes, rows of left, top, right, bottom in pixels."""

import numpy as np


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


def squared(boxes: np.ndarray) -> np.ndarray:
    """The smallest squares with the same centres that hold the boxes, (n, 4)."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def shifted(boxes: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Boxes moved by a network's offsets, fractions of each box's inclusive width and height."""
    size = boxes[:, 2:] - boxes[:, :2] + 1
    return boxes + offsets * np.tile(size, 2)
