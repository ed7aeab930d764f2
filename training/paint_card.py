"""Paints one pair with the perceptual network and with its teacher, to be judged side by side.

python -m training.paint_card --content PHOTO --style PAINTING --teacher FILE --out FOLDER
"""

import argparse
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops
from PIL import Image

from faceweb.config import StyleConfig
from faceweb.media.image import read_picture
from faceweb.networks import weights
from faceweb.networks.device import select
from faceweb.networks.perceptual import load_perceptual
from faceweb.style.image import Scene
from faceweb.style.model import StyleModel
from faceweb.style.transfer import StyleTransfer
from training.make_styles import save
from training.perceptual import LAYERS


class Reflect(layers.Layer):
    """A border of one pixel, as the teacher was trained with."""

    def call(self, x):
        return ops.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], mode="reflect")


def load_teacher(path: Path) -> keras.Model:
    """The five encoders as one network with the outputs relu1_1 ... relu5_1."""
    inputs = keras.Input((None, None, 3))
    with np.load(path) as arrays:
        style_layers = [_content_layer(inputs, arrays, number) for number in range(1, 6)]
    return keras.Model(inputs, style_layers, name="teacher")


def _content_layer(x, arrays, number: int):
    x = _convolve(x, arrays, f"se{number}.conv0")
    for name in LAYERS:
        if name == "pool":
            x = layers.AveragePooling2D(2, padding="same")(x)
            continue
        x = ops.relu(_convolve(Reflect()(x), arrays, f"se{number}.{name}"))
        if name == f"conv{number}1":
            break
    return ops.relu(_convolve(x, arrays, f"se{number}.conv{number}1_aux"))


def _convolve(x, arrays, name: str):
    kernel = arrays[f"{name}.weight"].transpose(2, 3, 1, 0)
    layer = layers.Conv2D(kernel.shape[-1], kernel.shape[:2])
    x = layer(x)
    layer.set_weights([kernel, arrays[f"{name}.bias"]])
    return x


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("content", "style", "teacher", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--size", type=int, default=320)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    device = select("cpu")
    scene = Scene(read_picture(arguments.content), [read_picture(arguments.style)])
    networks = {
        "student": load_perceptual(weights.read("perceptual")),
        "teacher": load_teacher(arguments.teacher),
    }
    for name, network in networks.items():
        config = StyleConfig(size=arguments.size)
        *_, last = StyleTransfer(StyleModel(network, device), scene, config).run()
        save(Image.fromarray(last.picture), arguments.out / f"starry_night_{name}.jpg")


if __name__ == "__main__":
    main()
