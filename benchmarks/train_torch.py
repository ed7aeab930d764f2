"""A training step in eager PyTorch on the CPU: the same network, batch, semi-hard loss and Adam."""

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn.functional import conv2d, linear, max_pool2d, pad

from faceweb.networks.siamese import WIDTHS
from faceweb.style.optimizer import FIRST, SECOND, TINY

FAR = 1e9


class TorchLearner:
    """Weights and Adam's moments, laid out for PyTorch.

    Args:
        arrays: kernels and biases in the order of the Keras network.
        layout: memory format of pictures and kernels.
    """

    def __init__(self, arrays: Sequence[np.ndarray], layout: torch.memory_format) -> None:
        self._layout = layout
        self.parameters = []
        for array in arrays:
            value = torch.tensor(array)
            if array.ndim == 4:
                value = value.permute(3, 2, 0, 1).contiguous(memory_format=layout)
            elif array.ndim == 2:
                value = value.T.contiguous()
            self.parameters.append(value.requires_grad_())
        self._first = [torch.zeros_like(p) for p in self.parameters]
        self._second = [torch.zeros_like(p) for p in self.parameters]
        self._step = 0

    def step(self, batch: np.ndarray, people: np.ndarray, margin: float, rate: float) -> float:
        """One step downhill; the loss is that before it."""
        pictures = torch.tensor(batch).permute(0, 3, 1, 2).contiguous(memory_format=self._layout)
        loss = semi_hard(self._embedded(pictures), torch.tensor(people), margin)
        gradients = torch.autograd.grad(loss, self.parameters)
        self._step += 1
        with torch.no_grad():
            moved = zip(self.parameters, gradients, self._first, self._second, strict=True)
            for parameter, gradient, first, second in moved:
                first.mul_(FIRST).add_(gradient, alpha=1 - FIRST)
                second.mul_(SECOND).addcmul_(gradient, gradient, value=1 - SECOND)
                size = torch.sqrt(second / (1 - SECOND**self._step)) + TINY
                parameter -= rate * first / (1 - FIRST**self._step) / size
        return float(loss.detach())

    def _embedded(self, x: torch.Tensor) -> torch.Tensor:
        x = 2 * x - 1
        for i in range(len(WIDTHS)):
            kernel, bias = self.parameters[2 * i : 2 * i + 2]
            stride = 1 if i == len(WIDTHS) - 1 else 2
            # Keras' "same" borders: where one side gets more, it is the far one.
            more = max(kernel.shape[2] - stride, 0)
            x = pad(x, (more // 2, more - more // 2) * 2)
            x = torch.relu(conv2d(x, kernel, bias, stride))
        # Channels last within a row, as Keras flattens.
        x = max_pool2d(x, 2).permute(0, 2, 3, 1).reshape(len(x), -1)
        x = linear(x, *self.parameters[-2:])
        return x / torch.sqrt(x.square().sum(-1, keepdim=True) + 1e-12)


def semi_hard(embeddings: torch.Tensor, people: torch.Tensor, margin: float) -> torch.Tensor:
    """Mean triplet loss of every positive pair with its nearest negative that is farther."""
    n = len(people)
    squared = (embeddings[:, None] - embeddings[None]).square().sum(-1)
    apart = squared > 0
    distances = torch.where(apart, torch.sqrt(torch.where(apart, squared, 1.0)), 0.0)
    alike = people[:, None] == people[None]
    positives, negatives = alike & ~torch.eye(n, dtype=torch.bool), ~alike
    to_negative = distances[:, None, :].expand(n, n, n)
    farther = negatives[:, None, :] & (to_negative > distances[:, :, None])
    nearest = torch.where(farther, to_negative, FAR).argmin(2)
    farthest = torch.where(negatives, distances, -FAR).argmax(1)
    chosen = torch.where(farther.any(2), nearest, farthest[:, None])
    losses = torch.relu(distances - distances.gather(1, chosen) + margin)
    return (losses * positives).sum() / positives.sum()
