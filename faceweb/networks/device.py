"""Which device computes, the lock that lets one graph run at a time, and batched functions."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType

import numpy as np
import tensorflow as tf

from faceweb.errors import DeviceUnavailableError

# So many pieces of short work pass one of long work, which would else never be done on a busy page.
MOST_PASS = 8


class DeviceLock(AbstractContextManager):
    """Held by whoever computes; not again by who holds it already.

    `with lock:` is for one step of something long, a painting or a training; `with lock.priority:`
    is for what answers at once. A plain lock goes to whoever happens to run when it is given back,
    which mostly is the painting that has just given it back.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._passed = 0
        self._long: deque[threading.Lock] = deque()
        self._brief: deque[threading.Lock] = deque()
        self.priority: AbstractContextManager = _Priority(self, self._brief)

    def __enter__(self) -> None:
        self.take(self._long)

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give()

    def take(self, line: deque[threading.Lock]) -> None:
        """Waits in a line until it is given the lock."""
        with self._guard:
            if not self._held:
                self._held = True
                return
            mine = threading.Lock()
            mine.acquire()
            line.append(mine)
        mine.acquire()

    def give(self) -> None:
        """Hands the lock on to the next who waits."""
        with self._guard:
            brief = bool(self._brief) and not (self._long and self._passed >= MOST_PASS)
            line = self._brief if brief else self._long
            self._passed = self._passed + 1 if brief and self._long else 0
            self._held = bool(line)
            if line:
                line.popleft().release()


class _Priority(AbstractContextManager):
    def __init__(self, lock: DeviceLock, line: deque[threading.Lock]) -> None:
        self._lock, self._line = lock, line

    def __enter__(self) -> None:
        self._lock.take(self._line)

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.give()


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Device:
    """Where networks run: `kind` is "cpu" or "gpu", `precision` what the page shows.

    `lock` is held by whoever computes: live cameras and paintings are outside the page's queue, and
    one graph at a time is kept here. Faces are short work, which passes the steps of long work.
    """

    kind: str
    name: str
    precision: str
    lock: DeviceLock = field(default_factory=DeviceLock, compare=False)

    @property
    def compiles(self) -> bool:
        """XLA pays off on a GPU; on two CPU cores the face ResNet ran 24 % slower with it."""
        return self.kind == "gpu"


def select(wanted: str) -> Device:
    """Takes the GPU if TensorFlow sees one, else the CPU. Call before any other operation.

    Args:
        wanted: "auto", "cpu" or "gpu".

    Raises:
        DeviceUnavailableError: "gpu" was asked for and there is none.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if wanted == "gpu" and not gpus:
        raise DeviceUnavailableError(
            "TensorFlow sees no GPU here: install requirements-gpu.txt on a machine with an "
            "NVIDIA GPU, or start with --device auto."
        )
    if wanted == "cpu" or not gpus:
        tf.config.set_visible_devices([], "GPU")
        return Device("cpu", "CPU", "float32")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    details = tf.config.experimental.get_device_details(gpus[0])
    return Device("gpu", details.get("device_name", "GPU"), "float32 (TF32 in products)")


def memory_in_use() -> int:
    """Bytes that TensorFlow's tensors take on the GPU; call only where there is one."""
    return int(tf.config.experimental.get_memory_info("GPU:0")["current"])


class Batched:
    """A function of a batch, traced once for each of a few fixed batch sizes.

    Args:
        function: takes a batch and what is constant over it, gives one row an item.
        item: shape of one item of the batch.
        sizes: batch sizes, ascending; a batch is padded up to the next one, and cut into pieces
            of the last where it is larger.
        constants: specifications of the function's other arguments.
        compiles: whether XLA compiles it; it must not where a shape is left open.
    """

    def __init__(
        self,
        function: Callable,
        item: tuple[int, ...],
        sizes: tuple[int, ...],
        constants: tuple[tf.TensorSpec, ...] = (),
        compiles: bool = False,
    ) -> None:
        self.traces = 0
        self._item = item
        self._sizes = sizes
        self._constants = constants

        def traced(*arguments):
            self.traces += 1
            return function(*arguments)

        self._function = tf.function(traced, jit_compile=compiles)
        self._concrete: dict[int, Callable] = {}

    def warm(self) -> None:
        """Traces every batch size."""
        for size in self._sizes:
            self._compile(size)

    def __call__(self, batch: np.ndarray, *constants: np.ndarray) -> np.ndarray:
        """Maps float32 (n, *item) to float32 (n, ...); n may be 0."""
        batch = batch.astype(np.float32, copy=False)
        tensors = [tf.constant(value) for value in constants]
        largest = self._sizes[-1]
        starts = range(0, max(len(batch), 1), largest)
        pieces = [self._pad(batch[i : i + largest], tensors) for i in starts]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def _pad(self, batch: np.ndarray, constants: list[tf.Tensor]) -> np.ndarray:
        count = len(batch)
        size = next(size for size in self._sizes if size >= count)
        if size > count:
            batch = np.concatenate([batch, np.zeros((size - count, *self._item), np.float32)])
        return self._compile(size)(tf.constant(batch), *constants).numpy()[:count]

    def _compile(self, size: int) -> Callable:
        if size not in self._concrete:
            spec = tf.TensorSpec((size, *self._item), tf.float32)
            self._concrete[size] = self._function.get_concrete_function(spec, *self._constants)
        return self._concrete[size]
