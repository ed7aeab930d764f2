"""What the sub-tab Pairs says: the matrix, two of its units, a photo repainted."""

from collections.abc import Sequence
from html import escape

import numpy as np

from faceweb.features.channels import Channels, RepaintStep
from faceweb.features.patches import Patch
from faceweb.numerics.heat import over
from faceweb.ui import draw
from faceweb.ui.inside import pictures, words
from faceweb.ui.tongue import say


def gram(found: Channels) -> str:
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
aria-label="{say("correlation matrix: click a cell")}">{pictures.matrix(ordered)}</button></div>
<p class="legend"><span class="swatch for"></span> {say("fire together")}
<span class="swatch against"></span> {say("one is off where the other is on")}</p><p class="note">
{words.seen(found.maps)}{ordering}</p>"""


def pair(
    found: Channels, first: int, second: int, told: tuple[str, str], nines: tuple[str, str]
) -> str:
    """Two units: what each sees, where both are on, and how that goes together."""
    value = float(found.correlation[first, second])
    heat = found.maps.together(first, second)
    both = draw.photo(over(found.maps.view.pixels, heat), say("where both are on at once"))
    partners = "".join(
        f'<button type="button" class="partner" data-pick="{unit}">{unit} <b>{r:+.2f}</b></button>'
        for unit, r in found.partners(first)
    )
    lead = escape(said(found, first, second, told))
    sees = [
        say("unit {number}: {look}", number=number, look=escape(words.looks(look)))
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


def said(found: Channels, first: int, second: int, told: tuple[str, str]) -> str:
    """The correlation of two units in words."""
    silent = [str(each) for each in (first, second) if found.silent(each)]
    if silent:
        return say(
            "Unit {units} says the same everywhere on this photo, so nothing goes with it: choose "
            "another.",
            units=say(" and unit ").join(silent),
        )
    value = float(found.correlation[first, second])
    one, other = map(words.looks, told)
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
    return f'<div class="small">{"".join(pictures.patch(p, words.caption(p)) for p in found)}</div>'


def repainting(step: RepaintStep, pair: tuple[int, int]) -> str:
    """A photo beside itself with one correlation moved."""
    height, width = step.picture.shape[:2]
    left = words.remaining(step.remaining) if step.step < step.steps else ""
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
    repainted = draw.photo(step.picture, say("the photo repainted"), "live", 92)
    return f"""<section class="answer"><div class="pairwise">
<figure>{draw.photo(step.original, say("the photo"))}<figcaption>r =
{step.before:+.2f}</figcaption></figure>
<figure>{repainted}<figcaption>r =
{step.now:+.2f}</figcaption></figure></div>
<div class="bar"><i style="width:{100 * step.step / step.steps:.1f}%"></i></div>
<p class="note">{made} {went}</p></section>"""
