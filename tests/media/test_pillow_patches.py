"""What of Pillow is replaced, and that Pillow still uses it."""

import importlib
import inspect
import io

import PIL
import pytest
from PIL import Image, TiffImagePlugin

from faceweb.errors import PictureError
from faceweb.media.pillow_patches import PRIVATE, SEEN, BoundedDirectory, bound_notes
from faceweb.media.sandbox import open_image

FILE = "faceweb/media/pillow_patches.py"


def lacks(name: str) -> str:
    """What is said of a part of Pillow that is no more."""
    return (
        f"Pillow {PIL.__version__} has no {name} any more, which {FILE} uses (it was written for "
        f"{SEEN}): look in Pillow's source for what took its place, and change that file."
    )


def tiff(**notes: object) -> bytes:
    """A TIFF of 4 x 4 pixels with notes of its own."""
    data = io.BytesIO()
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    directory[65000] = notes.get("numbers", (1.5,))
    directory.tagtype[65000] = 12
    Image.new("L", (4, 4)).save(data, "TIFF", tiffinfo=directory)
    return data.getvalue()


@pytest.mark.parametrize("name", PRIVATE)
def test_pillow_still_has_what_is_reached_into(name):
    found: object = importlib.import_module("PIL.TiffImagePlugin")
    for part in name.split(".")[2:]:
        assert hasattr(found, part), f"{lacks(name)} Without it {PRIVATE[name]}."
        found = getattr(found, part)


def test_pillow_still_looks_its_directory_up_by_the_name_that_is_replaced():
    for user in (TiffImagePlugin.TiffImageFile, Image.Exif):
        uses = "ImageFileDirectory_v2(" in inspect.getsource(user)
        assert uses, lacks(f"use of ImageFileDirectory_v2 in {user.__name__}")


def test_a_directory_still_keeps_its_entries_as_bytes():
    image = open_image(tiff(), ("TIFF",))
    assert isinstance(image.tag_v2, BoundedDirectory), lacks("use of ImageFileDirectory_v2")
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    assert isinstance(vars(directory).get("_tagdata"), dict), lacks(
        "ImageFileDirectory_v2._tagdata"
    )
    assert image.tag_v2[65000] == 1.5


def test_notes_are_bounded_also_of_pictures_that_are_read_later():
    """700,000 doubles are 5.6 MB of numbers, where 4 MB are allowed."""
    large = tiff(numbers=tuple([0.5] * 700_000))
    with pytest.raises(PictureError, match="more than 4 MB of numbers"):
        open_image(large, ("TIFF",))


def test_the_directory_is_replaced_once():
    bound_notes()
    first = TiffImagePlugin.ImageFileDirectory_v2
    bound_notes()
    assert TiffImagePlugin.ImageFileDirectory_v2 is first is BoundedDirectory
    assert BoundedDirectory.__mro__.count(BoundedDirectory) == 1
