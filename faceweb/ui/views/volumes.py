"""What the volumes' sub-tab says and draws, in small pieces of HTML."""

from html import escape

import numpy as np

from faceweb.i18n import each_retold, say
from faceweb.signals.render_cube import clear_cube
from faceweb.signals.volume import VolumeLook
from faceweb.ui import images

UNITS, CUBE = 16, 180
# What a cube that is cut in half fills of its picture, in rows and columns.
FILLED = slice(28, -28), slice(18, -18)
EMPTY = (
    '<p class="empty">Press <b>Show the head</b>, or add a scan of your own: slices to scroll '
    "through, what a network sees in them, and the head turned about.</p>"
)


def looking() -> str:
    """Before the cubes are found."""
    said = say("Looking for the nine cubes that excite this unit most …")
    return f'<p class="note">{said}</p>'


def description(look: VolumeLook, title: str, note: str) -> str:
    """What is shown, and what was done to it."""
    sides = " x ".join(str(side) for side in look.shape)
    spacing = " x ".join(f"{length:.3g}" for length in look.spacing)
    seen = " x ".join(str(side) for side in look.seen)
    said = say(
        "{title}: {sides} voxels, {spacing} mm apart, counted from above, from the front and from "
        "the side, as the sliders are",
        title=title,
        sides=sides,
        spacing=spacing,
    )
    if look.counts != look.shape:
        counts = " x ".join(map(str, look.counts))
        said += say(", which run through {counts} slices of equal spacing", counts=counts)
    said += say("; the network is shown {seen}. ", seen=seen) + each_retold(note)
    return f'<p class="note">{escape(said.strip())}</p>'


def pane(pixels: np.ndarray, alt: str) -> str:
    """A slice or a projection on black."""
    return f'<figure class="pane">{images.photo(pixels, alt, "scan", quality=88)}</figure>'


def units(look: VolumeLook) -> str:
    """The strongest units' maps, each seen from above through the whole volume."""
    maps, facts = look.found.maps, look.found.facts
    peaks = maps.max(axis=(0, 1, 2))
    shown = look.found.strongest[:UNITS]
    if look.unit not in shown:
        shown = [look.unit, *shown[:-1]]
    cells = "".join(
        f'<button type="button" class="unit{" chosen" * (unit == look.unit)}" data-pick="{unit}" '
        f'aria-label="{say("Unit {number}", number=unit)}">'
        f"{images.unit_map(maps[..., unit].max(axis=0))}"
        f"<span>{unit}<b>{peaks[unit]:.2g}</b></span></button>"
        for unit in shown
    )
    about = say(
        """{layer} answers at
{sides} places, each of which sees a cube of {field} voxels a side.
{fire} of its {units} units fire; the strongest are shown, each on its own scale and seen \
through from above, with its largest
activation. Click one to lay it over the slices.""",
        layer=escape(facts.name),
        sides=" x ".join(str(side) for side in facts.shape[:-1]),
        field=facts.field.size,
        fire=len(look.found.strongest),
        units=facts.shape[-1],
    )
    return f'<div class="maps">{cells}</div><p class="note">{about}</p>'


def cubes(look: VolumeLook, turn: float) -> str:
    """The unit's nine strongest cubes, turned."""
    found = look.cubes()
    if not found:
        nowhere = say("Unit {number} fires nowhere in this volume.", number=look.unit)
        return f'<p class="empty">{nowhere}</p>'
    cells = ""
    for place, (cube, value) in enumerate(found, start=1):
        shown = f"{value:.3g}"
        alt = say("cube {place}: {value}", place=place, value=shown)
        cells += f"<figure>{images.picture(clear_cube(cube, turn, CUBE)[FILLED], alt, 'cube')}"
        cells += f"<figcaption>{shown}</figcaption></figure>"
    side = look.found.facts.field.size
    whole = min(look.seen) < side
    sees = "more than the volume, so all of it is shown" if whole else "{side} voxels a side"
    about = say(
        """Each is what one position of unit
{number} sees, {sees}, cut open in the middle, with the activation there. Grey lies beyond the
border.""",
        number=look.unit,
        sees=say(sees, side=side),
    )
    return f'<div class="cubes">{cells}</div><p class="note">{about}</p>'
