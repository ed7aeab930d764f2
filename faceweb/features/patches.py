"""The nine patches that excite a unit most, of a whole corpus, all layers in one pass.

Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks": a unit is shown by the
patches of pictures it answers to most. The pass holds one batch and the winners; pictures are read
again when their patches are shown.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from faceweb.errors import CorpusError, LayerError, PictureError
from faceweb.features.corpus import Corpus
from faceweb.features.faces import Networks
from faceweb.features.views import View, corpus_views
from faceweb.numerics.receptive_field import window
from faceweb.numerics.winners import Winners, merged, nobody
from faceweb.types import Box

if TYPE_CHECKING:
    from faceweb.models.probe import Probe

PLACES = 9
# Several peaks a picture are found on copies of every map: fewer at once need no more memory.
BATCH, BATCH_OF_SEVERAL = 16, 4
REPORT_EVERY = 0.5


@dataclass(frozen=True, eq=False)
class Index:
    """Where the winners of every unit of every layer are.

    Attributes:
        winners: per layer, arrays (9, c); their views are positions in `views`.
        views: per view, which picture of the corpus, and which view of that picture.
        skipped: pictures that are broken or of no use.
    """

    winners: dict[str, Winners]
    views: list[tuple[int, int]]
    skipped: int = 0

    def strongest(self, layer: str, count: int) -> list[int]:
        """The units whose last winner is strongest: those that fire for many things, firmly."""
        values = self.winners[layer].values
        order = np.lexsort((-values[0], -values[-1]))
        return [int(unit) for unit in order[:count] if values[0, unit] > 0]


@dataclass(frozen=True, eq=False)
class PassStep:
    """A pass under way: pictures seen and in all, seconds left, and the winners so far."""

    done: int
    total: int
    remaining: float
    index: Index
    finished: bool = False


@dataclass(frozen=True, eq=False)
class Patch:
    """One of a unit's winners.

    Attributes:
        image: the picture's label.
        what: which view of it, as in `View`.
        box: the receptive field in pixels of the upright picture, of the aligned face for a face.
        activation: the unit's.
        pixels: (h, w, 3) uint8, the field, or all of the view along an axis where the field is
            larger; `inside` (h, w) is False beyond the picture's border.
        whole: whether the field is larger than the view.
        view: what the network was shown.
        place: (row, column, unit) in the layer.
        corner: row and column of the view at the patch's corner, which may lie outside it.
    """

    image: str
    what: str
    box: Box
    activation: float
    pixels: np.ndarray
    inside: np.ndarray
    whole: bool
    view: View
    place: tuple[int, int, int]
    corner: tuple[int, int]

    @property
    def padded(self) -> bool:
        return not self.inside.all()


def look_through(
    probe: "Probe", networks: Networks, corpus: Corpus, most: int = 1
) -> Iterator[PassStep]:
    """One pass over a corpus.

    Args:
        probe: of the network.
        networks: find and align faces for a network that takes faces.
        corpus: the pictures.
        most: patches of one unit a picture; several lie at least half a field apart.

    Yields:
        The winners so far, twice a second, and at last all.

    Raises:
        CorpusError: the pictures are gone, or none of them can be used.
    """
    winners = {layer: nobody(PLACES, probe.units(layer)) for layer in probe.layers}
    views: list[tuple[int, int]] = []
    largest = BATCH if most == 1 else BATCH_OF_SEVERAL
    skipped, began, shown = 0, time.perf_counter(), time.perf_counter()
    # Pictures of one shape wait for each other.
    waiting: dict[tuple[int, ...], list[tuple[int, View]]] = {}
    for number, picture in corpus.pictures(range(len(corpus))):
        try:
            found = [] if picture is None else corpus_views(networks, picture, probe.size)
        except PictureError:
            found = []
        skipped += not found
        for which, view in enumerate(found):
            group = waiting.setdefault(view.pixels.shape, [])
            group.append((len(views), view))
            views.append((number, which))
            if len(group) == largest:
                _take(probe, waiting.pop(view.pixels.shape), most, winners)
        if time.perf_counter() - shown > REPORT_EVERY:
            seen = number + 1
            remaining = (time.perf_counter() - began) / seen * (len(corpus) - seen)
            yield PassStep(seen, len(corpus), remaining, Index(dict(winners), views, skipped))
            shown = time.perf_counter()
    for group in waiting.values():
        _take(probe, group, most, winners)
    if not views:
        raise CorpusError(
            f"None of the {len(corpus):,} pictures can be used: add JPEG, PNG or WebP pictures of "
            "at least 32 pixels a side."
        )
    yield PassStep(len(corpus), len(corpus), 0.0, Index(winners, views, skipped), finished=True)


def patches_of(
    probe: "Probe",
    networks: Networks,
    corpus: Corpus,
    index: Index,
    layer: str,
    units: Sequence[int],
) -> dict[int, list[Patch]]:
    """The winners of some units, strongest first; fewer than nine where a unit seldom fires.

    Raises:
        CorpusError: the pictures are gone.
        LayerError: the layer has no such unit.
    """
    for unit in units:
        check_unit(probe, layer, unit)
    winners = index.winners[layer]
    wanted = sorted({index.views[v][0] for v in winners.views[:, list(units)].flat if v >= 0})
    views = {
        (number, which): view
        for number, picture in corpus.pictures(wanted)
        if picture is not None
        for which, view in enumerate(corpus_views(networks, picture, probe.size))
    }
    found: dict[int, list[Patch]] = {unit: [] for unit in units}
    for unit in units:
        for place in range(PLACES):
            value, view, row, column = (part[place, unit] for part in winners)
            if view >= 0 and index.views[view] in views:
                key = index.views[view]
                label = corpus.items[key[0]].label
                spot = (int(row), int(column), unit)
                found[unit].append(_cut(probe, views[key], label, layer, spot, float(value)))
    return found


def check_unit(probe: "Probe", layer: str, unit: int) -> None:
    """Refuses a unit that a layer does not have.

    Raises:
        LayerError: as said.
    """
    if not 0 <= unit < probe.units(layer):
        raise LayerError(
            f"The layer {layer} has units 0 to {probe.units(layer) - 1}: choose one of them. "
            f"Received: {unit}."
        )


def check_layer(probe: "Probe", layer: str) -> str:
    """The layer, refused where a network does not have it.

    Raises:
        LayerError: as said.
    """
    if layer not in probe.layers:
        raise LayerError(
            f"This network has no layer {layer!r}: choose one of {', '.join(probe.layers)}."
        )
    return layer


def _take(
    probe: "Probe", group: list[tuple[int, View]], most: int, winners: dict[str, Winners]
) -> None:
    """Lets a batch of views compete."""
    batch = np.stack([view.floats for _, view in group])
    numbers = np.array([number for number, _ in group], np.int32)
    for layer, peaks in probe.peaks(batch, most).items():
        values = peaks.values.reshape(-1, peaks.values.shape[-1])
        rows, columns = (part.reshape(values.shape) for part in (peaks.rows, peaks.columns))
        views = np.broadcast_to(numbers[:, None, None], peaks.values.shape).reshape(values.shape)
        winners[layer] = merged(winners[layer], Winners(values, views, rows, columns))


def _cut(
    probe: "Probe", view: View, label: str, layer: str, place: tuple[int, int, int], value: float
) -> Patch:
    """The receptive field of a place, with what lies beyond the border marked."""
    shape = view.pixels.shape[:2]
    field = probe.facts(layer, shape).field
    fields = [window(field, position) for position in place[:2]]
    # A field larger than the picture would show little but border.
    spans = [
        (0, length) if field.size > length else span
        for span, length in zip(fields, shape, strict=True)
    ]
    within = [
        (max(start, 0), min(stop, length))
        for (start, stop), length in zip(spans, shape, strict=True)
    ]
    (top, bottom), (left, right) = spans
    pixels = np.zeros((bottom - top, right - left, 3), np.uint8)
    inside = np.zeros(pixels.shape[:2], bool)
    rows, columns = (slice(*span) for span in within)
    there = (
        slice(rows.start - top, rows.stop - top),
        slice(columns.start - left, columns.stop - left),
    )
    pixels[there] = view.pixels[rows, columns]
    inside[there] = True
    whole = any(field.size > length for length in shape)
    return Patch(
        label, view.what, view.box(*within), value, pixels, inside, whole, view, place, (top, left)
    )
