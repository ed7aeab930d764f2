"""How clips and blocks of texture are painted, as `faceweb.config` says it of pictures."""

from dataclasses import dataclass

from faceweb.config import Bounded, StyleConfig, bounded


@dataclass(frozen=True, kw_only=True)
class MovingStyle(StyleConfig):
    """How a clip is painted; `smooth` weighs what changes along the motion."""

    smooth: float = bounded(5.0, 0.0, 50.0, 0.5)


@dataclass(frozen=True, kw_only=True)
class ClipConfig(Bounded):
    """How a clip is repainted: J = alpha * J_content + beta * J_style + motion * J_variation.

    `size` is the longer side of its frames in pixels; `steps` are done at each of one or two sizes.
    """

    alpha: float = bounded(1.0, 0.0, 10.0, 0.05)
    beta: float = bounded(10.0, 0.0, 40.0, 0.1)
    motion: float = bounded(5.0, 0.0, 50.0, 0.5)
    size: int = bounded(128, 64, 192, 32)
    steps: int = bounded(40, 5, 200, 5)
    rate: float = bounded(0.03, 0.002, 0.2, 0.002)
    seed: int = bounded(0, 0, 2**31 - 1, 1)

    @property
    def style(self) -> StyleConfig:
        """The same, as a painting takes it."""
        return MovingStyle(
            alpha=self.alpha,
            beta=self.beta,
            smooth=self.motion,
            size=self.size,
            steps=self.steps,
            rate=self.rate,
            seed=self.seed,
        )


@dataclass(frozen=True, kw_only=True)
class SolidConfig(Bounded):
    """A block of texture of `side` voxels along each axis, painted from noise.

    `smooth` weighs J_variation: without it the noise that a block begins with stays in it.
    """

    side: int = bounded(32, 32, 64, 16)
    steps: int = bounded(80, 5, 500, 5)
    seed: int = bounded(0, 0, 2**31 - 1, 1)
    rate: float = bounded(0.08, 0.002, 0.2, 0.002)
    smooth: float = bounded(1.0, 0.0, 5.0, 0.05)

    @property
    def style(self) -> StyleConfig:
        """The same, as a painting takes it."""
        return StyleConfig(
            alpha=0.0,
            smooth=self.smooth,
            steps=self.steps,
            rate=self.rate,
            seed=self.seed,
            init="noise",
        )
