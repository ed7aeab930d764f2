"""A real signal, a real picture and a made volume, of any small size, in whole numbers."""

import numpy as np
from PIL import Image

from faceweb.config import ASSETS
from faceweb.features.pictures import read_picture

# The sample of PyWavelets' trace at a beat's peak; every third sample of it is taken.
PEAK, EVERY = 190, 3
# Left, top, right and bottom of the cup in coffee.jpg.
CROP = (185, 20, 425, 260)
# Of an ellipsoid: half axes and centre along depth, height and width, in halves of the volume, and
# the value within, from 0 to 100. A later one lies inside an earlier one.
ELLIPSOIDS = (
    ((0.92, 0.94, 0.76), (0.0, 0.0, 0.0), 100),
    ((0.80, 0.82, 0.62), (0.0, 0.0, 0.0), 35),
    ((0.42, 0.40, 0.14), (0.0, -0.12, -0.24), 5),
    ((0.42, 0.40, 0.14), (0.0, -0.12, 0.24), 5),
    ((0.26, 0.20, 0.20), (0.1, 0.44, 0.16), 80),
)
FINE = 3


def signal(size: int) -> np.ndarray:
    """An electrocardiogram around one beat, (size,) whole numbers; for up to 120 samples."""
    # Here, since only who opens this part of the page needs it.
    import pywt

    start = PEAK - EVERY * (size // 2)
    return pywt.data.ecg()[start : start + EVERY * size : EVERY].astype(int)


def picture(size: int) -> np.ndarray:
    """A cup of coffee from above, (size, size) whole numbers from 0, black, to 255, white."""
    photo = Image.fromarray(read_picture(ASSETS / "examples" / "coffee.jpg"))
    small = photo.crop(CROP).convert("L").resize((size, size), Image.Resampling.BOX)
    return np.asarray(small).astype(int)


def volume(size: int) -> np.ndarray:
    """A phantom of a head, (size,) * 3 whole numbers from 0 to 100."""
    axis = (np.arange(size * FINE) + 0.5) / (size * FINE) * 2 - 1
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"))
    values = np.zeros(grid.shape[1:])
    for halves, centre, value in ELLIPSOIDS:
        away = (grid - np.reshape(centre, (3, 1, 1, 1))) / np.reshape(halves, (3, 1, 1, 1))
        values[(away**2).sum(0) <= 1] = value
    fine = values.reshape(size, FINE, size, FINE, size, FINE)
    return np.rint(fine.mean(axis=(1, 3, 5))).astype(int)
