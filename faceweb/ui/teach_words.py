"""What teaching says and draws: the decision, all marked pairs, the weights that moved."""

import numpy as np

from faceweb.features.teach import BOUND, Known, Mark, Taught
from faceweb.numerics.logistic import Unit
from faceweb.ui.tongue import say
from faceweb.ui.words import counted

WIDTH, HEIGHT = 640, 90
HELD = """The next step would have cost known pairs more than the bound allows, so it was not
taken."""
WEIGHTS = """How far each of the 128 weights is from where all begin: up where a difference speaks
more for one person than it did, down where more for two."""


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
            say(
                "To decide it as you said, known pairs would have to be decided wrongly more often "
                "than the bound of {bound} percentage point allows.",
                bound=f"{100 * BOUND:.0f}",
            )
            if result.held_back
            else say(
                "To decide it as you said, more than {steps} steps would be needed beside the "
                "pairs you marked before: take back one that contradicts it.",
                steps=f"{result.steps:,}",
            )
        )
        pair = say("This pair: {odds}.", odds=_odds(result.before, last))
        return f"""<section class="answer"><h3>{say("Refused, nothing was changed")}</h3>
<p class="note">{pair} {why}</p></section>"""
    headline = say("Learnt") if result.steps else say("It was right already")
    kept = sum(result.right(result.after))
    pairs = counted(len(result.marks), "pair", "pairs")
    held = f'<p class="warning">{say(HELD)}</p>' if result.held_back else ""
    moved = say(
        "{steps}. This pair: {before} &rarr; {after}. Of {pairs} you marked, {kept} decided as you "
        "said. Known pairs (normal approximation): {error_before} % &rarr; {error_after} % mean "
        "error; it began at {first} %.",
        steps=counted(result.steps, "step", "steps"),
        before=_odds(result.before, last),
        after=_odds(result.after, last),
        pairs=pairs,
        kept=kept,
        error_before=f"{100 * result.error_before:.2f}",
        error_after=f"{100 * result.error_after:.2f}",
        first=f"{100 * known.error(known.unit):.2f}",
    )
    return f"""<section class="answer"><h3>{headline}</h3>
<p class="note">{moved}</p>{held}
{_moved(known.unit, result.after)}<p class="note">{say(WEIGHTS)}</p></section>"""


def undone(left: int) -> str:
    """After pairs were taken back."""
    if not left:
        return f'<p class="note">{say("No pair is marked: the unit is where it began.")}</p>'
    still = counted(left, "pair is still marked.", "pairs are still marked.")
    return f'<p class="note">{say("Taken back.")} {still}</p>'


def headless() -> str:
    """After a head was forgotten."""
    return f'<p class="note">{say("The head you trained is forgotten.")}</p>'


def _odds(unit: Unit, pair: Mark) -> str:
    odds = float(unit.log_odds(pair.terms))
    verdict = say("one person") if odds >= 0 else say("two people")
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
        f'<svg class="moved" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{say("How far each weight moved")}">{bars}'
        f'<line x1="0" x2="{WIDTH}" y1="{middle}" y2="{middle}"/></svg>'
    )
