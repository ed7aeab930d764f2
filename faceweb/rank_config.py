"""Settings of what has one or three axes: defaults and legal ranges, as in `faceweb.config`."""

from dataclasses import dataclass

from faceweb.config import Bounded, StyleConfig, bounded, chosen


@dataclass(frozen=True, kw_only=True)
class DimensionsConfig(Bounded):
    """A convolution over a signal (rank 1), a picture (2) or a volume (3), alike on each axis."""

    rank: int = bounded(2, 1, 3, 1)
    size: int = bounded(14, 1, 512, 1)
    filter: int = bounded(5, 1, 31, 1)
    filters: int = bounded(16, 1, 1024, 1)
    channels: int = bounded(1, 1, 1024, 1)
    stride: int = bounded(1, 1, 8, 1)
    padding: str = chosen("valid", "same")
    dilation: int = bounded(1, 1, 8, 1)


@dataclass(frozen=True, kw_only=True)
class WindowConfig(Bounded):
    """The filter whose numbers are shown; the seed is that of the random one."""

    kernel: str = chosen("difference", "second difference", "average", "random")
    seed: int = bounded(0, 0, 2**31 - 1, 1)


@dataclass(frozen=True, kw_only=True)
class SoundConfig(Bounded):
    """How a sound is repainted; a texture keeps no content and begins with noise."""

    alpha: float = bounded(1.0, 0.0, 10.0, 0.05)
    beta: float = bounded(10.0, 0.0, 40.0, 0.1)
    steps: int = bounded(100, 10, 500, 10)
    rate: float = bounded(0.03, 0.002, 0.2, 0.002)
    seed: int = bounded(0, 0, 2**31 - 1, 1)
    texture: bool = False

    @property
    def style(self) -> StyleConfig:
        """The same, as a painting takes it."""
        return StyleConfig(
            alpha=0.0 if self.texture else self.alpha,
            beta=self.beta,
            smooth=0.0,
            steps=self.steps,
            rate=self.rate,
            seed=self.seed,
            init="noise" if self.texture else "content",
        )


@dataclass(frozen=True, kw_only=True)
class TraceConfig(Bounded):
    """Whose trace filters are learnt from, the seed of a simulated one, and in how many steps."""

    source: str = chosen("simulated", "bundled", "file")
    seed: int = bounded(0, 0, 2**31 - 1, 1)
    steps: int = bounded(150, 10, 1000, 10)


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
