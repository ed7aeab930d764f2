"""Every place that reads a visitor's file, each a function of its path, without TensorFlow."""

from collections.abc import Callable
from pathlib import Path

from faceweb.features.clip_file import read_clip
from faceweb.features.corpus import uploaded
from faceweb.features.gallery import import_gallery
from faceweb.features.learnt_file import read_learnt
from faceweb.features.pictures import read_picture
from faceweb.features.recipe import read_recipe
from faceweb.features.sound_file import read_sound
from faceweb.features.trace_file import read_trace
from faceweb.features.volume_file import read_volume
from faceweb.storage.galleries import Galleries

KEY = 32 * "0"


def _gallery(path: Path) -> object:
    data = path.read_bytes()
    return read_learnt(data), import_gallery(Galleries("sqlite://", 1000), KEY, data)


def _corpus(path: Path) -> object:
    corpus = uploaded([path])
    return [None if shown is None else shown.shape for _, shown in corpus.pictures(range(9))]


READERS: dict[str, Callable[[Path], object]] = {
    "picture": read_picture,
    "corpus": _corpus,
    "sound": read_sound,
    "trace": lambda path: read_trace(path, 250.0),
    "volume": read_volume,
    "clip": read_clip,
    "gallery": _gallery,
    "recipe": lambda path: read_recipe(path.read_bytes()),
}
