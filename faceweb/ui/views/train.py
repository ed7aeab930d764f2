"""What the training tab says and draws.

The sentences stand in templates/train/; here is chosen and computed what they are told of.
"""

import io
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from PIL import Image

from faceweb.faces.evaluation import BINARY, VerificationMetrics
from faceweb.i18n import each_retold, say
from faceweb.metric_learning.dataset import FaceDataset, HoldOut
from faceweb.metric_learning.training import HardTriplet, Training, TrainStep
from faceweb.ui import images, svg
from faceweb.ui.sessions.train import TrainingRun
from faceweb.ui.views.render import render

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
CURE = "Cure: semi-hard, small steps"


def empty() -> Markup:
    """Before anything was learnt."""
    return render("train/empty")


def waiting() -> Markup:
    """Before the first step."""
    return render("train/waiting")


def run(steps: Sequence[TrainStep], run: TrainingRun, outcome: str = "") -> Markup:
    """One training, or several side by side, as it is; the outcome once it rests."""
    note = each_retold(run.data)
    if len(steps) > 1:
        racers = [_race(*each) for each in zip(steps, run.trainings, strict=True)]
        return render("train/race", racers=racers, outcome=outcome, note=note)
    step, training = steps[0], run.trainings[0]
    return render(
        "train/run",
        step=step,
        people=len(training.held_out),
        outcome=outcome,
        lamp=lamp(step, training),
        pairs=_pairs(step, training),
        map=_map(step, training.held_out),
        mapped=_count_mapped(training.held_out),
        curves=_curves(step, training),
        hardest=[(triplet, _draw_triplet(triplet)) for triplet in step.hardest],
        note=note,
    )


def lamp(step: TrainStep, training: Training) -> Markup:
    """Is the embedding alive? Green, or why not and what helps."""
    hard = training.config.loss == "triplet" and training.config.mining == "hardest"
    return render("train/lamp", step=step, hard=hard)


def comparison(before: VerificationMetrics, after: VerificationMetrics, split: HoldOut) -> Markup:
    """What the training was worth on those it is measured on."""
    return render("train/comparison", before=before, after=after, split=split)


def ranking(
    pairs: Sequence[tuple[VerificationMetrics, VerificationMetrics]], run: TrainingRun
) -> Markup:
    """Who won a race, on those it is measured on."""
    order = np.argsort([after.error for _, after in pairs], kind="stable")
    rows = [(LOSSES[run.trainings[i].config.loss], *pairs[i]) for i in order]
    return render("train/ranking", rows=rows, split=run.split)


def _curves(step: TrainStep, training: Training) -> Markup:
    at = [point.step for point in step.history]
    losses = [point.loss for point in step.history]
    error = say(
        "equal error rate on the {people} people it is watched on", people=len(training.held_out)
    )
    what = {
        "triplet": "share of triplets that are active",
        "contrastive": "share of pairs that pull",
    }.get(training.config.loss, "share of pairs decided wrongly")
    return (
        svg.curve(at, losses, say("loss"), max(losses) or 1)
        + svg.curve(at, [point.share for point in step.history], say(what), 1)
        + svg.curve(at, [point.error for point in step.history], error, 0.5, True)
    )


def _pairs(step: TrainStep, training: Training) -> Markup:
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


def _draw_triplet(triplet: HardTriplet) -> Markup:
    names = ("anchor", "positive", "negative")
    return Markup().join(
        images.photo(pixels, say(name), "face")
        for pixels, name in zip(triplet.pictures, names, strict=True)
    )


def _race(step: TrainStep, training: Training) -> dict[str, object]:
    """What one training shows in a race."""
    at = [point.step for point in step.history]
    errors = [point.error for point in step.history]
    return {
        "step": step,
        "loss": LOSSES[training.config.loss],
        "people": len(training.held_out),
        "curve": svg.curve(at, errors, say("that rate, step by step"), 0.5, True),
        "map": _map(step, training.held_out),
        "lamp": lamp(step, training),
    }


def _count_mapped(dataset: FaceDataset) -> int:
    return min(len(dataset), MAP_PEOPLE)


def _map(step: TrainStep, dataset: FaceDataset) -> Markup:
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
