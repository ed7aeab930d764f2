"""Answers as JSON records, the first output of every endpoint."""

from faceweb.faces.evaluation import VerificationMetrics
from faceweb.faces.verify import Verification
from faceweb.gallery.archive import PersonSummary
from faceweb.gallery.enroll import Enrolled
from faceweb.gallery.recognize import Recognized
from faceweb.metric_learning.dataset import HoldOut
from faceweb.metric_learning.training import Training, TrainStep
from faceweb.style.recipe import write_recipe
from faceweb.types import Face, Interval, StyleStep
from faceweb.ui.sessions.style import StyleRun
from faceweb.ui.sessions.train import TrainingRun


def verification(result: Verification) -> dict:
    verdict, odds = result.verdict, result.odds
    head = result.head and {
        "loss": result.head.loss,
        "score": round(result.score, 4),
        "threshold": round(result.head.threshold, 4),
        "probability": round(result.head.probability(result.score), 4),
        "source": result.head.source,
    }
    return {
        "same": result.same,
        "decided_by": head or "distance",
        "distance": round(verdict.distance, 4),
        "threshold": verdict.threshold,
        "probability": round(odds.probability, 4),
        "prior": odds.prior,
        "false_accept": interval(odds.false_accept),
        "false_reject": interval(odds.false_reject),
        "faces": [[face.box.as_list() for face in found] for found in result.found],
    }


def enrollment(result: Enrolled, key: str) -> dict:
    alike = result.look_alike
    return {
        "person": result.photo.person,
        "photo_id": result.photo.id,
        "added": result.added,
        "photos": result.photos,
        "people": result.people,
        "gallery_key": key,
        "face": face(result.face.face),
        "faces_found": result.found,
        "report": [{"check": c.name, "good": c.good, "value": c.value} for c in result.card],
        "look_alike": alike and {"person": alike.person, "distance": round(alike.distance, 4)},
    }


def recognition(answers: list[Recognized], threshold: float, among: Interval | None) -> dict:
    return {
        "threshold": threshold,
        "false_accept_among_gallery": among and interval(among),
        "faces": [
            {
                **face(answer.face.face),
                "person": answer.match.person,
                "distance": _nearest(answer),
                "candidates": [
                    {
                        "person": c.person,
                        "distance": round(c.distance, 4),
                        "photo_id": c.photo_id,
                    }
                    for c in answer.match.candidates
                ],
            }
            for answer in answers
        ],
    }


def style_run(run: StyleRun, step: StyleStep) -> dict:
    """What whatever is painted has in common: pictures, sounds, clips and blocks."""
    return {
        "j": step.losses.j,
        "j_content": step.losses.content,
        "j_style": step.losses.style,
        "steps": step.step,
        "finished": step.step >= step.steps,
        "seconds": round(run.seconds, 2),
        "seed": int(run.transfer.config.seed),
    }


def sized_run(run: StyleRun, step: StyleStep) -> dict:
    """The same of what has a width and a height."""
    size = [step.shape[-1], step.shape[-2]]
    return style_run(run, step) | {"j_variation": step.losses.variation, "size": size}


def painting(run: StyleRun, step: StyleStep) -> dict:
    transfer, network = run.transfer, run.subject
    recipe = transfer.recipe(network.name, network.fingerprint)
    return sized_run(run, step) | {
        "alpha_raw": step.weights.alpha,
        "beta_raw": step.weights.beta,
        "recipe": write_recipe(recipe, transfer.sizes),
    }


def training_record(
    run: TrainingRun, steps: tuple[TrainStep, ...], pairs: list | None = None
) -> dict:
    """One training, or several under `races`; with `pairs`, as it is measured at the end."""
    records = [
        _training(training, step, run.split, pair)
        for training, step, pair in zip(
            run.trainings, steps, pairs or [None] * len(steps), strict=True
        )
    ]
    return records[0] if len(records) == 1 else {"races": records}


def _training(
    training: Training,
    step: TrainStep,
    split: HoldOut,
    pair: tuple[VerificationMetrics, VerificationMetrics] | None,
) -> dict:
    config = training.config
    before, after = pair or (step.before, step.now)
    dataset = split.tested if pair else training.held_out
    return {
        "loss": config.loss,
        "mining": config.mining,
        "margin": config.margin,
        "losses": [[point.step, round(point.loss, 5)] for point in step.history],
        "eer_before": round(before.error, 5),
        "eer_after": round(after.error, 5),
        "threshold": round(after.threshold, 4),
        "held_out": {
            "people": len(dataset),
            "pictures": len(dataset.people),
            "same": len(after.same),
            "different": len(after.different),
            "learnt_from": split.known,
            "copies": split.copied,
        },
        "steps": step.step,
        "finished": step.step >= step.steps,
        "seconds": round(training.seconds, 2),
        "collapse": step.collapse,
        "seed": int(config.seed),
    }


def people(summaries: list[PersonSummary]) -> dict:
    return {
        "people": [
            {"person": s.person, "photos": s.photos, "added": s.added.isoformat() + "Z"}
            for s in summaries
        ]
    }


def face(found: Face) -> dict:
    return {"box": found.box.as_list(), "score": round(found.score, 4)}


def interval(rate: Interval) -> dict:
    return {"value": rate.value, "low": rate.low, "high": rate.high, "confidence": 0.95}


def _nearest(answer: Recognized) -> float | None:
    candidates = answer.match.candidates
    return round(candidates[0].distance, 4) if candidates else None
