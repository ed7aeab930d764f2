"""What the training tab says and draws."""

import io
from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image

from faceweb.faces.evaluation import BINARY, VerificationMetrics
from faceweb.i18n import each_retold, retold, say
from faceweb.metric_learning.dataset import FaceDataset, HoldOut
from faceweb.metric_learning.training import HardTriplet, Training, TrainStep
from faceweb.ui import images, svg
from faceweb.ui.sessions.train import TrainingRun
from faceweb.ui.views.style import duration

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
EMPTY = """Nothing has been learnt yet. Press <b>Train</b>: a network
that begins with random weights learns, in front of you, to tell drawn people apart. The people it
is measured on are never among those it learns from."""
CURE = "Cure: semi-hard, small steps"


def empty() -> str:
    """Before anything was learnt."""
    return f'<div class="training-empty"><p>{say(EMPTY)}</p></div>'


def waiting() -> str:
    """Before the first step."""
    return f'<section class="answer"><p class="note">{say("Getting ready …")}</p></section>'


def run(steps: Sequence[TrainStep], run: TrainingRun, outcome: str = "") -> str:
    """One training, or several side by side, as it is; the outcome once it rests."""
    trainings = run.trainings
    note = f'<p class="note">{escape(each_retold(run.data))}</p>' if run.data else ""
    if len(steps) > 1:
        columns = "".join(
            _racer(*each, bool(outcome)) for each in zip(steps, trainings, strict=True)
        )
        return f"""<section class="answer training">{outcome}<div class="race">{columns}</div>{note}
</section>"""
    step, training = steps[0], trainings[0]
    lie = say(
        "Where {people} people it is watched on lie: a colour a person, two principal components "
        "of f",
        people=_count_mapped(training.held_out),
    )
    head = _progress(step, bool(outcome)) + lamp(step, training)
    return f"""<section class="answer training">{head}
<div class="learnt"><div>{outcome or _figures(step, training)}{_pairs(step, training)}</div>
<figure class="map">{_map(step, training.held_out)}<figcaption>{lie}</figcaption></figure>
</div><div class="charts">{_curves(step, training)}</div>{_hardest(step, training)}{note}
</section>"""


def lamp(step: TrainStep, training: Training) -> str:
    """Is the embedding alive? Green, or why not and what helps."""
    if not step.collapse:
        spread = f"{step.now.spread:.2f}"
        alive = say("Alive: two embeddings are {spread} apart on average.", spread=spread)
        return f'<p class="lamp alive"><i></i>{alive}</p>'
    hard = training.config.loss == "triplet" and training.config.mining == "hardest"
    cause = (
        say("The hardest triplets pull before the network can tell anybody apart. ")
        if hard
        else say("The steps are too large for this loss. ")
    )
    cure = say(
        "The usual cure is semi-hard triplets and small steps, from the start: press <b>Cure</b>, "
        "above."
    )
    return (
        f'<p class="lamp collapsed" role="alert"><i></i><span><b>{say("Collapse.")}</b> '
        f"{retold(step.collapse)} {cause}{cure}</span></p>"
    )


def comparison(before: VerificationMetrics, after: VerificationMetrics, split: HoldOut) -> str:
    """What the training was worth on those it is measured on."""
    rate = say(
        "equal error rate on {whom}, {pairs} pairs, before and after. At the threshold {threshold} "
        "as many strangers pass as friends are refused.",
        whom=_test_note(split),
        pairs=f"{len(after.same) + len(after.different):,}",
        threshold=f"{after.threshold:.2f}",
    )
    return f"""<p class="outcome final"><strong>{100 * before.error:.1f}&nbsp;% &rarr;
{100 * after.error:.1f}&nbsp;%</strong><span>{rate} {_two_rates(split)}</span></p>"""


def ranking(
    pairs: Sequence[tuple[VerificationMetrics, VerificationMetrics]], run: TrainingRun
) -> str:
    """Who won a race, on those it is measured on."""
    order = np.argsort([after.error for _, after in pairs], kind="stable")
    rows = "".join(
        f"<tr><td>{say(LOSSES[run.trainings[i].config.loss])}</td>"
        f"<td>{100 * pairs[i][0].error:.1f} %</td><td>{100 * pairs[i][1].error:.1f} %</td></tr>"
        for i in order
    )
    head = "".join(f"<th>{say(each)}</th>" for each in ("loss", "before", "after"))
    best = say("Equal error rate on {whom}, the best first.", whom=_test_note(run.split))
    once = say("One seed is one race: another one may end otherwise.")
    return f"""<table class="weights final"><tr>{head}</tr>{rows}</table>
<p class="note">{best} {_two_rates(run.split)} {once}</p>"""


def _progress(step: TrainStep, rests: bool = False) -> str:
    left = say(", about {time} left", time=duration(step.remaining)) if step.remaining else ""
    left = say(", stopped") if rests and step.step < step.steps else left
    share = step.step / step.steps
    made = say("Step {step} of {steps}{left}.", step=step.step, steps=step.steps, left=left)
    return (
        f'<div class="bar"><i style="width:{100 * share:.1f}%"></i></div><p class="note">{made}</p>'
    )


def _test_note(split: HoldOut) -> str:
    count = len(split.tested)
    if split.apart:
        return say("{count} others, who were not looked at before the end", count=count)
    if split.known:
        return say("{count} of {who}", count=count, who=retold(split.who))
    return say("{count} {who}", count=count, who=retold(split.who))


def _two_rates(split: HoldOut) -> str:
    """Why the rate at the end is not the one that was watched, where it is not."""
    if split.apart:
        return say(
            "What is drawn below is of the {people} people it was watched on, so the two rates "
            "differ.",
            people=len(split.watched),
        )
    if len(split.tested.people) > len(split.watched.people):
        return say("What is drawn below is of fewer of their pictures, so the two rates differ.")
    return ""


def _figures(step: TrainStep, training: Training) -> str:
    return f"""<p class="outcome"><strong>{100 * step.before.error:.0f}&nbsp;% &rarr;
{100 * step.now.error:.1f}&nbsp;%</strong><span>{_error(training)}{say(": at the start, and now")}
</span></p>"""


def _error(training: Training) -> str:
    people = len(training.held_out)
    return say("equal error rate on the {people} people it is watched on", people=people)


def _curves(step: TrainStep, training: Training) -> str:
    at = [point.step for point in step.history]
    losses = [point.loss for point in step.history]
    what = {
        "triplet": "share of triplets that are active",
        "contrastive": "share of pairs that pull",
    }.get(training.config.loss, "share of pairs decided wrongly")
    return (
        svg.curve(at, losses, say("loss"), max(losses) or 1)
        + svg.curve(at, [point.share for point in step.history], say(what), 1)
        + svg.curve(at, [point.error for point in step.history], _error(training), 0.5, True)
    )


def _pairs(step: TrainStep, training: Training) -> str:
    scale = say("minus log-odds" if training.config.loss in BINARY else "distances")
    now, before = step.now.roc, step.before.roc
    return svg.draw_histograms(
        step.now.same, step.now.different, step.now.threshold, scale
    ) + svg.draw_roc(
        [
            ("before", before.false_accept, before.false_reject),
            ("now", now.false_accept, now.false_reject),
        ]
    )


def _hardest(step: TrainStep, training: Training) -> str:
    cells = "".join(_triplet(triplet) for triplet in step.hardest)
    each = say(
        "Anchor, its farthest positive, its nearest negative. d(A, P) must become smaller than "
        "d(A, N) by the margin."
    )
    return f"""<h3 class="part">{say("The hardest triplets of this batch")}</h3>
<p class="note">{each}</p><div class="triplets">{cells}</div>"""


def _triplet(triplet: HardTriplet) -> str:
    names = ("anchor", "positive", "negative")
    chips = "".join(
        images.photo(pixels, say(name), "face")
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
    name, rate = say(LOSSES[training.config.loss]), say("that rate, step by step")
    return (
        f'<div><h3 class="part">{name}</h3>{_progress(step, rests)}{_figures(step, training)}'
        f"{svg.curve(at, errors, rate, 0.5, True)}"
        f"{_map(step, training.held_out)}{lamp(step, training)}</div>"
    )


def _count_mapped(dataset: FaceDataset) -> int:
    return min(len(dataset), MAP_PEOPLE)


def _map(step: TrainStep, dataset: FaceDataset) -> str:
    people = dataset.people
    shown = people < MAP_PEOPLE
    thumbs = np.concatenate(dataset.pictures)[shown]
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
    return images.inline(stream.getvalue(), say("a flat map of the embedding"), "live", "jpeg")
