"""How far a clip flickers: the warping error of Lai et al. 2018.

"Learning Blind Video Temporal Consistency", ECCV, with masks of what is hidden.
"""

import numpy as np


def warped(frame: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """A frame (h, w, c) fetched from where a flow (h, w, 2) points, bilinear, as (h, w, c).

    Beyond the border its last pixels are fetched.

    Args:
        flow: pixels to the right and down from each pixel to the place that is fetched.
    """
    height, width = frame.shape[:2]
    down, right = np.indices((height, width), float)
    rows = (down + flow[..., 1]).clip(0, height - 1)
    columns = (right + flow[..., 0]).clip(0, width - 1)
    top, left = rows.astype(int), columns.astype(int)
    low, far = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    across, along = (columns - left)[..., None], (rows - top)[..., None]
    upper = frame[top, left] * (1 - across) + frame[top, far] * across
    lower = frame[low, left] * (1 - across) + frame[low, far] * across
    return upper * (1 - along) + lower * along


def inside(flow: np.ndarray) -> np.ndarray:
    """Where flows (..., h, w, 2) point to within the frame, (..., h, w) bool."""
    height, width = flow.shape[-3:-1]
    down, right = np.indices((height, width))
    columns, rows = right + flow[..., 0], down + flow[..., 1]
    return (columns >= 0) & (columns <= width - 1) & (rows >= 0) & (rows <= height - 1)


def warping_error(frames: np.ndarray, flow: np.ndarray, valid: np.ndarray | None = None) -> float:
    """Mean squared difference between each frame and the one before, moved as the flow says.

    The mean is over channels and over the pixels that can be seen in both frames, then over pairs;
    pairs without such a pixel are left out.

    Args:
        frames: (t, h, w, c) in [0, 1].
        flow: (t - 1, h, w, 2), pixels to the right and down from a pixel of frame t + 1 to the same
            spot in frame t.
        valid: (t - 1, h, w) bool, where that spot can be seen in frame t; all by default. What lies
            beyond the frame never counts.

    Raises:
        ValueError: shapes do not match, or no pixel can be seen twice.
    """
    pairs, height, width = len(frames) - 1, *frames.shape[1:3]
    if flow.shape != (pairs, height, width, 2):
        raise ValueError(
            f"A flow for frames {frames.shape} needs shape {(pairs, height, width, 2)}. Received: "
            f"{flow.shape}."
        )
    seen = inside(flow) if valid is None else inside(flow) & valid
    errors = [
        np.square(frame - warped(before, move))[where].mean()
        for before, frame, move, where in zip(frames[:-1], frames[1:], flow, seen, strict=True)
        if where.any()
    ]
    if not errors:
        raise ValueError("No pixel of these frames can be seen twice: the flow leaves them.")
    return float(np.mean(errors))
