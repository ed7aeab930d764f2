"""What teaching says and draws: the decision, all marked pairs, the weights that moved."""

import numpy as np

from faceweb.features.teach import BOUND, Known, Mark, Taught
from faceweb.numerics.logistic import Unit
from faceweb.ui.words import counted

WIDTH, HEIGHT = 640, 90
HEADLESS = '<p class="note">The head you trained is forgotten.</p>'


def record(taught: Taught) -> dict:
    """The record of a marked pair."""
    last = taught.marks[-1]
    before, after = (float(unit.log_odds(last.terms)) for unit in (taught.before, taught.after))
    return {
        "same": last.same,
        "right": bool((after >= 0) == last.same),
        "log_odds": {"before": round(before, 4), "after": round(after, 4)},
        "steps": taught.steps,
        "held_back": taught.held_back,
        "refused": taught.refused,
        "marks": len(taught.marks) - taught.refused,
        "right_before": sum(taught.right(taught.before)),
        "right_after": sum(taught.right(taught.after)),
        "known_error": {
            "before": round(taught.error_before, 5),
            "after": round(taught.error_after, 5),
        },
        "bound": BOUND,
    }


def taught(result: Taught, known: Known) -> str:
    """What marking a pair changed."""
    last = result.marks[-1]
    if result.refused:
        why = (
            "known pairs would have to be decided wrongly more often than the bound of "
            f"{100 * BOUND:.0f} percentage point allows"
            if result.held_back
            else f"more than {result.steps:,} steps would be needed beside the pairs you marked "
            "before: take back one that contradicts it"
        )
        return f"""<section class="answer"><h3>Refused, nothing was changed</h3><p class="note">This
pair: {_odds(result.before, last)}. To decide it as you said, {why}.</p></section>"""
    headline = "Learnt" if result.steps else "It was right already"
    kept = sum(result.right(result.after))
    pairs = counted(len(result.marks), "pair", "pairs")
    held = (
        '<p class="warning">The next step would have cost known pairs more than the bound allows, '
        "so it was not taken.</p>"
        if result.held_back
        else ""
    )
    return f"""<section class="answer"><h3>{headline}</h3>
<p class="note">{counted(result.steps, "step", "steps")}. This pair: {_odds(result.before, last)}
&rarr; {_odds(result.after, last)}. Of {pairs} you marked, {kept} decided as you said. Known pairs
(normal approximation): {100 * result.error_before:.2f} % &rarr; {100 * result.error_after:.2f} %
mean error; it began at {100 * known.error(known.unit):.2f} %.</p>{held}
{_moved(known.unit, result.after)}<p class="note">How far each of the 128 weights is from where all
begin: up where a difference speaks more for one person than it did, down where more for
two.</p></section>"""


def undone(left: int) -> str:
    """After pairs were taken back."""
    if not left:
        return '<p class="note">No pair is marked: the unit is where it began.</p>'
    return f'<p class="note">Taken back. {counted(left, "pair is", "pairs are")} still marked.</p>'


def _odds(unit: Unit, pair: Mark) -> str:
    odds = float(unit.log_odds(pair.terms))
    verdict = "one person" if odds >= 0 else "two people"
    return f"{verdict} ({100 / (1 + np.exp(-abs(odds))):.0f} %)"


def _moved(before: Unit, after: Unit) -> str:
    ways = after.weights - before.weights
    tall = np.abs(ways).max() or 1.0
    wide, middle = WIDTH / len(ways), HEIGHT / 2
    bars = "".join(
        f'<rect class="{"up" if way > 0 else "down"}" x="{i * wide:.1f}" '
        f'y="{middle - max(way, 0) / tall * middle:.1f}" width="{wide - 1:.1f}" '
        f'height="{abs(way) / tall * middle:.1f}"/>'
        for i, way in enumerate(ways)
    )
    return (
        f'<svg class="moved" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="How far each '
        f'weight moved">{bars}<line x1="0" x2="{WIDTH}" y1="{middle}" y2="{middle}"/></svg>'
    )
