"""How fit a photo of a face is for enrolling, as plain numbers."""

import numpy as np


def eye_distance(landmarks: np.ndarray) -> float:
    """Pixels between the eyes, landmarks (5, 2) as in `faceweb.types.Face`."""
    return float(np.hypot(*(landmarks[1] - landmarks[0])))


def turn(landmarks: np.ndarray) -> float:
    """How far the nose lies from midway between the eyes, in eye distances.

    0 is frontal; about 0.5 is where one eye begins to hide.
    """
    across = landmarks[1] - landmarks[0]
    along = (landmarks[2] - (landmarks[0] + landmarks[1]) / 2) @ across
    return float(abs(along) / (across @ across))


def luminance(chip: np.ndarray) -> np.ndarray:
    """Rec. 601 luma in [0, 1] of (h, w, 3) uint8."""
    return chip @ np.array([0.299, 0.587, 0.114]) / 255


def sharpness(chip: np.ndarray) -> float:
    """Mean absolute Laplacian of the chip's middle, in hundredths of its contrast.

    Relative to contrast, so that a dark photo is not called blurred.
    """
    middle = luminance(chip)[30:120, 30:120]
    laplacian = (
        4 * middle[1:-1, 1:-1]
        - middle[:-2, 1:-1]
        - middle[2:, 1:-1]
        - middle[1:-1, :-2]
        - middle[1:-1, 2:]
    )
    return float(100 * np.abs(laplacian).mean() / max(float(middle.std()), 1e-3))


def brightness(chip: np.ndarray) -> float:
    """Mean luma of the chip's middle, in [0, 1]."""
    return float(luminance(chip)[30:120, 30:120].mean())
