"""The networks that can be looked into, each with its probe and what is traced over it."""

import keras

from faceweb.interpret.activation_maximization import Dreamer
from faceweb.interpret.feature_extractor import Probe
from faceweb.interpret.gram_repainter import PairPainter
from faceweb.interpret.saliency import Saliency
from faceweb.networks.device import Device


class Lens:
    """Everything that looks into one network; nothing is traced before it is asked for.

    Attributes:
        probe: facts and activations of its layers.
        dreamer: what a unit would like to see.
        saliency: which pixels excite a unit.
        pairs: repaints a picture for one correlation.
        fingerprint: checksum of the network's weights.
    """

    def __init__(self, model: keras.Model, device: Device, fingerprint: str) -> None:
        self.probe = Probe(model, device)
        self.dreamer = Dreamer(self.probe)
        self.saliency = Saliency(self.probe)
        self.pairs = PairPainter(self.probe)
        self.fingerprint = fingerprint
