"""What the sub-tab Pairs says: the matrix, two of its units, a photo repainted."""

from collections.abc import Sequence
from html import escape

import numpy as np

from faceweb.features.channels import Channels, RepaintStep
from faceweb.features.patches import Patch
from faceweb.numerics.heat import over
from faceweb.ui import draw
from faceweb.ui.inside import pictures, words


def gram(found: Channels) -> str:
    """The matrix of correlations, to be clicked at."""
    ordered = found.correlation[np.ix_(found.order, found.order)]
    count, silent = len(ordered), len(found.correlation) - len(ordered)
    left_out = f"; {silent} that are silent here are left out" if silent else ""
    return f"""<div class="gram"><button type="button" class="whole" data-pick="gram"
aria-label="correlation matrix: click a cell">{pictures.matrix(ordered)}</button></div>
<p class="legend"><span class="swatch for"></span> fire together
<span class="swatch against"></span> one is off where the other is on</p><p class="note">
{words.seen(found.maps)}{count} x {count} units, those that fire together side by side{left_out}.
Click a cell.</p>"""


def pair(
    found: Channels, first: int, second: int, told: tuple[str, str], nines: tuple[str, str]
) -> str:
    """Two units: what each sees, where both are on, and how that goes together."""
    value = float(found.correlation[first, second])
    heat = found.maps.together(first, second)
    both = draw.photo(over(found.maps.view.pixels, heat), "where both are on at once")
    partners = "".join(
        f'<button type="button" class="partner" data-pick="{unit}">{unit} <b>{r:+.2f}</b></button>'
        for unit, r in found.partners(first)
    )
    lead = escape(said(found, first, second, told))
    return f"""<section class="answer"><p class="lead">{lead}</p>
<p class="formula">r({first}, {second}) = {value:+.3f}</p>
<div class="two"><figure><figcaption>unit {first}: {escape(told[0])}</figcaption>{nines[0]}</figure>
<figure><figcaption>unit {second}: {escape(told[1])}</figcaption>{nines[1]}</figure>
<figure><figcaption>where both are on</figcaption>{both}</figure></div>
<p class="note">Strongest partners of unit {first}:</p><div class="partners">{partners}</div>
</section>"""


def said(found: Channels, first: int, second: int, told: tuple[str, str]) -> str:
    """The correlation of two units in words."""
    silent = [str(each) for each in (first, second) if found.silent(each)]
    if silent:
        return (
            f"Unit {' and unit '.join(silent)} says the same everywhere on this photo, so nothing "
            "goes with it: choose another."
        )
    value, (one, other) = float(found.correlation[first, second]), told
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
    return f'<div class="small">{"".join(pictures.patch(p, words.caption(p)) for p in found)}</div>'


def repainting(step: RepaintStep, pair: tuple[int, int]) -> str:
    """A photo beside itself with one correlation moved."""
    height, width = step.picture.shape[:2]
    left = words.remaining(step.remaining) if step.step < step.steps else ""
    return f"""<section class="answer"><div class="pairwise">
<figure>{draw.photo(step.original, "the photo")}<figcaption>r =
{step.before:+.2f}</figcaption></figure>
<figure>{draw.photo(step.picture, "the photo repainted", "live", 92)}<figcaption>r =
{step.now:+.2f}</figcaption></figure></div>
<div class="bar"><i style="width:{100 * step.step / step.steps:.1f}%"></i></div>
<p class="note">Step {step.step} of {step.steps}{left}. At {width} x {height} px the correlation of
units {pair[0]} and {pair[1]} went from {step.before:+.2f} to {step.now:+.2f}; that of all other
pairs moved by {step.others:.3f} on average.</p></section>"""
