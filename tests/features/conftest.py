"""A small network and corpora on disk, for the features that look into networks."""

import keras
import numpy as np
import pytest
from PIL import Image

from faceweb.models.device import Device
from faceweb.models.perceptual import build_perceptual
from faceweb.models.probes import Lens


@pytest.fixture(scope="session")
def lens():
    """The painter's network with random weights."""
    keras.utils.set_random_seed(7)
    return Lens(build_perceptual(), Device("cpu", "CPU", "float32"), "random")


@pytest.fixture
def folder(tmp_path):
    """Makes pictures of noise in a folder; sizes are (width, height)."""

    def made(*sizes, suffix=".png"):
        for number, (width, height) in enumerate(sizes):
            pixels = np.random.default_rng(number).integers(0, 256, (height, width, 3), np.uint8)
            coarse = Image.fromarray(pixels[::8, ::8]).resize((width, height))
            coarse.save(tmp_path / f"{number:03}{suffix}")
        return tmp_path

    return made
