"""A sound repainted in the manner of another: spectra over time as a signal of many channels.

Ulyanov & Lebedev 2016, "Audio texture synthesis and style transfer": frequencies are channels, so
filters run along time alone. Phases are found after Griffin & Lim 1984.
"""

from dataclasses import dataclass

import numpy as np

from faceweb.features.array_scene import ArrayScene
from faceweb.features.sound_file import RATE
from faceweb.numerics.spectrogram import (
    N_FFT,
    Scaled,
    compressed,
    expanded,
    griffin_lim,
    scaled,
    spectra,
    unscaled,
)
from faceweb.types import Signal

CHANNELS = N_FFT // 2 + 1
ITERATIONS = 60


@dataclass(frozen=True, eq=False)
class SoundScene(ArrayScene):
    """Spectrograms (t, f) of content and style; 1 stands for `loudest`, compressed."""

    loudest: float = 1.0

    def heard(self, values: np.ndarray, seed: int = 0) -> Signal:
        """The sound of a spectrogram (t, f) in [0, 1]."""
        magnitudes = expanded(unscaled(Scaled(values, 0.0, self.loudest)))
        return Signal(griffin_lim(magnitudes, ITERATIONS, seed), RATE)


def sound_scene(content: Signal, style: Signal) -> SoundScene:
    """What is painted where a sound takes on another's style.

    Args:
        content: what is kept in time; of a texture, only its length counts.
        style: what it shall sound like.
    """
    both = [compressed(spectra(each.samples)) for each in (content, style)]
    loudest = max(float(each.max()) for each in both)
    kept, wanted = (scaled(each, 0.0, loudest).values for each in both)
    return SoundScene(kept, [wanted], [kept.shape[:1]], loudest=loudest)


def kept_share(scene: SoundScene, values: np.ndarray) -> float:
    """Pearson's correlation of a spectrogram with the content's: 1 where nothing has changed."""
    return float(np.corrcoef(values.ravel(), scene.content.ravel())[0, 1])
