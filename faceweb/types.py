"""What crosses the layers: boxes, faces, verdicts, matches, steps of a painting."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the upright picture."""

    left: float
    top: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height

    def as_list(self) -> list[float]:
        """`[left, top, width, height]`, rounded to a tenth of a pixel, for a JSON record."""
        return [round(float(v), 1) for v in (self.left, self.top, self.width, self.height)]


@dataclass(frozen=True, eq=False)
class Face:
    """A detected face.

    `score` is the detector's probability of a face; `landmarks` is (5, 2), x and y of left eye,
    right eye, nose, left and right mouth corner, as seen in the picture.
    """

    box: Box
    score: float
    landmarks: np.ndarray


@dataclass(frozen=True, eq=False)
class EmbeddedFace:
    """A face, its aligned chip (150, 150, 3) uint8 and its embedding (128,) float32."""

    face: Face
    chip: np.ndarray
    embedding: np.ndarray


@dataclass(frozen=True)
class Verdict:
    """Are two faces one person? Smaller distances are nearer; equal to the threshold is same."""

    distance: float
    threshold: float

    @property
    def same(self) -> bool:
        return self.distance <= self.threshold


@dataclass(frozen=True)
class Candidate:
    """A person of the gallery and their nearest photo, the `number`-th of theirs from 1."""

    person: str
    photo_id: int
    distance: float
    number: int = 1


@dataclass(frozen=True)
class Match:
    """Who of the gallery a face is; candidates are nearest first."""

    candidates: tuple[Candidate, ...]
    threshold: float

    @property
    def person(self) -> str | None:
        best = self.candidates[0] if self.candidates else None
        return best.person if best and best.distance <= self.threshold else None


@dataclass(frozen=True)
class Interval:
    """A proportion and its 95 % confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class MatchProbability:
    """What a distance and a threshold are worth, counted on pairs whose answer is known.

    `probability` is that of one person given the distance, if `prior` of such pairs were one.
    """

    false_accept: Interval
    false_reject: Interval
    probability: float
    prior: float


@dataclass(frozen=True)
class Check:
    """One line of a photo's report card."""

    name: str
    good: bool
    value: str
    advice: str


@dataclass(frozen=True)
class StyleWeights:
    """Weights of J = alpha * J_content + beta * J_style + variation * J_variation.

    `layer_weights` weighs the style layers within J_style, one number a tap.
    """

    alpha: float
    beta: float
    variation: float
    layer_weights: tuple[float, ...]


@dataclass(frozen=True)
class StyleLosses:
    """J and its three terms before their weights."""

    j: float
    content: float
    style: float
    variation: float

    @property
    def finite(self) -> bool:
        return all(map(math.isfinite, (self.j, self.content, self.style, self.variation)))


@dataclass(frozen=True, eq=False)
class StyleStep:
    """A painting under way.

    Attributes:
        picture: the best so far, (h, w, 3) uint8 for a picture.
        costs: J and its terms, with the raw weights that made J of them.
        weights: those raw weights.
        step, steps: how many steps are done, and shall be.
        shape: sides that are worked at, (height, width) for a picture.
        remaining: expected seconds.
        note: what went wrong and was mended, or "".
    """

    picture: np.ndarray
    losses: StyleLosses
    weights: StyleWeights
    step: int
    steps: int
    shape: tuple[int, ...]
    remaining: float
    note: str = ""


@dataclass(frozen=True)
class ReceptiveField:
    """Which input pixels the positions of a layer see, along one axis.

    Attributes:
        size: pixels that one position sees.
        stride: pixels between two neighbouring positions.
        offset: where position 0 is centred; 0 is the centre of the first pixel, and borders added
            around the picture make it smaller.
    """

    size: int
    stride: int
    offset: float


@dataclass(frozen=True)
class LayerFacts:
    """A layer of a network, for pictures of one size.

    Attributes:
        name: of the Keras layer whose output it is.
        convolutions: names of the convolutions that end in it.
        shape: (h, w, c) of its activations, of a signal (t, c), of a volume (d, h, w, c).
        field: its receptive field, the same along every axis.
        parameters: kernels and biases of those convolutions.
        multiplies: multiplications of those convolutions for one picture.
        place, places: it is the `place`-th of `places` layers, from 1.
    """

    name: str
    convolutions: tuple[str, ...]
    shape: tuple[int, ...]
    field: ReceptiveField
    parameters: int
    multiplies: int
    place: int
    places: int


@dataclass(frozen=True, eq=False)
class Peaks:
    """Where the units of a layer are most excited, each (n, most, c): pictures, places, units.

    Attributes:
        values: activations, falling along `most`; the dtype's least where there is no other place.
        places: positions in the layer, counted through row by row.
    """

    values: np.ndarray
    places: np.ndarray


@dataclass(frozen=True, eq=False)
class Signal:
    """A sound or a trace: samples (t,) float32, `rate` of them a second."""

    samples: np.ndarray
    rate: float

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


@dataclass(frozen=True, eq=False)
class Volume:
    """Voxels (d, h, w) float32 in [0, 1].

    `spacing` is how far apart they are along each axis, in millimetres; 0 and 1 stand for the
    values `low` and `high` of the file.
    """

    voxels: np.ndarray
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames (t, h, w, 3) uint8 RGB, `rate` of them a second."""

    frames: np.ndarray
    rate: float
