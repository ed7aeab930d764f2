"""Draws docs/inside, nine units a layer with their nine patches: python -m training.draw_nine"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from faceweb.engine import Engine
from faceweb.interpret.corpus import bundled_corpus
from faceweb.interpret.top_patches import Patch, patches_of, scan_corpus

FOLDER = Path("docs/inside")
LAYERS = {
    "perceptual": ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"),
    "face": ("conv1_relu", "level2_3", "level3_4", "level4_3", "level5_3"),
}
UNITS, PATCH, GAP, MARGIN = 9, 38, 2, 110
BLOCK = 3 * PATCH + 2 * GAP + 10
PAPER, INK, BEYOND = (251, 250, 248), (27, 25, 23), (225, 220, 210)


def main() -> None:
    engine = Engine("cpu")
    engine.load()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for network, layers in LAYERS.items():
        extractor, networks, corpus = (
            engine.inspector(network).extractor,
            engine.faces(),
            bundled_corpus(),
        )
        *_, last = scan_corpus(extractor, networks, corpus)
        figure = Image.new("RGB", (MARGIN + UNITS * BLOCK, len(layers) * BLOCK), PAPER)
        pen, font = ImageDraw.Draw(figure), ImageFont.load_default(14)
        for row, layer in enumerate(layers):
            units = last.index.strongest(layer, UNITS)
            found = patches_of(extractor, networks, corpus, last.index, layer, units)
            field = extractor.facts(layer, (150, 150)).field
            told = f"{layer.removesuffix('_relu')}\nsees {field.size} px"
            pen.text((8, row * BLOCK + 8), told, INK, font)
            for column, unit in enumerate(units):
                corner = MARGIN + column * BLOCK, row * BLOCK
                figure.paste(block(found[unit]), corner)
        figure.save(FOLDER / f"{network}_nine.jpg", quality=88)


def block(patches: list[Patch]) -> Image.Image:
    """Nine patches, three by three."""
    shown = Image.new("RGB", (BLOCK - 10, BLOCK - 10), PAPER)
    for number, patch in enumerate(patches):
        pixels = np.where(patch.inside[..., None], patch.pixels, np.array(BEYOND)).astype(np.uint8)
        side = min(pixels.shape[:2])
        few = side < PATCH
        image = Image.fromarray(pixels[:side, :side])
        method = Image.Resampling.NEAREST if few else Image.Resampling.LANCZOS
        step = PATCH + GAP
        shown.paste(image.resize((PATCH, PATCH), method), (number % 3 * step, number // 3 * step))
    return shown


if __name__ == "__main__":
    main()
