"""Top-k patches: the nine patches of a corpus that excite a unit most, all layers in one pass.

Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks". The pass holds one
batch and the top k of every unit; pictures are read again when their patches are shown. Arrays of
the top k are (k, c): places from the strongest down, units. A place that nothing has taken has the
value 0 and the view -1; what is not above 0 never takes one.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from faceweb.errors import CorpusError, LayerError
from faceweb.faces.quality import Networks
from faceweb.interpret.receptive_field import window
from faceweb.types import Box, ReceptiveField

if TYPE_CHECKING:
    from faceweb.interpret.feature_extractor import FeatureExtractor


class TopK(NamedTuple):
    """Activations, and where they were: view (a picture's number) and position in its map,
    counted through row by row."""

    values: np.ndarray
    views: np.ndarray
    positions: np.ndarray


def empty_top_k(places: int, units: int) -> TopK:
    """Before anything was seen."""
    empty = np.full((places, units), -1, np.int32)
    return TopK(np.zeros((places, units), np.float32), empty, empty)


def merge(top_k: TopK, candidates: TopK) -> TopK:
    """The strongest of both, in an order that does not depend on who came first.

    Of two equal values the smaller view wins, then the smaller position.

    Args:
        top_k: of k places.
        candidates: (m, c), any m.
    """
    places = len(top_k.values)
    both = TopK(*(np.concatenate(pair) for pair in zip(top_k, candidates, strict=True)))
    # The last key rules. A free place, 0 at view -1, comes before whatever does not fire.
    order = np.lexsort((both.positions, both.views, -both.values), axis=0)[:places]
    return TopK(*(np.take_along_axis(part, order, axis=0) for part in both))


PLACES = 9
# Several peaks a picture are found on copies of every map: fewer at once need no more memory.
BATCH, BATCH_OF_SEVERAL = 16, 4
REPORT_EVERY = 0.5


class View(Protocol):
    """What a network is shown: `pixels` (positions..., c), and as float32 in [0, 1] `floats`."""

    @property
    def pixels(self) -> np.ndarray: ...

    @property
    def what(self) -> str: ...

    @property
    def floats(self) -> np.ndarray: ...

    def box(self, *spans: tuple[int, int]) -> Box: ...


class Corpus(Protocol):
    """What is looked through: pictures, as `faceweb.interpret.corpus` reads them, or recordings."""

    @property
    def items(self) -> Sequence[Any]: ...

    def __len__(self) -> int: ...

    def views(
        self, numbers: Iterable[int], networks: Any, size: tuple[int, ...] | None
    ) -> Iterator[tuple[int, Sequence[View]]]: ...


@dataclass(frozen=True, eq=False)
class Index:
    """Where the top k of every unit of every layer are.

    Attributes:
        top_k: per layer, arrays (9, c); their views are positions in `views`.
        views: per view, which picture of the corpus, and which view of that picture.
        skipped: pictures that are broken or of no use.
    """

    top_k: dict[str, TopK]
    views: list[tuple[int, int]]
    skipped: int = 0

    def strongest(self, layer: str, count: int) -> list[int]:
        """The units whose last place is strongest: those that fire for many things, firmly."""
        values = self.top_k[layer].values
        order = np.lexsort((-values[0], -values[-1]))
        return [int(unit) for unit in order[:count] if values[0, unit] > 0]


@dataclass(frozen=True, eq=False)
class PassStep:
    """A pass under way: pictures seen and in all, seconds left, and the top k so far."""

    done: int
    total: int
    remaining: float
    index: Index
    finished: bool = False


@dataclass(frozen=True, eq=False)
class Patch:
    """One of a unit's top k.

    Attributes:
        image: the picture's label.
        what: which view of it, as in `View`.
        activation: the unit's.
        pixels: (h, w, 3) uint8 of a picture, the field, or all of the view along an axis where the
            field is larger; `inside` (h, w) is False beyond the border.
        whole: whether the field is larger than the view.
        view: what the network was shown.
        place: (row, column, unit) in the layer; as many positions as the network has axes.
        spans: the patch, half-open along each axis of the view, which it may reach out of.
    """

    image: str
    what: str
    activation: float
    pixels: np.ndarray
    inside: np.ndarray
    whole: bool
    view: View
    place: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    @property
    def box(self) -> Box:
        """The part inside, in pixels of the upright picture, of the aligned face for a face."""
        return self.view.box(*_within(self.spans, self.view.pixels.shape))

    @property
    def padded(self) -> bool:
        return not self.inside.all()


def scan_corpus(
    extractor: "FeatureExtractor", networks: Networks, corpus: Corpus, most: int = 1
) -> Iterator[PassStep]:
    """One pass over a corpus.

    Args:
        extractor: of the network.
        networks: find and align faces for a network that takes faces.
        corpus: the pictures.
        most: patches of one unit a picture; several lie at least half a field apart.

    Yields:
        The top k so far, twice a second, and at last all.

    Raises:
        CorpusError: the pictures are gone, or none of them can be used.
    """
    top_k = {layer: empty_top_k(PLACES, extractor.units(layer)) for layer in extractor.layers}
    views: list[tuple[int, int]] = []
    largest = BATCH if most == 1 else BATCH_OF_SEVERAL
    skipped, began, shown = 0, time.perf_counter(), time.perf_counter()
    # Pictures of one shape wait for each other.
    waiting: dict[tuple[int, ...], list[tuple[int, View]]] = {}
    for number, found in corpus.views(range(len(corpus)), networks, extractor.size):
        skipped += not found
        for which, view in enumerate(found):
            group = waiting.setdefault(view.pixels.shape, [])
            group.append((len(views), view))
            views.append((number, which))
            if len(group) == largest:
                _take(extractor, waiting.pop(view.pixels.shape), most, top_k)
        if time.perf_counter() - shown > REPORT_EVERY:
            seen = number + 1
            remaining = (time.perf_counter() - began) / seen * (len(corpus) - seen)
            yield PassStep(seen, len(corpus), remaining, Index(dict(top_k), views, skipped))
            shown = time.perf_counter()
    for group in waiting.values():
        _take(extractor, group, most, top_k)
    if not views:
        raise CorpusError(
            f"None of the {len(corpus):,} pictures can be used: add JPEG, PNG or WebP pictures of "
            "at least 32 pixels a side."
        )
    yield PassStep(len(corpus), len(corpus), 0.0, Index(top_k, views, skipped), finished=True)


def patches_of(
    extractor: "FeatureExtractor",
    networks: Networks,
    corpus: Corpus,
    index: Index,
    layer: str,
    units: Sequence[int],
) -> dict[int, list[Patch]]:
    """The top k of some units, strongest first; fewer than nine where a unit seldom fires.

    Raises:
        CorpusError: the pictures are gone.
        LayerError: the layer has no such unit.
    """
    for unit in units:
        check_unit(extractor, layer, unit)
    top_k = index.top_k[layer]
    wanted = sorted({index.views[v][0] for v in top_k.views[:, list(units)].flat if v >= 0})
    views = {
        (number, which): view
        for number, found in corpus.views(wanted, networks, extractor.size)
        for which, view in enumerate(found)
    }
    patches: dict[int, list[Patch]] = {unit: [] for unit in units}
    for unit in units:
        for place in range(PLACES):
            value, number, position = (part[place, unit] for part in top_k)
            if number >= 0 and index.views[number] in views:
                key = index.views[number]
                label, view = corpus.items[key[0]].label, views[key]
                facts = extractor.facts(layer, view.pixels.shape[:-1])
                spot = np.unravel_index(position, facts.shape[:-1])
                where = (*map(int, spot), unit)
                patches[unit].append(_crop(view, label, facts.field, where, float(value)))
    return patches


def check_unit(extractor: "FeatureExtractor", layer: str, unit: int) -> None:
    """Refuses a unit that a layer does not have.

    Raises:
        LayerError: as said.
    """
    if not 0 <= unit < extractor.units(layer):
        raise LayerError(
            f"The layer {layer} has units 0 to {extractor.units(layer) - 1}: choose one of them. "
            f"Received: {unit}."
        )


def check_layer(extractor: "FeatureExtractor", layer: str) -> str:
    """The layer, refused where a network does not have it.

    Raises:
        LayerError: as said.
    """
    if layer not in extractor.layers:
        raise LayerError(
            f"This network has no layer {layer!r}: choose one of {', '.join(extractor.layers)}."
        )
    return layer


def _take(
    extractor: "FeatureExtractor", group: list[tuple[int, View]], most: int, top_k: dict[str, TopK]
) -> None:
    """Lets a batch of views compete."""
    batch = np.stack([view.floats for _, view in group])
    numbers = np.array([number for number, _ in group], np.int32)
    for layer, peaks in extractor.peaks(batch, most).items():
        values = peaks.values.reshape(-1, peaks.values.shape[-1])
        views = np.broadcast_to(numbers[:, None, None], peaks.values.shape).reshape(values.shape)
        places = peaks.places.reshape(values.shape)
        top_k[layer] = merge(top_k[layer], TopK(values, views, places))


def _crop(
    view: View, label: str, field: ReceptiveField, place: tuple[int, ...], value: float
) -> Patch:
    """The receptive field of a place, with what lies beyond the border marked."""
    shape = view.pixels.shape[:-1]
    # A field larger than the picture would show little but border.
    spans = tuple(
        (0, length) if field.size > length else window(field, position)
        for position, length in zip(place, shape, strict=False)
    )
    pixels = np.zeros((*(stop - start for start, stop in spans), view.pixels.shape[-1]))
    pixels = pixels.astype(view.pixels.dtype)
    inside = np.zeros(pixels.shape[:-1], bool)
    within = _within(spans, shape)
    there = tuple(
        slice(low - start, high - start)
        for (start, _), (low, high) in zip(spans, within, strict=True)
    )
    pixels[there] = view.pixels[tuple(slice(*span) for span in within)]
    inside[there] = True
    whole = any(field.size > length for length in shape)
    return Patch(label, view.what, value, pixels, inside, whole, view, place, spans)


def _within(spans: Sequence[tuple[int, int]], shape: Sequence[int]) -> list[tuple[int, int]]:
    return [
        (max(start, 0), min(stop, length))
        for (start, stop), length in zip(spans, shape, strict=False)
    ]
