"""Where every pixel came from: dense optical flow after Lucas & Kanade 1981, coarse to fine."""

from itertools import pairwise

import numpy as np

from faceweb.numerics.warping import inside, warped

_LUMA = np.array([0.299, 0.587, 0.114])
# Pixels over which a motion is shared, steps a level, and the side of the coarsest level.
WINDOW, STEPS, COARSEST = 2.5, 4, 16
# Largest step in pixels, and what keeps a window without texture still.
MOST, DAMPING = 1.0, 1e-4


def estimated_flow(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Backward flow between neighbouring frames, and where it can be relied on.

    Motions of up to a tenth of the frame are found; where there is no texture it takes that of what
    is near. About 0.15 s a pair of 128 x 128 on one core.

    Args:
        frames: (t, h, w, 3) in [0, 1].

    Returns:
        flow (t - 1, h, w, 2), pixels to the right and down from frame t + 1 back to frame t; valid
        (t - 1, h, w) bool: the spot lies within the frame, and the flow the other way leads back,
        by the test of Sundaram et al. 2010 that Lai et al. 2018 use.
    """
    levels = [_pyramid((frame @ _LUMA).astype(np.float32)) for frame in frames]
    flow, valid = [], []
    for before, after in pairwise(levels):
        back, forth = _between(after, before), _between(before, after)
        returned = back + warped(forth, back)
        length = np.square(back).sum(axis=-1) + np.square(warped(forth, back)).sum(axis=-1)
        agree = np.square(returned).sum(axis=-1) < 0.01 * length + 0.5
        flow.append(back)
        valid.append(agree & inside(back))
    return np.stack(flow), np.stack(valid)


def _pyramid(picture: np.ndarray) -> list[np.ndarray]:
    """The picture (h, w) and its halves, the smallest first."""
    from scipy.ndimage import gaussian_filter

    levels = [picture]
    while min(levels[0].shape) >= 2 * COARSEST:
        levels.insert(0, gaussian_filter(levels[0], 1.0, mode="nearest")[::2, ::2])
    return levels


def _between(here: list[np.ndarray], there: list[np.ndarray]) -> np.ndarray:
    """Flow (h, w, 2) from pixels of one pyramid to those of another."""
    from scipy.ndimage import median_filter

    flow = np.zeros((*here[0].shape, 2))
    for fixed, moved in zip(here, there, strict=True):
        if flow.shape[:2] != fixed.shape:
            rows, columns = (np.arange(side) / 2 for side in fixed.shape)
            grid = np.stack(np.broadcast_arrays(columns[None], rows[:, None]), axis=-1)
            still = np.indices(fixed.shape).transpose(1, 2, 0)[..., ::-1]
            flow = 2 * _enlarged(flow, grid - still, fixed.shape)
        for _ in range(STEPS):
            flow = flow + _step(fixed, moved, flow)
        # Against outliers, which the next level would not mend.
        flow = np.stack([median_filter(flow[..., k], 5) for k in range(2)], axis=-1)
    return flow


def _enlarged(flow: np.ndarray, offsets: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    room = [(0, most - side) for most, side in zip(shape, flow.shape[:2], strict=True)]
    return warped(np.pad(flow, (*room, (0, 0)), mode="edge"), offsets)


def _step(fixed: np.ndarray, moved: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """What the equations of Lucas & Kanade add to a flow."""
    from scipy.ndimage import gaussian_filter

    fetched = warped(moved[..., None], flow)[..., 0]
    down, right = (np.asarray(part) for part in np.gradient((fetched + fixed) / 2))
    missing = fixed - fetched

    def shared(values: np.ndarray) -> np.ndarray:
        return gaussian_filter(values, WINDOW, mode="nearest")

    xx, xy, yy = shared(right * right) + DAMPING, shared(right * down), shared(down * down)
    yy = yy + DAMPING
    x, y = shared(right * missing), shared(down * missing)
    size = xx * yy - xy * xy
    step = np.stack([(yy * x - xy * y) / size, (xx * y - xy * x) / size], axis=-1)
    return step.clip(-MOST, MOST)
