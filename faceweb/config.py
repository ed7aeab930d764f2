"""Defaults and their legal ranges, written once; sliders and validation both read them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from faceweb.errors import SettingError

ASSETS = Path(__file__).resolve().parent.parent / "assets"
NETWORKS = ("perceptual", "vgg19")
# Networks that can be looked into.
PROBED = ("perceptual", "face", "vgg19")
LIVE = ("alpha", "beta", "smooth", "lambda1", "lambda2", "lambda3", "lambda4", "lambda5")
DEVICES = ("auto", "cpu", "gpu")
PUBLIC_DAYS = 7


def bounded_field(default: float, low: float, high: float, step: float) -> Any:
    """A number with its legal range, for a dataclass that derives from `Bounded`."""
    return field(default=default, metadata={"low": low, "high": high, "step": step})


def choice_field(*choices: str) -> Any:
    """One of several words, the first by default."""
    return field(default=choices[0], metadata={"choices": choices})


@dataclass(frozen=True, kw_only=True)
class Bounded:
    """Refuses numbers outside their range, NaN included."""

    def __post_init__(self) -> None:
        for item in fields(self):
            choices = item.metadata.get("choices")
            if choices and getattr(self, item.name) not in choices:
                raise SettingError(
                    f"{item.name.capitalize()} must be one of {', '.join(choices)}. Received: "
                    f"{getattr(self, item.name)}."
                )
            if "low" not in item.metadata:
                continue
            low, high = item.metadata["low"], item.metadata["high"]
            value = getattr(self, item.name)
            # NaN and infinities are outside every range, and so is what is too large for a float.
            real = isinstance(value, int | float) and low <= value <= high
            whole = isinstance(item.default, int)
            if whole and real and int(value) == value:
                object.__setattr__(self, item.name, int(value))
            elif not real or whole:
                name = item.name.replace("_", " ").capitalize()
                kind = "a whole number" if whole else "a number"
                raise SettingError(
                    f"{name} must be {kind} from {low:g} to {high:g}. Received: {value}."
                )


@dataclass(frozen=True, kw_only=True)
class FacesConfig(Bounded):
    """How near two embeddings must be to count as one person, in Euclidean distance."""

    threshold: float = bounded_field(0.6, 0.2, 1.2, 0.01)


@dataclass(frozen=True, kw_only=True)
class StyleConfig(Bounded):
    """How a picture is painted: J = alpha * J_content + beta * J_style + smooth * J_variation.

    At weights of 1 the terms pull equally hard at the start. `lambda1` to `lambda5` weigh conv1_1
    to conv5_1 within J_style.
    """

    alpha: float = bounded_field(1.0, 0.0, 10.0, 0.05)
    beta: float = bounded_field(10.0, 0.0, 40.0, 0.1)
    smooth: float = bounded_field(0.1, 0.0, 5.0, 0.05)
    lambda1: float = bounded_field(3.0, 0.0, 5.0, 0.1)
    lambda2: float = bounded_field(1.0, 0.0, 5.0, 0.1)
    lambda3: float = bounded_field(1.0, 0.0, 5.0, 0.1)
    lambda4: float = bounded_field(1.0, 0.0, 5.0, 0.1)
    lambda5: float = bounded_field(0.2, 0.0, 5.0, 0.1)
    size: int = bounded_field(384, 64, 2048, 32)
    steps: int = bounded_field(80, 5, 500, 5)
    style_scale: float = bounded_field(1.0, 0.25, 3.0, 0.05)
    rate: float = bounded_field(0.03, 0.002, 0.2, 0.002)
    seed: int = bounded_field(0, 0, 2**31 - 1, 1)
    init: str = choice_field("content", "noise", "blend")
    statistic: str = choice_field("centred", "plain")
    optimizer: str = choice_field("adam", "l-bfgs")
    colours: str = choice_field("of the style", "luminance only", "matched")
    content_layer: str = choice_field("conv4_1", "conv1_1", "conv2_1", "conv3_1", "conv5_1")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.alpha == self.beta == 0:
            raise SettingError("Alpha and beta are both 0, so nothing would be painted: raise one.")

    @property
    def live(self) -> dict[str, float]:
        """What a painting under way obeys."""
        return {name: getattr(self, name) for name in LIVE}

    @property
    def layer_weights(self) -> tuple[float, ...]:
        return (self.lambda1, self.lambda2, self.lambda3, self.lambda4, self.lambda5)


@dataclass(frozen=True, kw_only=True)
class AscentConfig(Bounded):
    """How long a picture is moved towards what a unit would like to see."""

    steps: int = bounded_field(128, 16, 512, 16)
    seed: int = bounded_field(0, 0, 2**31 - 1, 1)


@dataclass(frozen=True, kw_only=True)
class RepaintConfig(Bounded):
    """What the correlation of two units shall become, and in how many steps."""

    wanted: float = bounded_field(0.8, -1.0, 1.0, 0.05)
    steps: int = bounded_field(60, 10, 300, 10)


@dataclass(frozen=True, kw_only=True)
class OcclusionConfig(Bounded):
    """What slides over a picture: the side of the patch as a share of the picture's shorter one."""

    patch: float = bounded_field(0.2, 0.05, 0.5, 0.05)
    fill: str = choice_field("grey", "blurred")


@dataclass(frozen=True, kw_only=True)
class AttributionConfig(Bounded):
    """What integrated gradients start from, and at how many points of the way they are taken."""

    baseline: str = choice_field("grey", "black", "blurred")
    steps: int = bounded_field(128, 8, 512, 8)


@dataclass(frozen=True, kw_only=True)
class TrainConfig(Bounded):
    """How a network learns to tell people apart, in steps of `people` x `each` pictures.

    `margin` is in units of the distance, which is 2 at most for the network from scratch; the
    binary losses have none. `rate` is the size of the first step (Adam); it falls to nothing along
    half a cosine (Loshchilov & Hutter 2017). `depth` says what learns on photos: a head on the
    face recogniser's embeddings, or its last blocks.
    """

    loss: str = choice_field("triplet", "contrastive", "binary", "chi-square")
    mining: str = choice_field("semi-hard", "random", "hardest")
    margin: float = bounded_field(0.5, 0.01, 2.0, 0.01)
    steps: int = bounded_field(500, 10, 5000, 10)
    rate: float = bounded_field(0.001, 0.0001, 0.1, 0.0001)
    seed: int = bounded_field(0, 0, 2**31 - 1, 1)
    depth: str = choice_field("head", "last blocks")


@dataclass(frozen=True, kw_only=True)
class GalleryConfig:
    """What one visitor's gallery may hold."""

    longest_name: int = 80
    most_photos: int = 1000
    largest_import: int = 100_000_000


@dataclass(frozen=True, kw_only=True)
class Settings(Bounded):
    """How the page is started; every field is an option of app.py and a FACEWEB_* variable."""

    host: str = field(default="127.0.0.1", metadata={"help": "address to listen on"})
    port: int = field(
        default=7860,
        metadata={"help": "port to listen on; 0 takes any free one", "low": 0, "high": 65535},
    )
    share: bool = field(default=False, metadata={"help": "also open a public gradio.live link"})
    public: bool = field(
        default=False,
        metadata={"help": "limit what strangers may ask (always with --share and on a Space)"},
    )
    auth_file: str = field(
        default="",
        metadata={"help": "file of who may log in, as made by python -m faceweb.serving.passwords"},
    )
    mcp: bool = field(
        default=False, metadata={"help": "also serve the endpoints as tools for MCP clients"}
    )
    log_json: bool = field(
        default=False, metadata={"help": "write the log as one JSON object a line"}
    )
    device: str = field(
        default="auto",
        metadata={"help": "where networks run: auto, cpu or gpu", "choices": DEVICES},
    )
    data_dir: str = field(
        default="", metadata={"help": "folder of the galleries (default: the user's data folder)"}
    )
    database_url: str = field(
        default="", metadata={"help": "SQLAlchemy address of the galleries, instead of data_dir"}
    )
    corpus: str = field(
        default="", metadata={"help": "folder of pictures to look for patches in, on the page"}
    )
    gallery_days: int = field(
        default=30,
        metadata={
            "help": "days without a visit after which a gallery is erased; 7 on a public page",
            "low": 1,
            "high": 36500,
        },
    )

    def folder(self) -> Path:
        """Where the galleries lie."""
        return Path(self.data_dir) if self.data_dir else user_data_path("faceweb")


def from_env(
    environment: Mapping[str, str] = os.environ, options: Mapping[str, Any] | None = None
) -> Settings:
    """Reads `FACEWEB_<FIELD>` variables, and where a Space tells Gradio to listen.

    A Space or a shared page is public, and forgets galleries sooner if nothing else is said.

    Args:
        environment: the variables.
        options: fields that win over them.

    Raises:
        SettingError: a variable cannot be read.
    """
    given: dict[str, Any] = {}
    for item in fields(Settings):
        for name in (f"FACEWEB_{item.name.upper()}", _SPACE.get(item.name, "")):
            if environment.get(name):
                given[item.name] = _parse(name, environment[name], type(item.default))
                break
    given |= options or {}
    public = given.get("public", bool(environment.get("SPACE_ID"))) or given.get("share", False)
    if public:
        given = {"gallery_days": PUBLIC_DAYS} | given | {"public": True}
    return Settings(**given)


_SPACE = {"host": "GRADIO_SERVER_NAME", "port": "GRADIO_SERVER_PORT"}


def _parse(name: str, text: str, kind: type) -> Any:
    if kind is bool:
        return text.strip().lower() in {"1", "true", "yes", "on"}
    try:
        return kind(text)
    except ValueError:
        raise SettingError(f"{name} must be a whole number. Received: {text!r}.") from None


@dataclass(frozen=True, kw_only=True)
class DimensionsConfig(Bounded):
    """A convolution over a signal (rank 1), a picture (2) or a volume (3), alike on each axis."""

    rank: int = bounded_field(2, 1, 3, 1)
    size: int = bounded_field(14, 1, 512, 1)
    filter: int = bounded_field(5, 1, 31, 1)
    filters: int = bounded_field(16, 1, 1024, 1)
    channels: int = bounded_field(1, 1, 1024, 1)
    stride: int = bounded_field(1, 1, 8, 1)
    padding: str = choice_field("valid", "same")
    dilation: int = bounded_field(1, 1, 8, 1)


@dataclass(frozen=True, kw_only=True)
class WindowConfig(Bounded):
    """The filter whose numbers are shown; the seed is that of the random one."""

    kernel: str = choice_field("difference", "second difference", "average", "random")
    seed: int = bounded_field(0, 0, 2**31 - 1, 1)


@dataclass(frozen=True, kw_only=True)
class SoundConfig(Bounded):
    """How a sound is repainted; a texture keeps no content and begins with noise."""

    alpha: float = bounded_field(1.0, 0.0, 10.0, 0.05)
    beta: float = bounded_field(10.0, 0.0, 40.0, 0.1)
    steps: int = bounded_field(100, 10, 500, 10)
    rate: float = bounded_field(0.03, 0.002, 0.2, 0.002)
    seed: int = bounded_field(0, 0, 2**31 - 1, 1)
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

    source: str = choice_field("simulated", "bundled", "file")
    seed: int = bounded_field(0, 0, 2**31 - 1, 1)
    steps: int = bounded_field(150, 10, 1000, 10)


@dataclass(frozen=True, kw_only=True)
class MovingStyle(StyleConfig):
    """How a clip is painted; `smooth` weighs what changes along the motion."""

    smooth: float = bounded_field(5.0, 0.0, 50.0, 0.5)


@dataclass(frozen=True, kw_only=True)
class ClipConfig(Bounded):
    """How a clip is repainted: J = alpha * J_content + beta * J_style + motion * J_variation.

    `size` is the longer side of its frames in pixels; `steps` are done at each of one or two sizes.
    """

    alpha: float = bounded_field(1.0, 0.0, 10.0, 0.05)
    beta: float = bounded_field(10.0, 0.0, 40.0, 0.1)
    motion: float = bounded_field(5.0, 0.0, 50.0, 0.5)
    size: int = bounded_field(128, 64, 192, 32)
    steps: int = bounded_field(40, 5, 200, 5)
    rate: float = bounded_field(0.03, 0.002, 0.2, 0.002)
    seed: int = bounded_field(0, 0, 2**31 - 1, 1)

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

    side: int = bounded_field(32, 32, 64, 16)
    steps: int = bounded_field(80, 5, 500, 5)
    seed: int = bounded_field(0, 0, 2**31 - 1, 1)
    rate: float = bounded_field(0.08, 0.002, 0.2, 0.002)
    smooth: float = bounded_field(1.0, 0.0, 5.0, 0.05)

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
