"""The networks of the face tabs: detect, align and embed, built together on one device."""

from collections.abc import Callable

import numpy as np

from faceweb.faces.align import cut_chip
from faceweb.faces.detector import Detector
from faceweb.networks import weights
from faceweb.networks.device import Batched, Device
from faceweb.networks.face_resnet import CHIP, build_embedder
from faceweb.networks.mtcnn import load_mtcnn
from faceweb.types import EmbeddedFace, Face


class FaceNetworks:
    """Detector, aligner and embedder, safe to call from many threads; `network` is the embedder's.

    Args:
        device: where they run.
        report: called with the name and the share done of each stage of building and warming.

    Raises:
        WeightsUnavailableError: a weight file is missing or altered.
    """

    def __init__(self, device: Device, report: Callable[[str, float], None]) -> None:
        report("reading weights", 0.6)
        self._lock = device.lock.priority
        self.detector = Detector(*load_mtcnn(weights.read("mtcnn")))
        self.network = build_embedder(weights.read("face_resnet"))

        def forward(chips):
            return self.network(chips, training=False)

        self.embedder = Batched(
            forward, (CHIP, CHIP, 3), (1, 2, 4, 8, 16, 32), compiles=device.compiles
        )
        report("warming the detector", 0.7)
        self.detector.warm()
        report("warming the embedder", 0.85)
        self.embedder.warm()

    def detect(self, picture: np.ndarray) -> list[Face]:
        """The faces of a picture (h, w, 3) uint8, largest first."""
        with self._lock:
            return self.detector(picture)

    @property
    def traces(self) -> int:
        """How often any graph was traced; constant once warm."""
        return self.detector.traces + self.embedder.traces

    def align(self, picture: np.ndarray, faces: list[Face]) -> list[np.ndarray]:
        """Aligned chips (150, 150, 3) uint8 of faces of a picture (h, w, 3) uint8."""
        with self._lock:
            settled = self.detector.settle(picture, faces)
        return [cut_chip(picture, landmarks) for landmarks in settled]

    def embed_faces(self, picture: np.ndarray, faces: list[Face]) -> list[EmbeddedFace]:
        """Aligns and embeds faces of a picture (h, w, 3) uint8."""
        chips = self.align(picture, faces)
        embeddings = self.embed(np.stack(chips)) if chips else np.zeros((0, 128))
        return [EmbeddedFace(*parts) for parts in zip(faces, chips, embeddings, strict=True)]

    def embed(self, chips: np.ndarray) -> np.ndarray:
        """Encodings (n, 128) of aligned chips (n, 150, 150, 3) uint8."""
        with self._lock:
            return self.embedder(chips / np.float32(255))
