"""What the page of heartbeats says: the trace, its unusual beats, its filters."""

import re
from collections.abc import Sequence
from html import escape

import numpy as np

from faceweb.i18n import each_retold, say
from faceweb.interpret.top_patches import Patch
from faceweb.signals.ecg import Beats, FilterStep, tell_apart
from faceweb.ui import svg
from faceweb.ui.sessions.ecg import EcgRun, Source
from faceweb.ui.views.faces import count_noun
from faceweb.ui.views.style import duration

MOST_LISTED = 12
# From so few beats a usual one can hardly be told.
FEW = 8
# Seconds that are shown on either side of what a filter sees.
REACH = 0.25
DEEP = "Each of these listens to all filters of the layer before, so it has no shape of its own."
# What is said of a trace, in which the name that its file gives it may end with a full stop.
NOTES = re.compile(r"(?<=\.) (?=Only )")


def empty() -> str:
    """Before anything was learnt."""
    press = say("""Press <b>Learn filters</b>: in a few seconds the trace appears
here, with its unusual beats in red.""")
    return f'<div class="blank low"><p>{press}</p></div>'


def learning(run: EcgRun, step: FilterStep) -> str:
    """How far the filters are."""
    left = say(", about {time} left", time=duration(step.remaining))
    done = say("Step {step} of {steps}{left}.", step=step.step, steps=step.steps, left=left)
    return f"""<section class="answer ecg"><div class="bar"><i
style="width:{100 * step.step / step.steps:.1f}%"></i></div>
<p class="note">{done}</p>
<div class="learning">{_curve(step.errors)}</div></section>"""


def answer(run: EcgRun) -> str:
    """The trace with its beats and what the filters say along it."""
    beats, trace = run.beats, run.trace
    wide = svg.width(trace)
    order = beats.order
    first = int(order[0]) if beats.unusual.any() else 0
    at = beats.places[first] / len(trace.samples)
    switches, maps = "", ""
    for number, (layer, values) in enumerate(run.maps.items(), start=1):
        sees = 1000 * run.extractor.facts(layer, trace.samples.shape).field.size / trace.rate
        mark = " checked" if number == 1 else ""
        label = say(
            "{layer}: {filters} filters, each sees {time} ms",
            layer=layer,
            filters=values.shape[1],
            time=f"{sees:.0f}",
        )
        switches += (
            f'<input type="radio" name="ecg-layer" id="ecg-layer-{number}"{mark} '
            f'data-pick="layer:{layer}">'
            f'<label for="ecg-layer-{number}">{label}</label>'
        )
        maps += svg.layer_map(values, wide, layer)
    said = [describe_beat(beats, number, trace.rate) for number in range(1, len(beats.places) + 1)]
    note = each_retold(run.source.note, NOTES)
    under = say("""Under the trace: what the filters of a layer say;
bright is much. Click a beat, or a filter's row.""")
    strip, label = svg.strip(trace, beats, said), say("The trace, to be scrolled")
    return f"""<section class="answer ecg"><div class="heart">{_outcome(run)}
{_curve(run.errors)}</div>
<p class="note">{escape(note)} {_honest(run)}</p>
<div class="ecg-strip"><p class="switch-label">{under}</p>{switches}
<div class="scroll" data-at="{at:.4f}" tabindex="0" role="region"
aria-label="{label}">{strip}{maps}</div></div>
</section>"""


def describe_beat(beats: Beats, number: int, rate: float) -> str:
    """One beat, counted from 1, in words."""
    return _when(beats, number, rate) + say(", {what}", what=_how_far(beats, number))


def _when(beats: Beats, number: int, rate: float) -> str:
    at = f"{beats.places[number - 1] / rate:.1f}"
    return say("beat {number} at {at} s", number=number, at=at)


def _how_far(beats: Beats, number: int) -> str:
    distance, usual = beats.distances[number - 1], float(np.median(beats.distances))
    times = distance / max(usual, 1e-9)
    # Usual ones are told to a tenth, what is far off is not known so well.
    shown = f"{times:.1f}" if times < 2 else f"{times:.0f}"
    return say(
        "distance {distance}, {times} times the usual", distance=f"{distance:.2f}", times=shown
    )


def beat_panel(run: EcgRun, number: int | None = None) -> str:
    """Unusual beats as a list, and one over the median; the most unusual where None."""
    beats, rate = run.beats, run.trace.rate
    chosen = int(beats.order[0]) + 1 if number is None else number
    listed = [int(place) + 1 for place in beats.order if beats.unusual[place]]
    rows = "".join(_list(run, each, each == chosen) for each in sorted(listed[:MOST_LISTED]))
    more = len(listed) - MOST_LISTED
    if more > 0:
        less = say("and {beats} less unusual.", beats=count_noun(more, "beat", "beats"))
        rows += f'<p class="note">{less}</p>'
    if not listed:
        none = say("No beat stands out. The most distant one is drawn.")
        rows = f'<p class="note">{none}</p>'
    legend = say(
        """{beat};
<i class="median"></i> the median beat; <i class="others"></i> all beats""",
        beat=describe_beat(beats, chosen, rate),
    )
    return f"""<section class="answer panel"><h3>{say("Unusual beats")}</h3>
<div class="listed">{rows}</div>{svg.over_median(beats, chosen, rate)}
<p class="legend-line">{_key(beats, chosen)} {legend}</p></section>"""


def filter_panel(run: EcgRun, layer: str, unit: int, patches: Sequence[Patch]) -> str:
    """A layer's filters, and what one of them says most about."""
    first = layer == run.extractor.layers[0]
    count = run.maps[layer].shape[1]
    drawn = [svg.taps(row) for row in run.autoencoder.taps] if first else [""] * count
    pick = "filter:" if first else f"unit:{layer}/"
    buttons = "".join(
        f'<button type="button" class="tap{" chosen" * (number == unit)}" '
        f'data-pick="{pick}{number}" aria-label="{say("filter {number}", number=number)}">{shape}'
        f"<span>{number}</span></button>"
        for number, shape in enumerate(drawn)
    )
    deep = "" if first else f'<p class="note">{say(DEEP)}</p>'
    return f"""<section class="answer panel"><h3>{say("Filters of {layer}", layer=layer)}</h3>
<div class="taps">{buttons}</div>{deep}{_strongest(run, layer, unit, patches)}</section>"""


def record(run: EcgRun) -> dict:
    """All of it as a JSON record; distances are in the space of the learnt features."""
    beats, source = run.beats, run.source
    truth = None
    if source.odd is not None:
        marked, mistaken = tell_apart(beats, source.times, source.odd)
        truth = {"ectopic": int(source.odd.sum()), "marked": marked, "mistaken": mistaken}
    return {
        "beats": [
            {
                "time": round(place / run.trace.rate, 3),
                "distance": round(float(distance), 4),
                "unusual": bool(odd),
            }
            for place, distance, odd in zip(
                beats.places, beats.distances, beats.unusual, strict=True
            )
        ],
        "rate": source.signal.rate,
        "seconds": round(source.signal.seconds, 3),
        "error": round(run.errors[-1], 5),
        "filters": [[round(float(tap), 4) for tap in row] for row in run.autoencoder.taps],
        "truth": truth,
        "source": run.config.source,
        "steps": len(run.errors),
        "seed": run.config.seed,
    }


def _outcome(run: EcgRun) -> str:
    beats, source = run.beats, run.source
    count, seconds = len(beats.places), run.trace.seconds
    if source.odd is None:
        marked = int(beats.unusual.sum())
        one = "{marked} of {count} beats stands out"
        stand = one if marked == 1 else "{marked} of {count} beats stand out"
        said = say(stand, marked=marked, count=count) if marked else say("No beat stands out")
    else:
        marked, mistaken = tell_apart(beats, source.times, source.odd)
        others = say("{mistaken} of the others do too", mistaken=mistaken)
        said = say(
            "{marked} of {count} ectopic beats stand out, {others}",
            marked=marked,
            count=int(source.odd.sum()),
            others=others if mistaken else say("no other does"),
        )
    pulse = 60 * (count - 1) / max((beats.places[-1] - beats.places[0]) / run.trace.rate, 1e-9)
    learnt = sum(values.shape[1] for values in run.maps.values())
    counts = say(
        """{count} beats in
{seconds} s, {pulse} a minute. {learnt} filters learnt in {took} s, from this
trace alone.""",
        count=count,
        seconds=f"{seconds:.1f}",
        pulse=f"{pulse:.0f}",
        learnt=learnt,
        took=f"{run.seconds:.1f}",
    )
    whole = _whose(source) + counts
    return f"""<div class="outcome"><strong>{said}</strong><span>{whole}</span></div>"""


def _whose(source: Source) -> str:
    return say("<b>{name}</b>: ", name=escape(source.name)) if source.name else ""


def _honest(run: EcgRun) -> str:
    count = len(run.beats.places)
    if count >= FEW:
        return ""
    return say(
        "Filters can be learnt from {seconds} s, but {count} beats hardly say which is unusual.",
        seconds=f"{run.trace.seconds:.1f}",
        count=count,
    )


def _curve(errors: Sequence[float]) -> str:
    steps = range(1, len(errors) + 1)
    return svg.curve(list(steps), errors, say("error of restoring the trace"), max(errors))


def _list(run: EcgRun, number: int, chosen: bool) -> str:
    beats = run.beats
    at = beats.places[number - 1] / len(run.trace.samples)
    name, how = _when(beats, number, run.trace.rate), _how_far(beats, number)
    return (
        f'<button type="button" class="odd-beat{" chosen" * chosen}" data-pick="beat:{number}" '
        f'data-at="{at:.4f}"><b>{name}</b><span>{how}</span></button>'
    )


def _key(beats: Beats, number: int) -> str:
    return f'<i class="{"odd" if beats.unusual[number - 1] else "chosen"}"></i>'


def _strongest(run: EcgRun, layer: str, unit: int, patches: Sequence[Patch]) -> str:
    if not patches:
        silent = "Filter {unit} of {layer} says nothing about this trace."
        return f'<p class="note">{say(silent, unit=unit, layer=layer)}</p>'
    rate = run.trace.rate
    reach = round(REACH * rate)
    padded = np.pad(run.trace.samples, reach, constant_values=np.nan)
    segments, times = [], []
    for patch in patches:
        start, stop = patch.spans[0]
        middle = min(max((start + stop) // 2, 0), len(run.trace.samples) - 1)
        segments.append(padded[middle : middle + 2 * reach + 1])
        times.append(middle / rate)
    start, stop = patches[0].spans[0]
    field = (stop - start) / (2 * reach + 1)
    legend = say(
        """Filter {unit} of {layer}: the {count} segments it says most about,
at {times} s, each over the others. Activation {most} down to
{least}.""",
        unit=unit,
        layer=layer,
        count=len(segments),
        times=", ".join(f"{time:.1f}" for time in sorted(times)),
        most=f"{patches[0].activation:.3g}",
        least=f"{patches[-1].activation:.3g}",
    )
    return f"""{svg.overlaid(segments, field, REACH)}
<p class="legend-line">{legend}</p>"""
