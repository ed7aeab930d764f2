"""Answers of the tab Inside on layers, units, patches and pairs of units, as HTML.

The sentences stand in templates/inside/.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from faceweb.i18n import each_retold, retold, say
from faceweb.interpret.atlas import UNITS, Plate
from faceweb.interpret.corpus import Corpus
from faceweb.interpret.feature_maps import FeatureMaps, lay_heat_over
from faceweb.interpret.gram import ChannelCorrelation, RepaintStep
from faceweb.interpret.occlusion import OcclusionStep
from faceweb.interpret.top_patches import PLACES, PassStep, Patch
from faceweb.types import LayerFacts
from faceweb.ui import images, svg
from faceweb.ui.views.render import render

if TYPE_CHECKING:
    from faceweb.interpret.activation_maximization import AscentStep
    from faceweb.interpret.attribution import AttributionStep

# Between the words by which patches are described.
LOOKS = re.compile(r" (?!areas|texture|in these|these|pictures)")


def short(layer: str) -> str:
    """A layer's name, short enough to stand under a bar."""
    numbers = re.findall(r"\d+", layer)
    return "_".join(numbers) + ("a" if layer.endswith("_a_relu") else "")


def strip(layers: Sequence[str], chosen: str, facts: Sequence[LayerFacts] = ()) -> Markup:
    """Every layer as a bar to choose: as high as its maps are wide, as strong as it has units."""
    if facts:
        sides = np.array([fact.shape[0] for fact in facts], float)
        widths = np.array([fact.shape[2] for fact in facts], float)
        heights = 12 + 44 * np.sqrt(sides / sides.max())
        strengths = 0.35 + 0.65 * widths / widths.max()
    else:
        heights, strengths = np.full(len(layers), 34.0), np.full(len(layers), 0.6)
    bars = list(zip(layers, map(short, layers), heights, strengths, strict=True))
    return render("inside/strip", layers=bars, chosen=chosen)


def facts(fact: LayerFacts | None, size: tuple[int, int] | None = None) -> Markup:
    """What a layer is, for a picture of one size (height, width)."""
    return render("inside/facts", fact=fact, size=size)


def looks(described: str) -> str:
    """What patches have in common, as `describe` says it."""
    return each_retold(described, LOOKS)


def atlas(plate: Plate | None, chosen: int | None = None) -> Markup:
    """What sixteen units would like to see, each to be chosen."""
    units = []
    if plate is not None:
        pictures = [images.photo(picture, "", "dream", quality=88) for picture in plate.pictures]
        units = list(zip(plate.units, pictures, strict=True))
    return render("inside/atlas", plate=plate, units=units, chosen=chosen, most=UNITS)


def maps(found: FeatureMaps, most: int, chosen: int) -> Markup:
    """The strongest units' maps, each to be chosen."""
    peaks = found.maps.max(axis=(0, 1))
    units = [
        (unit, images.unit_map(found.maps[..., unit]), peaks[unit])
        for unit in found.strongest[:most]
    ]
    fires = len(found.strongest)
    return render("inside/maps", found=found, units=units, chosen=chosen, fires=fires)


def unit(found: FeatureMaps, number: int) -> Markup:
    """One unit on the photo: heat, and how often it says what."""
    values = found.maps[..., number]
    top = float(values.max())
    heat = found.heat(number) / max(top, 1e-12)
    where = say("where unit {number} fires", number=number)
    return render(
        "inside/unit",
        number=number,
        picture=images.photo(lay_heat_over(found.view.pixels, heat), where),
        share=float((values > 0).mean()),
        positions=values.size,
        top=top,
        mean=float(values.mean()),
        histogram=svg.activation_histogram(values),
    )


def progress(step: PassStep, corpus: Corpus) -> Markup:
    """How far a pass is."""
    left = time_left(step.remaining) if not step.finished else ""
    share = step.done / max(step.total, 1)
    return render("inside/progress", step=step, corpus=corpus, share=share, left=left)


def time_left(seconds: float) -> Markup:
    """How long something goes on, in a part of its own that Stop can replace."""
    return render("inside/remaining", seconds=max(seconds, 1))


def top_patches(patches: dict[int, list[Patch]], described: dict[int, str]) -> Markup:
    """Units with their nine patches, the classic figure."""
    units = [
        (unit, looks(described[unit]), [images.patch(patch, caption(patch)) for patch in found])
        for unit, found in patches.items()
    ]
    every = [patch for found in patches.values() for patch in found]
    return render(
        "inside/top_patches",
        units=units,
        padded=any(patch.padded for patch in every),
        whole=any(patch.whole for patch in every),
    )


def caption(patch: Patch) -> str:
    """A patch's picture, view and activation in one line."""
    what = "" if patch.what == "whole" else say(", {what}", what=retold(patch.what))
    return f"{patch.image}{what}: {patch.activation:.3g}"


def unit_patches(
    number: int, found: Sequence[Patch], described: str, gradients: Sequence[Sequence[np.ndarray]]
) -> Markup:
    """A unit's nine patches large, and which of their pixels excite it, guided and plain."""
    guided, plain = (
        [images.draw_excitation(p, g, "") for p, g in zip(found, each, strict=True)]
        for each in gradients or ((), ())
    )
    return render(
        "inside/unit_patches",
        number=number,
        found=found,
        look=looks(described),
        patches=[images.patch(patch, caption(patch)) for patch in found],
        guided=guided,
        plain=plain,
        names=", ".join(dict.fromkeys(patch.image for patch in found)),
        places=PLACES,
    )


def maximization(step: "AscentStep", number: int, patches: Sequence[Patch] | None) -> Markup:
    """A dream under way, beside the best patch of the corpus; None where that is not known yet."""
    best = patches[0] if patches else None
    what = say("what unit {number} would like to see", number=number)
    return render(
        "inside/maximization",
        step=step,
        number=number,
        peak=float(step.activations[0]),
        picture=images.photo(step.pictures[0], what, "live", 92),
        best=best,
        best_patch=None if best is None else images.patch(best, caption(best)),
        searched=patches is not None,
        left=time_left(step.remaining) if step.step < step.steps else "",
    )


def occlusion_step(step: OcclusionStep, what: str) -> Markup:
    """What covering a picture does to a value."""
    largest = max(float(np.abs(step.change).max()), 1e-12)
    shown = images.overlay_signed(step.pixels, step.change / largest)
    if step.spot is not None:
        shown = images.draw_ring(shown, step.spot)
    picture = images.photo(shown, say("what covering does to {what}", what=what))
    return render("inside/occlusion_step", step=step, what=what, picture=picture)


def occlusion_maps(parts: Sequence[Markup], note: str) -> Markup:
    """Occlusion maps with their legend."""
    return render("inside/occlusion_maps", parts=parts, note=note)


def attribution_step(step: "AttributionStep", what: str) -> Markup:
    """Grad-CAM and integrated gradients of a score, as two figures."""
    cam = step.heat / max(float(np.abs(step.heat).max()), 1e-12)
    # Single pixels stand out by far: what is shown is full at the strongest hundredth.
    flat = step.gradients.sum(axis=-1)
    flat = flat / max(float(np.quantile(np.abs(flat), 0.99)), 1e-12)
    pictures = [images.overlay_signed(step.pixels, change) for change in (cam, flat.clip(-1, 1))]
    if step.spot is not None:
        pictures = [images.draw_ring(picture, step.spot) for picture in pictures]
    alts = (
        say("Grad-CAM of {what}", what=what),
        say("integrated gradients of {what}", what=what),
    )
    cam_image, gradients = map(images.photo, pictures, alts)
    return render(
        "inside/attribution_step", step=step, what=what, cam=cam_image, gradients=gradients
    )


def attribution_maps(parts: Sequence[Markup], note: str) -> Markup:
    """Attributions with their legend."""
    return render("inside/attribution_maps", parts=parts, note=note)


def gram(found: ChannelCorrelation) -> Markup:
    """The matrix of correlations, to be clicked at."""
    ordered = found.correlation[np.ix_(found.order, found.order)]
    return render(
        "inside/gram",
        found=found.maps,
        matrix=images.matrix(ordered),
        units=len(ordered),
        silent=len(found.correlation) - len(ordered),
    )


def pair(
    found: ChannelCorrelation,
    first: int,
    second: int,
    told: tuple[str, str],
    nines: tuple[Markup, Markup],
) -> Markup:
    """Two units: what each sees, where both are on, and how that goes together."""
    heat = found.maps.together(first, second)
    units = [
        {"number": number, "look": looks(look), "patches": patches}
        for number, look, patches in zip((first, second), told, nines, strict=True)
    ]
    return render(
        "inside/pair",
        lead=describe_correlation(found, first, second, told),
        units=units,
        value=float(found.correlation[first, second]),
        both=images.photo(
            lay_heat_over(found.maps.view.pixels, heat), say("where both are on at once")
        ),
        partners=found.partners(first),
    )


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


def small_nine(found: Sequence[Patch]) -> Markup:
    """A unit's nine patches, small."""
    patches = Markup().join(images.patch(patch, caption(patch)) for patch in found)
    return Markup('<div class="small">%s</div>') % patches


def repaint_step(step: RepaintStep, pair: tuple[int, int]) -> Markup:
    """A photo beside itself with one correlation moved."""
    return render(
        "inside/repainting",
        step=step,
        pair=pair,
        original=images.photo(step.original, say("the photo")),
        repainted=images.photo(step.picture, say("the photo repainted"), "live", 92),
        left=time_left(step.remaining) if step.step < step.steps else "",
    )
