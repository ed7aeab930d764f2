"""Answers of the sub-tab on volumes as HTML; the sentences stand in templates/volumes/."""

import numpy as np
from markupsafe import Markup

from faceweb.i18n import each_retold, say
from faceweb.signals.render_cube import clear_cube
from faceweb.signals.volume import VolumeLook
from faceweb.ui import images
from faceweb.ui.views.render import render

UNITS, CUBE = 16, 180
# What a cube that is cut in half fills of its picture, in rows and columns.
FILLED = slice(28, -28), slice(18, -18)


def empty() -> Markup:
    """Before a volume is shown."""
    return render("volumes/empty")


def progress() -> Markup:
    """Before the cubes are found."""
    return render("volumes/looking")


def description(look: VolumeLook, title: str, note: str) -> Markup:
    """What is shown, and what was done to it."""
    spacing = " x ".join(f"{length:.3g}" for length in look.spacing)
    note = each_retold(note)
    return render("volumes/description", look=look, title=title, spacing=spacing, note=note)


def pane(pixels: np.ndarray, alt: str) -> Markup:
    """A slice or a projection on black."""
    picture = images.photo(pixels, alt, "scan", quality=88)
    return Markup('<figure class="pane">%s</figure>') % picture


def units(look: VolumeLook) -> Markup:
    """The strongest units' maps, each seen from above through the whole volume."""
    maps = look.found.maps
    peaks = maps.max(axis=(0, 1, 2))
    shown = look.found.strongest[:UNITS]
    if look.unit not in shown:
        shown = [look.unit, *shown[:-1]]
    units = [(unit, images.unit_map(maps[..., unit].max(axis=0)), peaks[unit]) for unit in shown]
    return render("volumes/units", look=look, units=units)


def cubes(look: VolumeLook, turn: float) -> Markup:
    """The unit's nine strongest cubes, turned."""
    shown = []
    for place, (cube, value) in enumerate(look.cubes(), start=1):
        number = f"{value:.3g}"
        alt = say("cube {place}: {value}", place=place, value=number)
        pixels = clear_cube(cube, turn, CUBE)[FILLED]
        shown.append((images.picture(pixels, alt, "cube"), number))
    side = look.found.facts.field.size
    whole = min(look.seen) < side
    return render("volumes/cubes", cubes=shown, number=look.unit, side=side, whole=whole)
