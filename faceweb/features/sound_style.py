"""A sound repainted in the manner of another: spectra over time as a signal of many channels.

After Ulyanov & Lebedev 2016, "Audio texture synthesis and style transfer": frequencies are
channels, so random filters run along time alone. Unlike there, windows are shorter and filters
fewer, statistics are those of the page's pictures (covariance and mean), the start is the content,
and Adam moves it, with no value louder than the louder sound's.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from faceweb.config import StyleConfig
from faceweb.features.array_scene import ArrayCanvas, ArrayScene
from faceweb.features.sound_file import RATE
from faceweb.features.stylize import Painter
from faceweb.numerics.spectrogram import (
    N_FFT,
    Scaled,
    compressed,
    expanded,
    inverse,
    phases,
    scaled,
    spectra,
    unscaled,
)
from faceweb.types import Signal, StyleCosts, StyleWeights

CHANNELS = N_FFT // 2 + 1


@dataclass(frozen=True, eq=False)
class SoundCanvas(ArrayCanvas):
    """A scene of sounds, whose noise is as loud as the style on every frequency."""

    def start(self, config: StyleConfig) -> np.ndarray:
        """The content, or noise: an even one would be far louder than any sound."""
        if config.init != "noise":
            return self.content
        noise = np.random.default_rng(config.seed).random(self.content.shape, np.float32)
        return 2 * noise * self.styles[0].mean(axis=0)


@dataclass(frozen=True, eq=False)
class SoundScene(ArrayScene):
    """Spectrograms (t, f) of content and style; 1 stands for `loudest`, compressed.

    `phases` are the content's, (t, f) complex of size 1, and `length` its samples.
    """

    loudest: float = 1.0
    phases: np.ndarray = field(default_factory=lambda: np.ones(()))
    length: int = 0

    def canvas(self, config: StyleConfig, shape: tuple[int, ...]) -> SoundCanvas:
        """Content and style as they are."""
        return SoundCanvas(self.content, list(self.styles))

    def spectrogram(self, sound: Signal) -> np.ndarray:
        """What a sound of the content's length is in this scene, (t, f) in [0, 1]."""
        return scaled(compressed(spectra(sound.samples)), 0.0, self.loudest).values


class SoundPainter:
    """A painter whose every step ends at the spectrogram of a sound.

    Windows overlap, so that not every spectrogram is one of a sound: what was painted freely would
    be heard otherwise. After each step the nearest sound is taken, by one iteration of Griffin &
    Lim 1984, "Signal Estimation from Modified Short-Time Fourier Transform", which also moves the
    phases. One of these makes one sound.

    Args:
        painter: of spectrograms (t, f).
        scene: what is painted.
        config: whose start tells the phases to begin with: random ones for noise, else the
            content's.
    """

    def __init__(self, painter: Painter, scene: SoundScene, config: StyleConfig) -> None:
        self._painter, self._scene = painter, scene
        self.statistics, self.targets = painter.statistics, painter.targets
        self.slope, self.begin, self.resized = painter.slope, painter.begin, painter.resized
        self._phases = scene.phases
        if config.init == "noise":
            turns = np.random.default_rng(config.seed).random(scene.content.shape)
            self._phases = np.exp(2j * np.pi * turns).astype(np.complex64)

    def step(
        self, state: Any, targets: Any, weights: StyleWeights, rate: float
    ) -> tuple[Any, StyleCosts]:
        """One step of the painter, and from there to the nearest sound."""
        state, costs = self._painter.step(state, targets, weights, rate)
        found = spectra(self._samples(self.painted(state)))
        self._phases = phases(found)
        values = scaled(compressed(found), 0.0, self._scene.loudest).values
        return state._replace(picture=self.begin(values).picture), costs

    @staticmethod
    def painted(state: Any) -> np.ndarray:
        """The spectrogram (t, f) as it is: a mean of several would be none of a sound."""
        return state.picture.numpy()[0]

    def heard(self, values: np.ndarray) -> Signal:
        """The sound of the last step's spectrogram (t, f)."""
        return Signal(self._samples(values)[: self._scene.length], RATE)

    def _samples(self, values: np.ndarray) -> np.ndarray:
        magnitudes = expanded(unscaled(Scaled(values, 0.0, self._scene.loudest)))
        return inverse(magnitudes * self._phases)


def sound_scene(content: Signal, style: Signal) -> SoundScene:
    """What is painted where a sound takes on another's style.

    Args:
        content: what is kept in time; of a texture, only its length counts.
        style: what it shall sound like.
    """
    kept, wanted = (spectra(each.samples) for each in (content, style))
    loudest = max(float(compressed(each).max()) for each in (kept, wanted))
    values, target = (scaled(compressed(each), 0.0, loudest).values for each in (kept, wanted))
    return SoundScene(
        values,
        [target],
        [values.shape[:1]],
        loudest=loudest,
        phases=phases(kept),
        length=len(content.samples),
    )


def kept_share(scene: ArrayScene, values: np.ndarray) -> float:
    """Pearson's correlation of a spectrogram with the content's: 1 where nothing has changed, 0
    where one of them is the same throughout."""
    deviations = [each - each.mean() for each in map(np.float64, (values, scene.content))]
    norms = [float(np.linalg.norm(each)) for each in deviations]
    return float((deviations[0] * deviations[1]).sum()) / max(norms[0] * norms[1], 1e-12)
