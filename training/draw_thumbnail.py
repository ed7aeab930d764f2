"""Draws the picture that stands for a link to the page: python -m training.draw_thumbnail

Six paintings of the page's own network, three rows of two, beside what the page is.
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

DOCS = Path(__file__).resolve().parent.parent / "docs"
SIZE = (1200, 630)
PAPER, INK, TEAL, GREY = "#fbfaf8", "#1b1917", "#0f766e", "#5a554e"
LINES = (
    ("faceweb", 96, INK, 120),
    ("See, use and understand", 38, TEAL, 270),
    ("how convolutional networks", 38, TEAL, 320),
    ("recognise faces and paint.", 38, TEAL, 370),
    ("faces · training · style · inside · 1-D and 3-D", 22, GREY, 480),
    ("on your own pictures, in your browser", 22, GREY, 516),
)


def main() -> None:
    """Writes docs/thumbnail.jpg."""
    sheet = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(sheet)
    for text, size, colour, top in LINES:
        draw.text((64, top), text, colour, ImageFont.load_default(size))
    paintings = sorted((DOCS / "paintings").glob("*.png"))
    for n, path in enumerate(paintings[:6]):
        with Image.open(path) as painting:
            tile = ImageOps.fit(painting.convert("RGB"), (270, 202))
        sheet.paste(tile, (644 + 278 * (n % 2), 4 + 210 * (n // 2)))
    sheet.save(DOCS / "thumbnail.jpg", quality=88)


if __name__ == "__main__":
    main()
