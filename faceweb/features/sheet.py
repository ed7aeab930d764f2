"""A contact sheet: what alpha against beta does, before a long run."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from faceweb.config import StyleConfig
from faceweb.features.scene import Scene
from faceweb.features.stylize import Painter, Painting

ALPHAS = (4.0, 2.0, 1.0, 0.5, 0.2)
BETAS = (1.0, 3.0, 10.0, 20.0, 40.0)
SIDE, STEPS = 128, 40


def contact_sheet(
    painter: Painter, scene: Scene, config: StyleConfig
) -> Iterator[tuple[float, float, np.ndarray]]:
    """Paints the scene small, once for each alpha (a row) and beta (a column).

    Yields:
        alpha, beta and the picture (h, w, 3) uint8, 25 times.
    """
    small = replace(config, size=SIDE, steps=STEPS)
    for alpha in ALPHAS:
        for beta in BETAS:
            painting = Painting(painter, scene, replace(small, alpha=alpha, beta=beta))
            *_, last = painting.run()
            yield alpha, beta, last.picture
