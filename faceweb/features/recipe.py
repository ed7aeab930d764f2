"""How a painting was made, in words a program reads, and a PNG that carries them."""

import io
import json
from dataclasses import asdict, fields

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from faceweb.config import StyleConfig
from faceweb.errors import RecipeError

VERSION, TAG = 1, "faceweb recipe"


def write_recipe(config: StyleConfig, network: str, weights: str, steps: int) -> dict:
    """Everything but the two pictures that a painting follows from.

    Args:
        config: settings and seed.
        network: the name of the perceptual network.
        weights: SHA-256 of its weights.
        steps: how many steps were made in all.
    """
    settings = asdict(config)
    return {
        "version": VERSION,
        "network": network,
        "weights": weights,
        "steps_made": steps,
        "settings": settings,
    }


def read_recipe(data: bytes) -> StyleConfig:
    """The settings of a recipe, from its JSON or from a PNG that carries it.

    Raises:
        RecipeError: it is neither.
        SettingError: a setting is out of its range.
    """
    try:
        text = data.decode() if data[:1] == b"{" else _carried(data)
        given = json.loads(text)["settings"]
        known = {item.name for item in fields(StyleConfig)}
        return StyleConfig(**{name: value for name, value in given.items() if name in known})
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError):
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


def _carried(data: bytes) -> str:
    with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
        return image.info[TAG]
