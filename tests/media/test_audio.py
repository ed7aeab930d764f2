"""Which sounds are taken, and how the others are refused."""

import io
import struct
import wave

import av
import numpy as np
import pytest

from faceweb.errors import MediaError
from faceweb.media import audio
from faceweb.media.audio import RATE, read_sound, write_sound
from faceweb.types import Signal

CODERS = {
    "wav": "pcm_s16le",
    "flac": "flac",
    "ogg": "libopus",
    "mp3": "libmp3lame",
    "m4a": "aac",
    "webm": "libopus",
    "old.wav": "adpcm_ms",
}
FORMATS = ("wav", "flac", "ogg", "mp3", "m4a", "webm")


def sine(hertz=440.3, seconds=1.0, rate=44_100, peak=0.5):
    return peak * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)


def wav(path, *channels, rate=44_100):
    """Each channel in [-1, 1], as 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(np.stack(channels, 1) * 32767).astype("<i2").tobytes())
    return path


def float_wav(path, samples, rate=44_100):
    data = samples.astype("<f4").tobytes()
    kind = struct.pack("<HHIIHH", 3, 1, rate, 4 * rate, 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", 16) + kind + b"data" + struct.pack("<I", len(data))
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + len(data)) + body + data)
    return path


def coded(path, samples, rate=48_000, layout="stereo"):
    """Samples (channels, n) through one of FFmpeg's coders."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(CODERS[path.name.split(".", 1)[1]], rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples, np.float32), "fltp", layout
        )
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.codec_context.format, layout, rate)
        for piece in resampler.resample(frame):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def loudest_hertz(signal):
    spectrum = np.abs(np.fft.rfft(signal.samples * np.hanning(len(signal.samples))))
    return np.argmax(spectrum) * signal.rate / len(signal.samples)


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_keeps_its_pitch_length_and_loudness(tmp_path, kind):
    """Left 0.5 and right 0.25 of one sine: their mean has 0.375 / √2 = 0.265."""
    tone = sine(seconds=2, rate=48_000)
    signal, note = read_sound(coded(tmp_path / f"a.{kind}", np.stack([tone, tone / 2])))
    assert (signal.rate, signal.samples.dtype, note) == (RATE, np.float32, "")
    assert signal.seconds == pytest.approx(2, abs=0.12)
    assert loudest_hertz(signal) == pytest.approx(440.3, abs=1)
    middle = signal.samples[RATE // 2 : 3 * RATE // 2]
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.265, abs=0.02)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_101, 96_000])
def test_any_rate_is_brought_to_one(tmp_path, rate):
    signal, _ = read_sound(wav(tmp_path / "a.wav", sine(rate=rate), rate=rate))
    assert abs(len(signal.samples) - RATE) <= 2
    expected = sine(rate=RATE)[2000:20_000]
    np.testing.assert_allclose(signal.samples[2000:20_000], expected, atol=2e-3)


@pytest.mark.parametrize(("width", "code"), [(1, "u1"), (2, "<i2"), (4, "<i4")])
def test_every_width_of_wav_has_the_same_scale(tmp_path, width, code):
    full = {1: 127, 2: 2**15 - 1, 4: 2**31 - 1}[width]
    values = np.round(sine() * full + (128 if width == 1 else 0)).astype(code)
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, width, 44_100, 0, "NONE", ""))
        file.writeframes(values.tobytes())
    signal, _ = read_sound(tmp_path / "a.wav")
    assert signal.samples[2000:20_000].max() == pytest.approx(0.5, abs=0.01)
    assert signal.samples.mean() == pytest.approx(0, abs=0.01)


def test_a_sound_without_a_length_in_its_header_is_read(tmp_path):
    """What a browser records is streamed, so nobody could go back and write its length."""
    sink = Unseekable()
    with av.open(sink, "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            sine(seconds=2, rate=48_000).astype(np.float32)[None], "flt", "mono"
        )
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    path = tmp_path / "microphone.webm"
    path.write_bytes(sink.data.getvalue())
    with av.open(str(path)) as container:
        assert container.duration is None
    assert read_sound(path)[0].seconds == pytest.approx(2, abs=0.05)


class Unseekable:
    def __init__(self):
        self.data = io.BytesIO()

    def write(self, data):
        return self.data.write(data)


def test_a_clipped_sound_is_used_and_its_share_said(tmp_path):
    """A sine of twice full scale is beyond it where |sin| > 1/2: two thirds of the time."""
    _, note = read_sound(wav(tmp_path / "a.wav", np.clip(sine(peak=2), -1, 1)))
    assert note == (
        "This sound is clipped: 67 % of its samples are at full scale, so it may sound harsh."
    )


def test_a_sine_that_just_reaches_full_scale_is_not_called_clipped(tmp_path):
    assert read_sound(wav(tmp_path / "a.wav", sine(peak=1)))[1] == ""


def test_what_is_louder_than_full_scale_is_turned_down(tmp_path):
    signal, _ = read_sound(float_wav(tmp_path / "a.wav", sine(peak=4)))
    assert np.abs(signal.samples).max() == pytest.approx(1, abs=0.01)
    np.testing.assert_allclose(
        signal.samples[2000:9000], sine(rate=RATE, peak=1)[2000:9000], atol=0.01
    )


def test_an_hour_is_refused_from_its_header(tmp_path, monkeypatch):
    path = tmp_path / "hour.wav"
    wav(path, np.zeros(8), rate=8_000)
    data = bytearray(path.read_bytes())
    hour = 3600 * 8_000 * 2
    data[4:8], data[40:44] = struct.pack("<I", 36 + hour), struct.pack("<I", hour)
    path.write_bytes(data)
    with path.open("r+b") as file:
        file.truncate(44 + hour)
    monkeypatch.setattr(audio, "_frames", None)
    with pytest.raises(
        MediaError, match=r"longer than 30 s: cut out a part of it, at least 0\.5 s"
    ):
        read_sound(path)


def test_a_header_that_lies_is_found_out_while_decoding(tmp_path, monkeypatch):
    """FLAC keeps its count of samples in 36 bits, from the middle of byte 21 on."""
    path = coded(tmp_path / "a.flac", sine(seconds=50, rate=8_000)[None], 8_000, "mono")
    data = bytearray(path.read_bytes())
    assert int.from_bytes(data[22:26], "big") == 400_000
    data[22:26] = (16_000).to_bytes(4, "big")
    path.write_bytes(data)
    seen = []
    frames = audio._frames

    def counted(*args):
        for values in frames(*args):
            seen.append(values.shape[1])
            yield values

    monkeypatch.setattr(audio, "_frames", counted)
    with pytest.raises(MediaError, match="longer than 30 s"):
        read_sound(path)
    assert 30 * 8_000 < sum(seen) < 31 * 8_000


def test_thirty_seconds_are_taken_and_thirty_one_refused(tmp_path):
    signal, _ = read_sound(wav(tmp_path / "a.wav", sine(seconds=30.1, rate=8_000), rate=8_000))
    assert signal.seconds == 30
    with pytest.raises(MediaError, match="longer than 30 s"):
        read_sound(wav(tmp_path / "b.wav", sine(seconds=31, rate=8_000), rate=8_000))


@pytest.mark.parametrize(
    ("seconds", "message"),
    [(0.05, r"lasts 0\.05 s: use one of at least 0\.5 s and at most 30 s"), (0, "lasts 0 s")],
)
def test_a_short_sound_is_refused_with_the_least(tmp_path, seconds, message):
    with pytest.raises(MediaError, match=message):
        read_sound(wav(tmp_path / "a.wav", sine(seconds=seconds)))


@pytest.mark.parametrize("level", [0, 0.3])
def test_a_sound_that_does_not_move_is_silent(tmp_path, level):
    with pytest.raises(MediaError, match="silent: record it again"):
        read_sound(wav(tmp_path / "a.wav", np.full(44_100, level)))


def test_channels_that_cancel_are_said_to(tmp_path):
    with pytest.raises(MediaError, match="cancel each other out when mixed: export one of them"):
        read_sound(wav(tmp_path / "a.wav", sine(), -sine()))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_refused(tmp_path, bad):
    samples = sine()
    samples[30_000] = bad
    with pytest.raises(MediaError, match="samples that are no numbers: export it again"):
        read_sound(float_wav(tmp_path / "a.wav", samples))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no sound at all",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"RIFF\x10\x00\x00\x00WAVEfmt ",
        bytes(range(256)) * 40,
    ],
)
def test_what_is_no_sound_is_refused(tmp_path, data):
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(MediaError, match="not a sound that can be read, or is broken: use WAV"):
        read_sound(tmp_path / "a.wav")


@pytest.mark.parametrize(
    ("kind", "message"),
    [("flac", r"cut short: 1\.\d s are left of 4\.0 s"), ("m4a", "or is broken")],
)
def test_a_file_cut_short_is_refused(tmp_path, kind, message):
    path = coded(tmp_path / f"a.{kind}", np.stack([sine(seconds=4, rate=48_000)] * 2))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match=message):
        read_sound(path)


def test_a_file_whose_sound_is_overwritten_is_refused(tmp_path):
    path = coded(tmp_path / "a.flac", sine(seconds=2, rate=48_000)[None], layout="mono")
    data = path.read_bytes()
    path.write_bytes(data[:8000] + bytes(len(data) - 8000))
    with pytest.raises(MediaError, match=r"cut short: 0\.0 s are left of 2\.0 s"):
        read_sound(path)


def test_a_sound_that_changes_its_rate_is_refused(tmp_path):
    """MP3 may be strung together: the second half has other frames."""
    one = coded(tmp_path / "a.mp3", sine(seconds=1, rate=44_100)[None], 44_100, "mono")
    two = coded(tmp_path / "b.mp3", sine(seconds=1, rate=48_000)[None], 48_000, "mono")
    one.write_bytes(one.read_bytes() + two.read_bytes())
    with pytest.raises(MediaError, match="changes its rate or channels midway: export it again"):
        read_sound(one)


def test_an_unusual_coder_is_refused(tmp_path):
    path = coded(tmp_path / "a.old.wav", sine(rate=44_100)[None], 44_100, "mono")
    with pytest.raises(MediaError, match="coded in an unusual way: use WAV, FLAC"):
        read_sound(path)


def test_what_is_left_of_a_wav_is_used(tmp_path):
    path = wav(tmp_path / "a.wav", sine(seconds=4))
    path.write_bytes(path.read_bytes()[: 44 + 2 * 88_200])
    assert read_sound(path)[0].seconds == pytest.approx(2, abs=0.01)


def test_a_film_without_sound_is_refused(tmp_path):
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(MediaError, match="There is no sound in this file: use WAV"):
        read_sound(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    ("channels", "rate", "message"),
    [
        (200, 44_100, "has 200 channels: mix it down to 8 at most"),
        (1, 2_000_000_000, "2,000,000,000 samples a second: export it with 4,000 to 192,000"),
        (1, 100, "has 100 samples a second"),
    ],
)
def test_absurd_rates_and_channels_are_refused_undecoded(
    tmp_path, monkeypatch, channels, rate, message
):
    wav(tmp_path / "a.wav", *[np.zeros(100)] * channels, rate=rate)
    monkeypatch.setattr(audio, "_frames", None)
    with pytest.raises(MediaError, match=message):
        read_sound(tmp_path / "a.wav")


def test_a_playlist_does_not_reach_other_files(tmp_path):
    wav(tmp_path / "secret.wav", sine())
    for text in ("ffconcat version 1.0\nfile secret.wav\n", "#EXTM3U\n#EXTINF:1,\nsecret.wav\n"):
        (tmp_path / "a.wav").write_text(text)
        with pytest.raises(MediaError, match="not a sound that can be read"):
            read_sound(tmp_path / "a.wav")


def test_a_large_file_and_a_missing_one_are_refused_unopened(tmp_path):
    with (tmp_path / "a.wav").open("wb") as file:
        file.truncate(635_000_000)
    with pytest.raises(MediaError, match="635 MB, far more than 30 s of sound: cut out a part"):
        read_sound(tmp_path / "a.wav")
    with pytest.raises(MediaError, match="no longer there: upload it again"):
        read_sound(tmp_path / "b.wav")


def test_what_is_written_is_read_by_anyone(tmp_path):
    """Half of 32767 is 16383.5; a peak of 2 is turned down to 32767 and keeps its ratios."""
    quiet = write_sound(Signal(np.array([0, 0.5, -0.25], np.float32), RATE))
    loud = write_sound(Signal(np.array([0, 2.0, -1.0], np.float32), RATE))
    for data, expected in ((quiet, [0, 16384, -8192]), (loud, [0, 32767, -16384])):
        with wave.open(io.BytesIO(data)) as file:
            assert file.getparams()[:4] == (1, 2, RATE, 3)
            np.testing.assert_allclose(np.frombuffer(file.readframes(3), "<i2"), expected, atol=1)
