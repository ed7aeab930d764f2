"""Training steps as functions of weights, so that many trainings share one traced graph."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from faceweb.metric_learning import losses
from faceweb.metric_learning.losses import Triplets, mine, pairwise, triplet_loss
from faceweb.networks.device import Device
from faceweb.networks.face_resnet import build_tail
from faceweb.networks.siamese import ENCODING, build_frozen, build_projection, build_siamese
from faceweb.style.optimizer import adam_update

# A projection of embeddings has 16,384 numbers and often a handful of people to learn them from: on
# five, whatever moves further from the identity tells five others apart worse.
TETHER = 1.0
EMBEDDED = 64  # pictures at once
# Log-odds of one person, where a logistic unit begins, for embeddings that do not differ at all.
SURE = 6.0
TERMS = {"binary": "absolute", "chi-square": "chi-square"}


class Weights(NamedTuple):
    """A training under way: parameters with Adam's moments, and where they began.

    The last two parameters are the logistic unit's weights (d,) and bias, which only binary losses
    move.
    """

    parameters: tuple[tf.Tensor, ...]
    first: tuple[tf.Tensor, ...]
    second: tuple[tf.Tensor, ...]
    start: tuple[tf.Tensor, ...]
    step: tf.Tensor


class Measured(NamedTuple):
    """What one step saw before it moved.

    Attributes:
        loss: of the batch.
        share: of triplets or pairs that pull, or that are decided wrongly.
        spread: mean distance of two embeddings of the batch.
        triplets: the hardest of the batch, one an anchor.
    """

    loss: tf.Tensor
    share: tf.Tensor
    spread: tf.Tensor
    triplets: Triplets


class Learner:
    """What trains one network, traced once a loss and mining.

    Args:
        network: from inputs (n, ...) to embeddings (n, d); its own weights are not read.
        device: where it runs.
        tether: weight of the squared way from the start, which holds back who has few pictures.
        start: where its weights begin; by lot if None.
    """

    def __init__(
        self,
        network: keras.Model,
        device: Device,
        tether: float = 0.0,
        start: Sequence[np.ndarray] | None = None,
    ) -> None:
        self.network, self.traces = network, 0
        self._device, self._tether, self._start = device, tether, start
        self.item = tuple(network.input_shape[1:])
        self.units = int(network.output_shape[-1])
        self._steps: dict[tuple[str, str], Callable] = {}
        self._embedder = tf.function(self._forward, jit_compile=device.compiles)

    def begin(self, seed: int, parted: float = 6.0) -> Weights:
        """Weights by lot (He et al. 2015) or as given, and a logistic unit of equal ones.

        Args:
            seed: of the lot.
            parted: the sum of differences at which the logistic unit cannot decide.
        """
        rng = np.random.default_rng(seed)
        shapes = [tuple(v.shape) for v in self.network.trainable_variables]
        drawn = [_draw(shape, rng) for shape in shapes] if self._start is None else self._start
        arrays = [*drawn, np.full(self.units, -SURE / parted), np.array(SURE)]
        return restore(arrays)

    def step(
        self,
        weights: Weights,
        batch: np.ndarray,
        people: np.ndarray,
        loss: str,
        mining: str,
        margin: float,
        rate: float,
    ) -> tuple[Weights, Measured]:
        """One step downhill, by Adam.

        Args:
            weights: of `begin` or of the step before.
            batch: float32, (n, ...); always the same n, or it is traced anew.
            people: (n,) int32, who is on each.
            loss: "triplet", "contrastive", "binary" or "chi-square".
            mining: of `faceweb.metric_learning.losses.MININGS`.
            margin: of triplet and contrastive loss.
            rate: size of a step.
        """
        noise = np.random.default_rng(int(weights.step)).random(2 * (len(batch),), np.float32)
        given = [tf.constant(v, tf.float32) for v in (batch, noise, margin, rate)]
        with self._device.lock:
            return self._stepper(loss, mining)(weights, tf.constant(people, tf.int32), *given)

    def embed(self, weights: Weights, inputs: np.ndarray) -> np.ndarray:
        """Embeddings (n, d) of inputs (n, ...), float32."""
        pieces = []
        for i in range(0, len(inputs), EMBEDDED):
            piece = inputs[i : i + EMBEDDED]
            room = np.zeros((EMBEDDED - len(piece), *self.item), np.float32)
            with self._device.lock:
                batch = tf.constant(np.concatenate([piece, room]), tf.float32)
                embedded = self._embedder(weights.parameters[:-2], batch).numpy()
            pieces.append(embedded[: len(piece)])
        return np.concatenate(pieces)

    def differences(self, embeddings: np.ndarray, loss: str) -> np.ndarray:
        """What every two embeddings (n, d) differ in, summed over units, (n, n)."""
        plain = restore([np.ones(embeddings.shape[1]), np.zeros(())])
        return self.odds(plain, embeddings, loss)

    def odds(self, weights: Weights, embeddings: np.ndarray, loss: str) -> np.ndarray:
        """Log-odds of one person (n, n) of every two embeddings (n, d), by the logistic unit."""
        weight, bias = weights.parameters[-2:]
        with self._device.lock:
            rows = [
                losses.log_odds(row[None], embeddings, weight, bias, TERMS[loss]).numpy()
                for row in embeddings
            ]
        return np.stack(rows)

    def _stepper(self, loss: str, mining: str) -> Callable:
        if (loss, mining) not in self._steps:

            def traced(weights, *given):
                self.traces += 1
                return self._move(weights, *given, (loss, mining))

            self._steps[loss, mining] = tf.function(traced, jit_compile=self._device.compiles)
        return self._steps[loss, mining]

    def _forward(self, parameters, batch):
        return self.network.stateless_call(list(parameters), [], batch, training=True)[0]

    def _move(self, weights: Weights, people, batch, noise, margin, rate, objective):
        loss, mining = objective
        with tf.GradientTape() as tape:
            tape.watch(weights.parameters)
            embeddings = self._forward(weights.parameters[:-2], batch)
            distances = pairwise(embeddings)
            if loss == "triplet":
                triplets = mine(distances, people, mining, noise)
                cost, share = triplet_loss(triplets, margin)
            elif loss == "contrastive":
                cost, share = losses.contrastive_loss(distances, people, margin)
            else:
                pairs = embeddings[:, None], embeddings[None]
                weight, bias = weights.parameters[-2:]
                odds = losses.log_odds(*pairs, weight, bias, TERMS[loss])
                cost, share = losses.binary_loss(odds, people)
            ways = zip(weights.parameters, weights.start, strict=True)
            pull = sum(tf.reduce_sum(tf.square(p - start)) for p, start in ways)
            total = cost + self._tether * pull
        gradients = tape.gradient(total, weights.parameters)
        step = weights.step + 1
        moved = [
            (parameter, first, second)
            if gradient is None
            else _descend(parameter, gradient, first, second, step, rate)
            for parameter, gradient, first, second in zip(
                weights.parameters, gradients, weights.first, weights.second, strict=True
            )
        ]
        parameters, firsts, seconds = (tuple(column) for column in zip(*moved, strict=True))
        hardest = mine(distances, people, "hardest", noise)
        count = len(people) * (len(people) - 1)
        measured = Measured(cost, share, tf.reduce_sum(distances) / count, hardest)
        return Weights(parameters, firsts, seconds, weights.start, step), measured


def build_learner(name: str, device: Device, recogniser: Callable[[], keras.Model]) -> Learner:
    """What trains "siamese" (pictures), "projection" or "frozen" (embeddings), "tail" (maps).

    Args:
        name: one of these.
        device: where it runs.
        recogniser: gives the face network, or raises where there is none.
    """
    if name == "siamese":
        return Learner(build_siamese(), device)
    if name == "projection":
        return Learner(build_projection(), device, TETHER, [np.eye(ENCODING)])
    if name == "frozen":
        return Learner(build_frozen(), device, 0.0, [])
    tail = build_tail(recogniser())
    return Learner(tail, device, TETHER, tail.get_weights())


def restore(arrays: list[np.ndarray]) -> Weights:
    """Weights that begin at arrays, without momentum."""
    parameters = tuple(tf.constant(a, tf.float32) for a in arrays)
    zeros = tuple(tf.zeros_like(p) for p in parameters)
    return Weights(parameters, zeros, zeros, parameters, tf.constant(0.0))


def _descend(parameter, gradient, first, second, step, rate):
    direction, first, second = adam_update(gradient, first, second, step)
    return parameter - rate * direction, first, second


def _draw(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    if len(shape) == 1:
        return np.zeros(shape)
    return rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
