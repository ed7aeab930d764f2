"""Paints docs/paintings, the six of the README, each a PNG that carries its recipe.

python -m training.paint_gallery
"""

from pathlib import Path

from faceweb.config import ASSETS, StyleConfig
from faceweb.features.pictures import read_picture
from faceweb.features.recipe import Recipe, to_png, write_recipe
from faceweb.features.scene import Scene
from faceweb.features.stylize import Painting
from faceweb.models.device import select
from faceweb.models.studio import Studio

FOLDER = Path("docs/paintings")
PAINTINGS = (
    ("chelsea", "stained_glass", {"beta": 20.0}),
    ("rocket", "flow_field", {}),
    ("coffee", "mosaic", {}),
    ("collins", "cut_paper", {"alpha": 2.0}),
    ("chelsea", "embroidery", {"style_scale": 0.7}),
    ("rocket", "woodblock", {"init": "noise", "seed": 4}),
)


def main() -> None:
    painter = Studio(select("cpu")).painter()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for content, style, settings in PAINTINGS:
        photo = read_picture(ASSETS / "examples" / f"{content}.jpg")
        scene = Scene(photo, [read_picture(ASSETS / "styles" / f"{style}.jpg")])
        config = StyleConfig(**settings)
        painting = Painting(painter, scene, config)
        *_, last = painting.run()
        recipe = Recipe(config, "perceptual", painter.fingerprint, painting.done)
        png = to_png(last.picture, write_recipe(recipe, painting.sizes))
        (FOLDER / f"{content}_{style}.png").write_bytes(png)


if __name__ == "__main__":
    main()
