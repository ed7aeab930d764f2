"""Which clips are read, how they are timed, turned and shrunk, and which are refused."""

import io
import struct
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from faceweb.errors import MediaError
from faceweb.media import video
from faceweb.media.video import read_clip, write_clip, write_gif


def moving(count, height=48, width=64):
    """A white bar on black; in frame k its left border is at column k, of at most 40."""
    frames = np.zeros((count, height, width, 3), np.uint8)
    for k, frame in enumerate(frames):
        frame[:, k % 40 : k % 40 + 16] = 255
    return frames


def bars(clip):
    """Where the bar begins in each frame."""
    return (clip.frames[..., 1].mean(axis=1) > 127).argmax(axis=1).tolist()


def encoded(frames, times=None, rate=10, kind="mp4", codec="libx264", target=None, **options):
    """A file of frames, at multiples of a thousandth of a second if `times` are given."""
    file = target or io.BytesIO()
    with av.open(file, "w", format=kind, options=options) as container:
        stream = container.add_stream(codec, rate)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        for k, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            if times is not None:
                frame.time_base, frame.pts = Fraction(1, 1000), times[k]
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return target.read_bytes() if target else file.getvalue()


@pytest.fixture
def read(tmp_path):
    def reader(data):
        (tmp_path / "clip").write_bytes(data)
        return read_clip(tmp_path / "clip")

    return reader


@pytest.mark.parametrize(
    ("kind", "codec"), [("mp4", "libx264"), ("mov", "libx264"), ("webm", "libvpx-vp9")]
)
def test_every_frame_of_a_short_clip_is_kept(read, kind, codec):
    clip, note = read(encoded(moving(12), kind=kind, codec=codec))
    assert clip.frames.shape == (12, 48, 64, 3)
    assert bars(clip) == list(range(12))
    assert clip.rate == pytest.approx(10, rel=0.01)
    assert (clip.frames.dtype, note) == (np.uint8, "")


def test_what_is_written_is_read_again(read):
    """Odd sides become even; the last row and column stand twice."""
    smooth = np.add.outer(np.arange(49) * 2, np.arange(65) * 2)[..., None] + np.zeros(3)
    frames = np.stack([(smooth + k).astype(np.uint8) for k in range(9)])
    data, suffix = write_clip(frames, 12.5)
    clip, _ = read(data)
    assert suffix == ".mp4"
    assert (clip.frames.shape, clip.rate) == ((9, 50, 66, 3), pytest.approx(12.5))
    assert np.abs(clip.frames[:, :49, :65] - frames.astype(float)).mean() < 2
    assert np.abs(clip.frames[:, 49, :65] - frames[:, 48].astype(float)).mean() < 4


def test_without_an_encoder_of_h264_it_is_vp9(read, monkeypatch):
    monkeypatch.setattr(av, "codecs_available", {"libvpx-vp9"})
    data, suffix = write_clip(moving(5), 10)
    assert (suffix, bars(read(data)[0])) == (".webm", list(range(5)))


def test_a_gif_is_read_with_its_pauses(read):
    """0.1, 0.1, 0.5 and 0.1 s: at ten frames a second the third is shown five times."""
    frames = [Image.fromarray(frame) for frame in moving(4)]
    file = io.BytesIO()
    pauses = [100, 100, 500, 100]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=pauses)
    clip, _ = read(file.getvalue())
    assert bars(clip) == [0, 1, 2, 2, 2, 2, 2, 3]
    assert clip.rate == pytest.approx(10)
    again, _ = read(write_gif(clip.frames, 10))
    assert (bars(again)[:2], len(again.frames), again.rate) == ([0, 1], 8, pytest.approx(10))


def test_a_variable_rate_becomes_an_even_one(read):
    """Frames at 0, 100, 200, 600 and 700 ms: the third lasts four times as long."""
    data = encoded(moving(5), [0, 100, 200, 600, 700], rate=1000, kind="webm", codec="libvpx-vp9")
    clip, _ = read(data)
    assert bars(clip)[:7] == [0, 1, 2, 2, 2, 2, 3]
    assert clip.rate == pytest.approx(10, rel=0.15)


def test_transparency_lies_on_white(read):
    frames = []
    for k in range(4):
        frame = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
        frame.paste((255, 0, 0, 255), (5 * k, 5, 5 * k + 10, 15))
        frames.append(frame)
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100, disposal=2)
    clip, _ = read(file.getvalue())
    assert clip.frames[:, 30, 30].tolist() == [[255, 255, 255]] * 4
    assert clip.frames[3, 10, 17].tolist() == [255, 0, 0]
    assert clip.frames[3, 10, 3].tolist() == [255, 255, 255]


def test_of_a_long_clip_the_first_four_seconds_are_used(read, monkeypatch):
    """10 s at 12 a second: 48 frames, and only a few more than those are decoded."""
    seen = []
    monkeypatch.setattr(video, "_check_size", lambda width, height: seen.append(width))
    clip, note = read(encoded(moving(120), rate=12))
    assert (bars(clip)[:40], len(clip.frames)) == (list(range(40)), 48)
    assert clip.rate == pytest.approx(12)
    assert note == "Only the first 4 s of 10 s are used."
    assert len(seen) < 60


@pytest.mark.parametrize(("rate", "count"), [(25, 100), (200, 700)])
def test_of_many_frames_64_are_kept_evenly(read, rate, count):
    """Times between frames kept are equal, within the one frame that they are rounded to."""
    frames = moving(count, 32, 64)
    for k, frame in enumerate(frames):
        frame[:] = 16 + k * 200 // count
    clip, note = read(encoded(frames, rate=rate, preset="ultrafast"))
    assert (len(clip.frames), clip.rate) == (64, pytest.approx(64 * rate / count))
    assert f"64 frames are kept, {64 * rate / count:.3g} a second." in note
    shades = clip.frames[:, 16, 32, 0].astype(float)
    np.testing.assert_allclose(shades, 16 + 200 * (np.arange(64) + 0.5) / 64, atol=4)


def test_large_frames_are_shrunk_and_it_is_said(read):
    clip, note = read(encoded(moving(5, 360, 640)))
    assert clip.frames.shape == (5, 144, 256, 3)
    assert note == "It was shrunk from 640 x 360 to 256 x 144 pixels."
    # The bar of 16 in 640 columns is one of 6.4 in 256.
    assert (clip.frames[0, 70, :, 1] > 127).sum() in (6, 7)


def test_a_phones_upright_clip_is_turned(read):
    """The file holds it lying, with a matrix that turns it clockwise: left becomes top."""
    data = encoded(moving(5, 48, 64))
    place = data.index(b"tkhd") + 44
    matrix = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 48 << 16, 0, 1 << 30)
    clip, _ = read(data[:place] + matrix + data[place + 36 :])
    assert clip.frames.shape == (5, 64, 48, 3)
    assert (clip.frames[0, :14] > 200).all()
    assert (clip.frames[0, 20:] < 50).all()


@pytest.mark.parametrize("share", [0.2, 0.6, 0.9, 0.98])
@pytest.mark.parametrize("kind", ["mp4", "streamed", "gif"])
def test_a_clip_cut_short_is_refused(read, tmp_path, kind, share):
    noise = np.random.default_rng(0).integers(0, 256, (20, 48, 64, 3), np.uint8)
    if kind == "gif":
        data = write_gif(noise, 10)
    elif kind == "mp4":
        data, _ = write_clip(noise, 10)
    else:
        data = encoded(noise, target=tmp_path / "a.mp4", movflags="+faststart")
    with pytest.raises(MediaError, match=r"^This clip is broken or cut short: export or send it"):
        read(data[: int(share * len(data))])


def test_half_a_webm_is_refused(read):
    noise = np.random.default_rng(0).integers(0, 256, (20, 48, 64, 3), np.uint8)
    data = encoded(noise, kind="webm", codec="libvpx-vp9")
    with pytest.raises(MediaError, match="broken or cut short"):
        read(data[: len(data) // 2])


def sound():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", 22050, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), "fltp", "mono")
        frame.sample_rate = 22050
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: b"", "not a clip that can be read: use MP4, WebM, MOV or GIF"),
        (lambda: b"#EXTM3U\n/etc/passwd", "not a clip that can be read"),
        (lambda: b"\0\0\0\x18ftypisom\0\0\2\0isomiso2", "broken or cut short"),
        (sound, "holds no video: use a clip with pictures"),
        (lambda: write_clip(moving(1), 10)[0], "a single frame, so it is a picture"),
        (lambda: write_gif(moving(1), 10), "a single frame, so it is a picture"),
        (lambda: encoded(moving(3, 4100, 64)), "64 x 4100 pixels: shrink it to 4096 a side"),
        (lambda: encoded(moving(3, 20, 64)), "64 x 20 pixels: use one of at least 32 a side"),
    ],
)
def test_what_is_no_clip_is_refused(read, make, message):
    with pytest.raises(MediaError, match=message):
        read(make())


def test_an_erased_file_is_said_to_be(tmp_path):
    with pytest.raises(MediaError, match="was erased meanwhile"):
        read_clip(tmp_path / "gone.mp4")


def test_a_flood_of_large_frames_is_refused_while_it_is_decoded(read, monkeypatch):
    """Ten frames of 64 x 48 are 30,720 pixels."""
    monkeypatch.setattr(video, "MOST_PIXELS", 30_719)
    with pytest.raises(MediaError, match="more pixels in its first 4 s than can be read"):
        read(encoded(moving(10)))
    monkeypatch.setattr(video, "MOST_PIXELS", 30_720)
    assert len(read(encoded(moving(10)))[0].frames) == 10


def test_whatever_a_decoder_raises_is_one_sentence(read, monkeypatch):
    def broken(*_):
        raise AttributeError("no such codec")

    monkeypatch.setattr(video, "_decode", broken)
    with pytest.raises(MediaError, match="cut short"):
        read(encoded(moving(10)))
