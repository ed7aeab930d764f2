"""Makes assets/corpus from pictures that packages carry: python -m training.make_corpus

Needs scikit-image, scikit-learn and PyWavelets, which carry them: pip install them first.
"""

from pathlib import Path

import numpy as np
import pywt.data
import skimage.data
import sklearn.datasets
from PIL import Image

from faceweb.config import ASSETS

FOLDER = ASSETS / "corpus"
SIDE = 320
WHOLE = (
    "brick",
    "camera",
    "cell",
    "coins",
    "colorwheel",
    "grass",
    "gravel",
    "horse",
    "hubble_deep_field",
    "immunohistochemistry",
    "moon",
    "page",
    "retina",
)
# Left, top and side as shares of a picture's width, height and shorter side.
CROPS = {
    "astronaut": ((0.27, 0.02, 0.42), (0.02, 0.1, 0.4), (0.55, 0.5, 0.45), (0.62, 0.02, 0.38)),
    "chelsea": ((0.2, 0.15, 0.6), (0.1, 0.2, 0.4), (0.55, 0.4, 0.5)),
    "coffee": ((0.3, 0.2, 0.6), (0.05, 0.55, 0.45)),
    "rocket": ((0.35, 0.3, 0.55), (0.05, 0.1, 0.5)),
    "hubble_deep_field": ((0.1, 0.15, 0.25), (0.55, 0.55, 0.25)),
    "retina": ((0.15, 0.3, 0.35),),
    "immunohistochemistry": ((0.1, 0.1, 0.4), (0.5, 0.45, 0.4)),
    "china": ((0.08, 0.1, 0.55), (0.45, 0.25, 0.5), (0.6, 0.65, 0.35)),
    "flower": ((0.3, 0.15, 0.6), (0.05, 0.5, 0.45)),
    "page": ((0.02, 0.05, 0.8),),
    "coins": ((0.05, 0.05, 0.45),),
    "ascent": ((0.1, 0.1, 0.5), (0.5, 0.5, 0.5)),
}


def main() -> None:
    """Writes every picture as JPEG, its shorter side at most 320 pixels."""
    FOLDER.mkdir(exist_ok=True)
    for name in WHOLE:
        save(picture(name), name)
    for name in ("china", "flower", "ascent"):
        save(picture(name), name)
    for name, crops in CROPS.items():
        whole = picture(name)
        for number, (left, top, share) in enumerate(crops, start=1):
            side = round(share * min(whole.size))
            x, y = round(left * whole.width), round(top * whole.height)
            save(whole.crop((x, y, x + side, y + side)), f"{name}_{number}")


def picture(name: str) -> Image.Image:
    """A picture of one of the packages, RGB."""
    if name in ("china", "flower"):
        return Image.fromarray(sklearn.datasets.load_sample_image(f"{name}.jpg"))
    if name == "ascent":
        return Image.fromarray(pywt.data.ascent().astype(np.uint8)).convert("RGB")
    pixels = getattr(skimage.data, name)()
    pixels = pixels * np.uint8(255) if pixels.dtype == bool else pixels
    return Image.fromarray(pixels).convert("RGB")


def save(image: Image.Image, name: str) -> None:
    """Writes a picture, shrunk where it is large."""
    factor = SIDE / min(image.size)
    if factor < 1:
        size = (round(image.width * factor), round(image.height * factor))
        image = image.resize(size, Image.Resampling.LANCZOS)
    path: Path = FOLDER / f"{name}.jpg"
    image.save(path, quality=86)


if __name__ == "__main__":
    main()
