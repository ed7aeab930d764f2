"""Parts that hostile files are made of by hand, since no library writes them."""

import io
import struct
import zipfile
import zlib

import av
import numpy as np
from PIL import Image

MB = 1 << 20


def deflated(megabytes: int, start: bytes = b"", wrap: int = -15) -> bytes:
    """So many megabytes of zeros after a start, packed to a thousandth without packing them all."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wrap)
    head = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * megabytes + packer.flush()


# Pictures


def chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def png(width: int, height: int, *chunks: bytes, bits: int = 8, megabytes: int = 1) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0))
    data = chunk(b"IDAT", deflated(megabytes, wrap=15))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + data + chunk(b"IEND", b"")


def directory(size: int, count: int = 65_000) -> bytes:
    """A TIFF whose entries, `count` of them, all point at the same `size` bytes."""
    first = [
        struct.pack("<HHII", tag, 3, 1, value)
        for tag, value in ((256, 64), (257, 64), (258, 8), (259, 1), (262, 1))
    ]
    many = [struct.pack("<HHII", 500 + k, 7, size, 8) for k in range(count)]
    entries = first + many
    table = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + size) + bytes(size) + table


def noted(tag: int, kind: int, size: int, count: int) -> bytes:
    """A TIFF of 64 x 64 pixels with one note of so many numbers of `size` bytes each."""
    entries = [(256, 3, 1, 64), (257, 3, 1, 64), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    entries += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 3, 1, 64), (279, 4, 1, 4096)]
    entries = sorted([*entries, (tag, kind, count, 8)])
    table = struct.pack("<H", len(entries))
    table += b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + size * count) + b"\1" * (size * count) + table


def tiled(side: int) -> bytes:
    """A TIFF of 64 x 64 pixels in one deflated tile of `side` x `side`."""
    data = deflated(side * side // MB, wrap=15)
    entries = [(256, 64), (257, 64), (258, 8), (259, 8), (262, 1), (277, 1)]
    entries += [(322, side), (323, side), (324, 8), (325, len(data))]
    table = struct.pack("<H", len(entries))
    table += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + table


def jpeg(width: int, height: int, scans: int = 1, before: bytes = b"") -> bytes:
    """A progressive grey JPEG; each scan after the first is of a few bytes, and is over all."""
    stream = io.BytesIO()
    Image.new("L", (64, 64)).save(stream, "JPEG", progressive=True)
    data = stream.getvalue()
    frame = data.index(b"\xff\xc2")
    first = data.index(b"\xff\xda")
    second = data.index(b"\xff\xda", first + 2)
    size = struct.pack(">HH", height, width)
    head = data[:2] + before + data[2 : frame + 5] + size + data[frame + 9 : second]
    return head + data[second:-2] * scans + data[-2:]


def segments(kind: int, start: bytes, data: bytes) -> bytes:
    """JPEG segments of 65 kB that carry data on and on."""
    pieces = [data[i : i + 65_000] for i in range(0, len(data), 65_000)]
    return b"".join(
        struct.pack(">BBH", 255, kind, 2 + len(start) + len(each)) + start + each for each in pieces
    )


def gif(width: int, height: int, frames: int = 1) -> bytes:
    """Frames of one pixel, the first of the size that is said."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    first = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\2\2D\1\0"
    return (
        head
        + first
        + (b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2D\1\0") * (frames - 1)
        + b";"
    )


def bmp(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head + bytes(1000)


def webp(width: int, height: int) -> bytes:
    """A lossless picture whose header claims a size, 16383 at most."""
    bits = (width - 1) | (height - 1) << 14
    body = b"\x2f" + struct.pack("<I", bits) + bytes(100)
    data = b"WEBPVP8L" + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(data)) + data


def avif(width: int, height: int) -> bytes:
    """A small picture whose properties claim a size."""
    stream = io.BytesIO()
    Image.new("RGB", (64, 64)).save(stream, "AVIF")
    data = stream.getvalue()
    where = data.index(b"ispe") + 8
    return data[:where] + struct.pack(">II", width, height) + data[where + 8 :]


# Zips


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def listed(name: str, times: int, packed: bytes, claimed: int, overlap: bool = False) -> bytes:
    """A zip by hand: one packed piece so many times, each said to unpack to `claimed` bytes."""
    body, listing, place = [], [], 0
    for number in range(times):
        label = name.format(number).encode()
        facts = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(packed), claimed, len(label), 0)
        if not overlap or not number:
            where = place
            body.append(b"PK\3\4" + facts + label + packed)
            place += len(body[-1])
        rest = struct.pack("<HHHII", 0, 0, 0, 0, where)
        listing.append(b"PK\1\2\24\0" + facts + rest + label)
    table, count = b"".join(listing), times & 65535
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(table), place, 0)
    return b"".join(body) + table + b"PK\5\6" + end


def npy(shape: tuple[int, ...], data: bytes = b"", kind: str = "|u1") -> bytes:
    stream = io.BytesIO()
    header = {"descr": kind, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue() + data


# Sounds and clips


def muxed(kind: str, codec: str, packet: bytes, count: int = 1, **options: object) -> bytes:
    """Packets as they are, whatever they hold, one a second."""
    stream = io.BytesIO()
    with av.open(stream, "w", format=kind) as container:
        made = container.add_stream(codec, rate=options.pop("rate", 1))
        for name, value in options.items():
            setattr(made, name, value)
        for number in range(count):
            piece = av.Packet(packet)
            piece.stream, piece.pts, piece.dts, piece.duration = made, number, number, 1
            piece.time_base, piece.is_keyframe = made.time_base or 1, True
            container.mux(piece)
    return stream.getvalue()
