"""Learning to tell faces apart, its errors and its speed: python -m benchmarks.train

What learns on the face recogniser, and what is taught, need a folder of photos, one folder a person
(--faces), and are left out without one. --quick leaves out the trainings from scratch. The peer of
a step is PyTorch, measured where it is installed.
"""

import argparse
import importlib.util
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

from benchmarks import report
from faceweb.config import TrainConfig
from faceweb.engine import Engine
from faceweb.faces.evaluation import BINARY, Learner, euclidean, evaluate, roc, split_pairs
from faceweb.faces.quality import find_faces
from faceweb.gallery.feedback import BOUND, LabelledPair, load_known, update_unit
from faceweb.metric_learning.dataset import (
    FaceDataset,
    HoldOut,
    SyntheticFaces,
    batch,
    copies,
    take,
)
from faceweb.metric_learning.training import EACH, PEOPLE, Training

SECONDS, SEEDS = 60.0, 5
FACES = Path("../shared/data/faces-lfw100")
HEAD_STEPS, HEAD_SEEDS = 200, 3


def train_for(training: Training, seconds: float) -> None:
    """All steps, or as many as so many seconds allow; watching is not counted."""
    while training.advance() and training.seconds < seconds:
        pass


def pace(training: Training, steps: int = 60) -> float:
    """Seconds a step, once its graph is traced."""
    training.advance()
    start = training.seconds
    for _ in range(steps):
        training.advance()
    return (training.seconds - start) / steps


def pixels(dataset: FaceDataset) -> float:
    """Equal error rate of the plain distance of pictures, averaged to 16x16."""
    small = dataset.flat.reshape(-1, 16, 4, 16, 4, 3).mean((2, 4)).reshape(len(dataset.people), -1)
    distances = np.concatenate([euclidean(row[None], small) for row in small])
    return roc(*split_pairs(distances, dataset.people)).equal_error[0]


def scratch(engine: Engine, split: HoldOut) -> None:
    """Error on 40 people nobody learnt from, after a minute, and how mining changes it."""
    learner = engine.learner("siamese")
    raw = pixels(split.tested)
    errors: dict[str, list[float]] = {"semi-hard": [], "random": []}
    steps = {}
    for mining in errors:
        short = Training(learner, split.learnt, split.watched, TrainConfig(mining=mining))
        # A whole number of tens, a little short of what fits, so that the rate has fallen.
        steps[mining] = int(0.95 * SECONDS / pace(short)) // 10 * 10
    for seed in range(SEEDS):
        for mining, found in errors.items():
            config = TrainConfig(mining=mining, seed=seed, steps=steps[mining])
            training = Training(learner, split.learnt, split.watched, config)
            train_for(training, SECONDS)
            before, after = training.compare(split.tested)
            found.append(after.error)
            report.emit(
                f"avatars from scratch, {SECONDS:.0f} s, {mining}, seed {seed}: equal error rate",
                after.error,
                "<= 0.08" if mining == "semi-hard" else "",
                before=before.error,
                raw_pixels=raw,
                steps=training.done,
                ms_a_step=1e3 * training.seconds / training.done,
            )
    wins = sum(a < b for a, b in zip(errors["semi-hard"], errors["random"], strict=True))
    report.emit(
        f"semi-hard against random mining, {SEEDS} seeds at equal time: lower error",
        wins,
        str(SEEDS),
        semi_hard=[round(error, 4) for error in errors["semi-hard"]],
        random=[round(error, 4) for error in errors["random"]],
    )


Encode = Callable[[np.ndarray], np.ndarray]


def chips_of(engine: Engine, folder: Path) -> list[tuple[np.ndarray, int]]:
    """Aligned faces of a folder of photos with their copies, and how many are no copies."""
    networks = engine.faces()
    people = []
    for person in sorted(path for path in folder.iterdir() if path.is_dir()):
        chips = []
        for path in sorted(person.glob("*.jpg")):
            picture = np.asarray(Image.open(path).convert("RGB"))
            chips.extend(networks.align(picture, find_faces(networks, picture)[:1]))
        people.append((copies(chips, np.random.default_rng(0)), len(chips)))
    return people


def embed_people(
    people: list[tuple[np.ndarray, int]], encode: Encode
) -> tuple[FaceDataset, FaceDataset]:
    """What a network is given: with copies to learn from, and photos alone."""
    inputs = tuple(encode(own) for own, _ in people)
    pictures = tuple(own for own, _ in people)
    counts = [count for _, count in people]
    alone = (
        tuple(own[:count] for own, count in zip(each, counts, strict=True))
        for each in (inputs, pictures)
    )
    return FaceDataset(inputs, pictures), FaceDataset(*alone)


def heads(engine: Engine, people: list[tuple[np.ndarray, int]]) -> None:
    """What learns on the face recogniser, on half of the people, measured on the others."""
    networks = engine.faces()
    embeddings = embed_people(people, networks.embed)
    maps = embed_people(people, engine.face_maps)
    trained = {"triplet": "projection", "contrastive": "projection"} | dict.fromkeys(
        BINARY, "frozen"
    )
    for loss, name in trained.items():
        beside_plain(engine.learner(name), embeddings, embeddings[1], loss, f"head, {loss}")
    beside_plain(engine.learner("tail"), maps, embeddings[1], "triplet", "last blocks, triplet")


def beside_plain(
    learner: Learner,
    datasets: tuple[FaceDataset, FaceDataset],
    embeddings: FaceDataset,
    loss: str,
    what: str,
) -> None:
    """Equal error rate of a training over that of the plain distance, both ways."""
    learnt, photos = datasets
    half = len(learnt) // 2
    ways = (range(half), range(half, len(learnt))), (range(half, len(learnt)), range(half))
    plain, headed, took = [], [], []
    for mine, others in ways:
        tested, known = photos.part(others), embeddings.part(others)
        distances = euclidean(known.flat, known.flat)
        plain.append(roc(*split_pairs(distances, known.people)).equal_error[0])
        for seed in range(HEAD_SEEDS):
            config = TrainConfig(loss=loss, seed=seed, steps=HEAD_STEPS)
            training = Training(learner, learnt.part(mine), tested, config)
            while training.advance():
                pass
            took.append(training.seconds)
            headed.append(
                evaluate(learner, training.weights, tested.flat, tested.people, loss).error
            )
    report.emit(
        f"face recogniser, {what}, both ways: equal error rate over that of the plain distance",
        statistics.mean(headed) / statistics.mean(plain),
        "<= 1",
        learnt=[round(error, 4) for error in headed],
        plain=[round(error, 4) for error in plain],
        seconds=statistics.median(took),
    )


def teach_errors(engine: Engine, people: list[tuple[np.ndarray, int]]) -> None:
    """Every pair that the unit decides wrongly, taught to it alone."""
    known = load_known()
    _, photos = embed_people(people, engine.faces().embed)
    embeddings, owners = photos.flat, photos.people
    pairs = [
        LabelledPair(embeddings[i], embeddings[j], bool(owners[i] == owners[j]))
        for i in range(len(owners))
        for j in range(i)
    ]
    wrong = [pair for pair in pairs if (known.unit.log_odds(pair.terms) >= 0) != pair.same]
    took, results = [], []
    for pair in wrong:
        began = time.perf_counter()
        results.append(update_unit(known, known.unit, [pair]))
        took.append(time.perf_counter() - began)
    right = sum(result.right(result.after)[0] for result in results)
    report.emit(
        "wrong verdicts that are right once taught",
        right,
        str(len(wrong)),
        slowest_s=max(took),
        most_steps=max(result.steps for result in results),
        known_error=known.error(known.unit),
        known_error_at_most=max(result.error_after for result in results),
        bound=BOUND,
    )


def beside_torch(engine: Engine, split: HoldOut, repeats: int) -> None:
    """A step against the same in PyTorch, in turn, after both gave the same losses."""
    if importlib.util.find_spec("torch") is None:
        return
    import torch

    from benchmarks.train_torch import TorchLearner

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    learner, config = engine.learner("siamese"), TrainConfig()
    for name, layout in (
        ("channels first", torch.contiguous_format),
        ("channels last", torch.channels_last),
    ):
        weights = learner.begin(0)
        peer = TorchLearner([p.numpy() for p in weights.parameters[:-2]], layout)
        took: list[tuple[float, float]] = []
        apart = 0.0
        for step in range(repeats + 3):
            rng = np.random.default_rng(step)
            places = batch(split.learnt, PEOPLE, EACH, rng)
            pictures = take(split.learnt, places)
            began = time.perf_counter()
            weights, measured = learner.step(
                weights, pictures, places.people, "triplet", "semi-hard", config.margin, config.rate
            )
            loss = float(measured.loss)
            between = time.perf_counter()
            theirs = peer.step(pictures, places.people, config.margin, config.rate)
            took.append((between - began, time.perf_counter() - between))
            # Adam's first steps have the size of the rate whatever the gradient: rounding grows.
            apart = max(apart, abs(loss - theirs) / loss) if step < 1 else apart
        if apart > 1e-4:
            raise RuntimeError(f"PyTorch computes something else: losses differ by {apart:.2g}.")
        ours, others = (statistics.median(column) for column in zip(*took[3:], strict=True))
        report.emit(
            f"a step against PyTorch ({name}): times as fast",
            others / ours,
            ">= 1",
            ours_ms=1e3 * ours,
            torch_ms=1e3 * others,
            losses_differ_by=apart,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=Path, default=FACES, help="a folder a person of photos")
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    report.about("CPU")
    engine = Engine("cpu")
    engine.load()
    split = SyntheticFaces().split(lambda share: None)
    beside_torch(engine, split, options.repeats)
    if options.faces.is_dir():
        people = chips_of(engine, options.faces)
        heads(engine, people)
        teach_errors(engine, people)
    if not options.quick:
        scratch(engine, split)


if __name__ == "__main__":
    main()
