"""Answers on an electrocardiogram as HTML: the trace, its unusual beats, its filters.

The sentences stand in templates/ecg/.
"""

import re
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from faceweb.i18n import each_retold, say
from faceweb.interpret.top_patches import Patch
from faceweb.signals.ecg import Beats, FilterStep, tell_apart
from faceweb.ui import svg
from faceweb.ui.sessions.ecg import EcgRun
from faceweb.ui.views.render import duration, render

MOST_LISTED = 12
# From so few beats a usual one can hardly be told.
FEW = 8
# Seconds that are shown on either side of what a filter sees.
REACH = 0.25
# What is said of a trace, in which the name that its file gives it may end with a full stop.
NOTES = re.compile(r"(?<=\.) (?=Only )")


def empty() -> Markup:
    """Before anything was learnt."""
    return render("ecg/empty")


def progress(run: EcgRun, step: FilterStep) -> Markup:
    """How far the filters are."""
    remaining = duration(step.remaining)
    return render("ecg/learning", step=step, remaining=remaining, curve=_curve(step.errors))


def answer(run: EcgRun) -> Markup:
    """The trace with its beats and what the filters say along it."""
    beats, trace, source = run.beats, run.trace, run.source
    count = len(beats.places)
    wide = svg.width(trace)
    first = int(beats.order[0]) if beats.unusual.any() else 0
    layers = [
        {
            "name": layer,
            "filters": values.shape[1],
            "sees": 1000 * run.extractor.facts(layer, trace.samples.shape).field.size / trace.rate,
            "map": svg.layer_map(values, wide, layer),
        }
        for layer, values in run.maps.items()
    ]
    known = None
    if source.odd is not None:
        marked, mistaken = tell_apart(beats, source.times, source.odd)
        known = {"marked": marked, "mistaken": mistaken, "ectopic": int(source.odd.sum())}
    said = [describe_beat(beats, number, trace.rate) for number in range(1, count + 1)]
    return render(
        "ecg/answer",
        source=source,
        beats=count,
        marked=int(beats.unusual.sum()),
        known=known,
        seconds=trace.seconds,
        pulse=60 * (count - 1) / max((beats.places[-1] - beats.places[0]) / trace.rate, 1e-9),
        learnt=sum(values.shape[1] for values in run.maps.values()),
        took=run.seconds,
        curve=_curve(run.errors),
        note=each_retold(source.note, NOTES),
        few=count < FEW,
        layers=layers,
        at=beats.places[first] / len(trace.samples),
        strip=svg.strip(trace, beats, said),
    )


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


def beat_panel(run: EcgRun, number: int | None = None) -> Markup:
    """Unusual beats as a list, and one over the median; the most unusual where None."""
    beats, rate = run.beats, run.trace.rate
    chosen = int(beats.order[0]) + 1 if number is None else number
    listed = [int(place) + 1 for place in beats.order if beats.unusual[place]]
    rows = [
        {
            "number": each,
            "at": beats.places[each - 1] / len(run.trace.samples),
            "when": _when(beats, each, rate),
            "how_far": _how_far(beats, each),
        }
        for each in sorted(listed[:MOST_LISTED])
    ]
    return render(
        "ecg/beats",
        listed=rows,
        chosen=chosen,
        more=len(listed) - MOST_LISTED,
        drawn=svg.over_median(beats, chosen, rate),
        unusual=beats.unusual[chosen - 1],
        description=describe_beat(beats, chosen, rate),
    )


def filter_panel(run: EcgRun, layer: str, unit: int, patches: Sequence[Patch]) -> Markup:
    """A layer's filters, and what one of them says most about."""
    first = layer == run.extractor.layers[0]
    count = run.maps[layer].shape[1]
    times, drawn = _draw_strongest(run, patches) if patches else ([], "")
    return render(
        "ecg/filters",
        layer=layer,
        unit=unit,
        first=first,
        shapes=[svg.taps(row) for row in run.autoencoder.taps] if first else [""] * count,
        pick="filter:" if first else f"unit:{layer}/",
        patches=patches,
        times=times,
        drawn=drawn,
    )


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


def _curve(errors: Sequence[float]) -> Markup:
    steps = range(1, len(errors) + 1)
    return svg.curve(list(steps), errors, say("error of restoring the trace"), max(errors))


def _draw_strongest(run: EcgRun, patches: Sequence[Patch]) -> tuple[list[str], Markup]:
    """When a filter's strongest segments are, in seconds, and all of them over each other."""
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
    return [f"{time:.1f}" for time in sorted(times)], svg.draw_segments(segments, field, REACH)
