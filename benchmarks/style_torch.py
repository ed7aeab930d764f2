"""The style model's step in eager PyTorch on the CPU, with the very same weights and targets."""

import io
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch.nn.functional import avg_pool2d, conv2d

from faceweb.networks import weights as files
from faceweb.networks.perceptual import DESIGN
from faceweb.style.model import AVERAGED, StyleModel, Targets
from faceweb.style.optimizer import FIRST, SECOND, TINY
from faceweb.types import StyleLosses, StyleWeights

LAYOUTS = {"channels_first": torch.contiguous_format, "channels_last": torch.channels_last}
MOST_DIFFERENT = 1e-3


class State(NamedTuple):
    """As the painter's; all but `step` are (1, 3, h, w)."""

    picture: torch.Tensor
    average: torch.Tensor
    first: torch.Tensor
    second: torch.Tensor
    step: int


class TorchPainter:
    """Costs, gradient and steps of one painting.

    Args:
        arrays: kernels and biases as `assets/weights/perceptual.npz` names them.
        targets: the painter's.
        weights: of the costs.
        layout: one of `LAYOUTS`.
        content_layer: index of the tap that J_content compares.
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray],
        targets: Targets,
        weights: StyleWeights,
        layout: str = "channels_first",
        content_layer: int = 3,
    ) -> None:
        self._layout, self._weights, self._content_layer = LAYOUTS[layout], weights, content_layer
        self._kernels, self._biases = {}, {}
        for block, count in enumerate(DESIGN.convolutions, start=1):
            for number in range(1, count + 1):
                name = f"conv{block}_{number}"
                kernel = torch.tensor(arrays[f"{name}/kernel"]).float().permute(3, 2, 0, 1)
                self._kernels[name] = kernel.contiguous(memory_format=self._layout)
                self._biases[name] = torch.tensor(arrays[f"{name}/bias"]).float()
        self._content, self._mask = self._update(targets.content), self._update(targets.mask)
        self._styles = [
            tuple(torch.tensor(part.numpy()) for part in style_layer)
            for style_layer in targets.styles
        ]

    def begin(self, picture: np.ndarray) -> State:
        """A painting that starts from (h, w, 3) float32."""
        batch = self._update(picture[None])
        nothing = torch.zeros_like(batch)
        return State(batch, nothing, nothing, nothing, 0)

    def gradient(self, picture: np.ndarray) -> tuple[np.ndarray, StyleLosses]:
        """Gradient of J, (h, w, 3), and the costs, at a picture (h, w, 3) float32."""
        gradient, losses = self._gradient(self._update(picture[None]))
        return gradient[0].permute(1, 2, 0).numpy(), losses

    def step(self, state: State, rate: float) -> tuple[State, StyleLosses]:
        """One step of Adam down the gradient of J; the costs are those before it."""
        gradient, losses = self._gradient(state.picture)
        step = state.step + 1
        with torch.no_grad():
            first = FIRST * state.first + (1 - FIRST) * gradient
            second = SECOND * state.second + (1 - SECOND) * gradient**2
            size = torch.sqrt(second / (1 - SECOND**step)) + TINY
            direction = first / (1 - FIRST**step)
            picture = torch.clamp(state.picture - rate * direction / size, 0.0, 1.0)
            average = AVERAGED * state.average + (1 - AVERAGED) * picture
        return State(picture, average, first, second, step), losses

    def _gradient(self, picture: torch.Tensor) -> tuple[torch.Tensor, StyleLosses]:
        picture = picture.detach().requires_grad_()
        losses = self._costs(picture)
        (gradient,) = torch.autograd.grad(losses[0], picture)
        return gradient * self._mask, StyleLosses(*(float(cost.detach()) for cost in losses))

    def _costs(self, picture: torch.Tensor) -> tuple[torch.Tensor, ...]:
        style_layers, mask = self._taps(picture), self._mask
        statistics = []
        for style_layer in style_layers:
            statistics.append(gram(style_layer, mask))
            mask = avg_pool2d(mask, 2, ceil_mode=True, count_include_pad=False)
        content = (style_layers[self._content_layer] - self._content).square().mean() / 2
        weights = self._weights
        style = sum(
            share * distance(*pair)
            for share, pair in zip(
                weights.layer_weights, zip(statistics, self._styles, strict=True), strict=True
            )
        )
        down = (picture[:, :, 1:] - picture[:, :, :-1]).square().mean()
        variation = down + (picture[..., 1:] - picture[..., :-1]).square().mean()
        j = weights.alpha * content + weights.beta * style + weights.variation * variation
        return j, content, style, variation

    def _taps(self, picture: torch.Tensor) -> list[torch.Tensor]:
        x, style_layers = 4 * picture - 1.8, []
        for block, count in enumerate(DESIGN.convolutions, start=1):
            if block > 1:
                x = avg_pool2d(x, 2, ceil_mode=True, count_include_pad=False)
            x = mirror(x, count)
            for number in range(1, count + 1):
                name = f"conv{block}_{number}"
                x = torch.relu(conv2d(x, self._kernels[name], self._biases[name]))
                if number == 1:
                    style_layers.append(crop(x, count - 1))
        return style_layers

    def _update(self, batch) -> torch.Tensor:
        moved = torch.tensor(np.asarray(batch)).permute(0, 3, 1, 2)
        return moved.contiguous(memory_format=self._layout)


def mirror(x: torch.Tensor, count: int) -> torch.Tensor:
    """The outermost pixels mirrored on every side."""
    x = torch.cat([x[:, :, :count].flip(2), x, x[:, :, -count:].flip(2)], 2)
    return torch.cat([x[..., :count].flip(3), x, x[..., -count:].flip(3)], 3)


def crop(x: torch.Tensor, count: int) -> torch.Tensor:
    """Without so many pixels on every side."""
    return x[:, :, count:-count, count:-count] if count else x


def gram(style_layer: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Gram matrix (c, c) and mean (c,) over positions weighed by a mask."""
    columns, share = style_layer.reshape(style_layer.shape[1], -1), mask.reshape(1, -1)
    share = share / share.sum().clamp(min=1e-6)
    weighed = columns * share
    return weighed @ columns.T, weighed.sum(1)


def distance(
    generated: tuple[torch.Tensor, torch.Tensor], style: tuple[torch.Tensor, torch.Tensor]
) -> torch.Tensor:
    """`faceweb.style.losses.centred_style_loss`."""
    wanted, found = (matrix - torch.outer(mean, mean) for matrix, mean in (style, generated))
    trace = wanted.trace().clamp(min=1e-6)
    covariance = (found - wanted).square().sum() / trace.square()
    return covariance + (generated[1] - style[1]).square().sum() / trace


def peers(
    style_model: StyleModel, targets: Targets, weights: StyleWeights, pictures: list[np.ndarray]
) -> tuple[dict[str, TorchPainter], float]:
    """A peer a layout, and by how much costs and gradient differ at some pictures at most.

    Raises:
        RuntimeError: by so much that something else is computed.
    """
    with np.load(io.BytesIO(files.read("perceptual"))) as arrays:
        made = {name: TorchPainter(arrays, targets, weights, name) for name in LAYOUTS}
    most = max(
        difference(style_model.gradient(picture, targets, weights), peer.gradient(picture))
        for peer in made.values()
        for picture in pictures
    )
    if most > MOST_DIFFERENT:
        raise RuntimeError(f"PyTorch computes something else: it differs by {most:.2g}.")
    return made, most


def difference(
    ours: tuple[np.ndarray, StyleLosses], theirs: tuple[np.ndarray, StyleLosses]
) -> float:
    """Largest relative difference of gradient and costs."""
    gradient = np.linalg.norm(ours[0] - theirs[0]) / np.linalg.norm(ours[0])
    mine, other = (np.array([c.j, c.content, c.style, c.variation]) for _, c in (ours, theirs))
    return float(max(gradient, *(abs(mine - other) / np.maximum(abs(mine), 1e-6))))
