"""Makes assets/atlas, activation maximisation for sixteen units a layer.

python -m training.make_atlas [perceptual face]
"""

import json
import logging
import sys

import numpy as np
from PIL import Image

from faceweb.config import DreamConfig
from faceweb.engine import Engine
from faceweb.interpret.activation_maximization import dream
from faceweb.interpret.atlas import ACROSS, CELL, FOLDER, UNITS
from faceweb.interpret.corpus import bundled
from faceweb.interpret.top_patches import look_through

QUALITY = 82
log = logging.getLogger(__name__)


def main() -> None:
    """Writes a sheet of four by four a layer, and which units stand on it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    engine = Engine("cpu")
    engine.load()
    for network in sys.argv[1:] or ("perceptual", "face"):
        lens = engine.inspector(network)
        *_, last = look_through(lens.probe, engine.faces(), bundled())
        folder = FOLDER / network
        folder.mkdir(parents=True, exist_ok=True)
        contents = {}
        for layer in lens.probe.layers:
            units = contents[layer] = last.index.strongest(layer, UNITS)
            *_, done = dream(lens, layer, units, DreamConfig())
            sheet(done.pictures).save(folder / f"{layer}.jpg", quality=QUALITY)
            natural = last.index.winners[layer].values[0, units]
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
