"""Trains assets/weights/perceptual.npz: python -m training.perceptual --help

Distillation (Hinton et al. 2015; for VGG-19 as Wang et al. 2020, "Collaborative Distillation for
Ultra-Resolution Universal Style Transfer"): behind a 1x1 adapter each tap of the student imitates
the teacher's features of the same pictures. Checkpoints let a run go on where it was stopped.
"""

import argparse
import io
import json
import logging
import random
import tarfile
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from faceweb.networks.perceptual import STYLE_LAYERS, build_perceptual

log = logging.getLogger("training.perceptual")
CROP, BATCH, RATE, HELD_OUT = 96, 16, 2e-3, 200
LAYERS = (
    *("conv11", "conv12", "pool", "conv21", "conv22", "pool"),
    *("conv31", "conv32", "conv33", "conv34", "pool"),
    *("conv41", "conv42", "conv43", "conv44", "pool", "conv51"),
)


class Teacher:
    """VGG-19's relu1_1 ... relu5_1, each from an encoder of its own; kernels are (o, i, h, w)."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self._arrays = {name: tf.constant(arrays[name]) for name in arrays.files}

    def __call__(self, pictures: tf.Tensor) -> list[tf.Tensor]:
        """Features of float32 RGB in [0, 1]."""
        return [self._content_layer(pictures, number) for number in range(1, len(STYLE_LAYERS) + 1)]

    def _content_layer(self, x: tf.Tensor, number: int) -> tf.Tensor:
        x = self._convolve(x, f"se{number}.conv0")
        for name in LAYERS:
            if name == "pool":
                x = tf.nn.max_pool2d(x, 2, 2, "VALID")
                continue
            x = tf.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], "REFLECT")
            x = tf.nn.relu(self._convolve(x, f"se{number}.{name}"))
            if name == f"conv{number}1":
                break
        return tf.nn.relu(self._convolve(x, f"se{number}.conv{number}1_aux"))

    def _convolve(self, x: tf.Tensor, name: str) -> tf.Tensor:
        kernel = tf.transpose(self._arrays[f"{name}.weight"], (2, 3, 1, 0))
        return tf.nn.conv2d(x, kernel, 1, "VALID") + self._arrays[f"{name}.bias"]


def read_pictures(path: Path) -> list[np.ndarray]:
    """All pictures of a tar, (h, w, 3) uint8, shuffled the same way every time."""
    with tarfile.open(path) as archive:
        members = [member for member in archive if member.name.endswith(".jpg")]
        streams = (archive.extractfile(member) for member in members)
        files = [stream.read() for stream in streams if stream is not None]
    pictures = [np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) for data in files]
    random.Random(0).shuffle(pictures)
    return [picture for picture in pictures if min(picture.shape[:2]) >= CROP]


def crops(pictures: list[np.ndarray], numbers: np.random.Generator) -> np.ndarray:
    """A batch of random crops, flipped at random, float32 in [0, 1].

    A quarter carries noise, since an optimiser visits pictures between noise and photo; another
    quarter has its colours permuted and is enlarged twice, since paintings are of any colour and
    large pictures are smoother than the ones at hand.
    """
    batch = np.empty((BATCH, CROP, CROP, 3), np.float32)
    for item in batch:
        picture = pictures[numbers.integers(len(pictures))]
        other = numbers.random() < 0.25
        side = CROP // 2 if other else CROP
        top, left = (numbers.integers(size - side + 1) for size in picture.shape[:2])
        crop = picture[top : top + side, left : left + side]
        if other:
            crop = crop[..., numbers.permutation(3)]
            crop = np.asarray(Image.fromarray(crop).resize((CROP, CROP), Image.Resampling.BICUBIC))
        item[:] = crop[:, :: numbers.choice((-1, 1))] / 255
    noisy = numbers.random(BATCH) < 0.25
    spread = numbers.uniform(0, 0.3, (noisy.sum(), 1, 1, 1))
    batch[noisy] += spread * numbers.standard_normal(batch[noisy].shape)
    return batch.clip(0, 1)


def scales(teacher: Teacher, pictures: list[np.ndarray]) -> list[float]:
    """Mean standard deviation of a channel, layer by layer, which makes their errors alike."""
    numbers = np.random.default_rng(1)
    features = [teacher(tf.constant(crops(pictures, numbers))) for _ in range(8)]
    stacked = (tf.concat(style_layer, 0) for style_layer in zip(*features, strict=True))
    return [
        float(tf.reduce_mean(tf.math.reduce_std(style_layer, (0, 1, 2)))) for style_layer in stacked
    ]


def build_student() -> keras.Model:
    """The network with its adapters, which start small."""
    network = build_perceptual()
    adapted = [
        keras.layers.Conv2D(
            channels,
            1,
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.02, seed=number),
            name=f"adapter{number}",
        )(style_layer)
        for number, (style_layer, channels) in enumerate(
            zip(network.outputs, (64, 128, 256, 512, 512), strict=True), start=1
        )
    ]
    return keras.Model(network.inputs, adapted, name="student")


def relative_errors(wanted: list[tf.Tensor], given: list[tf.Tensor]) -> list[tf.Tensor]:
    """Squared error over the variance of what is wanted, tap by tap."""
    return [
        tf.reduce_mean((w - g) ** 2) / tf.reduce_mean(tf.math.reduce_variance(w, (0, 1, 2)))
        for w, g in zip(wanted, given, strict=True)
    ]


def held_out_errors(teacher, student, factors, pictures: list[np.ndarray]) -> list[float]:
    """Relative squared error a tap on the middle of pictures that were not trained on."""
    wanted, given = [], []
    for start in range(0, len(pictures), 50):
        middles = []
        for picture in pictures[start : start + 50]:
            top, left = ((size - CROP) // 2 for size in picture.shape[:2])
            middles.append(picture[top : top + CROP, left : left + CROP])
        batch = tf.constant(np.stack(middles).astype(np.float32) / 255)
        wanted.append(
            [style_layer / f for style_layer, f in zip(teacher(batch), factors, strict=True)]
        )
        given.append(student(batch, training=False))
    together = [
        [tf.concat(style_layer, 0) for style_layer in zip(*side, strict=True)]
        for side in (wanted, given)
    ]
    return [float(error) for error in relative_errors(*together)]


def train(arguments: argparse.Namespace) -> None:
    """Trains, and writes weights after every checkpoint."""
    keras.utils.set_random_seed(0)
    pictures = read_pictures(arguments.pictures)
    held, pictures = pictures[:HELD_OUT], pictures[HELD_OUT:]
    teacher, student = Teacher(arguments.teacher), build_student()
    factors = scales(teacher, pictures)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, arguments.steps))
    optimizer.build(student.trainable_variables)
    step = tf.Variable(0, dtype=tf.int64)
    state = tf.train.Checkpoint(student=student, optimizer=optimizer, step=step)
    keeper = tf.train.CheckpointManager(state, arguments.checkpoints, max_to_keep=1)
    state.restore(keeper.latest_checkpoint)

    @tf.function
    def update(batch):
        wanted = [
            style_layer / factor
            for style_layer, factor in zip(teacher(batch), factors, strict=True)
        ]
        with tf.GradientTape() as tape:
            given = student(batch, training=True)
            pairs = zip(wanted, given, strict=True)
            loss = tf.add_n([tf.reduce_mean((w - g) ** 2) for w, g in pairs])
        optimizer.apply(tape.gradient(loss, student.trainable_variables))
        return loss

    began = time.perf_counter()
    while (done := int(step.numpy())) < arguments.steps:
        # Seeded by the step, so that a run that was stopped sees what it would have seen.
        loss = update(tf.constant(crops(pictures, np.random.default_rng((2, done)))))
        step.assign_add(1)
        if done % 100 == 0:
            log.info("step %d loss %.3f %.0f s", done, loss, time.perf_counter() - began)
        if (done + 1) % 500 == 0 or done + 1 == arguments.steps:
            keeper.save()
            errors = held_out_errors(teacher, student, factors, held)
            log.info("step %d held-out errors %s", done + 1, [round(e, 3) for e in errors])
            write(arguments.out, student, errors, done + 1)


def write(path: Path, student: keras.Model, errors: list[float], steps: int) -> None:
    """Writes network and adapters as float16, with what is known of them."""
    arrays = {
        f"{layer.name}/{part}": value.astype(np.float16)
        for layer in student.layers
        if layer.weights
        for part, value in zip(("kernel", "bias"), layer.get_weights(), strict=True)
    }
    notes = {"steps": steps, "held_out_error": dict(zip(STYLE_LAYERS, errors, strict=True))}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)
    path.with_suffix(".json").write_text(json.dumps(notes, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="tar of JPEGs")
    parser.add_argument("--teacher", type=Path, required=True, help="npz of the teacher's encoders")
    parser.add_argument("--checkpoints", type=Path, default=Path("build/perceptual"))
    parser.add_argument("--out", type=Path, default=Path("build/perceptual.npz"))
    parser.add_argument("--steps", type=int, default=12_000)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
