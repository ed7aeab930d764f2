"""Everything that looks into one network, over the model that the page already has."""

import keras

from faceweb.interpret.activation_maximization import ActivationMaximization
from faceweb.interpret.attribution import Attribution
from faceweb.interpret.feature_extractor import FeatureExtractor
from faceweb.interpret.gram_repainter import GramRepainter
from faceweb.interpret.saliency import Saliency
from faceweb.networks.device import Device


class Inspector:
    """Everything that looks into one network; nothing is traced before it is asked for.

    Attributes:
        extractor: facts and activations of its layers.
        maximization: what a unit would like to see.
        attribution: Grad-CAM and gradients of a score.
        saliency: which pixels excite a unit.
        repainter: repaints a picture for one correlation.
        fingerprint: checksum of the network's weights.
    """

    def __init__(self, model: keras.Model, device: Device, fingerprint: str) -> None:
        self.extractor = FeatureExtractor(model, device)
        self.maximization = ActivationMaximization(self.extractor)
        self.attribution = Attribution(self.extractor)
        self.saliency = Saliency(self.extractor)
        self.repainter = GramRepainter(self.extractor)
        self.fingerprint = fingerprint
