"""Every place that reads a visitor's file, each a function of its path, without TensorFlow."""

from collections.abc import Callable
from pathlib import Path

from faceweb.gallery.archive import import_gallery, read_feedback
from faceweb.gallery.store import Galleries
from faceweb.interpret.corpus import make_uploaded_corpus
from faceweb.media.audio import read_sound
from faceweb.media.ecg import read_trace
from faceweb.media.image import read_picture
from faceweb.media.video import read_clip
from faceweb.media.volume import read_volume
from faceweb.style.recipe import read_recipe

KEY = 32 * "0"


def _gallery(path: Path) -> object:
    data = path.read_bytes()
    return read_feedback(data), import_gallery(Galleries("sqlite://", 1000), KEY, data)


def _corpus(path: Path) -> object:
    corpus = make_uploaded_corpus([path])
    return [
        None if shown is None else shown.shape
        for _, shown in corpus.pictures(range(min(9, len(corpus))))
    ]


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
