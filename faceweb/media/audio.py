"""Reads a visitor's sound, whatever its format, or says why not; writes one as WAV."""

import io
import wave
from collections.abc import Iterator
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np

from faceweb.errors import FacewebError, MediaError
from faceweb.types import Signal

RATE = 22_050
SHORTEST, LONGEST = 0.5, 30.0
# Coders pad the end of a sound: so many seconds over LONGEST are cut off without a word.
PADDING = 0.2
LARGEST_FILE, MOST_CHANNELS = 200_000_000, 8
LEAST_RATE, MOST_RATE = 4_000, 192_000
# A header that only estimates may be off: what it calls longer than this is not decoded at all.
SURELY_LONG = 2 * LONGEST
# 16 bits end at 32767/32768; a sine that just fits has under 1 % of its samples there.
FULL_SCALE, CLIPPED, SILENT = 0.9999, 0.01, 1e-4
# Bytes: no coder packs a whole sound into one piece, which would be decoded at once.
LARGEST_PACKET = 4_000_000
# Playlists and the like, which name other files or addresses, are not among them.
_FORMATS = "wav,flac,ogg,mp3,aac,mov,matroska"
# Each decodes to little at a time, whatever its file says.
_CODECS = ("mp3", "mp3float", "flac", "vorbis", "opus", "aac")
# Their headers say exactly how much there is, so less is a file cut short.
_EXACT = ("flac", "mov,mp4,m4a,3gp,3g2,mj2")
_USE = "use WAV, FLAC, OGG, MP3, M4A or WebM"


def read_sound(path: Path) -> tuple[Signal, str]:
    """Decodes a sound, mixed down to one channel of `RATE` samples a second.

    Returns:
        The sound, half a second to 30 s in [-1, 1], and what is to be said about it, or "".

    Raises:
        MediaError: it is no sound, broken, cut short, silent, clearly too long (told from its
            header, before decoding), too short, or holds what is not a number.
    """
    import av

    _refuse_large(path)
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
    try:
        with av.open(path, options=options, metadata_errors="replace") as container:
            samples, loudest, clipped, rate = _decode(container)
    except FacewebError:
        raise
    except Exception:  # noqa: BLE001 - decoders raise whatever they like on broken data
        raise MediaError(
            f"This file is not a sound that can be read, or is broken: {_USE}, or export it again."
        ) from None
    return _check(samples, loudest, rate), _note(clipped)


def write_sound(signal: Signal) -> bytes:
    """A sound as a WAV file of 16 bits; turned down only where it exceeds [-1, 1]."""
    samples = signal.samples / max(1.0, float(np.abs(signal.samples).max(initial=0)))
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(round(signal.rate))
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return stream.getvalue()


def _refuse_large(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError:
        raise MediaError("This sound is no longer there: upload it again.") from None
    if size > LARGEST_FILE:
        raise MediaError(
            f"This file is of {size / 1e6:,.0f} MB, far more than {LONGEST:.0f} s of sound: cut "
            "out a part of it."
        )


def _decode(container: Any) -> tuple[np.ndarray, float, float, int]:
    """Samples (t,) at the file's own rate, their loudest before mixing, the share clipped."""
    if not container.streams.audio:
        raise MediaError(f"There is no sound in this file: {_USE}.")
    stream = container.streams.audio[0]
    _refuse_odd(stream)
    told = _stated_seconds(container, stream)
    if told > SURELY_LONG:
        raise _too_long()
    pieces: list[np.ndarray] = []
    loudest, full, count = 0.0, 0, 0
    rate, channels = stream.rate, stream.channels
    for values in _frames(container, stream):
        if not pieces:
            channels, rate = len(values), stream.rate
            _refuse_odd(stream)
        if len(values) != channels or stream.rate != rate:
            raise MediaError("This sound changes its rate or channels midway: export it again.")
        loud = np.abs(values).max(axis=0, initial=0)
        if not np.isfinite(loud).all():
            raise MediaError("This sound holds samples that are no numbers: export it again.")
        loudest = max(loudest, float(loud.max(initial=0)))
        full += int((loud >= FULL_SCALE).sum())
        pieces.append(values.mean(axis=0))
        count += len(loud)
        if count > (LONGEST + PADDING) * rate:
            raise _too_long()
    seconds = count / rate
    if container.format.name in _EXACT and seconds < 0.9 * told - PADDING:
        raise MediaError(
            f"This sound is cut short: {seconds:.1f} s are left of {told:.1f} s: send it again."
        )
    return _join(pieces)[: int(LONGEST * rate)], loudest, full / max(count, 1), rate


def _refuse_odd(stream: Any) -> None:
    name = stream.codec_context.name if stream.codec_context else ""
    if name not in _CODECS and not name.startswith("pcm_"):
        raise MediaError(f"The sound in this file is coded in an unusual way: {_USE}.")
    if not 1 <= stream.channels <= MOST_CHANNELS:
        raise MediaError(
            f"This sound has {stream.channels} channels: mix it down to {MOST_CHANNELS} at most."
        )
    if not LEAST_RATE <= stream.rate <= MOST_RATE:
        raise MediaError(
            f"This sound has {stream.rate:,} samples a second: export it with {LEAST_RATE:,} to "
            f"{MOST_RATE:,}."
        )


def _stated_seconds(container: Any, stream: Any) -> float:
    """Seconds that the header speaks of, 0 where it is silent, as a microphone's is."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / 1e6


def _frames(container: Any, stream: Any) -> Iterator[np.ndarray]:
    """Decoded pieces (channels, n) float32, full scale at 1; broken packets are passed over."""
    import av

    for packet in container.demux(stream):
        if packet.size > LARGEST_PACKET:
            raise MediaError(f"The sound in this file is packed in an unusual way: {_USE}.")
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        yield from map(_values, frames)


def _values(frame: Any) -> np.ndarray:
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    if values.dtype == np.uint8:
        return (values.astype(np.float32) - 128) / 128
    if values.dtype.kind == "i":
        return (values / -float(np.iinfo(values.dtype).min)).astype(np.float32)
    return values.astype(np.float32)


def _join(pieces: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def _check(samples: np.ndarray, loudest: float, rate: int) -> Signal:
    from scipy.signal import resample_poly

    seconds = len(samples) / rate
    if seconds < SHORTEST:
        raise MediaError(
            f"This sound lasts {seconds:.4g} s: use one of at least {SHORTEST} s and at most "
            f"{LONGEST:.0f} s."
        )
    if np.ptp(samples) < SILENT:
        if loudest >= SILENT and np.abs(samples).max() < SILENT:
            raise MediaError(
                "The channels of this sound cancel each other out when mixed: export one of them."
            )
        raise MediaError("This sound is silent: record it again, with the microphone on.")
    samples = samples / max(1.0, float(np.abs(samples).max()))
    step = gcd(RATE, rate)
    samples = resample_poly(samples, RATE // step, rate // step)
    # Resampling may overshoot a little where the sound is cut off.
    return Signal(samples.clip(-1, 1).astype(np.float32), RATE)


def _note(clipped: float) -> str:
    if clipped < CLIPPED:
        return ""
    return (
        f"This sound is clipped: {100 * clipped:.0f} % of its samples are at full scale, so it may "
        "sound harsh."
    )


def _too_long() -> MediaError:
    return MediaError(
        f"This sound is longer than {LONGEST:.0f} s: cut out a part of it, at least {SHORTEST} s."
    )
