"""Small valid files of every accepted format, made here."""

import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from faceweb.faces.quality import to_png
from faceweb.gallery.archive import export_gallery
from faceweb.gallery.store import StoredPhoto
from faceweb.media.audio import write_sound
from faceweb.media.video import write_clip, write_gif
from faceweb.types import Signal
from tests.media import test_ecg, test_volume
from tests.media import test_video as test_clip_file

PICTURE = (np.indices((24, 32)).sum(0)[..., None] * (3, 5, 7) % 256).astype(np.uint8)


def seeds() -> list[tuple[str, str, bytes]]:
    """Which reader, the end of the name, and the bytes."""
    with tempfile.TemporaryDirectory() as folder:
        found = [*_pictures(), *_signals(Path(folder)), *_volumes(Path(folder)), *_films()]
    return [*found, *_archives()]


def _pictures():
    image = Image.fromarray(PICTURE)
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM"):
        stream = io.BytesIO()
        image.save(stream, kind)
        yield "picture", f".{kind.lower()}", stream.getvalue()
    note = PngImagePlugin.PngInfo()
    note.add_text("faceweb recipe", '{"version": 1, "settings": {"alpha": 1}, "moves": []}')
    stream = io.BytesIO()
    image.save(stream, "PNG", pnginfo=note)
    yield "recipe", ".png", stream.getvalue()


def _signals(folder: Path):
    waves = np.sin(np.arange(8000) / 9).astype(np.float32)
    yield "sound", ".wav", write_sound(Signal(waves, 8000))
    beats = test_ecg.VALUES
    yield "trace", ".csv", "\n".join(map(str, beats)).encode()
    yield "trace", ".csv", "\n".join(test_ecg.timed()).encode()
    yield "trace", ".edf", test_ecg.edf(folder / "a.edf", ("ECG", beats)).read_bytes()


def _volumes(folder: Path):
    body, made = test_volume.body(), test_volume
    for name in ("a.nii", "a.nii.gz"):
        yield "volume", name[1:], made.nifti(folder / name, body).read_bytes()
    pages = body.astype(np.uint8)
    yield "volume", ".tif", made.tiff(folder / "a.tif", pages).read_bytes()
    for save in (np.savez, np.savez_compressed):
        stream = io.BytesIO()
        save(stream, volume=body)
        yield "volume", ".npz", stream.getvalue()
    for syntax in (made.EXPLICIT, made.IMPLICIT, made.DEFLATED):
        slices = [made.dicom(k, syntax=syntax) for k in range(9)]
        yield "volume", ".zip", made.series(folder / "a.zip", *slices).read_bytes()


def _films():
    frames = test_clip_file.moving(8)
    yield "clip", ".mp4", write_clip(frames, 8.0)[0]
    yield "clip", ".gif", write_gif(frames, 8.0)
    for kind, codec in (("webm", "libvpx"), ("avi", "mpeg4"), ("matroska", "mpeg4")):
        yield "clip", f".{kind}", test_clip_file.encoded(frames, kind=kind, codec=codec)


def _archives():
    chip, now = np.zeros((150, 150, 3), np.uint8), datetime(2026, 1, 2, tzinfo=UTC)
    embedding = np.linspace(-1, 1, 128, dtype=np.float32)
    photo = StoredPhoto(1, "Ada", embedding, to_png(chip), "dlib-resnet-v1", now)
    yield "gallery", ".zip", export_gallery([photo, photo])
    stream = io.BytesIO()
    Image.fromarray(PICTURE).save(stream, "PNG")
    folder = Path(tempfile.mkdtemp())
    members = {f"people/{n}/{n}.png": stream.getvalue() for n in range(3)}
    yield "corpus", ".zip", test_volume.zipped(folder / "a.zip", members).read_bytes()
