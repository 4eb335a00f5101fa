"""TIFF and BigTIFF: directories of tags that point anywhere in the file."""

from itertools import islice

from chalicelib.errors import Reason
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo, MalformedFile
from chalicelib.imaging.formats.tiff_ifd import Field, fields, layout_of, offsets
from chalicelib.imaging.formats.tiff_samples import compression_name
from chalicelib.imaging.rejections import rejection

_SUBFILE_TYPE, _WIDTH, _HEIGHT = 254, 256, 257
_STRIP_OFFSETS, _STRIP_SIZES, _TILE_OFFSETS, _TILE_SIZES = 273, 279, 324, 325
_TILE_WIDTH, _TILE_HEIGHT = 322, 323
_COMPRESSION = 259
_COMPRESSIONS = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8, 32771, 32773, 32946, 34925, 50000})
_SUB_DIRECTORIES, _DNG_VERSION = 330, 50706
_MOST_PIECES = 1_000_000
_MOST_TILE_PIXELS = 1 << 26


def inspect(data: bytes, most_frames: int) -> FileInfo:
    """The structure of a TIFF; its body is the whole file, checked not to claim more than it holds.

    The orientation stays 1, because Pillow turns TIFFs upright itself.
    Raises MalformedFile, and Rejection for camera raw files and rare compressions.
    """
    layout = layout_of(data)
    first = fields(data, layout, layout.first)
    if _is_raw(first):
        raise rejection(Reason.UNSUPPORTED_FORMAT, "Camera raw")
    if _first(first, _COMPRESSION) not in _COMPRESSIONS:
        name = compression_name(_first(first, _COMPRESSION))
        raise rejection(Reason.UNSUPPORTED_FORMAT, name)
    if _claims_too_much(first, len(data)):
        raise MalformedFile
    frames = sum(1 for _ in islice(offsets(data, layout), most_frames + 1))
    width, height = _first(first, _WIDTH), _first(first, _HEIGHT)
    return FileInfo(Body(data), width, height, frames)


def _is_raw(directory: dict[int, Field]) -> bool:
    reduced = _first(directory, _SUBFILE_TYPE) & 1
    return _DNG_VERSION in directory or bool(reduced and _SUB_DIRECTORIES in directory)


def _claims_too_much(directory: dict[int, Field], length: int) -> bool:
    """Whether tags overlap, or pieces are too many or too large: decoders allocate them all."""
    claimed = sum(field.length for field in directory.values() if field.length <= length)
    pieces = max(
        (
            directory[tag].values
            for tag in (_STRIP_OFFSETS, _STRIP_SIZES, _TILE_OFFSETS, _TILE_SIZES)
            if tag in directory
        ),
        default=0,
    )
    tile = _first(directory, _TILE_WIDTH) * _first(directory, _TILE_HEIGHT)
    return claimed > 2 * length + 4096 or pieces > _MOST_PIECES or tile > _MOST_TILE_PIXELS


def _first(directory: dict[int, Field], tag: int) -> int:
    field = directory.get(tag)
    return field.first or 0 if field else 0
