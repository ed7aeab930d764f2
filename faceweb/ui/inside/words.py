"""What the tab Inside says of layers, units, patches and pairs, in small pieces of HTML."""

import re
from collections.abc import Sequence
from html import escape

import numpy as np

from faceweb.features.atlas import Plate
from faceweb.features.channels import Channels, RepaintStep
from faceweb.features.corpus import Corpus
from faceweb.features.dream import DreamStep
from faceweb.features.feature_maps import FeatureMaps
from faceweb.features.occlude import OcclusionStep
from faceweb.features.patches import PLACES, PassStep, Patch
from faceweb.types import LayerFacts
from faceweb.ui import draw
from faceweb.ui.inside import pictures
from faceweb.ui.words import counted

VIEWS = {
    "whole": "",
    "middle": "No face was found, so the network is shown the middle of the photo. ",
}


def short(layer: str) -> str:
    """A layer's name, short enough to stand under a bar."""
    numbers = re.findall(r"\d+", layer)
    return "_".join(numbers) + ("a" if layer.endswith("_a_relu") else "")


def million(number: int) -> str:
    """A large number as people say it."""
    if number >= 10_000_000:
        return f"{number / 1e6:,.0f} million"
    return f"{number / 1e6:.1f} million" if number >= 1_000_000 else f"{number:,}"


def strip(layers: Sequence[str], chosen: str, facts: Sequence[LayerFacts] = ()) -> str:
    """Every layer as a bar to choose: as high as its maps are wide, as strong as it has units."""
    if facts:
        sides = np.array([fact.shape[0] for fact in facts], float)
        widths = np.array([fact.shape[2] for fact in facts], float)
        heights = 12 + 44 * np.sqrt(sides / sides.max())
        strengths = 0.35 + 0.65 * widths / widths.max()
    else:
        heights, strengths = np.full(len(layers), 34.0), np.full(len(layers), 0.6)
    bars = "".join(
        f'<button type="button" class="layer{" chosen" * (layer == chosen)}" '
        f'data-pick="{escape(layer)}" title="{escape(layer)}" '
        f'aria-label="Layer {escape(layer)}" aria-pressed="{str(layer == chosen).lower()}">'
        f'<i style="height:{height:.0f}px;opacity:{strength:.2f}"></i>{short(layer)}</button>'
        for layer, height, strength in zip(layers, heights, strengths, strict=True)
    )
    return f'<div class="strip">{bars}</div>'


def facts(fact: LayerFacts | None, size: tuple[int, int] | None = None) -> str:
    """What a layer is, for a picture of one size."""
    if fact is None:
        return '<p class="note">The networks are waking.</p>'
    height, width, units = fact.shape
    field = fact.field
    shown = f" for a picture of {size[1]} x {size[0]}" if size else ""
    return f"""<dl class="facts"><div><dt>layer {fact.place} of {fact.places}</dt>
<dd>{escape(fact.name)}</dd></div>
<div><dt>shape{shown}</dt><dd>{width} x {height} x {units}</dd></div>
<div><dt>one position sees</dt><dd>{field.size} x {field.size} px</dd></div>
<div><dt>stride, offset</dt><dd>{field.stride} px, {field.offset:g} px</dd></div>
<div><dt>parameters</dt><dd>{million(fact.parameters)}</dd></div>
<div><dt>multiplies</dt><dd>{million(fact.multiplies)}</dd></div></dl>"""


def atlas(plate: Plate | None, chosen: int | None = None) -> str:
    """What sixteen units would like to see, each to be chosen."""
    if plate is None:
        return '<p class="note">The atlas holds no plate of this network: let a unit dream.</p>'
    cells = "".join(
        f'<button type="button" class="unit{" chosen" * (unit == chosen)}" data-pick="{unit}" '
        f'aria-label="Unit {unit}">{draw.photo(picture, "", "dream", quality=88)}'
        f"<span>{unit}</span></button>"
        for unit, picture in zip(plate.units, plate.pictures, strict=True)
    )
    return f'<div class="atlas">{cells}</div>'


def maps(found: FeatureMaps, most: int) -> str:
    """The strongest units' maps, each to be chosen."""
    shown = found.strongest[:most]
    peaks = found.maps.max(axis=(0, 1))
    cells = "".join(
        f'<button type="button" class="unit" data-pick="{unit}" aria-label="Unit {unit}">'
        f"{pictures.unit_map(found.maps[..., unit])}"
        f"<span>{unit}<b>{peaks[unit]:.2g}</b></span></button>"
        for unit in shown
    )
    height, width = found.view.pixels.shape[:2]
    silent = found.maps.shape[-1] - len(found.strongest)
    fires = counted(len(found.strongest), "unit fires", "units fire")
    note = (
        f"{seen(found)}Looked at at {width} x {height} px. {fires}, {silent} are silent; the "
        f"{len(shown)} strongest are shown, each on its own scale, with its largest activation."
    )
    return f"""<section class="answer"><div class="maps">{cells}</div>
<p class="note">{note}</p></section>"""


def seen(found: FeatureMaps) -> str:
    """What the network was shown where that is not the whole photo, or less than a field."""
    what = found.view.what
    said = VIEWS.get(what, f"The network is shown {what}, aligned. ")
    if found.smaller_than_field:
        said += (
            f"One position sees {found.facts.field.size} px, more than there are: each one sees "
            "the whole picture and beyond its border. "
        )
    return said


def unit(found: FeatureMaps, number: int) -> str:
    """One unit on the photo: heat, and how often it says what."""
    values = found.maps[..., number]
    top = float(values.max())
    heat = found.heat(number) / max(top, 1e-12)
    on = float((values > 0).mean())
    shown = draw.photo(pictures.over(found.view.pixels, heat), f"where unit {number} fires")
    return f"""<section class="answer one"><div>{shown}</div><div><h3>Unit {number}</h3>
<p class="note">On at {100 * on:.0f} % of {values.size:,} positions; at most {top:.3g}, on average
{float(values.mean()):.2g}.</p>{pictures.histogram(values)}
<p class="note">How many positions (logarithmic) say what.</p></div></section>"""


def progress(step: PassStep, corpus: Corpus) -> str:
    """How far a pass is."""
    share = 100 * step.done / max(step.total, 1)
    skipped = step.index.skipped
    left = f", about {max(step.remaining, 1):.0f} s left" if not step.finished else ""
    broken = f"{counted(skipped, 'file', 'files')} could not be used." if skipped else ""
    return f"""<div class="bar"><i style="width:{share:.1f}%"></i></div>
<p class="note">{step.done:,} of {step.total:,} looked through: {escape(corpus.title)}{left}.
{broken} {corpus.note}</p>"""


def nine(patches: dict[int, list[Patch]], described: dict[int, str]) -> str:
    """Units with their nine patches, the classic figure."""
    blocks = "".join(
        f'<button type="button" class="nine" data-pick="{unit}" aria-label="Unit {unit}">'
        f"<span>{unit} <small>{escape(described[unit])}</small></span><div>"
        + "".join(pictures.patch(p, _caption(p)) for p in found)
        + ("<em>never fires here</em>" if not found else "")
        + "</div></button>"
        for unit, found in patches.items()
    )
    every = [patch for found in patches.values() for patch in found]
    notes = []
    if any(patch.padded for patch in every):
        notes.append("Grey lies beyond a picture's border.")
    if any(patch.whole for patch in every):
        notes.append("What one position sees is larger than the picture: all of it is shown.")
    return f'<div class="nines">{blocks}</div><p class="note">{" ".join(notes)}</p>'


def _caption(patch: Patch) -> str:
    what = "" if patch.what == "whole" else f", {patch.what}"
    return f"{patch.image}{what}: {patch.activation:.3g}"


def unit_patches(
    number: int, found: Sequence[Patch], described: str, gradients: Sequence[Sequence[np.ndarray]]
) -> str:
    """A unit's nine patches large, and which of their pixels excite it, guided and plain."""
    if not found:
        return f'<p class="empty">Unit {number} fires in none of these pictures.</p>'
    heads = ("the patch", "guided backpropagation", "plain gradient")
    rows = [[pictures.patch(p, _caption(p)) for p in found]]
    for each in gradients:
        rows.append([pictures.excited(p, g, "") for p, g in zip(found, each, strict=True)])
    table = "".join(
        f'<div class="row"><span>{head}</span>{"".join(cells)}</div>'
        for head, cells in zip(heads, rows, strict=True)
    )
    names = ", ".join(dict.fromkeys(patch.image for patch in found))
    short_of = "" if len(found) == PLACES else f" It fires in {len(found)} of them only."
    return f"""<section class="answer"><h3>Unit {number}: {escape(described)}</h3>
<div class="excited">{table}</div><p class="note">From {escape(names)}; strongest first,
{found[0].activation:.3g} down to {found[-1].activation:.3g}.{short_of}</p></section>"""


def dreaming(step: DreamStep, number: int, natural: float | None, patch: Patch | None) -> str:
    """A dream under way, beside the best patch of the corpus."""
    peak = float(step.activations[0])
    compared, beside = "", ""
    if natural:
        compared = f", {peak / natural:.1f} times its best patch in the bundled pictures"
    if patch is not None:
        beside = f"<figure>{pictures.patch(patch, _caption(patch))}<figcaption>its best patch, "
        beside += f"{patch.activation:.3g}</figcaption></figure>"
    left = f", about {max(step.remaining, 1):.0f} s left" if step.step < step.steps else ""
    shown = draw.photo(step.pictures[0], f"what unit {number} would like to see", "live", 92)
    return f"""<section class="answer dreaming"><figure>{shown}<figcaption>what unit {number} would
like to see</figcaption></figure>{beside}<div class="bar">
<i style="width:{100 * step.step / step.steps:.1f}%"></i></div>
<p class="note">Step {step.step} of {step.steps}{left}. Activation {peak:.3g}{compared}.</p>
</section>"""


def gram(found: Channels) -> str:
    """The matrix of correlations, to be clicked at."""
    ordered = found.correlation[np.ix_(found.order, found.order)]
    count, silent = len(ordered), len(found.correlation) - len(ordered)
    left_out = f"; {silent} that are silent here are left out" if silent else ""
    return f"""<div class="gram"><button type="button" class="whole" data-pick="gram"
aria-label="correlation matrix: click a cell">{pictures.matrix(ordered)}</button></div>
<p class="legend"><span class="swatch for"></span> fire together
<span class="swatch against"></span> one is off where the other is on</p><p class="note">
{seen(found.maps)}{count} x {count} units, those that fire together side by side{left_out}. Click a
cell.</p>"""


def pair(
    found: Channels, first: int, second: int, told: tuple[str, str], nines: tuple[str, str]
) -> str:
    """Two units: what each sees, where both are on, and how that goes together."""
    value = float(found.correlation[first, second])
    heat = found.maps.together(first, second)
    both = draw.photo(pictures.over(found.maps.view.pixels, heat), "where both are on at once")
    partners = "".join(
        f'<button type="button" class="partner" data-pick="{unit}">{unit} <b>{r:+.2f}</b></button>'
        for unit, r in found.partners(first)
    )
    silent = [str(each) for each in (first, second) if found.silent(each)]
    lead = (
        f"Unit {' and unit '.join(silent)} says the same everywhere on this photo, so nothing goes "
    )
    lead = lead + "with it: choose another." if silent else said(value, told)
    return f"""<section class="answer"><p class="lead">{lead}</p>
<p class="formula">r({first}, {second}) = {value:+.3f}</p>
<div class="two"><figure><figcaption>unit {first}: {escape(told[0])}</figcaption>{nines[0]}</figure>
<figure><figcaption>unit {second}: {escape(told[1])}</figcaption>{nines[1]}</figure>
<figure><figcaption>where both are on</figcaption>{both}</figure></div>
<p class="note">Strongest partners of unit {first}:</p><div class="partners">{partners}</div>
</section>"""


def said(value: float, told: tuple[str, str]) -> str:
    """A correlation in words."""
    one, other = (escape(each) for each in told)
    if abs(value) < 0.1:
        return f"Whether this one sees {one} says nothing of whether that one sees {other}."
    often = "nearly always" if abs(value) > 0.7 else "often" if abs(value) > 0.4 else "sometimes"
    if value > 0 and one == other:
        return f"Both see {one}, and {often} at the same places."
    if value > 0:
        return f"Where this one sees {one}, that one {often} sees {other}."
    return f"Where this one sees {one}, that one, which looks for {other}, is {often} off."


def small_nine(found: Sequence[Patch]) -> str:
    """A unit's nine patches, small."""
    return f'<div class="small">{"".join(pictures.patch(p, _caption(p)) for p in found)}</div>'


def repainting(step: RepaintStep, pair: tuple[int, int]) -> str:
    """A photo beside itself with one correlation moved."""
    height, width = step.picture.shape[:2]
    left = f", about {max(step.remaining, 1):.0f} s left" if step.step < step.steps else ""
    return f"""<section class="answer"><div class="pairwise">
<figure>{draw.photo(step.original, "the photo")}<figcaption>r =
{step.before:+.2f}</figcaption></figure>
<figure>{draw.photo(step.picture, "the photo repainted", "live", 92)}<figcaption>r =
{step.now:+.2f}</figcaption></figure></div>
<div class="bar"><i style="width:{100 * step.step / step.steps:.1f}%"></i></div>
<p class="note">Step {step.step} of {step.steps}{left}. At {width} x {height} px the correlation of
units {pair[0]} and {pair[1]} went from {step.before:+.2f} to {step.now:+.2f}; that of all other pairs moved by
{step.others:.3f} on average.</p></section>"""


def occluded(step: OcclusionStep, what: str) -> str:
    """What covering a picture does to a value."""
    largest = max(float(np.abs(step.change).max()), 1e-12)
    shown = pictures.signed_over(step.pixels, step.change / largest)
    if step.spot is not None:
        shown = pictures.ringed(shown, step.spot)
    alt = f"what covering does to {what}"
    left = "" if step.done == step.total else f" {step.done} of {step.total} patches so far."
    return f"""<figure>{draw.photo(shown, alt)}<figcaption>{escape(what)}: {step.before:.3g},
covered between {step.lowest:.3g} and {step.highest:.3g}.{left}</figcaption></figure>"""


def covered(parts: Sequence[str], note: str) -> str:
    """Occlusion maps with their legend."""
    return f"""<section class="answer"><div class="pairwise">{"".join(parts)}</div>
<p class="legend"><span class="swatch for"></span> falls where this is covered
<span class="swatch against"></span> grows</p><p class="note">{note}</p></section>"""
