"""Writes TIFFs of any layout, sample by sample, without Pillow (TIFF 6.0)."""

import lzma
import struct
import zlib
from dataclasses import dataclass
from math import ceil

from PIL import Image

from tests.imaging.samples import saved

NONE, LZW, DEFLATE, PACKBITS, LZMA, ZSTD = 1, 5, 8, 32773, 34925, 50000
Fields = dict[int, tuple[str, tuple[int, ...]]]
Pixels = list[list[tuple[float, ...]]]


@dataclass(frozen=True)
class Layout:
    """How to write a picture; `extras` is None to leave out the tag."""

    photometric: int = 1
    bits: int = 8
    format: int = 1
    planar: bool = False
    compression: int = NONE
    order: str = "<"
    big: bool = False
    predictor: int = 1
    tile: int = 0
    rows: int = 3
    extras: tuple[int, ...] | None = None
    fill_order: int = 1
    colour_map: tuple[int, ...] = ()
    orientation: int = 1
    subsampling: tuple[int, int] | None = None


def written(pixels: Pixels, layout: Layout) -> bytes:
    """A TIFF of `pixels`, rows of samples: integers as stored, or floats."""
    height, width, count = len(pixels), len(pixels[0]), len(pixels[0][0])
    planes = [pixels]
    if layout.planar:
        planes = [[[(pixel[at],) for pixel in row] for row in pixels] for at in range(count)]
    pieces = [
        _packed(_piece(part, layout), part, layout)
        for plane in planes
        for part in _parts(plane, layout)
    ]
    return _file(pieces, layout, width, height, count)


def _parts(plane: Pixels, layout: Layout) -> list[Pixels]:
    if not layout.tile:
        return [plane[top : top + layout.rows] for top in range(0, len(plane), layout.rows)]
    side, blank = layout.tile, (0,) * len(plane[0][0])
    down, across = ceil(len(plane) / side) * side, ceil(len(plane[0]) / side) * side
    padded = [row + [blank] * (across - len(row)) for row in plane]
    padded += [[blank] * across] * (down - len(plane))
    return [
        [row[left : left + side] for row in padded[top : top + side]]
        for top in range(0, down, side)
        for left in range(0, across, side)
    ]


def _piece(part: Pixels, layout: Layout) -> bytes:
    return b"".join(_row(row, layout) for row in part)


def _row(row: list[tuple[float, ...]], layout: Layout) -> bytes:
    count, width = len(row[0]), layout.bits // 8
    values = [sample for pixel in row for sample in pixel]
    if layout.format == 3:
        code = {16: "e", 32: "f", 64: "d"}[layout.bits]
        order = ">" if layout.predictor == 3 else layout.order
        data = struct.pack(f"{order}{len(values)}{code}", *values)
        if layout.predictor == 3:
            data = b"".join(data[at::width] for at in range(width))
            return bytes(
                (byte - (data[at - count] if at >= count else 0)) % 256
                for at, byte in enumerate(data)
            )
        if layout.predictor == 1:
            return data
        whole = struct.unpack(f"{layout.order}{len(values)}{'_HI_Q'[width // 2]}", data)
    else:
        whole = tuple(int(value) for value in values)
    if layout.predictor == 2:
        whole = tuple(
            value - (whole[at - count] if at >= count else 0) for at, value in enumerate(whole)
        )
    bits = "".join(f"{value % (1 << layout.bits):0{layout.bits}b}" for value in whole)
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    if layout.bits % 8 == 0 and layout.order == "<":
        data = b"".join(data[at : at + width][::-1] for at in range(0, len(data), width))
    return data


def _packed(data: bytes, part: Pixels, layout: Layout) -> bytes:
    if layout.compression == DEFLATE:
        data = zlib.compress(data)
    elif layout.compression == LZW:
        data = _lzw(data)
    elif layout.compression == PACKBITS:
        data = _packbits(data, len(data) // len(part))
    elif layout.compression == LZMA:
        data = lzma.compress(data)
    elif layout.compression == ZSTD:
        grey = Image.frombytes("L", (len(data), 1), data)
        file = saved(grey, "tiff", compression="zstd")
        start = file.index(b"\x28\xb5\x2f\xfd")
        size = struct.pack("<HHI", 279, 4, 1)
        data = file[start : start + struct.unpack_from("<I", file, file.index(size) + 8)[0]]
    if layout.fill_order == 2:
        data = bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)
    return data


def _lzw(data: bytes) -> bytes:
    """Literal codes of nine bits; the table is cleared before codes grow."""
    codes = [256]
    for at, byte in enumerate(data):
        if at and at % 250 == 0:
            codes.append(256)
        codes.append(byte)
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _packbits(data: bytes, length: int) -> bytes:
    packed = b""
    for start in range(0, len(data), length):
        row = data[start : start + length]
        for at in range(0, length, 128):
            packed += bytes([len(row[at : at + 128]) - 1]) + row[at : at + 128]
    return packed


def _file(pieces: list[bytes], layout: Layout, width: int, height: int, count: int) -> bytes:
    head = 16 if layout.big else 8
    body, offsets = b"", []
    for piece in pieces:
        offsets.append(head + len(body))
        body += piece + b"\0" * (len(piece) % 2)
    fields: Fields = {
        256: ("I", (width,)), 257: ("I", (height,)), 258: ("H", (layout.bits,) * count),
        259: ("H", (layout.compression,)), 262: ("H", (layout.photometric,)),
        266: ("H", (layout.fill_order,)), 274: ("H", (layout.orientation,)),
        277: ("H", (count,)), 284: ("H", (2 if layout.planar else 1,)),
        317: ("H", (layout.predictor,)), 339: ("H", (layout.format,) * count),
    }  # fmt: skip
    fields |= _places(layout, tuple(offsets), tuple(len(piece) for piece in pieces))
    if layout.extras is not None:
        fields[338] = ("H", layout.extras)
    if layout.colour_map:
        fields[320] = ("H", layout.colour_map)
    if layout.subsampling:
        fields[530] = ("H", layout.subsampling)
    first = head + len(body)
    mark = b"II" if layout.order == "<" else b"MM"
    start = struct.pack(f"{layout.order}HHHQ", 43, 8, 0, first) if layout.big else b""
    start = start or struct.pack(f"{layout.order}HI", 42, first)
    return mark + start + body + _directory(fields, layout, first)


def _places(layout: Layout, offsets: tuple[int, ...], sizes: tuple[int, ...]) -> Fields:
    if layout.tile:
        side = ("I", (layout.tile,))
        return {322: side, 323: side, 324: ("I", offsets), 325: ("I", sizes)}
    return {273: ("I", offsets), 278: ("I", (layout.rows,)), 279: ("I", sizes)}


def _directory(fields: Fields, layout: Layout, at: int) -> bytes:
    order = layout.order
    number, pointer, room = ("Q", "Q", 8) if layout.big else ("H", "I", 4)
    table, beyond = struct.pack(f"{order}{number}", len(fields)), b""
    after = at + len(table) + (4 + 2 * room) * len(fields) + room
    for tag, (code, values) in sorted(fields.items()):
        content = struct.pack(f"{order}{len(values)}{code}", *values)
        if len(content) > room:
            place = struct.pack(f"{order}{pointer}", after + len(beyond))
            content, beyond = place, beyond + content + b"\0" * (len(content) % 2)
        table += struct.pack(f"{order}HH{pointer}", tag, 4 if code == "I" else 3, len(values))
        table += content.ljust(room, b"\0")
    return table + bytes(room) + beyond
