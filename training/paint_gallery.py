"""Paints docs/paintings, the six of the README, each a PNG that carries its recipe.

python -m training.paint_gallery
"""

from pathlib import Path

from faceweb.config import ASSETS, StyleConfig
from faceweb.engine import Engine
from faceweb.media.image import read_picture
from faceweb.style.image import Scene
from faceweb.style.recipe import Recipe, to_png, write_recipe
from faceweb.style.transfer import StyleTransfer

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
    engine = Engine("cpu")
    engine.load()
    style_model = engine.style_model()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for content, style, settings in PAINTINGS:
        photo = read_picture(ASSETS / "examples" / f"{content}.jpg")
        scene = Scene(photo, [read_picture(ASSETS / "styles" / f"{style}.jpg")])
        config = StyleConfig(**settings)
        painting = StyleTransfer(style_model, scene, config)
        *_, last = painting.run()
        recipe = Recipe(config, "perceptual", style_model.fingerprint, painting.done)
        png = to_png(last.picture, write_recipe(recipe, painting.sizes))
        (FOLDER / f"{content}_{style}.png").write_bytes(png)


if __name__ == "__main__":
    main()
