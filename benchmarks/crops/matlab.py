"""Reads the one matrix of bytes in a MATLAB 5 file, which labels of Clothing Co-Parsing are."""

import struct
import zlib
from typing import NamedTuple

_HEADER = 128
_COMPRESSED, _MATRIX = 15, 14
_BYTES = 2  # miUINT8


class Grid(NamedTuple):
    """Bytes in columns: that of row `y` and column `x` is `cells[x * height + y]`."""

    width: int
    height: int
    cells: bytes


def read_grid(data: bytes) -> Grid:
    """The matrix in a whole file; ValueError if it is not one of bytes."""
    kind, body, _ = _element(data, _HEADER)
    if kind == _COMPRESSED:
        kind, body, _ = _element(zlib.decompress(body), 0)
    if kind != _MATRIX:
        raise ValueError("the file has no matrix")
    parts = []
    place = 0
    while place < len(body):
        part_kind, part, place = _element(body, place)
        parts.append((part_kind, part))
    _, (_, sides), _, (cell_kind, cells) = parts[:4]
    height, width = struct.unpack("<2i", sides)
    if cell_kind != _BYTES or len(cells) != width * height:
        raise ValueError("the matrix is not one of bytes")
    return Grid(width, height, cells)


def _element(data: bytes, place: int) -> tuple[int, bytes, int]:
    """The type and body of the data element at `place`, and where the next one begins."""
    kind, length = struct.unpack_from("<II", data, place)
    if kind >> 16:  # a small element: length and type in four bytes, up to four of data
        length = kind >> 16
        return kind & 0xFFFF, data[place + 4 : place + 4 + length], place + 8
    begin = place + 8
    padded = length if kind == _COMPRESSED else -(-length // 8) * 8
    return kind, data[begin : begin + length], begin + padded
