"""Synthetic faces of people who do not exist: an identity stays, everything else changes.

A head is half an ellipsoid, x to the right, y down, z towards the viewer, and half its height is 1.
Identity is drawn from one seed, pose, light, expression and the rest of a picture from another, so
that any picture can be drawn again alone. Pictures are 64x64.
"""

import colorsys
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 64  # pixels of a picture
HAIRCUTS = ("bald", "short", "fringe", "parted", "long", "curls", "bun", "crest")
BEARDS = ("none", "none", "none", "moustache", "goatee", "full")

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Identity:
    """What makes a person: lengths in halves of a head's height, colours in [0, 1]."""

    skin: Colour
    hair: Colour
    iris: Colour
    lips: Colour
    width: float
    jaw: float
    chin: float
    ears: float
    haircut: str
    volume: float
    hairline: float
    eye_gap: float
    eye_height: float
    eye_size: float
    eye_slant: float
    eye_shape: float
    brow_height: float
    brow_weight: float
    brow_slant: float
    nose_length: float
    nose_width: float
    mouth_height: float
    mouth_width: float
    lip: float
    beard: str
    freckles: int
    mole: tuple[float, float] | None
    blush: float


@dataclass(frozen=True)
class Occasion:
    """What changes from picture to picture: angles in radians, shifts in halves of a head."""

    yaw: float
    pitch: float
    roll: float
    scale: float
    shift: tuple[float, float]
    smile: float
    open_mouth: float
    open_eyes: float
    gaze: tuple[float, float]
    glasses: Colour | None
    dark_glasses: bool
    backdrop: tuple[Colour, Colour]
    clothes: Colour
    light: tuple[float, float]
    cast: Colour
    gain: float
    blur: float
    noise: float
    seed: int


def identity(seed: int, number: int) -> Identity:
    """The `number`-th person of a seed."""
    rng = np.random.default_rng([seed, number])
    dark = rng.uniform() ** 1.3
    skin = np.array([0.97, 0.80, 0.69]) * (1 - dark) + np.array([0.33, 0.20, 0.14]) * dark
    skin = np.clip(skin + rng.normal(0, 0.02, 3), 0, 1)
    hues = ((0.07, 0.55, 0.18), (0.06, 0.6, 0.4), (0.12, 0.55, 0.82), (0.03, 0.75, 0.6))
    hue, strong, bright = (*hues, (0.6, 0.05, 0.1), (0.1, 0.04, 0.75))[rng.integers(6)]
    hair = colorsys.hsv_to_rgb(hue, strong, float(np.clip(bright + rng.normal(0, 0.06), 0.05, 1)))
    iris = colorsys.hsv_to_rgb(
        rng.choice([0.07, 0.09, 0.33, 0.57, 0.6]), rng.uniform(0.3, 0.8), 0.5
    )
    lips = np.clip(skin * [1.0, 0.68, 0.68] + rng.normal(0, 0.04, 3), 0, 1)
    mole = (rng.uniform(-0.5, 0.5), rng.uniform(-0.1, 0.6)) if rng.uniform() < 0.3 else None
    return Identity(
        skin=_colour(skin),
        hair=hair,
        iris=iris,
        lips=_colour(lips),
        width=rng.uniform(0.66, 0.92),
        jaw=rng.uniform(1.6, 3.4),
        chin=rng.uniform(-0.1, 0.14),
        ears=rng.uniform(0.1, 0.22),
        haircut=str(rng.choice(HAIRCUTS)),
        volume=rng.uniform(0.04, 0.24),
        hairline=rng.uniform(-0.72, -0.42),
        eye_gap=rng.uniform(0.27, 0.4),
        eye_height=rng.uniform(-0.2, 0.0),
        eye_size=rng.uniform(0.1, 0.17),
        eye_slant=rng.uniform(-0.25, 0.25),
        eye_shape=rng.uniform(0.45, 0.85),
        brow_height=rng.uniform(0.18, 0.3),
        brow_weight=rng.uniform(0.02, 0.075),
        brow_slant=rng.uniform(-0.3, 0.3),
        nose_length=rng.uniform(0.24, 0.44),
        nose_width=rng.uniform(0.09, 0.2),
        mouth_height=rng.uniform(0.46, 0.62),
        mouth_width=rng.uniform(0.2, 0.38),
        lip=rng.uniform(0.03, 0.09),
        beard=str(rng.choice(BEARDS)),
        freckles=int(rng.integers(10, 30)) if rng.uniform() < 0.2 else 0,
        mole=mole,
        blush=rng.uniform(0, 0.5) if rng.uniform() < 0.4 else 0.0,
    )


def occasion(seed: int, number: int, picture: int) -> Occasion:
    """What the `picture`-th picture of a person adds."""
    rng = np.random.default_rng([seed, number, picture, 1])
    turn = rng.uniform(0, 2 * np.pi)
    strength = rng.uniform(0, 0.55)
    dark = rng.uniform() < 0.3
    return Occasion(
        yaw=rng.uniform(-0.55, 0.55),
        pitch=rng.uniform(-0.3, 0.3),
        roll=rng.normal(0, 0.13),
        scale=rng.uniform(0.52, 0.74),
        shift=(rng.uniform(-0.16, 0.16), rng.uniform(-0.14, 0.14)),
        smile=rng.uniform(-0.5, 1.0),
        open_mouth=max(0.0, rng.uniform(-0.15, 0.14)),
        open_eyes=rng.uniform(0.35, 1.1),
        gaze=(rng.uniform(-0.4, 0.4), rng.uniform(-0.25, 0.25)),
        glasses=_colour(rng.uniform(0, 0.6, 3)) if rng.uniform() < 0.2 else None,
        dark_glasses=bool(dark),
        backdrop=(_mute(rng), _mute(rng)),
        clothes=_mute(rng),
        light=(strength * np.cos(turn), strength * np.sin(turn)),
        cast=_colour(rng.normal(1, 0.07, 3)),
        gain=rng.uniform(0.6, 1.25),
        blur=max(0.0, rng.uniform(-0.8, 0.9)),
        noise=rng.uniform(0.005, 0.045),
        seed=int(rng.integers(2**31)),
    )


def _mute(rng: np.random.Generator) -> Colour:
    return colorsys.hsv_to_rgb(rng.uniform(), rng.uniform(0, 0.6), rng.uniform(0.15, 0.95))


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = (float(v) for v in values)
    return red, green, blue


_PEN = 2 * SIDE  # it is drawn at twice the size
_ROUND = np.linspace(0, 2 * np.pi, 22, endpoint=False)
_CIRCLE = np.column_stack([np.cos(_ROUND), np.sin(_ROUND)])


def draw_face(who: Identity, when: Occasion) -> np.ndarray:
    """Draws a person on an occasion: (64, 64, 3) uint8."""
    return _develop(_Easel(who, when).draw(), when)


class _Easel:
    """One head, drawn from back to front."""

    def __init__(self, who: Identity, when: Occasion) -> None:
        self._who, self._when = who, when
        self._image = Image.new("RGB", (_PEN, _PEN))
        self._pen = ImageDraw.Draw(self._image)
        cos, sin = np.cos(when.roll), np.sin(when.roll)
        self._roll = np.array([[cos, sin], [-sin, cos]])
        self._sines = np.sin(when.yaw), np.cos(when.yaw), np.sin(when.pitch), np.cos(when.pitch)

    def draw(self) -> Image.Image:
        """The whole picture."""
        self._backdrop()
        self._behind()
        self._head()
        self._skin_marks()
        for side in (-1, 1):
            self._eye(side)
        self._nose()
        self._beard()
        self._mouth()
        self._front_hair()
        self._glasses()
        return self._image

    def _place(self, points: np.ndarray, depth: float | None = None) -> list[tuple[float, float]]:
        """Points of the head's surface, (n, 2), turned, tilted and moved onto the canvas.

        `depth` puts them in one plane instead of onto the ellipsoid.
        """
        x, y = points[:, 0], points[:, 1]
        if depth is None:
            inside = 1 - (x / self._who.width) ** 2 - (y / 1.1) ** 2
            z = 0.8 * np.sqrt(np.clip(inside, 0, 1))
        else:
            z = np.full_like(x, depth)
        sin_yaw, cos_yaw, sin_pitch, cos_pitch = self._sines
        x, z = x * cos_yaw + z * sin_yaw, z * cos_yaw - x * sin_yaw
        y = y * cos_pitch - z * sin_pitch
        moved = (np.column_stack([x, y]) @ self._roll) * self._when.scale + self._when.shift
        return [tuple(p) for p in ((moved + 1) * (_PEN / 2)).tolist()]

    def _shape(self, points: np.ndarray, colour: Colour, depth: float | None = None) -> None:
        self._pen.polygon(self._place(points, depth), fill=_ink(colour))

    def _oval(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: Colour,
        depth: float | None = None,
    ) -> None:
        self._shape(_CIRCLE * (width, height) + (x, y), colour, depth)

    def _line(self, points: np.ndarray, colour: Colour, weight: float) -> None:
        width = max(1, round(weight * self._when.scale * _PEN / 2))
        self._pen.line(self._place(points), _ink(colour), width, joint="curve")

    def _backdrop(self) -> None:
        first, second = (np.array(colour) for colour in self._when.backdrop)
        ramp = np.linspace(0, 1, _PEN)[:, None, None]
        rows = np.broadcast_to(first * (1 - ramp) + second * ramp, (_PEN, _PEN, 3))
        self._image.paste(Image.fromarray((rows * 255).astype(np.uint8)))
        neck = np.array([[-0.32, 0.6], [0.32, 0.6], [0.36, 1.3], [-0.36, 1.3]])
        body = np.array(
            [[-1.3, 2.2], [-1.0, 1.3], [-0.3, 1.12], [0.3, 1.12], [1.0, 1.3], [1.3, 2.2]]
        )
        self._shape(neck, _shade(self._who.skin, 0.75), -0.2)
        self._shape(body, self._when.clothes, -0.2)

    def _behind(self) -> None:
        who = self._who
        reach = who.width + who.volume
        if who.haircut == "long":
            self._oval(0, 0.1, reach + 0.06, 1.2, _shade(who.hair, 0.8), -0.25)
        elif who.haircut == "curls":
            for angle in np.linspace(np.pi, 2 * np.pi, 9):
                x, y = reach * np.cos(angle), 0.1 + 0.95 * np.sin(angle)
                self._oval(x, y, 0.3, 0.3, who.hair, -0.1)
        elif who.haircut == "bun":
            self._oval(0, -1.15, 0.34, 0.3, _shade(who.hair, 0.85), -0.2)
        if who.haircut not in ("bald", "crest"):
            self._oval(0, -0.2, reach, 0.82 + who.volume, _shade(who.hair, 0.9), -0.1)

    def _head(self) -> None:
        who = self._who
        for side in (-1, 1):
            self._oval(side * who.width, 0.0, who.ears * 0.7, who.ears, _shade(who.skin, 0.9), 0)
        cos, sin = _CIRCLE[:, 0], _CIRCLE[:, 1]
        # A superellipse below the ears: a larger power is a squarer jaw.
        power = np.where(sin > 0, 2 / who.jaw, 1.0)
        outline = np.sign(cos) * np.abs(cos) ** power * who.width
        tall = np.where(sin > 0, 1 + who.chin, 0.95)
        self._shape(np.column_stack([outline, sin * tall]), who.skin, 0)

    def _skin_marks(self) -> None:
        who = self._who
        marks = np.random.default_rng(int(who.width * 1e9))
        if who.blush:
            warm = _blend(who.skin, (0.9, 0.35, 0.35), who.blush)
            for side in (-1, 1):
                self._oval(side * 0.42, 0.28, 0.15, 0.1, warm)
        for x, y in zip(
            marks.uniform(-0.5, 0.5, who.freckles),
            marks.uniform(0.05, 0.4, who.freckles),
            strict=True,
        ):
            self._oval(x, y, 0.018, 0.018, _shade(who.skin, 0.68))
        if who.mole:
            self._oval(*who.mole, 0.04, 0.04, _shade(who.skin, 0.35))

    def _eye(self, side: int) -> None:
        who, when = self._who, self._when
        x, y = side * who.eye_gap, who.eye_height
        cos, sin = np.cos(side * who.eye_slant), np.sin(side * who.eye_slant)
        tilt = np.array([[cos, sin], [-sin, cos]])
        half = who.eye_size * who.eye_shape * when.open_eyes
        white = (_CIRCLE * (who.eye_size, half)) @ tilt + (x, y)
        self._shape(white, (0.96, 0.96, 0.94))
        look = np.array(when.gaze) * who.eye_size
        radius = min(0.62 * who.eye_size, half)
        self._oval(x + look[0], y + look[1] * when.open_eyes, radius, radius, who.iris)
        self._oval(x + look[0], y + look[1] * when.open_eyes, radius / 2, radius / 2, (0, 0, 0))
        lid = white[len(white) // 2 :]
        self._line(lid, _shade(who.skin, 0.4), 0.035)
        ends = np.array([[-1.15, 0], [0, -0.35], [1.15, 0]]) * who.eye_size
        angle = side * who.brow_slant
        turned = ends @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        self._line(
            turned + np.array([x, y - who.brow_height]), _shade(who.hair, 0.8), who.brow_weight
        )

    def _nose(self) -> None:
        who = self._who
        top, tip = who.eye_height + 0.06, who.eye_height + who.nose_length
        dark = _shade(who.skin, 0.78)
        lean = 0.3 * who.nose_width * (1 if self._when.yaw >= 0 else -1)
        bridge = np.array([[0.0, top], [lean, tip - 0.05], [who.nose_width * 0.9, tip]])
        self._line(bridge, dark, 0.03)
        self._oval(0, tip, who.nose_width, 0.07, _shade(who.skin, 0.9))
        for side in (-1, 1):
            self._oval(side * who.nose_width * 0.55, tip + 0.03, 0.03, 0.02, _shade(who.skin, 0.4))

    def _beard(self) -> None:
        who = self._who
        hair = _blend(who.hair, who.skin, 0.15)
        if who.beard == "full":
            lower = _CIRCLE[_CIRCLE[:, 1] >= -0.01]
            power = 2 / who.jaw
            edge = np.sign(lower[:, 0]) * np.abs(lower[:, 0]) ** power * who.width * 0.99
            low = np.column_stack([edge, 0.1 + lower[:, 1] * (0.9 + who.chin)])
            inner = np.array([[-0.3, 0.42], [0.3, 0.42]]) * (who.width / 0.8, 1)
            self._shape(np.concatenate([low, inner]), hair, 0.12)
        elif who.beard == "goatee":
            self._oval(0, 0.83, 0.2, 0.18, hair)
        if who.beard in ("full", "moustache"):
            y = who.mouth_height - 0.09
            self._oval(0, y, who.mouth_width * 0.9, 0.06, hair)

    def _mouth(self) -> None:
        who, when = self._who, self._when
        t = np.linspace(-1, 1, 9)
        bend = 0.11 * when.smile * (1 - t**2)
        middle = np.column_stack([t * who.mouth_width, who.mouth_height + bend])
        thick = who.lip * (1 - t**2)
        upper = middle - np.column_stack([0 * t, thick + when.open_mouth / 2 * (1 - t**2)])
        lower = middle + np.column_stack([0 * t, 1.3 * thick + when.open_mouth * (1 - t**2)])
        self._shape(np.concatenate([upper, lower[::-1]]), who.lips)
        gap = np.column_stack([0 * t, np.maximum(when.open_mouth, 0.012) * (1 - t**2)])
        self._shape(np.concatenate([middle - gap / 2, (middle + gap)[::-1]]), (0.2, 0.05, 0.05))

    def _front_hair(self) -> None:
        who = self._who
        if who.haircut == "bald":
            return
        reach, line = who.width + 0.4 * who.volume, who.hairline
        top = -1.0 - who.volume
        t = np.linspace(np.pi, 2 * np.pi, 12)
        crown = np.column_stack([reach * np.cos(t), -0.25 + (0.25 + top) * -np.sin(t)])
        if who.haircut == "crest":
            ridge = np.array([[-0.2, -0.75], [-0.24, top - 0.15], [0.24, top - 0.15], [0.2, -0.75]])
            self._shape(ridge, who.hair, 0.25)
            return
        fringe = {
            "short": [
                [0.8, line + 0.1],
                [0.3, line - 0.08],
                [-0.3, line - 0.08],
                [-0.8, line + 0.1],
            ],
            "fringe": [[0.85, -0.2], [0.7, line + 0.24], [-0.7, line + 0.24], [-0.85, -0.2]],
            "parted": [[0.9, 0.0], [0.55, line + 0.12], [-0.35, line - 0.2], [-0.9, -0.1]],
            "long": [
                [0.95, 0.4],
                [0.7, line + 0.1],
                [0, line - 0.2],
                [-0.7, line + 0.1],
                [-0.95, 0.4],
            ],
            "curls": [
                [0.8, line + 0.2],
                [0.4, line],
                [0, line + 0.1],
                [-0.4, line],
                [-0.8, line + 0.2],
            ],
            "bun": [[0.75, line], [0.3, line - 0.18], [-0.3, line - 0.18], [-0.75, line]],
        }[who.haircut]
        edge = np.array(fringe) * (who.width, 1)
        self._shape(np.concatenate([crown, edge]), who.hair, 0.18)

    def _glasses(self) -> None:
        who, frame = self._who, self._when.glasses
        if frame is None:
            return
        for side in (-1, 1):
            rim = _CIRCLE * (0.24, 0.19) + (side * max(who.eye_gap, 0.28), who.eye_height)
            if self._when.dark_glasses:
                self._shape(rim, _shade(frame, 0.5))
            self._line(np.concatenate([rim, rim[:1]]), frame, 0.04)
        bridge = np.array([[-0.08, who.eye_height], [0.08, who.eye_height]])
        self._line(bridge, frame, 0.04)


def _develop(image: Image.Image, when: Occasion) -> np.ndarray:
    """Light, blur and noise."""
    small = image.reduce(2)
    if when.blur:
        small = small.filter(ImageFilter.GaussianBlur(when.blur))
    pixels = np.asarray(small, np.float32) / 255
    across = np.linspace(-1, 1, SIDE, dtype=np.float32)
    light = 1 + when.light[0] * across[None, :] + when.light[1] * across[:, None]
    pixels = pixels * light[..., None] * (when.gain * np.array(when.cast, np.float32))
    noise = np.random.default_rng(when.seed).standard_normal(pixels.shape, np.float32)
    return (np.clip(pixels + when.noise * noise, 0, 1) * 255 + 0.5).astype(np.uint8)


def _shade(colour: Colour, factor: float) -> Colour:
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def _blend(a: Colour, b: Colour, share: float) -> Colour:
    red, green, blue = (float(v) for v in np.array(a) * (1 - share) + np.array(b) * share)
    return red, green, blue


def _ink(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (round(255 * min(max(v, 0), 1)) for v in colour)
    return red, green, blue
