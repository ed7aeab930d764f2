"""Reads a visitor's volume, whatever its format, or says why not."""

from pathlib import Path

import numpy as np

from faceweb.errors import FacewebError, MediaError, PictureError
from faceweb.features.dicom_series import read_dicom
from faceweb.features.volume_formats import read_nifti, read_npy, read_npz, read_tiff
from faceweb.features.voxels import Raw, finished
from faceweb.features.zips import opened
from faceweb.types import Volume

TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Where a DICOM file says what it is.
DICOM = slice(128, 132)


def read_volume(path: Path) -> tuple[Volume, str]:
    """Reads NIfTI (.nii, .nii.gz), a multi-page TIFF, npz, npy or a zip of a DICOM series.

    NIfTI and DICOM are turned to stand upright: slices from head to feet, rows from front to back,
    columns from the body's right to its left (the radiological convention). Other formats are taken
    as (d, h, w). Sides above 256 are halved. Of four axes the first volume is used.

    Returns:
        the volume, and what was done to it, in words, or "".

    Raises:
        MediaError: it is no volume, broken, cut short, constant or of fewer than 8 slices; it has
            more than 512 voxels a side (told from its header), values that are infinite or beyond
            1e30, or mostly NaN.
    """
    try:
        return finished(_raw(path))
    except FileNotFoundError:
        raise MediaError("This file was erased meanwhile: upload it again.") from None
    except PictureError as error:
        raise MediaError(str(error)) from None
    except FacewebError:
        raise
    except Exception:  # noqa: BLE001 - decoders raise whatever they like on broken data
        raise MediaError("This volume is broken or cut short: export or send it again.") from None


def isotropic(volume: Volume, most: int = 128) -> Volume:
    """The volume in cubic voxels, trilinear, of at most `most` a side.

    The voxels are as small as the finest spacing, or as large as `most` asks for. What has them
    already comes back as it is.
    """
    from scipy.ndimage import zoom

    lengths = np.multiply(volume.voxels.shape, volume.spacing)
    finest = min(volume.spacing)
    side = max(finest, float(lengths.max()) / most)
    if side == finest and max(volume.spacing) < 1.001 * finest:
        return volume
    shape = np.maximum(np.round(lengths / side), 1).astype(int)
    # Voxels are cells, not points: the middle of the first is half a voxel from the border.
    voxels = zoom(
        volume.voxels, shape / volume.voxels.shape, order=1, mode="nearest", grid_mode=True
    )
    return Volume(voxels.clip(0, 1), (side, side, side), volume.low, volume.high)


def _raw(path: Path) -> Raw:
    with path.open("rb") as file:
        start = file.read(1024)
    if not start:
        raise MediaError("This file is empty: export or send it again.")
    if start.startswith(b"\x1f\x8b") or start[344:347] in (b"n+1", b"ni1") or start[4:7] == b"n+2":
        return read_nifti(path)
    if start.startswith(TIFF):
        return read_tiff(path)
    if start.startswith(b"\x93NUMPY"):
        with path.open("rb") as file:
            return read_npy(file)
    if start.startswith(b"PK"):
        with opened(path) as archive:
            arrays = [name for name in archive.namelist() if name.endswith(".npy")]
            return read_npz(archive, arrays) if arrays else read_dicom(archive)
    if start[DICOM] == b"DICM":
        raise MediaError("This is one slice of a DICOM series: pack the whole series as a zip.")
    raise MediaError(
        "This file is not a volume that can be read: use NIfTI, a TIFF of many pages, npz, or a "
        "zip of a DICOM series."
    )
