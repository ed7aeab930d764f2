"""A painter of clips, whose frames hold together along their motion.

Ruder et al. 2016, "Artistic Style Transfer for Videos", for the temporal term. Here all frames are
painted at once, with one Gram matrix for all; time is looked along by that term and by pools.
"""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from faceweb.models.painter import Painter, Targets
from faceweb.models.tiles import spec
from faceweb.numerics.flow import estimated_flow

CORNERS = 4


class ClipTargets(NamedTuple):
    """What a clip (t, h, w, 3) shall match, and how its pixels move.

    `before` (n, 4) are the pixels of the frame before, counted through the clip, between which each
    pixel of all frames but the first came from; `shares` (n, 4) are their bilinear weights, all 0
    where it could not be seen.
    """

    content: tf.Tensor
    styles: tuple
    mask: tf.Tensor
    before: tf.Tensor
    shares: tf.Tensor


class ClipPainter(Painter):
    """Steps that move a clip (1, t, h, w, 3); J_variation is what changes along its motion.

    The optical flow is that of the content, estimated at every size.
    """

    def targets(
        self, content: np.ndarray, statistics: tuple, mask: np.ndarray | None = None
    ) -> Any:
        """`ClipTargets` at the size of a content (t, h, w, 3) float32."""
        plain = super().targets(content, statistics, mask)
        before, shares = origins(*estimated_flow(content))
        return ClipTargets(*plain, tf.constant(before), tf.constant(shares))

    def _targets_spec(self, targets: Targets) -> ClipTargets:
        before = tf.TensorSpec((None, CORNERS), tf.int32)
        return ClipTargets(*targets, before, spec(None, CORNERS))

    def _trace_variation(self, picture, targets):
        shape = tf.shape(picture)
        pixels = tf.reshape(picture, (-1, picture.shape[-1]))
        later = pixels[shape[2] * shape[3] :]
        came = tf.add_n(
            [
                tf.gather(pixels, targets.before[:, i]) * targets.shares[:, i, None]
                for i in range(CORNERS)
            ]
        )
        seen = tf.reduce_sum(targets.shares, axis=1, keepdims=True)
        count = tf.maximum(tf.reduce_sum(seen) * picture.shape[-1], 1.0)
        return tf.reduce_sum(seen * tf.square(later - came)) / count


def origins(flow: np.ndarray, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where every pixel of all frames but the first came from.

    Args:
        flow: (t - 1, h, w, 2), right and down from a pixel of frame t + 1 back to frame t.
        valid: (t - 1, h, w), where that can be seen.

    Returns:
        Indices of four pixels (n, 4) int32 and bilinear weights (n, 4) float32.
    """
    count, height, width, _ = flow.shape
    frames, rows, columns = np.indices((count, height, width))
    x = (columns + flow[..., 0]).clip(0, width - 1)
    y = (rows + flow[..., 1]).clip(0, height - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, low = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = x - left, y - top
    corners = [
        (top, left, (1 - down) * (1 - across)),
        (top, right, (1 - down) * across),
        (low, left, down * (1 - across)),
        (low, right, down * across),
    ]
    before = [(frames * height + row) * width + column for row, column, _ in corners]
    shares = [share * valid for *_, share in corners]
    return (
        np.stack(before, axis=-1).reshape(-1, CORNERS).astype(np.int32),
        np.stack(shares, axis=-1).reshape(-1, CORNERS).astype(np.float32),
    )
