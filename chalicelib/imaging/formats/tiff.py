"""TIFF and BigTIFF: directories of tags that point anywhere in the file."""

import re
from itertools import islice
from math import ceil

from chalicelib.errors import Reason
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo, MalformedFile
from chalicelib.imaging.formats.raw_tiff import is_raw
from chalicelib.imaging.formats.tiff_ifd import (
    Claims,
    Field,
    Layout,
    claims_of,
    fields,
    layout_of,
    numbers_of,
    offsets,
)
from chalicelib.imaging.formats.tiff_samples import compression_name
from chalicelib.imaging.rejections import rejection

_WIDTH, _HEIGHT = 256, 257
_STRIP_OFFSETS, _STRIP_SIZES, _TILE_OFFSETS, _TILE_SIZES = 273, 279, 324, 325
_ROWS_PER_STRIP, _TILE_WIDTH, _TILE_HEIGHT = 278, 322, 323
_TABLES = frozenset({_STRIP_OFFSETS, _STRIP_SIZES, _TILE_OFFSETS, _TILE_SIZES})
_COMPRESSION = 259
_COMPRESSIONS = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8, 32771, 32773, 32946, 34925, 50000})
_MOST_PIECES = 1_000_000
# In all tags together. Pillow makes an object of each, one of Python's fractions if it is one, and
# writes them all again if it turns the picture.
_MOST_NUMBERS, _MOST_FRACTIONS = 1_000_000, 50_000
_MOST_TILE_PIXELS = 1 << 26
# A JPEG in several scans makes libtiff process all blocks in each, of which it allows a hundred:
# CPU nanoseconds of a pixel then. Its start of a frame of one to four components of 8 bits.
_PROGRESSIVE = re.compile(rb"\xff[\xc2\xca]\x00[\x0b\x0e\x11\x14]\x08")
_COST_OF_SCANS = 300
_JPEGS = frozenset({6, 7})
_BLOCK = 8  # pixels of their blocks, which are decoded whole, along a side
# Uncompressed ones, which Pillow reads one by one, LZMA and Zstandard.
_SLOW_PIECES = frozenset({0, 1, 34925, 50000})
_COST = 25  # CPU nanoseconds of a pixel otherwise
_COST_OF_PIECE, _COST_OF_SLOW_PIECE = 1_500, 10_000  # of a strip or tile besides its pixels


def inspect(data: bytes, most_frames: int) -> FileInfo:
    """The structure of a TIFF; its body is the whole file, checked not to claim more than it holds.

    The orientation stays 1, because Pillow turns TIFFs upright itself.
    Raises MalformedFile, and Rejection for other cameras' raw files and rare compressions.
    """
    layout = layout_of(data)
    first = fields(data, layout, layout.first)
    if is_raw(first):
        raise rejection(Reason.UNSUPPORTED_FORMAT, "Camera raw")
    if _first(first, _COMPRESSION) not in _COMPRESSIONS:
        name = compression_name(_first(first, _COMPRESSION))
        raise rejection(Reason.UNSUPPORTED_FORMAT, name)
    claims = claims_of(data, layout, layout.first, _TABLES)
    if _claims_too_much(first, claims, len(data)):
        raise MalformedFile
    frames = sum(1 for _ in islice(offsets(data, layout), most_frames + 1))
    cost = _cost(data, layout, first)
    width, height = _first(first, _WIDTH), _first(first, _HEIGHT)
    return FileInfo(Body(data), width, height, frames, cost=cost)


def _cost(data: bytes, layout: Layout, directory: dict[int, Field]) -> float:
    """CPU nanoseconds of a pixel, among them those of what pieces hold beyond the edges.

    MalformedFile if tiles are too large: decoders allocate them.
    """
    compression = _first(directory, _COMPRESSION)
    is_jpeg = compression in _JPEGS
    has_scans = is_jpeg and _PROGRESSIVE.search(data) is not None
    of_piece = _COST_OF_PIECE
    if is_jpeg or compression in _SLOW_PIECES:
        of_piece = _COST_OF_SLOW_PIECE
    of_pixel = _COST_OF_SCANS if has_scans else _COST
    width, height = (_largest(data, layout, tag) for tag in (_WIDTH, _HEIGHT))
    pixels = max(1, width * height)
    held = _held(data, layout, width, height, _BLOCK if is_jpeg else 1)
    return (of_pixel * max(pixels, held) + of_piece * _pieces(directory)) / pixels


def _held(data: bytes, layout: Layout, width: int, height: int, block: int) -> int:
    """The pixels of all strips or tiles, their sides rounded up to multiples of `block`."""
    across, down = (_largest(data, layout, tag) for tag in (_TILE_WIDTH, _TILE_HEIGHT))
    if across * down > _MOST_TILE_PIXELS:
        raise MalformedFile
    if across and down:
        tiles = ceil(width / across) * ceil(height / down)
        return tiles * _rounded(across, block) * _rounded(down, block)
    rows = min([height, *numbers_of(data, layout, layout.first, _ROWS_PER_STRIP)])
    full, rest = divmod(height, max(1, rows))
    return _rounded(width, block) * (full * _rounded(max(1, rows), block) + _rounded(rest, block))


def _largest(data: bytes, layout: Layout, tag: int) -> int:
    return max([0, *numbers_of(data, layout, layout.first, tag)])


def _rounded(length: int, block: int) -> int:
    return ceil(length / block) * block


def _claims_too_much(directory: dict[int, Field], claims: Claims, length: int) -> bool:
    """Whether tags overlap, or pieces are too many: decoders allocate them all."""
    return (
        claims.length > 2 * length + 4096
        or claims.numbers > _MOST_NUMBERS
        or claims.fractions > _MOST_FRACTIONS
        or _pieces(directory) > _MOST_PIECES
    )


def _pieces(directory: dict[int, Field]) -> int:
    """The number of strips or tiles."""
    return max((directory[tag].values for tag in _TABLES if tag in directory), default=0)


def _first(directory: dict[int, Field], tag: int) -> int:
    field = directory.get(tag)
    return field.first or 0 if field else 0
