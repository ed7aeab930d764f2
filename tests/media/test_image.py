import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from faceweb.errors import PictureError
from faceweb.media.image import read_picture

# Pillow warns of what it finds in broken files; what matters here is what comes back.
pytestmark = pytest.mark.filterwarnings("ignore")
RED = (200, 30, 40)


def saved(image: Image.Image, kind: str, **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing: whoever decodes it has failed already."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 9) + b"IDAT"


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "CMYK"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP", "GIF", "BMP"])
def test_colour_survives_every_format(mode, kind):
    image = Image.new("RGB", (40, 30), RED).convert(mode, palette=Image.Palette.ADAPTIVE)
    try:
        data = saved(image, kind)
    except (OSError, ValueError):
        pytest.skip(f"{kind} does not hold {mode}")
    pixels = read_picture(data)
    assert pixels.shape == (30, 40, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - RED).max() <= 12


def test_a_bmp_of_many_runs_is_read():
    """Run-length coded, which no library here writes: every run is of one pixel, a row ends 0 0."""
    pixels = np.random.default_rng(0).integers(0, 256, (300, 200), np.uint8)
    runs = b"".join(b"".join(b"\1" + bytes([v]) for v in row) + b"\0\0" for row in pixels[::-1])
    palette = b"".join(bytes([v, v, v, 0]) for v in range(256))
    start = 14 + 40 + len(palette)
    head = struct.pack("<2sIII", b"BM", start + len(runs) + 2, 0, start)
    head += struct.pack("<IiiHHIIiiII", 40, 200, 300, 1, 8, 1, len(runs) + 2, 0, 0, 256, 0)
    picture = read_picture(head + palette + runs + b"\0\1")
    np.testing.assert_array_equal(picture, np.stack([pixels] * 3, axis=2))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16"])
def test_grey_becomes_three_equal_channels(mode):
    grey = Image.fromarray(np.full((8, 8), 51 * 257, np.uint16)) if mode == "I;16" else None
    image = grey or Image.new("L", (8, 8), 255 if mode == "1" else 51).convert(mode)
    expected = 255 if mode == "1" else 51
    np.testing.assert_array_equal(read_picture(saved(image, "PNG")), expected)


def test_transparent_is_laid_on_white():
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert (read_picture(saved(image, "PNG")) == 255).all()


def test_exif_rotation_is_applied():
    """Orientation 6: the camera was turned, so the stored left edge is the top of the scene."""
    image = Image.new("RGB", (20, 10), "black")
    image.paste("white", (0, 0, 10, 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = read_picture(saved(image, "JPEG", exif=exif, quality=95))
    assert pixels.shape == (20, 10, 3)
    assert pixels[:8].mean() > 200
    assert pixels[12:].mean() < 50


def test_first_frame_of_an_animation():
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert read_picture(data)[4, 4].tolist() == [255, 0, 0]


@pytest.mark.parametrize("size", [(7072, 7072), (50_000_001, 1), (200_000, 200_000)])
def test_too_many_pixels_are_refused_from_the_header(size):
    """7072^2 = 50,013,184: just beyond; nothing but the header is there to be read."""
    with pytest.raises(PictureError, match="more than 50 megapixels: shrink it"):
        read_picture(png_header(*size))


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "not a picture"),
        (b"just text", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (png_header(10, 10), "broken or cut short"),
        (saved(Image.effect_noise((64, 64), 80), "PNG")[:900], "broken or cut short"),
        (saved(Image.effect_noise((64, 64), 80), "JPEG")[:700], "broken or cut short"),
    ],
)
def test_no_picture_is_one_sentence(data, match):
    with pytest.raises(PictureError, match=match) as caught:
        read_picture(data)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(PictureError, match="broken or cut short"):
        read_picture(tmp_path / "gone.jpg")


MODES = st.sampled_from(["RGB", "RGBA", "L", "LA", "P", "CMYK", "1"])
KINDS = st.sampled_from(["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    mode=MODES,
    kind=KINDS,
    width=st.integers(1, 60),
    height=st.integers(1, 60),
    orientation=st.integers(0, 9),
    damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4),
    length=st.floats(0, 1),
)
def test_any_file_gives_rgb_or_a_sentence(mode, kind, width, height, orientation, damage, length):
    image = Image.effect_noise((width, height), 60).convert("RGB").convert(mode)
    exif = Image.Exif()
    exif[0x0112] = orientation
    try:
        data = bytearray(saved(image, kind, exif=exif))
    except (OSError, ValueError, TypeError):
        return
    for where, value in damage:
        data[int(where * (len(data) - 1))] = value
    cut = bytes(data[: max(1, int(length * len(data)))]) if length < 0.5 else bytes(data)
    try:
        pixels = read_picture(cut)
    except PictureError:
        return
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_sentence(data):
    with pytest.raises(PictureError):
        read_picture(data)
