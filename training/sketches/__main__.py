"""Draws the sketches of the folds "How it works" into assets/howto: python -m training.sketches"""

from collections.abc import Callable

from faceweb.config import ASSETS
from training.sketches import axes, faces, looks, pen, volumes

FOLDER = ASSETS / "howto"
# What draws the panels of a fold, by the fold's name in assets/howto/folds.json.
DRAWINGS: dict[str, Callable[[], tuple[pen.Panel, ...]]] = {
    "enroll": faces.enroll,
    "verify": faces.verify,
    "recognize": faces.recognize,
    "train": faces.train,
    "style": looks.style,
    "inside": looks.inside,
    "dream": looks.dream,
    "pairs": looks.pairs,
    "cover": looks.cover,
    "attribution": looks.attribution,
    "convolution": axes.convolution,
    "sound": axes.sound,
    "ecg": axes.ecg,
    "volumes": volumes.volumes,
    "clips": volumes.clips,
    "solid": volumes.solid,
    "inflate": volumes.inflate,
}


def draw() -> dict[str, str]:
    """The text of every SVG file, by the file's name."""
    return {
        f"{fold}-{number}.svg": pen.draw(f"sketch-{fold}-{number}", panel)
        for fold, draw_panels in DRAWINGS.items()
        for number, panel in enumerate(draw_panels())
    }


def main() -> None:
    """Writes the files, and removes those of panels that there are no more."""
    files = draw()
    for path in FOLDER.glob("*.svg"):
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
