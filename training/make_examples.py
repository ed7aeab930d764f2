"""Makes assets/examples from pictures that packages carry: python -m training.make_examples

Needs scikit-image and matplotlib, which carry them: pip install them first.
"""

import numpy as np
from matplotlib import cbook
from PIL import Image, ImageEnhance, ImageFilter
from skimage import data

from faceweb.config import ASSETS

FOLDER = ASSETS / "examples"
PAPER = (233, 229, 222)


def main() -> None:
    """Writes every example as JPEG."""
    FOLDER.mkdir(exist_ok=True)
    collins = Image.fromarray(data.astronaut())
    with cbook.get_sample_data("grace_hopper.jpg") as stream:
        hopper = Image.open(stream).convert("RGB")
    hopper = hopper.resize(
        (512, round(512 * hopper.height / hopper.width)), Image.Resampling.LANCZOS
    )
    collins_face, hopper_face = collins.crop((100, 0, 356, 270)), hopper.crop((80, 20, 420, 400))
    pictures = {
        "collins": collins,
        "collins_turned": turn(collins, 9).crop((80, 0, 400, 340)),
        "hopper": hopper,
        "hopper_dim": relit(hopper_face, 0.55, 1.25),
        "group": group(collins_face, hopper_face),
        "chelsea": Image.fromarray(data.chelsea()),
        "coffee": Image.fromarray(data.coffee()),
        "rocket": Image.fromarray(data.rocket()),
    }
    for name, picture in pictures.items():
        picture.save(FOLDER / f"{name}.jpg", quality=88)


def turn(picture: Image.Image, degrees: float) -> Image.Image:
    """Tilted and mirrored."""
    mirrored = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return mirrored.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=PAPER)


def relit(picture: Image.Image, light: float, contrast: float) -> Image.Image:
    """Darker and harder, with light from one side."""
    shade = np.linspace(1.15, 0.6, picture.width)[None, :, None]
    sided = Image.fromarray(np.clip(np.asarray(picture) * shade, 0, 255).astype(np.uint8))
    dim = ImageEnhance.Brightness(sided).enhance(light)
    return ImageEnhance.Contrast(dim).enhance(contrast)


def group(collins: Image.Image, hopper: Image.Image) -> Image.Image:
    """A collage of six prints on paper."""
    board = Image.new("RGB", (1024, 700), PAPER)
    prints = [
        (collins, 0, 300, 40, 40),
        (relit(hopper, 0.7, 1.2), 0, 290, 385, 60),
        (turn(collins, -7), 0, 230, 735, 50),
        (hopper.filter(ImageFilter.GaussianBlur(1.5)), 5, 230, 60, 400),
        (relit(collins, 0.75, 1.1), -4, 240, 390, 400),
        (turn(hopper, 6), 0, 250, 720, 375),
    ]
    for picture, tilt, width, left, top in prints:
        height = round(width * picture.height / picture.width)
        small = picture.resize((width, height), Image.Resampling.LANCZOS)
        mask = Image.new("L", small.size, 255).rotate(tilt, expand=True)
        board.paste(small.rotate(tilt, Image.Resampling.BICUBIC, expand=True), (left, top), mask)
    return board


if __name__ == "__main__":
    main()
