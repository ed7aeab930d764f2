"""What the tab Inside says of layers, units, patches and pairs, in small pieces of HTML.

What the sub-tab Pairs says: the matrix, two of its units, a photo repainted.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from faceweb.i18n import each_retold, retold, say
from faceweb.interpret import atlas as atlas_file
from faceweb.interpret.atlas import Plate
from faceweb.interpret.corpus import Corpus
from faceweb.interpret.feature_maps import FeatureMaps, over
from faceweb.interpret.gram import ChannelCorrelation, RepaintStep
from faceweb.interpret.occlusion import OcclusionStep
from faceweb.interpret.top_patches import PLACES, PassStep, Patch
from faceweb.types import LayerFacts
from faceweb.ui import images, svg
from faceweb.ui.views.faces import count_noun

if TYPE_CHECKING:
    from faceweb.interpret.activation_maximization import AscentStep

VIEWS = {
    "whole": "",
    "middle": "No face was found, so the network is shown the middle of the photo. ",
}
# Between the words by which patches are described.
LOOKS = re.compile(r" (?!areas|texture|in these|these|pictures)")


def short(layer: str) -> str:
    """A layer's name, short enough to stand under a bar."""
    numbers = re.findall(r"\d+", layer)
    return "_".join(numbers) + ("a" if layer.endswith("_a_relu") else "")


def million(number: int) -> str:
    """A large number as people say it."""
    if number < 1_000_000:
        return f"{number:,}"
    digits = 0 if number >= 10_000_000 else 1
    # Chinese counts in ten thousands.
    return say(
        "{millions} million", millions=f"{number / 1e6:,.{digits}f}", wan=f"{number / 1e4:,.0f}"
    )


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
        f'aria-label="{short(layer)}, {say("Layer")} {escape(layer)}" '
        f'aria-pressed="{str(layer == chosen).lower()}">'
        f'<i style="height:{height:.0f}px;opacity:{strength:.2f}"></i>{short(layer)}</button>'
        for layer, height, strength in zip(layers, heights, strengths, strict=True)
    )
    return f'<div class="strip">{bars}</div>'


def facts(fact: LayerFacts | None, size: tuple[int, int] | None = None) -> str:
    """What a layer is, for a picture of one size."""
    if fact is None:
        return f'<p class="note">{say("The networks are waking.")}</p>'
    height, width, units = fact.shape
    field = fact.field
    shape = say("shape")
    if size:
        shape = say("shape for a picture of {wide} x {high}", wide=size[1], high=size[0])
    place = say("layer {place} of {places}", place=fact.place, places=fact.places)
    return f"""<dl class="facts"><div><dt>{place}</dt>
<dd>{escape(fact.name)}</dd></div>
<div><dt>{shape}</dt><dd>{width} x {height} x {units}</dd></div>
<div><dt>{say("one position sees")}</dt><dd>{field.size} x {field.size} px</dd></div>
<div><dt>{say("stride, offset")}</dt><dd>{field.stride} px, {field.offset:g} px</dd></div>
<div><dt>{say("parameters")}</dt><dd>{million(fact.parameters)}</dd></div>
<div><dt>{say("multiplies")}</dt><dd>{million(fact.multiplies)}</dd></div></dl>"""


def looks(described: str) -> str:
    """What patches have in common, as `describe` says it."""
    return each_retold(described, LOOKS)


def atlas(plate: Plate | None, chosen: int | None = None) -> str:
    """What sixteen units would like to see, each to be chosen."""
    if plate is None:
        none = say("The atlas has no plate of this layer here: let a unit dream.")
        return f'<p class="note">{none}</p>'
    cells = "".join(
        f'<button type="button" class="unit{" chosen" * (unit == chosen)}" data-pick="{unit}" '
        f'aria-label="{say("Unit")} {unit}">{images.photo(picture, "", "dream", quality=88)}'
        f"<span>{unit}</span></button>"
        for unit, picture in zip(plate.units, plate.pictures, strict=True)
    )
    few = say(
        "Only {units} units of this layer fire on the bundled pictures at all.",
        units=len(plate.units),
    )
    note = f'<p class="note">{few}</p>' if len(plate.units) < atlas_file.UNITS else ""
    return f'<div class="atlas">{cells}</div>{note}'


def maps(found: FeatureMaps, most: int, chosen: int) -> str:
    """The strongest units' maps, each to be chosen."""
    shown = found.strongest[:most]
    peaks = found.maps.max(axis=(0, 1))
    cells = "".join(
        f'<button type="button" class="unit{" chosen" * (unit == chosen)}" data-pick="{unit}" '
        f'aria-label="{say("Unit")} {unit}">{images.unit_map(found.maps[..., unit])}'
        f"<span>{unit}<b>{peaks[unit]:.2g}</b></span></button>"
        for unit in shown
    )
    height, width = found.view.pixels.shape[:2]
    note = say(
        "Seen at {width} x {height} px. {fires}, {silent} are silent; the {shown} strongest are "
        "shown, each on its own scale, with its largest activation.",
        width=width,
        height=height,
        fires=count_noun(len(found.strongest), "unit fires", "units fire"),
        silent=found.maps.shape[-1] - len(found.strongest),
        shown=len(shown),
    )
    return f"""<section class="answer"><div class="maps">{cells}</div>
<p class="note">{crop_note(found)}{note}</p></section>"""


def crop_note(found: FeatureMaps) -> str:
    """What the network was shown where that is not the whole photo, or less than a field."""
    what = found.view.what
    if what in VIEWS:
        said = say(VIEWS[what])
    else:
        said = say("The network is shown {what}, aligned. ", what=retold(what))
    if found.smaller_than_field:
        said += say(
            "One position sees {size} px, more than there are: some of that lies beyond the "
            "border. ",
            size=found.facts.field.size,
        )
    return said


def unit(found: FeatureMaps, number: int) -> str:
    """One unit on the photo: heat, and how often it says what."""
    values = found.maps[..., number]
    top = float(values.max())
    heat = found.heat(number) / max(top, 1e-12)
    on = float((values > 0).mean())
    where = say("where unit {number} fires", number=number)
    shown = images.photo(over(found.view.pixels, heat), where)
    how_often = say(
        "On at {share} % of {positions} positions; at most {top}, on average {mean}.",
        share=f"{100 * on:.0f}",
        positions=f"{values.size:,}",
        top=f"{top:.3g}",
        mean=f"{float(values.mean()):.2g}",
    )
    return f"""<section class="answer one"><div>{shown}</div><div><h3>{say("Unit")} {number}</h3>
<p class="note">{how_often}</p>{svg.activation_histogram(values)}
<p class="note">{say("How many positions (logarithmic) say what.")}</p></div></section>"""


def progress(step: PassStep, corpus: Corpus) -> str:
    """How far a pass is."""
    share = 100 * step.done / max(step.total, 1)
    skipped = step.index.skipped
    left = remaining(step.remaining) if not step.finished else ""
    broken = count_noun(skipped, "file could not be used.", "files could not be used.")
    looked = say(
        "{done} of {total} looked through{left}: {pictures}.",
        done=f"{step.done:,}",
        total=f"{step.total:,}",
        left=left,
        pictures=escape(retold(corpus.title)),
    )
    return f"""<div class="bar"><i style="width:{share:.1f}%"></i></div>
<p class="note">{looked}
{broken if skipped else ""} {retold(corpus.note)}</p>"""


def remaining(seconds: float) -> str:
    """How long something goes on, in a part of its own that Stop can replace."""
    left = say(", about {time} left", time=say("{seconds} s", seconds=f"{max(seconds, 1):.0f}"))
    return f'<span class="left">{left}</span>'


def top_patches(patches: dict[int, list[Patch]], described: dict[int, str]) -> str:
    """Units with their nine patches, the classic figure."""
    blocks = "".join(
        f'<button type="button" class="nine" data-pick="{unit}" aria-label="{say("Unit")} {unit}">'
        f"<span>{unit} <small>{escape(looks(described[unit]))}</small></span><div>"
        + "".join(images.patch(p, caption(p)) for p in found)
        + (f"<em>{say('never fires here')}</em>" if not found else "")
        + "</div></button>"
        for unit, found in patches.items()
    )
    every = [patch for found in patches.values() for patch in found]
    notes = []
    if any(patch.padded for patch in every):
        notes.append(say("Grey lies beyond a picture's border."))
    if any(patch.whole for patch in every):
        notes.append(
            say("One position sees more than the picture is large: all of the picture is shown.")
        )
    return f'<div class="nines">{blocks}</div><p class="note">{" ".join(notes)}</p>'


def caption(patch: Patch) -> str:
    what = "" if patch.what == "whole" else say(", {what}", what=retold(patch.what))
    return f"{patch.image}{what}: {patch.activation:.3g}"


def unit_patches(
    number: int, found: Sequence[Patch], described: str, gradients: Sequence[Sequence[np.ndarray]]
) -> str:
    """A unit's nine patches large, and which of their pixels excite it, guided and plain."""
    if not found:
        none = say("Unit {number} fires in none of these pictures.", number=number)
        return f'<p class="empty">{none}</p>'
    heads = ("the patch", "guided backpropagation", "plain gradient")
    rows = [[images.patch(p, caption(p)) for p in found]]
    for each in gradients:
        rows.append([images.draw_excitation(p, g, "") for p, g in zip(found, each, strict=True)])
    table = "".join(
        f'<div class="row"><span>{say(head)}</span>{"".join(cells)}</div>'
        for head, cells in zip(heads, rows, strict=True)
    )
    names = ", ".join(dict.fromkeys(patch.image for patch in found))
    short_of = say(" It fires in {count} of them only.", count=len(found))
    head = say("Unit {number}: {look}", number=number, look=escape(looks(described)))
    origin = say(
        "From {names}; strongest first, {strongest} down to {weakest}.",
        names=escape(names),
        strongest=f"{found[0].activation:.3g}",
        weakest=f"{found[-1].activation:.3g}",
    )
    return f"""<section class="answer"><h3>{head}</h3>
<div class="excited">{table}</div>
<p class="note">{origin}{short_of if len(found) < PLACES else ""}</p></section>"""


def maximization(step: "AscentStep", number: int, patches: Sequence[Patch] | None) -> str:
    """A dream under way, beside the best patch of the corpus; None where that is not known yet."""
    peak = float(step.activations[0])
    compared, beside = "", ""
    if patches:
        best = patches[0]
        compared = say(
            ", {times} times its best patch in the bundled pictures",
            times=f"{peak / best.activation:.1f}",
        )
        under = say("its best patch, {activation}", activation=f"{best.activation:.3g}")
        beside = f"<figure>{images.patch(best, caption(best))}"
        beside += f"<figcaption>{under}</figcaption></figure>"
    elif patches is not None:
        compared = say("; it is silent on all bundled pictures")
        compared += "" if peak else say(", and nothing so far has woken it")
    left = remaining(step.remaining) if step.step < step.steps else ""
    what = say("what unit {number} would like to see", number=number)
    shown = images.photo(step.pictures[0], what, "live", 92)
    made = say("Step {step} of {steps}{left}.", step=step.step, steps=step.steps, left=left)
    excited = say("Activation {peak}{compared}.", peak=f"{peak:.3g}", compared=compared)
    return f"""<section class="answer dreaming"><figure>{shown}<figcaption>{what}</figcaption>
</figure>{beside}<div class="bar">
<i style="width:{100 * step.step / step.steps:.1f}%"></i></div>
<p class="note">{made} {excited}</p></section>"""


def occlusion_step(step: OcclusionStep, what: str) -> str:
    """What covering a picture does to a value."""
    largest = max(float(np.abs(step.change).max()), 1e-12)
    shown = images.overlay_signed(step.pixels, step.change / largest)
    if step.spot is not None:
        shown = images.draw_ring(shown, step.spot)
    so_far = say(", {done} of {total} patches so far", done=step.done, total=step.total)
    between = say(
        "{what}: {before}, covered between {lowest} and {highest}{left}.",
        what=escape(what),
        before=f"{step.before:.3g}",
        lowest=f"{step.lowest:.3g}",
        highest=f"{step.highest:.3g}",
        left=f'<span class="left">{so_far}</span>' if step.done < step.total else "",
    )
    picture = images.photo(shown, say("what covering does to {what}", what=what))
    return f"<figure>{picture}<figcaption>{between}</figcaption></figure>"


def occlusion_maps(parts: Sequence[str], note: str) -> str:
    """Occlusion maps with their legend."""
    return f"""<section class="answer"><div class="pairwise">{"".join(parts)}</div>
<p class="legend"><span class="swatch for"></span> {say("falls where this is covered")}
<span class="swatch against"></span> {say("grows")}</p><p class="note">{say(note)}</p></section>"""


def gram(found: ChannelCorrelation) -> str:
    """The matrix of correlations, to be clicked at."""
    ordered = found.correlation[np.ix_(found.order, found.order)]
    count, silent = len(ordered), len(found.correlation) - len(ordered)
    left_out = say("; {silent} that are silent here are left out", silent=silent)
    ordering = say(
        "{count} x {count} units, those that fire together side by side{left_out}. Click a cell.",
        count=count,
        left_out=left_out if silent else "",
    )
    return f"""<div class="gram"><button type="button" class="whole" data-pick="gram"
aria-label="{say("correlation matrix: click a cell")}">{images.matrix(ordered)}</button></div>
<p class="legend"><span class="swatch for"></span> {say("fire together")}
<span class="swatch against"></span> {say("one is off where the other is on")}</p><p class="note">
{crop_note(found.maps)}{ordering}</p>"""


def pair(
    found: ChannelCorrelation,
    first: int,
    second: int,
    told: tuple[str, str],
    nines: tuple[str, str],
) -> str:
    """Two units: what each sees, where both are on, and how that goes together."""
    value = float(found.correlation[first, second])
    heat = found.maps.together(first, second)
    both = images.photo(over(found.maps.view.pixels, heat), say("where both are on at once"))
    partners = "".join(
        f'<button type="button" class="partner" data-pick="{unit}">{unit} <b>{r:+.2f}</b></button>'
        for unit, r in found.partners(first)
    )
    lead = escape(describe_correlation(found, first, second, told))
    sees = [
        say("unit {number}: {look}", number=number, look=escape(looks(look)))
        for number, look in zip((first, second), told, strict=True)
    ]
    strongest = say("Strongest partners of unit {number}:", number=first)
    return f"""<section class="answer"><p class="lead">{lead}</p>
<p class="formula">r({first}, {second}) = {value:+.3f}</p>
<div class="two"><figure><figcaption>{sees[0]}</figcaption>{nines[0]}</figure>
<figure><figcaption>{sees[1]}</figcaption>{nines[1]}</figure>
<figure><figcaption>{say("where both are on")}</figcaption>{both}</figure></div>
<p class="note">{strongest}</p><div class="partners">{partners}</div>
</section>"""


def describe_correlation(
    found: ChannelCorrelation, first: int, second: int, told: tuple[str, str]
) -> str:
    """The correlation of two units in words."""
    silent = [str(each) for each in (first, second) if found.silent(each)]
    if silent:
        return say(
            "Unit {units} says the same everywhere on this photo, so nothing goes with it: choose "
            "another.",
            units=say(" and unit ").join(silent),
        )
    value = float(found.correlation[first, second])
    one, other = map(looks, told)
    if abs(value) < 0.1:
        neither = "Whether this one sees {one} says nothing of whether that one sees {other}."
        return say(neither, one=one, other=other)
    often = say(
        "nearly always" if abs(value) > 0.7 else "often" if abs(value) > 0.4 else "sometimes"
    )
    if value > 0 and one == other:
        return say("Both see {one}, and {often} at the same places.", one=one, often=often)
    both = (
        "Where this one sees {one}, that one {often} sees {other}."
        if value > 0
        else "Where this one sees {one}, that one, which looks for {other}, is {often} off."
    )
    return say(both, one=one, other=other, often=often)


def small_nine(found: Sequence[Patch]) -> str:
    """A unit's nine patches, small."""
    return f'<div class="small">{"".join(images.patch(p, caption(p)) for p in found)}</div>'


def repainting(step: RepaintStep, pair: tuple[int, int]) -> str:
    """A photo beside itself with one correlation moved."""
    height, width = step.picture.shape[:2]
    left = remaining(step.remaining) if step.step < step.steps else ""
    made = say("Step {step} of {steps}{left}.", step=step.step, steps=step.steps, left=left)
    went = say(
        "At {width} x {height} px the correlation of units {first} and {second} went from {before} "
        "to {now}; that of all other pairs moved by {others} on average.",
        width=width,
        height=height,
        first=pair[0],
        second=pair[1],
        before=f"{step.before:+.2f}",
        now=f"{step.now:+.2f}",
        others=f"{step.others:.3f}",
    )
    repainted = images.photo(step.picture, say("the photo repainted"), "live", 92)
    return f"""<section class="answer"><div class="pairwise">
<figure>{images.photo(step.original, say("the photo"))}<figcaption>r =
{step.before:+.2f}</figcaption></figure>
<figure>{repainted}<figcaption>r =
{step.now:+.2f}</figcaption></figure></div>
<div class="bar"><i style="width:{100 * step.step / step.steps:.1f}%"></i></div>
<p class="note">{made} {went}</p></section>"""
