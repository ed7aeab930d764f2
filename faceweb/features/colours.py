"""Keeping a content's colours: Gatys et al. 2016b, "Preserving Color in Neural Artistic Style
Transfer". All pictures are (h, w, 3) float32 in [0, 1]."""

import numpy as np

# ITU-R BT.601: luma, and what is left of blue and red beside it.
_TO_YUV = np.array([[0.299, 0.587, 0.114], [-0.147, -0.289, 0.436], [0.615, -0.515, -0.1]])
_TO_RGB = np.linalg.inv(_TO_YUV)


def luminance(picture: np.ndarray) -> np.ndarray:
    """The picture in grey, still of three channels."""
    grey = picture @ _TO_YUV[0]
    return np.repeat(grey[..., None], 3, axis=-1).astype(np.float32)


def coloured(painting: np.ndarray, content: np.ndarray) -> np.ndarray:
    """The luminance of a painting with the colours of a content of the same size."""
    yuv = content @ _TO_YUV.T
    yuv[..., 0] = painting @ _TO_YUV[0]
    return (yuv @ _TO_RGB.T).clip(0, 1).astype(np.float32)


def matched(style: np.ndarray, content: np.ndarray) -> np.ndarray:
    """A style whose colours have the content's mean and covariance, so that its strokes are kept
    and its palette is not."""
    pixels, wanted = style.reshape(-1, 3), content.reshape(-1, 3)
    mix = _root(np.cov(wanted.T)) @ _root(np.cov(pixels.T), inverse=True)
    moved = (pixels - pixels.mean(axis=0)) @ mix.T + wanted.mean(axis=0)
    return moved.reshape(style.shape).clip(0, 1).astype(np.float32)


def _root(covariance: np.ndarray, inverse: bool = False) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    # A style of few colours has directions without any spread: they stay as they are.
    roots = np.sqrt(values.clip(1e-5))
    return (vectors * (1 / roots if inverse else roots)) @ vectors.T
