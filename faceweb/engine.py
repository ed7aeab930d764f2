"""Every network of the process: built once, warmed while the page already answers, handed out.

The page asks the engine for every network, so that what computes may stand elsewhere.
"""

import ctypes
import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from faceweb.config import NETWORKS, PROBED
from faceweb.errors import FacewebError, LayerError, WeightsUnavailableError
from faceweb.networks import weights

if TYPE_CHECKING:
    import keras

    from faceweb.faces.pipeline import FaceNetworks
    from faceweb.interpret.feature_extractor import FeatureExtractor
    from faceweb.interpret.inspector import Inspector
    from faceweb.metric_learning.step import Learner
    from faceweb.networks.device import Device
    from faceweb.signals.autoencoder import Autoencoder
    from faceweb.style.model import SolidStyleModel, StyleModel, VideoStyleModel

log = logging.getLogger(__name__)
Made = TypeVar("Made")
Report = Callable[[str, float], None]
FACE = "face"


@dataclass(frozen=True)
class Status:
    """How far warming is: `share` in [0, 1], `device` and `precision` once known."""

    stage: str = "importing TensorFlow"
    share: float = 0.05
    device: str = ""
    precision: str = ""
    seconds: float = 0.0
    failure: str = ""

    @property
    def ready(self) -> bool:
        return self.share == 1.0


class Registry:
    """What was built, by key: once, however many ask for it at the same time.

    Who builds one thing keeps nobody from another; a build may ask for what it is made of.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._built: dict[Hashable, object] = {}

    def get(self, key: Hashable, build: Callable[[], Made]) -> Made:
        """What `key` names, built by `build` where it is not there yet."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._built:
                self._built[key] = build()
            return self._built[key]  # type: ignore[return-value]

    def __contains__(self, key: Hashable) -> bool:
        return key in self._built

    def items(self) -> list[tuple[Hashable, object]]:
        """All that was built, with its key."""
        return list(self._built.items())


class Engine:
    """The networks of one process.

    Whoever asks for one before the process is warm waits. All may raise a FacewebError that says
    why a network could not be built.

    Args:
        wanted: "auto", "cpu" or "gpu".
    """

    def __init__(self, wanted: str = "auto") -> None:
        self._wanted = wanted
        self._status = Status()
        self._settled = threading.Event()
        self._lock = threading.Lock()
        self._registry = Registry()
        self._place: Device | None = None
        self._faces: FaceNetworks | None = None
        self._paces: dict[str, float] = {}

    @property
    def status(self) -> Status:
        return self._status

    @property
    def traces(self) -> int:
        """How many graphs the style models of pictures have traced; more every time is a leak."""
        return sum(
            model.traces  # type: ignore[attr-defined]
            for key, model in self._registry.items()
            if isinstance(key, tuple) and key[0] == "style"
        )

    def device_bytes(self) -> int | None:
        """Memory in use on the GPU, in bytes; None without one or before it is known."""
        if self._status.device in ("", "CPU"):
            return None
        from faceweb.networks import device as devices

        return devices.memory_in_use()

    def start(self) -> None:
        """Begins to load in a thread of its own."""
        threading.Thread(target=self.load, name="warming", daemon=True).start()

    def require_device(self) -> None:
        """Looks for the wanted device now, at the price of importing TensorFlow.

        Raises:
            DeviceUnavailableError: there is none.
        """
        from faceweb.networks import device as devices

        devices.select(self._wanted)

    def load(self) -> None:
        """Builds and warms everything, once; a failure is kept in `status`, and what does not need
        the part that failed works."""
        with self._lock:
            if not self._settled.is_set():
                with self._record_failure():
                    self._build()
                self._settled.set()

    def wait(self, report: Callable[[Status], None] | None = None) -> "Engine":
        """Waits until `load` is done; `report` is told the status four times a second."""
        while not self._settled.wait(0.25):
            if report is not None:
                report(self._status)
        return self

    def faces(self) -> "FaceNetworks":
        """What detects, aligns and embeds faces."""
        if self._faces is None:
            self.wait()
        if self._faces is None:
            # A new error each time: one raised again keeps every caller's pictures alive.
            raise WeightsUnavailableError(self._status.failure)
        return self._faces

    def network(self, name: str, report: Report | None = None) -> "keras.Model":
        """A network itself.

        Args:
            name: "face", "perceptual" or "vgg19"; the last is downloaded where it is missing.
            report: is told a stage and the share done during a download.

        Raises:
            WeightsUnavailableError: weights are missing, altered or cannot be downloaded.
        """
        if name == FACE:
            return self.faces().network
        return self._registry.get(("network", name), lambda: _load(name, report))

    def available(self, name: str) -> bool:
        """Whether `network` needs no download."""
        if name == FACE or ("network", name) in self._registry or name in weights.SOURCES:
            return True
        from faceweb.networks.vgg19 import WEIGHTS, weight_file

        return WEIGHTS.matches(weight_file())

    @staticmethod
    def fingerprint(name: str) -> str:
        """Checksum of a network's weights, known without them."""
        source = "face_resnet" if name == FACE else name
        if source in weights.SOURCES:
            return weights.SOURCES[source].sha256
        from faceweb.networks.vgg19 import WEIGHTS

        return WEIGHTS.md5

    def inspector(self, network: str, report: Report | None = None) -> "Inspector":
        """What looks into a network.

        Args:
            network: "perceptual", "face" or "vgg19".
            report: is told a stage and the share done of a download; without one nothing is
                downloaded.

        Raises:
            LayerError: there is no such network.
            WeightsUnavailableError: it must be downloaded first, or cannot be.
        """
        if network not in PROBED:
            raise LayerError(
                f"There is no network {network!r} here: choose one of {', '.join(PROBED)}."
            )
        if report is None and not self.available(network):
            raise WeightsUnavailableError(
                f"The network {network} must be downloaded first: choose it at the top of the tab."
            )
        device = self._device()
        from faceweb.interpret.inspector import Inspector

        def build() -> Inspector:
            return Inspector(self.network(network, report), device, self.fingerprint(network))

        return self._registry.get(("inspector", network), build)

    def style_model(
        self,
        network: str = NETWORKS[0],
        content_layer: str = "conv4_1",
        statistic: str = "centred",
        report: Report | None = None,
    ) -> "StyleModel":
        """What computes the costs of style transfer and steps down their gradient, warm.

        Args:
            network: "perceptual" or "vgg19"; the latter is downloaded where it is missing.
            content_layer: the tap that J_content compares.
            statistic: "centred" or "plain".
            report: is told a stage and the share done during a download.

        Raises:
            WeightsUnavailableError: weights are missing, altered or cannot be downloaded.
        """
        device = self._device()
        from faceweb.networks.perceptual import STYLE_LAYERS
        from faceweb.style.model import StyleModel

        def build() -> StyleModel:
            layers = self.network(network, report)
            style_layer, plain = STYLE_LAYERS.index(content_layer), statistic == "plain"
            model = StyleModel(layers, device, style_layer, plain, self.fingerprint(network))
            self._paces[network] = model.warm()
            return model

        return self._registry.get(("style", network, content_layer, statistic), build)

    def pace(self, network: str) -> float | None:
        """Seconds a step of style transfer takes a pixel, or None before the network was used."""
        return self._paces.get(network)

    def stylize_at_once(
        self, content: np.ndarray, style: np.ndarray, report: Report | None = None
    ) -> np.ndarray:
        """A content repainted in one pass by Magenta's network, which is downloaded if missing.

        Args:
            content, style: (h, w, 3) uint8.
            report: as for `style_model`.

        Returns:
            (h, w, 3) uint8, of the content's size.

        Raises:
            WeightsUnavailableError: the network cannot be downloaded, or is altered.
        """
        device = self._device()
        # Nobody who does not ask for it waits for its import.
        from faceweb.networks.magenta import load_magenta

        magenta = self._registry.get("magenta", lambda: load_magenta(report))
        pictures = [picture[None].astype(np.float32) / 255 for picture in (content, style)]
        with device.lock:
            painted = magenta.paint(*pictures)[0]
        return (painted * 255 + 0.5).astype(np.uint8)

    def learner(self, name: str) -> "Learner":
        """Trainer of "siamese" (pictures), "projection", "frozen" (embeddings), "tail" (maps)."""
        device = self._device()
        from faceweb.metric_learning.step import build_learner

        def build() -> "Learner":
            return build_learner(name, device, lambda: self.network(FACE))

        return self._registry.get(("learner", name), build)

    def face_maps(self, chips: np.ndarray) -> np.ndarray:
        """What the tail is given for aligned chips (n, 150, 150, 3) uint8: maps (n, h, w, 256)."""
        device = self._device()
        from faceweb.networks.face_resnet import batch_stem

        stem = self._registry.get("stem", lambda: batch_stem(self.network(FACE), device))
        with device.lock:
            return stem(chips / np.float32(255))

    def sound_style_model(self, channels: int) -> "StyleModel":
        """A style model of spectrograms (t, channels) with random filters over time."""
        device = self._device()
        from faceweb.networks.convnd import build_sound_network
        from faceweb.style.model import StyleModel

        def build() -> StyleModel:
            return StyleModel(build_sound_network(channels), device, content_layer=0)

        return self._registry.get(("sound", channels), build)

    def clip_style_model(self) -> "VideoStyleModel":
        """A style model of clips (t, h, w, 3), whose styles are pictures."""
        device = self._device()
        from faceweb.networks.convnd import inflate
        from faceweb.networks.perceptual import DESIGN
        from faceweb.style.model import VideoStyleModel

        def build() -> VideoStyleModel:
            # Repeated filters would ask of a moving texture that it stands still.
            network = inflate(self.network("perceptual"), DESIGN, middle=True)
            return VideoStyleModel(network, device, styles_by=self.style_model())

        return self._registry.get("clip", build)

    def solid_style_model(self) -> "SolidStyleModel":
        """A style model of blocks (d, h, w, 3), whose styles are pictures."""
        device = self._device()
        from faceweb.style.model import SolidStyleModel

        def build() -> SolidStyleModel:
            return SolidStyleModel(self.network("perceptual"), device, self.style_model())

        return self._registry.get("solid", build)

    def volume_extractor(self) -> "FeatureExtractor":
        """The inflated perceptual network, for volumes and clips (d, h, w, 3)."""
        device = self._device()
        from faceweb.interpret.feature_extractor import FeatureExtractor
        from faceweb.networks.convnd import inflate
        from faceweb.networks.perceptual import DESIGN

        def build() -> FeatureExtractor:
            return FeatureExtractor(inflate(self.network("perceptual"), DESIGN), device)

        return self._registry.get("volume", build)

    def autoencoder(self, seed: int = 0) -> "Autoencoder":
        """A new autoencoder for one signal; all share one traced graph."""
        device = self._device()
        from faceweb.signals.autoencoder import Autoencoder, Graph

        return Autoencoder(self._registry.get("autoencoder", lambda: Graph(device)), seed)

    def _device(self) -> "Device":
        if self._place is None:
            self.wait()
        if self._place is None:
            raise WeightsUnavailableError(self._status.failure)
        return self._place

    def _build(self) -> None:
        began = time.perf_counter()
        return_freed_memory()
        # Importing TensorFlow takes seconds that the first answer of the page must not wait for.
        from faceweb.faces.pipeline import FaceNetworks
        from faceweb.networks import device as devices

        device = devices.select(self._wanted)
        self._status = replace(self._status, device=device.name, precision=device.precision)
        self._place = device
        with self._record_failure():
            self._faces = FaceNetworks(device, self._report)
        with self._record_failure():
            self._report("warming the painter", 0.95)
            self.style_model()
        if self._status.failure:
            return
        self._report("ready", 1.0)
        self._status = replace(self._status, seconds=time.perf_counter() - began)
        log.info("networks warm on %s after %.1f s", device.name, self._status.seconds)

    def _report(self, stage: str, share: float) -> None:
        self._status = replace(self._status, stage=stage, share=share)

    @contextmanager
    def _record_failure(self) -> Iterator[None]:
        """Keeps what is raised as a sentence, beside those that are kept already."""
        try:
            yield
        except FacewebError as error:
            self._fail(str(error))
        except Exception:
            log.exception("building the networks failed")
            self._fail("The networks could not be built: see the log.")

    def _fail(self, sentence: str) -> None:
        log.error("%s", sentence)
        failure = f"{self._status.failure} {sentence}".strip()
        self._status = replace(self._status, stage="failed", failure=failure)


def _load(name: str, report: Report | None) -> "keras.Model":
    if name == "perceptual":
        from faceweb.networks.perceptual import load_perceptual

        return load_perceptual(weights.read("perceptual"))
    if name != "vgg19":
        raise LayerError(f"There is no network {name!r} here: choose one of {', '.join(PROBED)}.")
    # Nobody who does not ask for it waits for its import.
    from faceweb.networks.vgg19 import load_vgg19

    return load_vgg19(report)


_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE = 256 * 1024


def return_freed_memory() -> None:
    """Tells glibc to give large freed blocks back to the system; does nothing elsewhere.

    By default it learns from the first freed photo to keep blocks up to 32 MB, in a pool for every
    thread that ever answered a request: memory grew by 40 MB over 1,000 verifications.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 2)
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
