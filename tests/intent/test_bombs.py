"""Files that would grow beyond all bounds: each is one sentence, or a value, in little memory."""

import io
import json
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.intent import bombs
from tests.intent.bombs import (
    MB,
    avif,
    bmp,
    chunk,
    deflated,
    directory,
    gif,
    jpeg,
    listed,
    muxed,
    noted,
    npy,
    png,
    segments,
    tiled,
    webp,
    zipped,
)
from tests.media.test_ecg import edf
from tests.media.test_volume import DEFLATED, dicom

ROOT = Path(__file__).resolve().parents[2]
# Over what the libraries take; a picture of 50 megapixels, the largest there may be, takes more.
MOST_MEMORY = 300 * MB
LARGE = "more than 50 megapixels: shrink it first"
REPEATS = "notes in this picture repeat themselves without end: save it anew"
PIECES = "in too many pieces: save it anew"
NUMBERS = "more than 4 MB of numbers in its notes"
BROKEN = "broken or cut short: export or send it again"
NO_GALLERY = "not a gallery that this page exported"
NO_RECIPE = "carries no recipe"
TAGS = (20_000, 60_000)  # 0.7 MB that would become 1.2 GB


def packed_gzip(start: bytes, megabytes: int) -> bytes:
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + deflated(megabytes, start)


def nifti(shape: tuple[int, ...]) -> bytes:
    import nibabel

    header = nibabel.Nifti1Header()
    header.set_data_dtype(np.uint8)
    header.set_data_shape(shape)
    header["magic"], header["vox_offset"] = b"n+1", 352
    return header.binaryblock + bytes(4)


def elements(count: int) -> bytes:
    """A slice with empty notes of eight bytes each, before any of its pixels."""
    start = dicom(0)
    start = start[: start.index(b"\x08\0\x16\0")]
    return start + b"".join(
        struct.pack("<HH2sH", 9 + 2 * (k // 65_000), 16 + k % 65_000, b"LO", 0)
        for k in range(1, count)
    )


def noted_slice(count: int) -> bytes:
    """A slice with so many private notes of nothing, before its rows."""
    plain = dicom(0)
    place = plain.index(b"\x28\0\x10\0US")
    notes = b"".join(struct.pack("<HH2sH", 9, 16 + k, b"LO", 0) for k in range(count))
    return plain[:place] + notes + plain[place:]


ITEM, ENDLESS = b"\xfe\xff\0\xe0", b"\xff\xff\xff\xff"


def sequenced(items: bytes) -> bytes:
    """A slice with one sequence of items, before its rows."""
    plain = dicom(0)
    place = plain.index(b"\x28\0\x10\0US")
    start = struct.pack("<HH2sH", 8, 0x1140, b"SQ", 0) + ENDLESS
    return plain[:place] + start + items + b"\xfe\xff\xdd\xe0\0\0\0\0" + plain[place:]


def spaced(kind: bytes, value: bytes) -> bytes:
    """A slice whose pixels are so far apart, as a sequence may say or a long list of numbers."""
    plain, tag = dicom(0), b"\x28\0\x30\0"
    start = plain.index(tag)
    end = start + 8 + int.from_bytes(plain[start + 6 : start + 8], "little")
    size = struct.pack("<HI", 0, len(value)) if kind == b"SQ" else struct.pack("<H", len(value))
    return plain[:start] + tag + kind + size + value + plain[end:]


def recording(change: Callable[[bytes], bytes]) -> Callable[[Path], bytes]:
    def made(folder: Path) -> bytes:
        path = edf(folder / "a.edf", ("ECG", np.sin(np.arange(1000) / 7)))
        return change(path.read_bytes())

    return made


def coded(kind: str, codec: str, seconds: int = 1) -> bytes:
    """Silence."""
    stream = io.BytesIO()
    with av.open(stream, "w", format=kind) as container:
        made = container.add_stream(codec, rate=48_000, layout="mono")
        resampler = av.AudioResampler(made.codec_context.format, "mono", 48_000)
        for _ in range(seconds):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.float32), "fltp", "mono")
            frame.sample_rate = 48_000
            for piece in resampler.resample(frame):
                container.mux(made.encode(piece))
        container.mux(made.encode(None))
    return stream.getvalue()


def wav_of_an_hour() -> bytes:
    size = 3600 * 8000
    kind = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    head = b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + struct.pack("<I", 16) + kind
    return head + b"data" + struct.pack("<I", size) + bytes(100)


def still(side: int) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (side, side), 90).save(stream, "JPEG")
    return stream.getvalue()


def film(packet: bytes, count: int = 3, codec: str = "mjpeg", **options: object) -> bytes:
    kind = "gray" if codec == "png" else "yuvj420p"
    return muxed("mov", codec, packet, count, width=64, height=64, pix_fmt=kind, **options)


def film_that_says_ten_hours() -> bytes:
    """The media header of a MOV: a version and flags, two dates, units a second, length."""
    data = bytearray(film(still(64)))
    place = data.index(b"mdhd") + 16
    (units,) = struct.unpack(">I", data[place : place + 4])
    data[place + 4 : place + 8] = struct.pack(">I", min(36_000 * units, 2**31 - 1))
    return bytes(data)


def gallery(listing: bytes, **arrays: bytes) -> bytes:
    npz = zipped({f"{name}.npy": data for name, data in arrays.items()})
    return zipped({"gallery.json": listing, "gallery.npz": npz})


def bzip_that_lies() -> bytes:
    size = 300_000_000
    data = zipped({"gallery.json": bytes(size)}, zipfile.ZIP_BZIP2)
    return data.replace(size.to_bytes(4, "little"), (200).to_bytes(4, "little"))


LISTS = b"[" + b"[]," * 15_000_000 + b"0]"
NOBODY = b'{"photos":[]}'
Bomb = tuple[str, Callable[[], bytes] | Callable[[Path], bytes], str]
# What is tried, by what it is, with the reader, the file and what is said.
BOMBS: dict[str, Bomb] = {
    "PNG of 60,000 x 60,000": (
        "picture",
        lambda: png(60_000, 60_000, bits=1, megabytes=430),
        LARGE,
    ),
    "APNG of two billion frames": (
        "picture",
        lambda: png(64, 64, chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))),
        "read: ndarray",
    ),
    "PNG with 2 GB of text": (
        "picture",
        lambda: png(64, 64, chunk(b"zTXt", b"a\0\0" + deflated(2000, wrap=15))),
        BROKEN,
    ),
    "PNG with 2 GB of colour profile": (
        "picture",
        lambda: png(64, 64, chunk(b"iCCP", b"a\0\0" + deflated(2000, wrap=15))),
        BROKEN,
    ),
    "PNG whose EXIF repeats itself": (
        "picture",
        lambda: png(64, 64, chunk(b"eXIf", directory(*TAGS))),
        REPEATS,
    ),
    "JPEG whose EXIF repeats itself": (
        "picture",
        lambda: jpeg(64, 64, 1, segments(0xE1, b"Exif\0\0", directory(*TAGS))),
        REPEATS,
    ),
    "JPEG with its EXIF in a million segments": (
        "picture",
        lambda: jpeg(64, 64, 1, b"\xff\xe1\0\x0cExif\0\0abcd" * 1_000_000),
        PIECES,
    ),
    "JPEG of five million empty segments": (
        "picture",
        lambda: jpeg(64, 64, 1, b"\xff\xe5\0\2" * 5_000_000),
        PIECES,
    ),
    "JPEG of 65,000 x 65,000": ("picture", lambda: jpeg(65_000, 65_000), LARGE),
    "JPEG drawn 10,000 times": (
        "picture",
        lambda: jpeg(7000, 7000, 10_000),
        "drawn over more than 100 times: save it anew",
    ),
    "GIF of 65,535 x 65,535": ("picture", lambda: gif(65_535, 65_535), LARGE),
    "GIF of four million comments of a byte": (
        "picture",
        lambda: gif(64, 64).replace(b",", b"!\xfe\1a\0" * 4_000_000 + b",", 1),
        PIECES,
    ),
    "GIF of 100,000 frames": ("picture", lambda: gif(1, 1, 100_000), "read: ndarray"),
    "BMP that lies": ("picture", lambda: bmp(7000, 7000), BROKEN),
    "BMP of 60,000 x 60,000": ("picture", lambda: bmp(60_000, 60_000), LARGE),
    "WebP of 16,383 x 16,383": ("picture", lambda: webp(16_383, 16_383), LARGE),
    "AVIF of 60,000 x 60,000": ("picture", lambda: avif(60_000, 60_000), "not a picture"),
    "TIFF whose notes repeat": ("picture", lambda: directory(*TAGS), REPEATS),
    "TIFF with a note of nine million numbers": (
        "picture",
        lambda: noted(339, 3, 2, 9_000_000),
        NUMBERS,
    ),
    "TIFF with a resolution of two million fractions": (
        "picture",
        lambda: noted(282, 5, 8, 2_000_000),
        NUMBERS,
    ),
    "TIFF in a tile of 1.6 GB": (
        "picture",
        lambda: tiled(40_000),
        "tiles above 4096 a side: save it in strips",
    ),
    "recipe in 2 GB of text": (
        "recipe",
        lambda: png(64, 64, chunk(b"zTXt", b"faceweb recipe\0\0" + deflated(2000, wrap=15))),
        NO_RECIPE,
    ),
    "recipe of 15 million lists": ("recipe", lambda: b'{"settings":' + LISTS + b"}", NO_RECIPE),
    "recipe in a PNG whose EXIF repeats": (
        "recipe",
        lambda: png(64, 64, chunk(b"eXIf", directory(*TAGS))),
        NO_RECIPE,
    ),
    "pictures in a zip of a million files": (
        "corpus",
        lambda: listed("{}.png", 1_000_000, b"", 0, overlap=True),
        "holds more than 20,000 files",
    ),
    "pictures that unpack to more than is said": (
        "corpus",
        lambda: listed("{}.png", 9, deflated(2000), 200),
        "read: list",
    ),
    "pictures that lie over each other": (
        "corpus",
        lambda: listed("{}.png", 9, deflated(50), 50 * MB, overlap=True),
        "unpacks to 200 times its size",
    ),
    "pictures in zips in zips": (
        "corpus",
        lambda: zipped({"b.zip": zipped({"a.zip": zipped({"a.png": bytes(MB)})})}),
        "There is no picture in what you uploaded",
    ),
    "NIfTI of 4 GB in gzip": (
        "volume",
        lambda: packed_gzip(nifti((2000, 2000, 1000)), 4000),
        "shrink it to 512 a side",
    ),
    "gzip of 4 GB of nothing": ("volume", lambda: packed_gzip(b"", 4000), "holds no NIfTI"),
    "TIFF stack whose notes repeat": ("volume", lambda: directory(*TAGS), REPEATS),
    "npz that unpacks to more than is said": (
        "volume",
        lambda: listed("a.npy", 1, deflated(4000, npy((512, 512, 512))), 200),
        BROKEN,
    ),
    "npz whose arrays lie over each other": (
        "volume",
        lambda: listed("{}.npy", 4000, deflated(60, npy((9, 9))), 60 * MB, overlap=True),
        BROKEN,
    ),
    "volume in a zip of a million files": (
        "volume",
        lambda: listed("{}", 1_000_000, b"", 0, overlap=True),
        "holds more than 4096 files",
    ),
    "volume in zips in zips": (
        "volume",
        lambda: zipped({"b.zip": zipped({"a.zip": zipped({"a": bytes(MB)})})}),
        "holds no DICOM slices",
    ),
    "DICOM that is deflated": (
        "volume",
        lambda: zipped({"a": dicom(0, syntax=DEFLATED)}),
        "compressed: export them uncompressed",
    ),
    "DICOM of 65,535 rows": (
        "volume",
        lambda: zipped({"a": dicom(0, Rows=65_535, Columns=65_535)}),
        "shrink it to 512 a side",
    ),
    "DICOM of 400,000 notes": (
        "volume",
        lambda: zipped({"a": elements(400_000)}),
        "more than 5,000 notes",
    ),
    "DICOM of 400,000 empty items": (
        "volume",
        lambda: zipped({"a": sequenced((ITEM + bytes(4)) * 400_000)}),
        "more than 5,000 notes",
    ),
    "DICOM of 400,000 items without their mark": (
        "volume",
        lambda: zipped({"a": sequenced(bytes(8) * 400_000)}),
        "more than 5,000 notes",
    ),
    "DICOM of 400,000 notes in an item": (
        "volume",
        lambda: zipped({"a": sequenced(ITEM + ENDLESS + b"\x09\0\x10\0LO\0\0" * 400_000)}),
        "more than 5,000 notes",
    ),
    "DICOM whose spacing is 400,000 items": (
        "volume",
        lambda: zipped({"a": spaced(b"SQ", (ITEM + bytes(4)) * 400_000)}),
        "notes of a slice of this series are broken",
    ),
    "DICOM whose spacing is 30,000 numbers": (
        "volume",
        lambda: zipped({"a": spaced(b"DS", b"1\\" * 30_000)}),
        "notes of a slice of this series are broken",
    ),
    "DICOM of two million notes in 400 slices": (
        "volume",
        lambda: zipped(dict.fromkeys(map(str, range(400)), noted_slice(4_900))),
        "slices of this series have more than 500,000 notes",
    ),
    "DICOM of 16 MB a slice": (
        "volume",
        lambda: zipped({"a": dicom(0) + bytes(16 * MB)}),
        "more than 4 MB: pack single slices",
    ),
    "gallery that unpacks to more than is said": (
        "gallery",
        lambda: listed("gallery.json", 1, deflated(4000, b"{"), 200),
        NO_GALLERY,
    ),
    "gallery in bzip2 that lies": ("gallery", bzip_that_lies, NO_GALLERY),
    "gallery of 15 million lists": (
        "gallery",
        lambda: gallery(b'{"photos":' + LISTS + b"}"),
        NO_GALLERY,
    ),
    "gallery in a zip of a million files": (
        "gallery",
        lambda: listed("{}", 1_000_000, b"", 0, overlap=True),
        NO_GALLERY,
    ),
    "gallery with arrays of 99 MB for nobody": (
        "gallery",
        lambda: gallery(NOBODY, embeddings=npy((0, 128)), chips=bytes(99_000_000)),
        NO_GALLERY,
    ),
    "gallery of a million people who are not there": (
        "gallery",
        lambda: gallery(b'{"photos":[' + b"0," * 999_999 + b"0]}"),
        "larger than 100 MB",
    ),
    "gallery whose array has a header to choke on": (
        "gallery",
        lambda: gallery(NOBODY, embeddings=b"\x93NUMPY\1\0\x28\x23" + 9000 * b"-"),
        NO_GALLERY,
    ),
    "head that unpacks to more than is said": (
        "gallery",
        lambda: listed("head.npz", 1, deflated(4000), 200),
        NO_GALLERY,
    ),
    "WAV that says an hour": ("sound", wav_of_an_hour, r"lasts 0\.0125 s"),
    "FLAC of ten minutes of silence": ("sound", lambda: coded("flac", "flac", 600), "longer than"),
    "MP3 of hours of silence": ("sound", lambda: coded("mp3", "libmp3lame") * 7200, "longer than"),
    "OGG of hours of silence": ("sound", lambda: coded("ogg", "libopus") * 7200, "longer than"),
    "sound in one packet of 95 MB": (
        "sound",
        lambda: muxed("matroska", "pcm_u8", bytes(95_000_000), rate=44_100),
        "packed in an unusual way",
    ),
    "MOV with frames larger than it says": (
        "clip",
        lambda: film(jpeg(16_000, 16_000)),
        BROKEN,
    ),
    "MOV with pictures in it": (
        "clip",
        lambda: film(png(16_000, 16_000, megabytes=250), codec="png"),
        "coded in an unusual way",
    ),
    "MOV of hours of one frame": ("clip", lambda: film(still(64), 20_000), "read: tuple"),
    "MOV of 1,000 frames a second": (
        "clip",
        lambda: film(still(64), 20_000, rate=1000),
        "read: tuple",
    ),
    "MOV that says ten hours": ("clip", film_that_says_ten_hours, "read: tuple"),
    "GIF clip of 65,535 x 65,535": ("clip", lambda: gif(65_535, 65_535, 9), "single frame|broken"),
    "GIF clip of a million frames": ("clip", lambda: gif(64, 64, 1_000_000), "single frame|tuple"),
    "CSV in one line of 32 MB": ("trace", lambda: b"1" * 31_999_999, "Line 1 is too long"),
    "CSV of 16 million lines": ("trace", lambda: b"1\n" * 15_999_999, "more than 700,000 lines"),
    "CSV of 40 MB": ("trace", lambda: b"1\n" * 20_000_000, "of 40 MB: cut out a part"),
    "CSV of 334 columns": ("trace", lambda: (b"1a," * 333 + b"\n") * 31_000, "has 334 columns"),
    "CSV that an emoji makes four times as large": (
        "trace",
        lambda: b"\xf0\x9f\x98\x80\r\n" + (b"0.25" + b"0" * 38 + b"\r\n") * 690_000,
        "one value throughout",
    ),
    "EDF of 10,000 signals": (
        "trace",
        recording(lambda data: data[:252] + b"9999" + data[256:]),
        "EDF file is broken or cut short",
    ),
    "EDF of a hundred million values a record": (
        "trace",
        recording(lambda data: data[:472] + b"99999999" + data[480:]),
        "EDF file is",
    ),
    "EDF of a hundred million records": (
        "trace",
        recording(lambda data: data[:236] + b"99999999" + data[244:]),
        "EDF file is cut short",
    ),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What each bomb came to, and the bytes it took, in one process without TensorFlow."""
    folder = tmp_path_factory.mktemp("bombs")
    paths = []
    for number, (reader, make, _) in enumerate(BOMBS.values()):
        path = folder / f"{number}.{reader}"
        path.write_bytes(make(folder) if make.__code__.co_argcount else make())
        paths.append(str(path))
    command = [sys.executable, "-m", "tests.intent.tried", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    for path in paths:
        Path(path).unlink()
    lines = done.stdout.splitlines()
    assert len(lines) == len(BOMBS), done.stderr[-2000:]
    return dict(zip(BOMBS, map(json.loads, lines), strict=True))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_one_sentence_in_little_memory(found, name):
    said, grown = found[name]
    assert re.search(BOMBS[name][2], said), said
    assert "\n" not in said
    assert grown < MOST_MEMORY, f"{grown / MB:.0f} MB"


def test_every_reader_meets_a_bomb():
    from tests.fuzz.readers import READERS

    assert {reader for reader, _, _ in BOMBS.values()} == set(READERS)


def test_a_plain_progressive_photo_is_still_read():
    """As cameras write it, and with what they append: a film in which any bytes may stand."""
    from faceweb.media.image import read_picture

    data = bombs.jpeg(64, 64) + b"\xff\xda\0\2" * 200
    assert read_picture(data).shape == (64, 64, 3)
