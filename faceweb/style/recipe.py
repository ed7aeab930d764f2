"""How a painting was made, in words a program reads, and a PNG that carries them."""

import io
import json
from bisect import bisect_right
from dataclasses import asdict, dataclass, fields, replace
from operator import itemgetter

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from faceweb.config import LIVE, NETWORKS, StyleConfig
from faceweb.errors import RecipeError
from faceweb.media.sandbox import open_image

VERSION, TAG = 1, "faceweb recipe"
LARGEST_FILE, MOST_STEPS = 50_000_000, 20_000
# Of a recipe with as many moves as there may be; what JSON is read into is many times as large.
LARGEST_TEXT = 8_000_000
MALFORMED = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError),
    *(OSError, OverflowError, RecursionError),
)


@dataclass(frozen=True)
class Recipe:
    """Everything but the pictures that a painting follows from.

    Attributes:
        config: settings and seed, as at the start.
        network: the name of the perceptual network.
        weights: SHA-256 of its weights.
        steps_made: how many steps were made in all.
        moves: (steps done, all settings that act live) whenever a slider was moved, ascending.
        shares: of the styles, in the order they were given.
    """

    config: StyleConfig
    network: str
    weights: str
    steps_made: int
    moves: tuple[tuple[int, dict[str, float]], ...] = ()
    shares: tuple[float, ...] = (1.0,)

    def at(self, done: int) -> StyleConfig:
        """What the sliders said when so many steps were done."""
        last = bisect_right(self.moves, done, key=itemgetter(0))
        return _parse_moves(self.config, self.moves[last - 1][1]) if last else self.config


def write_recipe(recipe: Recipe, sizes: list[tuple[int, int]]) -> dict:
    """A recipe as JSON, with the (height, width) of every size for who reads it."""
    return {
        "version": VERSION,
        "network": recipe.network,
        "weights": recipe.weights,
        "sizes": [[width, height] for height, width in sizes],
        "steps_made": recipe.steps_made,
        "settings": asdict(recipe.config),
        "moves": [[when, moved] for when, moved in recipe.moves],
        "shares": list(recipe.shares),
    }


def read_recipe(data: bytes) -> Recipe:
    """A recipe, from its JSON or from a PNG that carries it.

    Raises:
        RecipeError: it is neither.
        SettingError: a setting is out of its range.
    """
    try:
        if len(data) > LARGEST_FILE:
            raise ValueError
        text = data.decode() if data.lstrip()[:1] == b"{" else _extract(data)
        if len(text) > LARGEST_TEXT:
            raise ValueError
        return _parse(json.loads(text))
    except (*MALFORMED, Image.DecompressionBombError):
        raise RecipeError(
            "This file carries no recipe: choose a painting as it was saved here, or its JSON."
        ) from None


def to_png(picture: np.ndarray, recipe: dict) -> bytes:
    """A picture (h, w, 3) uint8 as PNG with its recipe in a text chunk."""
    notes = PngInfo()
    notes.add_text(TAG, json.dumps(recipe))
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", pnginfo=notes)
    return stream.getvalue()


def _parse(given: dict) -> Recipe:
    known = {item.name for item in fields(StyleConfig)}
    settings = {name: value for name, value in given["settings"].items() if name in known}
    config = StyleConfig(**settings)
    moves = tuple(
        (int(when), {name: moved[name] for name in LIVE}) for when, moved in given["moves"]
    )
    steps, shares = int(given["steps_made"]), tuple(map(float, given.get("shares", (1.0,))))
    ordered = list(moves) == sorted(moves, key=itemgetter(0))
    if len(moves) > MOST_STEPS or not ordered or not 1 <= steps <= MOST_STEPS:
        raise ValueError
    for _, moved in moves:
        _parse_moves(config, moved)
    network = NETWORKS[NETWORKS.index(given["network"])]
    return Recipe(config, network, str(given["weights"]), steps, moves, shares)


def _parse_moves(config: StyleConfig, moved: dict[str, float]) -> StyleConfig:
    return replace(config, **moved)  # type: ignore[arg-type]


def _extract(data: bytes) -> str:
    with open_image(data, ("PNG",)) as image:
        return image.info[TAG]
