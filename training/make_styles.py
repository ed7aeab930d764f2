"""Draws assets/styles, the pictures whose manner is transferred: python -m training.make_styles"""

from pathlib import Path

import numpy as np
from PIL import Image

from faceweb.config import ASSETS
from training.styles import craft, fluid, lines, paint, prints
from training.styles.canvas import image

FOLDER = ASSETS / "styles"
SIZE = 512
MOST_BYTES = 150_000
STYLES = {
    "aurora": paint.aurora,
    "knife_hills": paint.knife_hills,
    "pointillism": paint.pointillism,
    "embroidery": paint.embroidery,
    "woodblock": prints.woodblock,
    "cut_paper": prints.cut_paper,
    "halftone": prints.halftone,
    "batik": prints.batik,
    "stained_glass": craft.stained_glass,
    "mosaic": craft.mosaic,
    "weave": craft.weave,
    "marbling": fluid.marbling,
    "ink_wash": fluid.ink_wash,
    "contours": fluid.contours,
    "facets": lines.facets,
    "circuit": lines.circuit,
    "flow_field": paint.flow_field,
}


def main() -> None:
    """Draws every style and saves it as JPEG."""
    FOLDER.mkdir(exist_ok=True)
    for seed, (name, draw) in enumerate(STYLES.items(), start=1):
        large = image(draw(np.random.default_rng(seed)))
        save(large.resize((SIZE, SIZE), Image.Resampling.LANCZOS), FOLDER / f"{name}.jpg")


def save(picture: Image.Image, path: Path) -> None:
    """Saves at the best quality that keeps the file small."""
    for quality in range(88, 60, -2):
        picture.save(path, quality=quality, optimize=True)
        if path.stat().st_size < MOST_BYTES:
            return


if __name__ == "__main__":
    main()
