"""Raw files that consist of TIFF directories: CR2, NEF, ARW, DNG, ORF, RW2 and PEF.

Tags are those of TIFF 6.0, TIFF/EP and DNG 1.7; those of makers are described in ExifTool's tables
(Image::ExifTool::Nikon, Olympus, PanasonicRaw, Pentax).
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from chalicelib.imaging.formats import exif_colours
from chalicelib.imaging.formats.embedded import EmbeddedJpeg
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.tiff_ifd import (
    Field,
    Layout,
    content_of,
    entries_in,
    fields,
    integers_of,
    layout_of,
    offsets,
    place_of,
)
from chalicelib.model.formats import InputFormat

_SUBFILE_TYPE, _COMPRESSION, _PHOTOMETRIC, _MAKE = 254, 259, 262, 271
_STRIP, _STRIP_SIZE, _TILE, _TILE_SIZE = 273, 279, 324, 325
_JPEG, _JPEG_SIZE = 513, 514
_SUB_DIRECTORIES, _EXIF, _MAKER_NOTE = 330, 34665, 37500
_DNG_VERSION, _PREVIEW_COLOURS = 50706, 50970
_TAGS = frozenset(
    {
        *(_COMPRESSION, _PHOTOMETRIC, _STRIP, _STRIP_SIZE, _TILE, _TILE_SIZE),
        *(_JPEG, _JPEG_SIZE, _EXIF, _PREVIEW_COLOURS),
    }
)
_JPEG_COMPRESSIONS = frozenset({6, 7})
# Grey, RGB, YCbCr. Others are the sensor's own, masks of what is in the picture, and depths.
_SHOWN = frozenset({1, 2, 6})
_SENSORS = frozenset({32803, 34892})  # colour filter array, linear raw
_SENSOR_COMPRESSIONS = frozenset({32767, 34713, 65535})  # Sony's, Nikon's, Pentax's
_MAKERS: tuple[tuple[bytes, InputFormat], ...] = (
    (b"NIKON", "nef"), (b"SONY", "arw"), (b"PENTAX", "pef"), (b"RICOH", "pef")
)  # fmt: skip
_PANASONIC_JPEGS = (0x2E, 0x127)
_DNG_PROFILES = {3: exif_colours.adobe_rgb, 4: exif_colours.prophoto_rgb}

# Cameras write up to six directories, of at most a few hundred tags.
_MOST_CHAINED, _MOST_SUB_DIRECTORIES, _MOST_ENTRIES = 16, 16, 1_000
_ORDERS = {b"II": "<", b"MM": ">"}
_LONGEST_NOTE = 1 << 20  # bytes
_MOST_JPEGS = 64


class _Note(NamedTuple):
    """A maker's note: its beginning, and where in it the byte order and the first directory are.

    Without `order` that is the file's. Offsets count from `base`, or with None from the file's
    start. `pairs` are the tags of a JPEG's offset and length, in the first directory and in the one
    that the tag `below` points to.
    """

    prefix: bytes
    order: int | None
    directory: int
    base: int | None
    pairs: tuple[tuple[int, int], ...]
    below: int = 0


_IN_SETTINGS = (0x101, 0x102)  # CameraSettings of Olympus
_NOTES = (
    _Note(b"Nikon\x00\x02", 10, 18, 10, ((_JPEG, _JPEG_SIZE),), 0x11),
    _Note(b"OLYMPUS\x00", 8, 12, 0, (_IN_SETTINGS, (0x1036, 0x1037)), 0x2020),
    _Note(b"OM SYSTEM\x00", 12, 16, 0, (_IN_SETTINGS,), 0x2020),
    _Note(b"OLYMP\x00", None, 8, None, ((0x88, 0x89), (0x1036, 0x1037)), 0x2020),
    _Note(b"AOC\x00", 4, 6, None, ((4, 3),)),
    _Note(b"PENTAX \x00", 8, 10, 0, ((4, 3),)),
)


def kind_of(data: bytes) -> InputFormat | None:
    """The kind of raw file that begins like any TIFF; None for other files, and other makers'."""
    try:
        layout = layout_of(data)
        first = fields(data, layout, layout.first, partly=True)
        if _DNG_VERSION in first:
            return "dng"
        if not is_raw(first) and not _is_of_sensor(first):
            return None
        make = content_of(data, layout, layout.first, _MAKE).upper()
    except MalformedFile:
        return None
    return next((kind for name, kind in _MAKERS if make.startswith(name)), None)


def is_raw(directory: dict[int, Field]) -> bool:
    """Whether a file's first directory shows that it is a camera's raw file."""
    reduced = _first(directory, _SUBFILE_TYPE) & 1
    return _DNG_VERSION in directory or bool(reduced and _SUB_DIRECTORIES in directory)


def _is_of_sensor(directory: dict[int, Field]) -> bool:
    is_mosaic = _first(directory, _PHOTOMETRIC) in _SENSORS
    return is_mosaic or _first(directory, _COMPRESSION) in _SENSOR_COMPRESSIONS


def as_tiff(data: bytes) -> bytes:
    """`data` with TIFF's own number in its header, where Olympus and Panasonic write others."""
    number = {b"II": b"*\x00", b"MM": b"\x00*"}.get(data[:2])
    if number is None or data[2:4] == number:
        return data
    return data[:2] + number + data[4:]


def jpegs_of(data: bytes) -> list[EmbeddedJpeg]:
    """All JPEGs in `data`, a TIFF by its header. MalformedFile if it has no directory."""
    layout = layout_of(data)
    profile = exif_colours.profile_of(data) or _camera_profile(data, layout)
    found: list[EmbeddedJpeg] = []
    for offset in _directories(data, layout):
        tags = _tags_of(data, layout, offset, _TAGS)
        own = _DNG_PROFILES.get(_value(tags, _PREVIEW_COLOURS))
        found += (
            EmbeddedJpeg(start, end, own() if own else profile)
            for start, end in _of_directory(data, layout, offset, tags)
        )
        if _EXIF in tags:
            note = _of_maker_note(data, layout, _value(tags, _EXIF))
            found += (EmbeddedJpeg(start, end, profile) for start, end in note)
        if len(found) > _MOST_JPEGS:
            break
    return found[:_MOST_JPEGS]


def _camera_profile(data: bytes, layout: Layout) -> bytes:
    """The profile by the camera's setting; a DNG has it for each preview instead."""
    tags = _tags_of(data, layout, layout.first, frozenset({_EXIF, _DNG_VERSION}))
    if _DNG_VERSION in tags or _EXIF not in tags:
        return b""
    return exif_colours.profile_in(data, layout, _value(tags, _EXIF))


def _directories(data: bytes, layout: Layout) -> Iterator[int]:
    """Where the chained directories and those below them start, each once."""
    seen: set[int] = set()
    for offset in islice(offsets(data, layout), _MOST_CHAINED):
        for found in (offset, *_below(data, layout, offset)):
            if found not in seen:
                seen.add(found)
                yield found


def _below(data: bytes, layout: Layout, offset: int) -> tuple[int, ...]:
    if not _is_readable(data, layout, offset):
        return ()
    packed = content_of(data, layout, offset, _SUB_DIRECTORIES, 4 * _MOST_SUB_DIRECTORIES)
    return struct.unpack_from(f"{layout.order}{len(packed) // 4}I", packed)


def _is_readable(data: bytes, layout: Layout, offset: int) -> bool:
    try:
        return entries_in(data, layout, offset) <= _MOST_ENTRIES
    except MalformedFile:
        return False


def _tags_of(
    data: bytes, layout: Layout, offset: int, wanted: frozenset[int]
) -> dict[int, tuple[int, ...]]:
    """The tags in `wanted` with few integers each; empty if the directory is not readable."""
    with suppress(MalformedFile):
        if _is_readable(data, layout, offset):
            return integers_of(data, layout, offset, wanted, _MOST_SUB_DIRECTORIES)
    return {}


def _place_of(data: bytes, layout: Layout, offset: int, tag: int) -> tuple[int, int]:
    """As `place_of`, but zeros also if the directory is not readable."""
    with suppress(MalformedFile):
        if _is_readable(data, layout, offset):
            return place_of(data, layout, offset, tag)
    return 0, 0


def _of_directory(
    data: bytes, layout: Layout, offset: int, tags: dict[int, tuple[int, ...]]
) -> Iterator[tuple[int, int]]:
    """JPEGs that one directory describes: as such, as its only strip or tile, or in a tag."""
    yield from _pair(tags, _JPEG, _JPEG_SIZE)
    if _value(tags, _COMPRESSION) in _JPEG_COMPRESSIONS and _is_shown(tags):
        yield from _pair(tags, _STRIP, _STRIP_SIZE)
        yield from _pair(tags, _TILE, _TILE_SIZE)
    for tag in _PANASONIC_JPEGS:
        start, end = _place_of(data, layout, offset, tag)
        if start:
            yield start, end


def _is_shown(tags: dict[int, tuple[int, ...]]) -> bool:
    return _PHOTOMETRIC not in tags or _value(tags, _PHOTOMETRIC) in _SHOWN


def _of_maker_note(data: bytes, layout: Layout, exif: int) -> Iterator[tuple[int, int]]:
    """JPEGs that the maker's note in the directory at `exif` describes."""
    start, _ = _place_of(data, layout, exif, _MAKER_NOTE)
    note = next((note for note in _NOTES if data.startswith(note.prefix, start)), None)
    if not start or not note:
        return
    base = 0 if note.base is None else start + note.base
    content = data if note.base is None else data[base : base + _LONGEST_NOTE]
    at = start + (note.order or 0)
    order = _ORDERS.get(data[at : at + 2]) if note.order else None
    inner = layout._replace(order=order or layout.order)
    for first, last in _of_note(content, inner, start + note.directory - base, note):
        yield base + first, base + last


def _of_note(content: bytes, layout: Layout, offset: int, note: _Note) -> Iterator[tuple[int, int]]:
    wanted = frozenset({note.below, *(tag for pair in note.pairs for tag in pair)})
    tags = _tags_of(content, layout, offset, wanted)
    inner = _tags_of(content, layout, _value(tags, note.below), wanted)
    for found in (tags, inner):
        for pair in note.pairs:
            yield from _pair(found, *pair)


def _pair(tags: dict[int, tuple[int, ...]], offset: int, length: int) -> Iterator[tuple[int, int]]:
    """Start and end of what two tags with one number each describe."""
    starts, lengths = tags.get(offset, ()), tags.get(length, ())
    if len(starts) == len(lengths) == 1 and starts[0] and lengths[0]:
        yield starts[0], starts[0] + lengths[0]


def _value(tags: dict[int, tuple[int, ...]], tag: int) -> int:
    return (tags.get(tag) or (0,))[0]


def _first(directory: dict[int, Field], tag: int) -> int:
    field = directory.get(tag)
    return field.first or 0 if field else 0
