"""Which volumes are read, how they lie, and which are refused."""

import contextlib
import gzip
import io
import struct
import zipfile
import zlib

import nibabel
import numpy as np
import pytest
from PIL import Image, TiffImagePlugin
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, MRImageStorage

from faceweb.errors import MediaError
from faceweb.media import volume as volume_reader
from faceweb.media.volume import read_volume
from faceweb.signals.volume import isotropic
from faceweb.types import Volume

IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
DEFLATED, RLE = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5"


def ramp(*shape):
    return np.arange(np.prod(shape), dtype=np.int16).reshape(shape)


def body():
    """(x, y, z) to the right, front and top; one bright voxel at the right, front and top."""
    values = np.zeros((10, 12, 14), np.int16)
    values[8, 9, 11] = 100
    return values


def nifti(path, values, affine=None, **header):
    image = nibabel.Nifti1Image(values, np.eye(4) if affine is None else affine)
    for key, value in header.items():
        image.header[key] = value
    nibabel.save(image, path)
    return path


def tiff(path, pages, **options):
    first, *others = [Image.fromarray(page) for page in pages]
    first.save(path, save_all=True, append_images=others, **options)
    return path


def dicom(k, *, syntax=EXPLICIT, series="1.2.3", pixels=None, axes=(1, 0, 0, 0, 1, 0), **more):
    """Slice k of a stack 2.5 mm apart, all of its pixels 10 k."""
    pixels = np.full((9, 11), 10 * k, np.int16) if pixels is None else pixels
    item = Dataset()
    item.SOPClassUID, item.SOPInstanceUID = MRImageStorage, f"1.2.3.{k}"
    item.SeriesInstanceUID, item.InstanceNumber = series, 100 - k
    item.Rows, item.Columns = pixels.shape
    item.BitsAllocated = item.BitsStored = 16
    item.HighBit, item.PixelRepresentation, item.SamplesPerPixel = 15, 1, 1
    item.PhotometricInterpretation = "MONOCHROME2"
    item.ImageOrientationPatient, item.PixelSpacing = list(axes), [0.5, 0.75]
    normal = np.cross(axes[:3], axes[3:])
    item.ImagePositionPatient = [float(v) for v in 2.5 * k * normal]
    item.RescaleSlope, item.RescaleIntercept = 2, -1000
    item.PixelData = pixels.tobytes()
    for key, value in more.items():
        setattr(item, key, value)
    item.file_meta = FileMetaDataset()
    item.file_meta.MediaStorageSOPClassUID = MRImageStorage
    item.file_meta.MediaStorageSOPInstanceUID = item.SOPInstanceUID
    plain = syntax if syntax in (IMPLICIT, EXPLICIT, DEFLATED) else EXPLICIT
    item.file_meta.TransferSyntaxUID = UID(plain)
    stream = io.BytesIO()
    item.save_as(stream, enforce_file_format=True)
    # Names of the packing that are equally long.
    return stream.getvalue().replace(plain.encode(), syntax.encode(), plain != syntax)


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def series(path, *slices):
    return zipped(path, {f"deep/{n}.dcm": data for n, data in enumerate(slices)})


def brightest(volume):
    return np.unravel_index(volume.voxels.argmax(), volume.voxels.shape)


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_a_nifti_stands_upright_with_the_right_on_the_left(tmp_path, name):
    """14 slices from the top: 11 becomes 13 - 11 = 2; front first: 11 - 9 = 2; right first: 1."""
    affine = np.diag([1.0, 2.0, 3.0, 1.0])
    volume, note = read_volume(nifti(tmp_path / name, body(), affine))
    assert volume.voxels.shape == (14, 12, 10)
    assert brightest(volume) == (2, 2, 1)
    assert volume.spacing == (3.0, 2.0, 1.0)
    assert (volume.voxels.dtype, note) == (np.float32, "")


def test_a_nifti_stored_in_another_order_is_the_same_volume(tmp_path):
    """The same body with its axes stored as top, left, front: what is seen does not change."""
    stored = body().transpose(2, 0, 1)[:, ::-1]
    affine = np.array([[0, -1.0, 0, 0], [0, 0, 2, 0], [3, 0, 0, 0], [0, 0, 0, 1]])
    plain, _ = read_volume(nifti(tmp_path / "a.nii", body(), np.diag([1.0, 2, 3, 1])))
    turned, _ = read_volume(nifti(tmp_path / "b.nii", stored, affine))
    np.testing.assert_array_equal(turned.voxels, plain.voxels)
    assert turned.spacing == plain.spacing


def test_slope_and_offset_of_a_nifti_count(tmp_path):
    """Stored -1, 0 ... 8 with slope 0.5 and offset 3: from 2.5 to 7."""
    values = np.broadcast_to(np.arange(-1, 9, dtype=np.int16), (10, 10, 10))
    image = nibabel.Nifti1Image(values, np.eye(4))
    image.header.set_slope_inter(0.5, 3)
    nibabel.save(image, tmp_path / "a.nii.gz")
    volume, _ = read_volume(tmp_path / "a.nii.gz")
    assert (volume.low, volume.high) == (2.5, 7.0)


def test_of_four_axes_the_first_volume_is_used(tmp_path):
    values = np.stack([body(), 500 - body(), body()], axis=-1)
    volume, note = read_volume(nifti(tmp_path / "a.nii.gz", values))
    assert brightest(volume) == (2, 2, 1)
    assert note == "Only the first of its 3 volumes is used."


def test_units_of_a_nifti_count(tmp_path):
    path = nifti(tmp_path / "a.nii", body(), np.diag([500.0, 500, 1000, 1]), xyzt_units=3)
    assert read_volume(path)[0].spacing == pytest.approx((1.0, 0.5, 0.5))


def test_a_broken_orientation_is_said(tmp_path):
    path = nifti(tmp_path / "a.nii", body(), sform_code=0, qform_code=0)
    data = bytearray(path.read_bytes())
    data[254:256], data[280:284] = b"\1\0", np.float32(np.nan).tobytes()
    path.write_bytes(data)
    volume, note = read_volume(path)
    assert "orientation is missing or broken" in note
    assert volume.spacing == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_a_truncated_gzip_is_refused(tmp_path, share):
    values = np.random.default_rng(0).integers(0, 999, (20, 20, 20), np.int16)
    path = nifti(tmp_path / "a.nii.gz", values)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(MediaError, match=r"^This volume is cut short: export or send it again\.$"):
        read_volume(path)


def test_a_truncated_nifti_is_refused(tmp_path):
    path = nifti(tmp_path / "a.nii", body())
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(MediaError, match="This volume is cut short"):
        read_volume(path)


def test_too_many_voxels_are_refused_from_the_header(tmp_path):
    """A header of 1024 x 1024 x 1024 with nothing behind it: the size is said, not the lack."""
    header = nibabel.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_data_shape((1024, 1024, 1024))
    header["vox_offset"], header["magic"] = 352, b"n+1"
    path = tmp_path / "a.nii.gz"
    path.write_bytes(gzip.compress(header.binaryblock + bytes(4)))
    with pytest.raises(MediaError, match="1024 x 1024 x 1024 voxels: cut or shrink it to 512"):
        read_volume(path)


def test_no_more_of_a_gzip_is_inflated_than_the_header_asks_for(tmp_path, monkeypatch):
    nifti(tmp_path / "a.nii", body())
    path = tmp_path / "a.nii.gz"
    path.write_bytes(gzip.compress((tmp_path / "a.nii").read_bytes() + bytes(50_000_000)))
    inflated = []
    plain = gzip.GzipFile.read

    def counted(self, size=-1):
        data = plain(self, size)
        inflated.append(len(data))
        return data

    monkeypatch.setattr(gzip.GzipFile, "read", counted)
    read_volume(path)
    assert sum(inflated) == 352 + 10 * 12 * 14 * 2


def test_remarks_of_a_gigabyte_are_refused(tmp_path):
    path = nifti(tmp_path / "a.nii", body())
    data = bytearray(path.read_bytes())
    data[108:112] = np.float32(2**30).tobytes()
    path.write_bytes(gzip.compress(data))
    with pytest.raises(MediaError, match="header of this NIfTI is broken"):
        read_volume(path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "This file is empty"),
        (b"no volume at all" * 40, "This file is not a volume that can be read: use NIfTI"),
        (gzip.compress(b"text" * 400, mtime=0), "gzip but holds no NIfTI"),
        (b"II*\0" + bytes(40), "This TIFF is broken or of an unusual kind"),
        (b"\x93NUMPY\1\0\x10\0garbage", "broken or cut short"),
        (b"PK\3\4 cut short", "This zip is broken or cut short"),
        (bytes(128) + b"DICM" + bytes(40), "one slice of a DICOM series: pack the whole series"),
    ],
)
def test_what_is_no_volume_is_refused(tmp_path, data, message):
    (tmp_path / "a.bin").write_bytes(data)
    with pytest.raises(MediaError, match=message):
        read_volume(tmp_path / "a.bin")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_pages_of_a_tiff_are_slices(tmp_path, dtype):
    pages = np.zeros((9, 20, 30), dtype)
    pages[4, 5, 6] = 200
    volume, note = read_volume(tiff(tmp_path / "a.tif", pages))
    assert volume.voxels.shape == (9, 20, 30)
    assert brightest(volume) == (4, 5, 6)
    assert (volume.high, note) == (200, "")


@pytest.mark.parametrize("packing", ["raw", "tiff_deflate"])
def test_as_many_pages_as_there_may_be_are_read_however_small(tmp_path, packing):
    pages = np.zeros((512, 40, 48), np.uint8)
    pages[400, 5, 6] = 200
    path = tiff(tmp_path / "a.tif", pages, compression=packing, software="x" * 40, dpi=(300, 300))
    volume, _ = read_volume(path)
    # The longest side is halved.
    assert volume.voxels.shape == (256, 40, 48)
    assert brightest(volume) == (200, 5, 6)


def test_imagej_says_how_far_slices_are_apart(tmp_path):
    """4 pixels a micron and slices 2 microns apart: 0.25 and 2 thousandths of a millimetre."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270] = "ImageJ=1.53\nimages=9\nslices=9\nunit=micron\nspacing=2.0\n"
    tags[282] = tags[283] = 4.0
    pages = ramp(9, 20, 30).astype(np.uint16)
    volume, _ = read_volume(tiff(tmp_path / "a.tif", pages, tiffinfo=tags))
    assert volume.spacing == pytest.approx((0.002, 0.00025, 0.00025))


def test_a_picture_is_no_volume(tmp_path):
    with pytest.raises(MediaError, match=r"1 x 20 x 30 voxels: a volume needs at least 8 slices"):
        read_volume(tiff(tmp_path / "a.tif", np.zeros((1, 20, 30), np.uint8)))


def test_pages_of_several_sizes_are_refused(tmp_path):
    pages = [np.full((20, 30 + (k == 7)), k, np.uint8) for k in range(9)]
    with pytest.raises(MediaError, match="Page 8 of this TIFF is 31 x 20 pixels and the first 30"):
        read_volume(tiff(tmp_path / "a.tif", pages))


def test_a_tiff_cut_short_is_refused(tmp_path):
    path = tiff(tmp_path / "a.tif", ramp(9, 20, 30).astype(np.uint16))
    path.write_bytes(path.read_bytes()[:-900])
    with pytest.raises(MediaError, match=r"needs at least 8 slices|cut short"):
        read_volume(path)


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_npz_keeps_its_order_and_spacing(tmp_path, order):
    values = np.asarray(ramp(9, 10, 11), order=order)
    np.savez_compressed(tmp_path / "a.npz", values, spacing=[3.0, 1.0, 2.0], names=["a"])
    volume, note = read_volume(tmp_path / "a.npz")
    assert brightest(volume)[0] == 8
    assert (np.diff(volume.voxels, axis=2) >= 0).all()
    assert (volume.spacing, note) == ((3.0, 1.0, 2.0), "")


def test_an_npy_is_read(tmp_path):
    np.save(tmp_path / "a.npy", ramp(9, 10, 11))
    assert read_volume(tmp_path / "a.npy")[0].voxels.shape == (9, 10, 11)


def test_an_npz_of_objects_or_of_none_or_two_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, np.full((9, 9, 9), None, object))
    with pytest.raises(MediaError, match="are no plain numbers"):
        read_volume(path)
    np.savez(path, ramp(9, 9))
    with pytest.raises(MediaError, match="holds no array of three axes"):
        read_volume(path)
    np.savez(path, ramp(9, 9, 9), ramp(9, 9, 9))
    with pytest.raises(MediaError, match="holds 2 arrays of three axes"):
        read_volume(path)


def test_an_npz_bomb_is_refused_from_its_header(tmp_path):
    """The header asks for 8 GB; a second one for 1 GB of header, which numpy would read first."""
    stream = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (1000, 1000, 1000)}
    np.lib.format.write_array_header_1_0(stream, header)
    path = zipped(tmp_path / "a.npz", {"arr_0.npy": stream.getvalue() + bytes(10_000)})
    with pytest.raises(MediaError, match="shrink it to 512 a side"):
        read_volume(path)
    zipped(path, {"arr_0.npy": b"\x93NUMPY\2\0" + (2**30).to_bytes(4, "little") + bytes(10_000)})
    with pytest.raises(MediaError, match="unusual version"):
        read_volume(path)


def test_a_dicom_series_is_sorted_in_space_and_rescaled(tmp_path):
    """Values 10 k rescaled: 20 k - 1000; the highest slice comes first."""
    order = [3, 0, 8, 1, 9, 2, 5, 4, 7, 6]
    members = {f"s/{k}": dicom(k, syntax=IMPLICIT if k % 2 else EXPLICIT) for k in order}
    volume, note = read_volume(zipped(tmp_path / "a.zip", {"DICOMDIR": b"", **members}))
    assert volume.voxels.shape == (10, 9, 11)
    assert (volume.low, volume.high) == (-1000, -820)
    np.testing.assert_allclose(volume.voxels[:, 0, 0], np.arange(9, -1, -1) / 9, atol=1e-6)
    assert (volume.spacing, note) == ((2.5, 0.5, 0.75), "")


def test_a_sagittal_series_is_turned_upright(tmp_path):
    """Pictures run to the back and the feet as they shall: only the slices are to be turned.

    The normal is back x feet = (0, 1, 0) x (0, 0, -1) = (-1, 0, 0): to the right in LPS, so the
    last slice is the body's right-most and comes first along w, the last but one second.
    """
    slices = [np.full((9, 11), 0, np.int16) for _ in range(10)]
    slices[8][2, 3] = 100
    axes = (0, 1, 0, 0, 0, -1)
    path = series(
        tmp_path / "a.zip", *(dicom(k, pixels=p, axes=axes) for k, p in enumerate(slices))
    )
    volume, _ = read_volume(path)
    assert volume.voxels.shape == (9, 11, 10)
    assert brightest(volume) == (2, 3, 1)
    assert volume.spacing == (0.5, 0.75, 2.5)


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        ({"series": "1.2.4"}, "holds 2 DICOM series: pack one"),
        ({"syntax": DEFLATED}, "are compressed: export them uncompressed"),
        ({"syntax": RLE}, "are compressed: export them uncompressed"),
        ({"pixels": np.zeros((9, 12), np.int16)}, "differ in size or direction"),
        ({"pixels": np.zeros((600, 9), np.int16)}, "512 x 600 x 9 voxels: cut or shrink"),
        ({"NumberOfFrames": 2}, "many frames a file"),
        ({"PixelData": b"\0\0"}, "broken or cut short"),
    ],
)
def test_a_series_with_an_odd_slice_is_refused(tmp_path, odd, message):
    path = series(tmp_path / "a.zip", *(dicom(k) for k in range(9)), dicom(9, **odd))
    with pytest.raises(MediaError, match=message):
        read_volume(path)


def test_doubled_and_uneven_slices_are_said(tmp_path):
    """At 0, 2.5 ... 20, once more at 0, and one at 100."""
    again, far = dicom(0), dicom(9, ImagePositionPatient=[0.0, 0.0, 100.0])
    path = series(tmp_path / "a.zip", *(dicom(k) for k in range(9)), again, far)
    volume, note = read_volume(path)
    assert volume.voxels.shape[0] == 10
    assert volume.spacing[0] == 2.5
    assert "1 slices at a place already taken were left out." in note
    assert "unevenly far apart" in note


def test_a_zip_of_no_slices_or_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", {"a.txt": b"hello" * 100})
    with pytest.raises(MediaError, match="holds no DICOM slices and no npy array"):
        read_volume(path)
    from faceweb.media import sandbox
    from faceweb.media import volume as volume_reader

    monkeypatch.setattr(volume_reader, "LARGEST_SLICE", 400)
    with pytest.raises(MediaError, match="A file in this zip has more than"):
        read_volume(path)
    monkeypatch.setattr(volume_reader, "LARGEST_SERIES", 400)
    with pytest.raises(MediaError, match="unpacks to more than"):
        read_volume(path)
    monkeypatch.setattr(sandbox, "MOST_FILES", 0)
    with pytest.raises(MediaError, match="holds more than 0 files"):
        read_volume(path)


def test_large_volumes_are_reduced_by_the_mean_and_it_is_said(tmp_path):
    """300 slices of 8 x 8: pairs of slices k become (2k + 2k + 1) / 2, their distance doubles."""
    values = np.broadcast_to(np.arange(300, dtype=np.int16)[:, None, None], (300, 8, 8))
    np.savez_compressed(tmp_path / "a.npz", values, spacing=[1.0, 2.0, 2.0])
    volume, note = read_volume(tmp_path / "a.npz")
    assert volume.voxels.shape == (150, 8, 8)
    assert (volume.voxels[0, 0, 0], volume.spacing) == (0, (2.0, 2.0, 2.0))
    middle = volume.voxels[75, 0, 0] * (volume.high - volume.low) + volume.low
    assert middle == pytest.approx(150.5, abs=1e-3)
    assert (
        note == "It was reduced from 300 x 8 x 8 to 150 x 8 x 8 voxels by the mean of neighbours."
    )


def test_a_reduced_nifti_knows_its_new_spacing(tmp_path):
    """Only the axis to the right has above 256 voxels: 0.5 mm become 1."""
    path = nifti(tmp_path / "a.nii.gz", ramp(300, 8, 9), np.diag([0.5, 3, 4, 1]))
    volume, _ = read_volume(path)
    assert volume.voxels.shape == (9, 8, 150)
    assert volume.spacing == (4.0, 3.0, 1.0)


def written(tmp_path, values, **more):
    np.savez(tmp_path / "a.npz", values, **more)
    return tmp_path / "a.npz"


def test_outliers_do_not_darken_a_volume(tmp_path):
    """1000 voxels 0 ... 999: percentile 0.5 is 4.995, percentile 99.5 is 994.005."""
    values = np.arange(1000.0).reshape(10, 10, 10)
    volume, _ = read_volume(written(tmp_path, values))
    assert (volume.low, volume.high) == pytest.approx((4.995, 994.005), abs=1e-3)
    assert volume.voxels.ravel()[500] == pytest.approx((500 - 4.995) / 989.01, abs=1e-5)
    assert (volume.voxels.min(), volume.voxels.max()) == (0, 1)


def test_a_small_mask_is_stretched_whole(tmp_path):
    values = np.zeros((10, 10, 10), bool)
    values[3, 4, 5] = True
    volume, _ = read_volume(written(tmp_path, values))
    assert (brightest(volume), volume.voxels.sum()) == ((3, 4, 5), 1)


def test_voxels_without_a_number_count_as_the_least(tmp_path):
    values = np.arange(1000.0).reshape(10, 10, 10)
    values[8:] = np.nan
    volume, note = read_volume(written(tmp_path, values))
    assert note.startswith("20% of its voxels are no numbers (NaN)")
    assert (volume.voxels[8:] == 0).all()
    assert volume.high < 800


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, r"^100% of the voxels of this volume are no numbers \(NaN\): fill them first\.$"),
        (7.0, r"^Every voxel of this volume is 7: send one in which something can be seen\.$"),
        (np.inf, "infinite or beyond 1e[+]30: clip them"),
        (-2e30, "infinite or beyond 1e[+]30: clip them"),
    ],
)
def test_volumes_in_which_nothing_can_be_seen_are_refused(tmp_path, value, message):
    with pytest.raises(MediaError, match=message):
        read_volume(written(tmp_path, np.full((9, 9, 9), value)))


@pytest.mark.parametrize("spacing", [[0.0, 1, 1], [1, np.nan, 1], [1000.0, 1, 1]])
def test_an_impossible_spacing_is_replaced_and_said(tmp_path, spacing):
    volume, note = read_volume(written(tmp_path, ramp(9, 9, 9), spacing=spacing))
    assert (volume.spacing, note) == ((1.0, 1.0, 1.0), volume_reader.CUBES)


def test_anisotropic_voxels_become_cubes():
    """Slices 3 mm apart of 1 mm pixels: three slices each, and a ramp stays a ramp.

    Voxels are cells: slice centres lie at 1.5 and 4.5 mm, so the cube at 2.5 mm is at a third.
    """
    values = np.broadcast_to(np.linspace(0, 0.9, 10)[:, None, None], (10, 20, 20))
    cubes = isotropic(Volume(values.astype(np.float32), (3.0, 1.0, 1.0), 5.0, 6.0))
    assert cubes.voxels.shape == (30, 20, 20)
    assert (cubes.spacing, cubes.low, cubes.high) == ((1.0, 1.0, 1.0), 5.0, 6.0)
    assert cubes.voxels[2, 9, 9] == pytest.approx(0.1 / 3, abs=1e-5)


def test_cubes_are_bounded_and_those_that_fit_are_left_alone():
    volume = Volume(np.zeros((40, 30, 20), np.float32))
    assert isotropic(volume, 40) is volume
    assert isotropic(volume, 20).voxels.shape == (20, 15, 10)
    assert isotropic(volume, 20).spacing == (2.0, 2.0, 2.0)
    flat = Volume(np.zeros((256, 8, 8), np.float32), (50.0, 1.0, 1.0))
    assert isotropic(flat, 128).voxels.shape == (128, 1, 1)


def test_an_erased_file_is_said_to_be(tmp_path):
    with pytest.raises(MediaError, match="was erased meanwhile"):
        volume_reader.read_volume(tmp_path / "gone.nii")


def test_a_zip_with_one_flipped_byte_is_refused(tmp_path):
    path = tmp_path / "volume.npz"
    np.savez(path, volume=body())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(MediaError, match="broken or cut short"):
        read_volume(path)


def test_a_nifti_whose_offset_is_no_number_is_refused(tmp_path):
    path = nifti(tmp_path / "volume.nii", body())
    data = bytearray(path.read_bytes())
    data[112:120] = struct.pack("<2f", 2.0, np.inf)
    path.write_bytes(bytes(data))
    with pytest.raises(MediaError, match="broken or cut short"):
        read_volume(path)


def test_a_dicom_slice_cut_short_anywhere_is_left_out_or_refused(tmp_path):
    whole = dicom(0)
    for length in range(140, len(whole), len(whole) // 40):
        members = {f"{k}.dcm": whole[:length] if k == 3 else dicom(k) for k in range(9)}
        with contextlib.suppress(MediaError):
            read_volume(zipped(tmp_path / "cut.zip", members))


def test_a_tile_far_larger_than_its_page_is_refused_before_it_is_decoded(tmp_path):
    """A page of 64 x 64 in one tile of 8192 x 8192, 64 KB of deflated zeros."""
    tile = zlib.compress(bytes(8192 * 8192), 9)
    tags = [
        (256, 64), (257, 64), (258, 8), (259, 8), (262, 1), (277, 1),
        (322, 8192), (323, 8192), (324, 8), (325, len(tile)),
    ]  # fmt: skip
    first = 8 + len(tile) + len(tile) % 2
    pages = b""
    for number in range(9):
        entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
        following = 0 if number == 8 else first + (number + 1) * (6 + len(entries))
        pages += struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)
    path = tmp_path / "tiles.tif"
    path.write_bytes(struct.pack("<2sHI", b"II", 42, first) + tile + bytes(len(tile) % 2) + pages)
    with pytest.raises(MediaError, match="tiles above 1024 a side"):
        read_volume(path)


def test_inverted_slices_are_turned_back(tmp_path):
    """Slice k is 10 k throughout: inverted, the first is the brightest."""
    plain = series(tmp_path / "a.zip", *(dicom(k) for k in range(9)))
    white = {"PhotometricInterpretation": "MONOCHROME1"}
    inverted = series(tmp_path / "b.zip", *(dicom(k, **white) for k in range(9)))
    one, other = (read_volume(path)[0].voxels for path in (plain, inverted))
    np.testing.assert_allclose(one + other, 1, atol=1e-5)


def test_slices_of_which_some_do_not_say_where_they_lie_are_refused(tmp_path):
    some = [dicom(k, **({"ImagePositionPatient": None} if k > 6 else {})) for k in range(9)]
    with pytest.raises(MediaError, match="say where they lie and some do not"):
        read_volume(series(tmp_path / "series.zip", *some))
