"""Learning to tell faces apart, its errors and its speed: python -m benchmarks.train

The head on the face recogniser needs a folder of photos, one folder a person (--faces), and is left
out without one. The peer of a step is PyTorch, measured where it is installed.
"""

import argparse
import importlib.util
import os
import statistics
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

from benchmarks import report
from faceweb.config import TrainConfig
from faceweb.features.album import Album, batch, taken
from faceweb.features.avatar_album import Avatars, Split
from faceweb.features.faces import find_faces
from faceweb.features.photo_album import copies
from faceweb.features.separation import BINARY, separate
from faceweb.features.train import EACH, PEOPLE, Training
from faceweb.models.engine import Engine
from faceweb.numerics.distances import euclidean
from faceweb.numerics.roc import roc, split_pairs

SECONDS, SEEDS = 60.0, 5
FACES = Path("../shared/data/faces-lfw100")
HEAD_STEPS, HEAD_SEEDS = 200, 3


def learnt_for(training: Training, seconds: float) -> None:
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


def pixels(album: Album) -> float:
    """Equal error rate of the plain distance of pictures, averaged to 16x16."""
    small = album.flat.reshape(-1, 16, 4, 16, 4, 3).mean((2, 4)).reshape(len(album.people), -1)
    distances = np.concatenate([euclidean(row[None], small) for row in small])
    return roc(*split_pairs(distances, album.people)).equal_error[0]


def scratch(engine: Engine, split: Split) -> None:
    """Error on 40 people nobody learnt from, after a minute, and how mining changes it."""
    learner = engine.school().learner("siamese")
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
            learnt_for(training, SECONDS)
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


def encoded(engine: Engine, folder: Path) -> tuple[Album, Album]:
    """Encodings of a folder of photos: with copies to learn from, and photos alone."""
    networks = engine.networks()
    with_copies, alone = [], []
    for person in sorted(path for path in folder.iterdir() if path.is_dir()):
        chips = []
        for path in sorted(person.glob("*.jpg")):
            picture = np.asarray(Image.open(path).convert("RGB"))
            (face,) = networks.encode(picture, find_faces(networks, picture)[:1])
            chips.append(face.chip)
        own = copies(chips, np.random.default_rng(0))
        inputs = networks.embed(own)
        with_copies.append((inputs, own))
        alone.append((inputs[: len(chips)], own[: len(chips)]))
    return _album(with_copies), _album(alone)


def _album(rows: list[tuple[np.ndarray, np.ndarray]]) -> Album:
    inputs, pictures = zip(*rows, strict=True)
    return Album(tuple(inputs), tuple(pictures))


def heads(engine: Engine, folder: Path) -> None:
    """A head on the face recogniser, learnt on half of the people and measured on the others."""
    learnt, photos = encoded(engine, folder)
    half = len(learnt) // 2
    ways = (range(half), range(half, len(learnt))), (range(half, len(learnt)), range(half))
    for loss in ("triplet", "contrastive", *BINARY):
        learner = engine.school().learner("frozen" if loss in BINARY else "projection")
        plain, headed = [], []
        for mine, others in ways:
            tested = photos.part(others)
            distances = euclidean(tested.flat, tested.flat)
            plain.append(roc(*split_pairs(distances, tested.people)).equal_error[0])
            for seed in range(HEAD_SEEDS):
                config = TrainConfig(loss=loss, seed=seed, steps=HEAD_STEPS)
                training = Training(learner, learnt.part(mine), tested, config)
                while training.advance():
                    pass
                headed.append(
                    separate(learner, training.weights, tested.flat, tested.people, loss).error
                )
        report.emit(
            f"head on the face recogniser, {loss}, both ways: equal error rate over that of the "
            "plain distance",
            statistics.mean(headed) / statistics.mean(plain),
            "<= 1",
            head=[round(error, 4) for error in headed],
            plain=[round(error, 4) for error in plain],
        )


def beside_torch(engine: Engine, split: Split, repeats: int) -> None:
    """A step against the same in PyTorch, in turn, after both gave the same losses."""
    if importlib.util.find_spec("torch") is None:
        return
    import torch

    from benchmarks.train_torch import TorchLearner

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    learner, config = engine.school().learner("siamese"), TrainConfig()
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
            pictures = taken(split.learnt, places)
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
    options = parser.parse_args()
    report.about("CPU")
    engine = Engine("cpu")
    engine.load()
    split = Avatars().split(lambda share: None)
    beside_torch(engine, split, options.repeats)
    if options.faces.is_dir():
        heads(engine, options.faces)
    scratch(engine, split)


if __name__ == "__main__":
    main()
