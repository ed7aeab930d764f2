"""Makes assets/atlas, activation maximisation for sixteen units a layer.

python -m training.make_atlas [perceptual face]
"""

import json
import logging
import sys

import numpy as np
from PIL import Image

from faceweb.config import AscentConfig
from faceweb.engine import Engine
from faceweb.interpret.activation_maximization import maximize_activation
from faceweb.interpret.atlas import ACROSS, CELL, FOLDER, UNITS
from faceweb.interpret.corpus import bundled_corpus
from faceweb.interpret.top_patches import scan_corpus

QUALITY = 82
log = logging.getLogger(__name__)


def main() -> None:
    """Writes a sheet of four by four a layer, and which units stand on it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    engine = Engine("cpu")
    engine.load()
    for network in sys.argv[1:] or ("perceptual", "face"):
        inspector = engine.inspector(network)
        *_, last = scan_corpus(inspector.extractor, engine.faces(), bundled_corpus())
        folder = FOLDER / network
        folder.mkdir(parents=True, exist_ok=True)
        contents = {}
        for layer in inspector.extractor.layers:
            units = contents[layer] = last.index.strongest(layer, UNITS)
            *_, done = maximize_activation(inspector, layer, units, AscentConfig())
            sheet(done.pictures).save(folder / f"{layer}.jpg", quality=QUALITY)
            natural = last.index.top_k[layer].values[0, units]
            log.info("%s %s %s", network, layer, np.round(done.activations / natural, 1))
        (folder / "units.json").write_text(json.dumps(contents) + "\n")


def sheet(pictures: np.ndarray) -> Image.Image:
    """Pictures (n, s, s, 3) uint8 side by side, row by row."""
    rows = -(-len(pictures) // ACROSS)
    found = Image.new("RGB", (ACROSS * CELL, rows * CELL))
    for number, picture in enumerate(pictures):
        small = Image.fromarray(picture).resize((CELL, CELL), Image.Resampling.LANCZOS)
        found.paste(small, (number % ACROSS * CELL, number // ACROSS * CELL))
    return found


if __name__ == "__main__":
    main()
