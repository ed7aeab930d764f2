"""Builds and warms the networks in the background, while the page already answers."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from faceweb.config import NETWORKS
from faceweb.errors import FacewebError, WeightsUnavailableError
from faceweb.models.memory import return_freed_memory

if TYPE_CHECKING:
    import keras

    from faceweb.models.device import Device
    from faceweb.models.faces import FaceNetworks
    from faceweb.models.probes import Probes
    from faceweb.models.school import School
    from faceweb.models.studio import Studio
    from faceweb.models.workshop import Workshop

log = logging.getLogger(__name__)
Part = TypeVar("Part")


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


class Engine:
    """The networks of one process, built once.

    Args:
        wanted: "auto", "cpu" or "gpu".
    """

    def __init__(self, wanted: str = "auto") -> None:
        self._wanted = wanted
        self._status = Status()
        self._settled = threading.Event()
        self._lock = threading.Lock()
        self._networks: FaceNetworks | None = None
        self._studio: Studio | None = None
        self._probes: Probes | None = None
        self._school: School | None = None
        self._workshop: Workshop | None = None

    @property
    def status(self) -> Status:
        return self._status

    @property
    def traces(self) -> int:
        """How many graphs the painters have traced; more every time means a leak."""
        return self._studio.traces if self._studio is not None else 0

    def device_bytes(self) -> int | None:
        """Memory in use on the GPU, in bytes; None without one or before it is known."""
        if self._status.device in ("", "CPU"):
            return None
        from faceweb.models import device as devices

        return devices.memory_in_use()

    def start(self) -> None:
        """Begins to load in a thread of its own."""
        threading.Thread(target=self.load, name="warming", daemon=True).start()

    def require_device(self) -> None:
        """Looks for the wanted device now, at the price of importing TensorFlow.

        Raises:
            DeviceUnavailableError: there is none.
        """
        from faceweb.models import device as devices

        devices.select(self._wanted)

    def load(self) -> None:
        """Builds and warms everything, once; a failure is kept in `status`, and what does not need
        the part that failed works."""
        with self._lock:
            if not self._settled.is_set():
                with self._failing():
                    self._build()
                self._settled.set()

    def networks(self, waiting: Callable[[Status], None] | None = None) -> "FaceNetworks":
        """The networks of the face tabs, once warm.

        Args:
            waiting: called four times a second with the status until then.

        Raises:
            FacewebError: they could not be built.
        """
        self._await(waiting)
        return self._made(self._networks)

    def studio(self, waiting: Callable[[Status], None] | None = None) -> "Studio":
        """The painters of the style tab, as `networks`."""
        self._await(waiting)
        return self._made(self._studio)

    def probes(self, waiting: Callable[[Status], None] | None = None) -> "Probes":
        """What looks into the networks, as `networks`."""
        self._await(waiting)
        return self._made(self._probes)

    def school(self, waiting: Callable[[Status], None] | None = None) -> "School":
        """What trains networks, as `networks`."""
        self._await(waiting)
        return self._made(self._school)

    def workshop(self, waiting: Callable[[Status], None] | None = None) -> "Workshop":
        """What works on signals and volumes, as `networks`."""
        self._await(waiting)
        return self._made(self._workshop)

    def _await(self, waiting: Callable[[Status], None] | None) -> None:
        while not self._settled.wait(0.25):
            if waiting is not None:
                waiting(self._status)

    def _made(self, part: Part | None) -> Part:
        if part is None:
            # A new error each time: one raised again keeps every caller's pictures alive.
            raise WeightsUnavailableError(self._status.failure)
        return part

    def _build(self) -> None:
        began = time.perf_counter()
        return_freed_memory()
        # Importing TensorFlow takes seconds that the first answer of the page must not wait for.
        from faceweb.models import device as devices
        from faceweb.models.faces import FaceNetworks
        from faceweb.models.school import School
        from faceweb.models.studio import Studio
        from faceweb.models.workshop import Workshop

        device = devices.select(self._wanted)
        self._status = replace(self._status, device=device.name, precision=device.precision)
        with self._failing():
            self._networks = FaceNetworks(device, self._report)
        self._studio = Studio(device)
        self._school = School(device, self._recogniser)
        self._workshop = Workshop(device, self._studio)
        self._probes = _probes(device, self._recogniser, self._studio)
        with self._failing():
            self._report("warming the painter", 0.95)
            self._studio.painter()
        if self._status.failure:
            return
        self._report("ready", 1.0)
        self._status = replace(self._status, seconds=time.perf_counter() - began)
        log.info("networks warm on %s after %.1f s", device.name, self._status.seconds)

    def _recogniser(self) -> "keras.Model":
        return self._made(self._networks).network

    def _report(self, stage: str, share: float) -> None:
        self._status = replace(self._status, stage=stage, share=share)

    @contextmanager
    def _failing(self) -> Iterator[None]:
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


def _probes(
    device: "Device", recogniser: "Callable[[], keras.Model]", studio: "Studio"
) -> "Probes":
    from faceweb.models import weights
    from faceweb.models.probes import Probes, Source

    def painted(name: str) -> Source:
        return Source(
            lambda report: studio.network(name, report),
            studio.fingerprint(name),
            lambda: studio.at_hand(name),
        )

    face = Source(lambda _: recogniser(), weights.SOURCES["face_resnet"].sha256)
    return Probes(device, {"face": face} | {name: painted(name) for name in NETWORKS})
