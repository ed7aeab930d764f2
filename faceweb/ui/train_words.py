"""What the training tab says and draws."""

import io
from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image

from faceweb.features.album import Album
from faceweb.features.avatar_album import Split
from faceweb.features.separation import BINARY, Separation
from faceweb.features.train import HardTriplet, Training, TrainStep
from faceweb.ui import charts, draw
from faceweb.ui.lessons import Lesson
from faceweb.ui.style_words import duration

MAP, THUMB = 520, 34
MAP_PEOPLE = 8
# A colour a person, far apart for every eye (Okabe & Ito 2008).
COLOURS = (
    (0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167),
    (213, 94, 0), (86, 180, 233), (240, 228, 66), (120, 120, 120),
)  # fmt: skip
LOSSES = {
    "triplet": "triplet",
    "contrastive": "contrastive",
    "binary": "binary, |f(a) − f(b)|",
    "chi-square": "binary, chi-square",
}
EMPTY = """<div class="lesson-empty"><p>Nothing has been learnt yet. Press <b>Train</b>: a network
that begins with random weights learns, in front of you, to tell drawn people apart. The people it
is measured on are never among those it learns from.</p></div>"""
WAITING = '<section class="answer"><p class="note">Getting ready …</p></section>'


def lesson(steps: Sequence[TrainStep], lesson: Lesson, outcome: str = "") -> str:
    """One training, or several side by side, as it is; the outcome once it rests."""
    trainings = lesson.trainings
    note = f'<p class="note">{escape(lesson.data)}</p>' if lesson.data else ""
    if len(steps) > 1:
        columns = "".join(
            _racer(*each, bool(outcome)) for each in zip(steps, trainings, strict=True)
        )
        return f"""<section class="answer lesson">{outcome}<div class="race">{columns}</div>{note}
</section>"""
    step, training = steps[0], trainings[0]
    return f"""<section class="answer lesson">{_progress(step, bool(outcome))}{lamp(step, training)}
<div class="learnt"><div>{outcome or _figures(step, training)}{_pairs(step, training)}</div>
<figure class="map">{_map(step, training.held_out)}<figcaption>Where {_mapped(training.held_out)}
people it is watched on lie: a colour a person, two principal components of f</figcaption></figure>
</div><div class="charts">{_curves(step, training)}</div>{_hardest(step, training)}{note}
</section>"""


def lamp(step: TrainStep, training: Training) -> str:
    """Is the embedding alive? Green, or why not and what helps."""
    if not step.collapse:
        spread = f"two embeddings are {step.now.spread:.2f} apart on average"
        return f'<p class="lamp alive"><i></i>Alive: {spread}.</p>'
    hard = training.config.loss == "triplet" and training.config.mining == "hardest"
    cause = (
        "The hardest triplets pull before the network can tell anybody apart. "
        if hard
        else "The steps are too large for this loss. "
    )
    return (
        f'<p class="lamp collapsed" role="alert"><i></i><span><b>Collapse.</b> {step.collapse} '
        f"{cause}The usual cure is semi-hard triplets and small steps, from the start: press "
        "<b>Cure</b>, above.</span></p>"
    )


def compared(before: Separation, after: Separation, split: Split) -> str:
    """What the training was worth on those it is measured on."""
    pairs = len(after.same) + len(after.different)
    return f"""<p class="outcome final"><strong>{100 * before.error:.1f}&nbsp;% &rarr;
{100 * after.error:.1f}&nbsp;%</strong><span>equal error rate on {_tested(split)}, {pairs:,} pairs,
before and after. At the threshold {after.threshold:.2f} as many strangers pass as friends are
refused. {_two_rates(split)}</span></p>"""


def ranked(pairs: Sequence[tuple[Separation, Separation]], lesson: Lesson) -> str:
    """Who won a race, on those it is measured on."""
    order = np.argsort([after.error for _, after in pairs], kind="stable")
    rows = "".join(
        f"<tr><td>{LOSSES[lesson.trainings[i].config.loss]}</td>"
        f"<td>{100 * pairs[i][0].error:.1f} %</td><td>{100 * pairs[i][1].error:.1f} %</td></tr>"
        for i in order
    )
    head = "<tr><th>loss</th><th>before</th><th>after</th></tr>"
    return f"""<table class="weights final">{head}{rows}</table><p class="note">Equal error
rate on {_tested(lesson.split)}, the best first. {_two_rates(lesson.split)} One seed is one race:
another one may end otherwise.</p>"""


def _progress(step: TrainStep, rests: bool = False) -> str:
    left = f", about {duration(step.remaining)} left" if step.remaining else ""
    left = ", stopped" if rests and step.step < step.steps else left
    share = step.step / step.steps
    return (
        f'<div class="bar"><i style="width:{100 * share:.1f}%"></i></div>'
        f'<p class="note">Step {step.step} of {step.steps}{left}.</p>'
    )


def _tested(split: Split) -> str:
    count = len(split.tested)
    if split.apart:
        return f"{count} others, who were not looked at before the end"
    return f"{count} of {split.who}" if split.known else f"{count} {split.who}"


def _two_rates(split: Split) -> str:
    """Why the rate at the end is not the one that was watched, where it is not."""
    if split.apart:
        return (
            f"What is drawn below is of the {len(split.watched)} people it was watched on, so the "
            "two rates differ."
        )
    if len(split.tested.people) > len(split.watched.people):
        return "What is drawn below is of fewer of their pictures, so the two rates differ."
    return ""


def _watched(training: Training) -> str:
    return f"the {len(training.held_out)} people it is watched on"


def _figures(step: TrainStep, training: Training) -> str:
    return f"""<p class="outcome"><strong>{100 * step.before.error:.0f}&nbsp;% &rarr;
{100 * step.now.error:.1f}&nbsp;%</strong><span>equal error rate on {_watched(training)}: at the
start, and now</span></p>"""


def _error(training: Training) -> str:
    return f"equal error rate on {_watched(training)}"


def _curves(step: TrainStep, training: Training) -> str:
    at = [point.step for point in step.history]
    losses = [point.loss for point in step.history]
    what = {
        "triplet": "share of triplets that are active",
        "contrastive": "share of pairs that pull",
    }.get(training.config.loss, "share of pairs decided wrongly")
    return (
        charts.curve(at, losses, "loss", max(losses) or 1)
        + charts.curve(at, [point.share for point in step.history], what, 1)
        + charts.curve(at, [point.error for point in step.history], _error(training), 0.5, True)
    )


def _pairs(step: TrainStep, training: Training) -> str:
    scale = "minus log-odds" if training.config.loss in BINARY else "distances"
    now, before = step.now.roc, step.before.roc
    return charts.hills(
        step.now.same, step.now.different, step.now.threshold, scale
    ) + charts.operating(
        [
            ("before", before.false_accept, before.false_reject),
            ("now", now.false_accept, now.false_reject),
        ]
    )


def _hardest(step: TrainStep, training: Training) -> str:
    cells = "".join(_triplet(triplet) for triplet in step.hardest)
    return f"""<h3 class="part">The hardest triplets of this batch</h3><p class="note">Anchor, its
farthest positive, its nearest negative. d(A, P) must become smaller than d(A, N)
by the margin.</p><div class="triplets">{cells}</div>"""


def _triplet(triplet: HardTriplet) -> str:
    names = ("anchor", "positive", "negative")
    chips = "".join(
        draw.photo(pixels, name, "face")
        for pixels, name in zip(triplet.pictures, names, strict=True)
    )
    wrong = " wrong" if triplet.positive >= triplet.negative else ""
    return (
        f'<figure class="triplet{wrong}"><div>{chips}</div><figcaption>d(A, P) '
        f"{triplet.positive:.2f}, d(A, N) {triplet.negative:.2f}</figcaption></figure>"
    )


def _racer(step: TrainStep, training: Training, rests: bool) -> str:
    at = [point.step for point in step.history]
    errors = [point.error for point in step.history]
    name = LOSSES[training.config.loss]
    return (
        f'<div><h3 class="part">{name}</h3>{_progress(step, rests)}{_figures(step, training)}'
        f"{charts.curve(at, errors, 'that rate, step by step', 0.5, True)}"
        f"{_map(step, training.held_out)}{lamp(step, training)}</div>"
    )


def _mapped(album: Album) -> int:
    return min(len(album), MAP_PEOPLE)


def _map(step: TrainStep, album: Album) -> str:
    people = album.people
    shown = people < MAP_PEOPLE
    thumbs = np.concatenate(album.pictures)[shown]
    canvas = Image.new("RGB", (MAP, MAP), (245, 243, 239))
    reach = step.reach or 1.0
    for (x, y), person, pixels in zip(step.flat[shown] / reach, people[shown], thumbs, strict=True):
        edge = THUMB + 6
        chip = Image.new("RGB", (edge, edge), COLOURS[person % len(COLOURS)])
        chip.paste(Image.fromarray(pixels).resize((THUMB, THUMB)), (3, 3))
        left, top = (round((value + 1) / 2 * (MAP - edge)) for value in (x, y))
        canvas.paste(chip, (left, top))
    stream = io.BytesIO()
    canvas.save(stream, "JPEG", quality=80)
    return draw.inline(stream.getvalue(), "a flat map of the embedding", "live", "jpeg")
