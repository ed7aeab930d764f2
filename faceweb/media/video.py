"""Reads a visitor's clip, its first seconds only, and writes clips that a browser plays."""

import io
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from faceweb.errors import FacewebError, MediaError, PictureError
from faceweb.media.image import check_shape
from faceweb.types import Clip

LONGEST_SECONDS, MOST_FRAMES, LONGEST_SIDE = 4.0, 64, 256
LARGEST_SIDE = 4096
USE = "use MP4, WebM, MOV or GIF"
NO_CLIP = f"This file is not a clip that can be read: {USE}."
CUT_SHORT = "This clip is broken or cut short: export or send it again."
PICTURE = "This clip has a single frame, so it is a picture: use one that moves."
# What a file begins with, and the reader it goes to. Named readers alone: others follow playlists
# to files of the server and addresses of the net.
READERS = ((b"GIF8", 0, "gif"), (b"\x1a\x45\xdf\xa3", 0, "matroska"))
MOV = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
# What phones, cameras and editors write; FFmpeg would try a hundred others.
CODECS = (
    "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,libaom-av1,gif,mpeg4,mpeg2video,mjpeg,"
    "prores,dnxhd,h263"
)
BOUND = {"max_pixels": str(LARGEST_SIDE**2)}
# Decoded at most: 4 s of 3840 x 2160 at 60 frames a second have 2.0 billion.
MOST_PIXELS = 2_500_000_000
# A clip may end this much before its header says.
SLACK = 0.5


def read_clip(path: Path) -> tuple[Clip, str]:
    """Reads the first 4 s of an MP4, WebM, MOV or GIF, upright, evenly timed, without its sound.

    Of more than 64 frames as many are kept, evenly; frames above 256 a side are scaled while they
    are decoded. A variable rate becomes an even one; transparency is laid on white.

    Returns:
        the clip, and what was done to it, in words, or "".

    Raises:
        MediaError: it is no clip, cut short, without frames, a single frame, or its frames are
            above 4096 a side, below 32, or 8 times as long as wide.
    """
    import av

    try:
        with path.open("rb") as file:
            reader = _reader(file.read(16))
            file.seek(0)
            # FFmpeg looks for the size of frames by decoding some: it shall not be of giants.
            options = {"codec_whitelist": CODECS, **BOUND}
            with av.open(file, "r", format=reader, options=options) as container:
                clip, note = _clip(container)
            if reader == "gif" and not _has_trailer(file):
                raise MediaError(CUT_SHORT)
            return clip, note
    except FileNotFoundError:
        raise MediaError("This file was erased meanwhile: upload it again.") from None
    except FacewebError:
        raise
    except Exception:  # noqa: BLE001 - decoders raise whatever they like on broken data
        raise MediaError(CUT_SHORT) from None


def _reader(start: bytes) -> str:
    for begins, place, name in READERS:
        if start[place:].startswith(begins):
            return name
    if start[4:8] in MOV:
        return "mov"
    raise MediaError(NO_CLIP)


def _has_trailer(file: Any) -> bool:
    """Whether a GIF has its trailer; FFmpeg does not miss it."""
    file.seek(-min(file.seek(0, io.SEEK_END), 64), io.SEEK_END)
    return bool(file.read().rstrip(b"\0").endswith(b";"))


def _clip(container: Any) -> tuple[Clip, str]:
    if not container.streams.video:
        raise MediaError("This file holds no video: use a clip with pictures.")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise MediaError(CUT_SHORT)
    if stream.codec_context.name not in CODECS.split(","):
        raise MediaError(f"This clip is coded in an unusual way: {USE}.")
    stream.thread_type = "AUTO"
    # Frames may be larger than the file says.
    stream.codec_context.options = BOUND
    _check_size(stream.codec_context.width, stream.codec_context.height)
    stated = _stated_seconds(container, stream)
    frames, times, whole, size = _decode(container, stream)
    if not frames:
        raise MediaError("This clip has no frames: export or send it again.")
    ends = times[-1]
    if whole and stated is not None and ends + SLACK < min(stated, LONGEST_SECONDS):
        raise MediaError(CUT_SHORT)
    if len(times) < 3:
        raise MediaError(PICTURE)
    chosen, rate = _even(np.array(times))
    clip = Clip(np.stack([frames[k] for k in chosen]), rate)
    try:
        check_shape(clip.frames[0], "This clip")
    except PictureError as error:
        raise MediaError(str(error)) from None
    return clip, _describe(clip, size, stated, whole, len(frames) > MOST_FRAMES)


def _describe(
    clip: Clip, size: tuple[int, int], stated: float | None, whole: bool, thinned: bool
) -> str:
    notes = []
    if not whole:
        first = f"Only the first {LONGEST_SECONDS:.0f} s are used."
        if stated is not None and stated > LONGEST_SECONDS + 1:
            first = f"Only the first {LONGEST_SECONDS:.0f} s of {stated:.0f} s are used."
        notes.append(first)
    if thinned:
        notes.append(f"{MOST_FRAMES} frames are kept, {clip.rate:.3g} a second.")
    height, width = clip.frames.shape[1:3]
    if size != (height, width):
        notes.append(f"It was shrunk from {size[1]} x {size[0]} to {width} x {height} pixels.")
    return " ".join(notes)


def _stated_seconds(container: Any, stream: Any) -> float | None:
    """Seconds as the header says, if it does."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / 1e6 if container.duration else None


def _check_size(width: int, height: int) -> None:
    if max(width, height) > LARGEST_SIDE:
        raise MediaError(
            f"This clip is {width} x {height} pixels: shrink it to {LARGEST_SIDE} a side at most."
        )


def _decode(
    container: Any, stream: Any
) -> tuple[list[np.ndarray], list[float], bool, tuple[int, int]]:
    """Small frames in their order, when each begins and the last ends, and what they were.

    Returns:
        frames; their times in seconds from the first on, one more for the end; whether the clip
        ends by itself; (h, w) of the upright frames before they were shrunk.
    """
    frames: list[np.ndarray] = []
    times: list[float] = []
    # Memory is bounded whatever the rate: at twice the most, every other frame goes.
    stride, gap, whole, size = 1, 0.0, True, (0, 0)
    for number, (moment, lasts, frame) in enumerate(_moments(container, stream)):
        if moment >= LONGEST_SECONDS - 1e-6:
            whole = False
            break
        end = moment + lasts
        if number % stride:
            continue
        picture, size = _picture(frame)
        if frames and picture.shape != frames[0].shape:
            raise MediaError("The frames of this clip change their size: export it anew.")
        frames.append(picture)
        times.append(moment)
        if len(frames) >= 4 * MOST_FRAMES:
            frames, times, stride = frames[::2], times[::2], stride * 2
    if frames:
        gap = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 1.0
        times.append(LONGEST_SECONDS if not whole else max(end, times[-1] + gap * 1e-3))
    return frames, times, whole, size


def _moments(container: Any, stream: Any) -> Iterator[tuple[float, float, Any]]:
    """Frames, when they begin from the first on, and how long they last by their own account."""
    usual = float(1 / stream.average_rate) if stream.average_rate else 1 / 25
    first: float | None = None
    last, pixels = -usual, 0
    for packet in container.demux(stream):
        if packet.is_corrupt:
            raise MediaError(CUT_SHORT)
        for frame in packet.decode():
            _check_size(frame.width, frame.height)
            pixels += frame.width * frame.height
            if pixels > MOST_PIXELS:
                raise MediaError(
                    "This clip has more pixels in its first 4 s than can be read: export it "
                    "smaller, or with fewer frames a second."
                )
            if first is None:
                first = frame.time or 0.0
            moment = last + usual if frame.time is None else frame.time - first
            if moment <= last:
                continue
            lasts = float(frame.duration * frame.time_base) if frame.duration else usual
            yield moment, lasts if 0 < lasts <= LONGEST_SECONDS else usual, frame
            last = moment


def _even(times: np.ndarray) -> tuple[np.ndarray, float]:
    """Which frames to show at an even rate, given when each begins and the last ends."""
    begins, seconds = times[:-1], float(times[-1])
    count = len(begins)
    steady = np.abs(begins - np.arange(count) * seconds / count).max() < 0.5 * seconds / count
    if not steady:
        count = math.ceil(seconds / max(float(np.diff(begins).min()), 1e-3) - 0.1)
    count = min(count, MOST_FRAMES)
    # The frame that is on in the middle of each of so many equal times.
    middles = (np.arange(count) + 0.5) * seconds / count
    return np.searchsorted(begins, middles, side="right") - 1, count / seconds


def _picture(frame: Any) -> tuple[np.ndarray, tuple[int, int]]:
    """One frame upright over white, of at most 256 a side, and its (h, w) before it was shrunk."""
    turns = round(frame.rotation / 90) % 4
    share = LONGEST_SIDE / max(frame.width, frame.height)
    small = [max(round(side * share), 1) for side in (frame.width, frame.height)]
    # FFmpeg goes half the way from far: it is quicker, and never holds a large frame in colours.
    rough: dict[str, Any] = {}
    if share < 0.5:
        rough = {"width": 2 * small[0], "height": 2 * small[1], "interpolation": "AREA"}
    if any(part.is_alpha for part in frame.format.components):
        image = Image.fromarray(frame.to_ndarray(format="rgba", **rough))
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    else:
        image = Image.fromarray(frame.to_ndarray(format="rgb24", **rough))
    if share < 1:
        image = image.resize((small[0], small[1]), Image.Resampling.LANCZOS)
    size = (frame.width, frame.height) if turns % 2 else (frame.height, frame.width)
    return np.rot90(np.asarray(image), turns), size


def write_clip(frames: np.ndarray, rate: float) -> tuple[bytes, str]:
    """Frames (t, h, w, 3) uint8 as H.264 in MP4, or as VP9 in WebM where there is no encoder.

    Odd sides are made even by a last row or column once more.

    Returns:
        the file and its suffix, ".mp4" or ".webm".
    """
    import av

    ready = "libx264" in av.codecs_available
    codec, kind = ("libx264", "mp4") if ready else ("libvpx-vp9", "webm")
    odd = [side % 2 for side in frames.shape[1:3]]
    frames = np.pad(frames, ((0, 0), (0, odd[0]), (0, odd[1]), (0, 0)), mode="edge")
    file = io.BytesIO()
    with av.open(file, "w", format=kind) as container:
        stream: Any = container.add_stream(codec, Fraction(rate).limit_denominator(1001))
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        quality = {"crf": "16", "preset": "fast"} if ready else {"crf": "24", "b": "0"}
        stream.options = quality
        for pixels in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue(), f".{kind}"


def write_gif(frames: np.ndarray, rate: float) -> bytes:
    """Frames (t, h, w, 3) uint8 as a GIF that repeats; its clock counts hundredths of a second."""
    file = io.BytesIO()
    first, *others = [Image.fromarray(frame) for frame in frames]
    pause = max(round(100 / rate), 2) * 10
    first.save(file, "GIF", save_all=True, append_images=others, duration=pause, loop=0)
    return file.getvalue()
