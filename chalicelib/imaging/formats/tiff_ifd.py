"""TIFF's image file directories, used by TIFF files and EXIF blocks."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.imaging.formats.file_info import MalformedFile

ORIENTATION = 0x0112
EXIF_PREFIX = b"Exif\x00\x00"

_LONGEST_CONTENT = 1 << 20  # bytes
_MOST_VALUES = 1_000_000
_MOST_ENTRIES = 0xFFFF  # of a directory, as in classic TIFFs
_FRACTIONS = frozenset({5, 10})
_INTEGERS = {1: "B", 3: "H", 4: "I", 16: "Q"}
_SIGNED_INTEGERS = {6: "b", 8: "h", 9: "i", 17: "q"}

_BYTES_PER_VALUE = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    129: 1,  # UTF-8 text of EXIF 3
}
_BYTES_PER_LONG_VALUE = {16: 8, 17: 8, 18: 8}


class Field(NamedTuple):
    """A tag: number of values, their length in bytes, and the first if it is an inline integer."""

    values: int
    length: int
    first: int | None


class Claims(NamedTuple):
    """What all entries of a directory claim, repeated tags each time: bytes, numbers, fractions.

    Fractions count as numbers, text and bytes do not.
    """

    length: int
    numbers: int
    fractions: int


class Layout(NamedTuple):
    """A file's number formats: classic TIFF or BigTIFF, little- or big-endian."""

    order: str
    counter: str
    entry: str
    pointer: str
    first: int


def layout_of(data: bytes) -> Layout:
    """The layout by the header of `data`; MalformedFile if it is not a TIFF."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        raise MalformedFile
    version = struct.unpack_from(f"{order}H", data, 2)[0]
    if version == 42:
        return Layout(order, "H", "HHI4s", "I", struct.unpack_from(f"{order}I", data, 4)[0])
    if version == 43 and len(data) >= 16:
        return Layout(order, "Q", "HHQ8s", "Q", struct.unpack_from(f"{order}Q", data, 8)[0])
    raise MalformedFile


def offsets(data: bytes, layout: Layout) -> Iterator[int]:
    """Where each directory starts, in order; stops at one outside the file or a repeated one."""
    seen: set[int] = set()
    offset = layout.first
    while offset and offset not in seen:
        seen.add(offset)
        yield offset
        try:
            offset = _following(data, layout, offset)
        except struct.error:
            return


def fields(data: bytes, layout: Layout, offset: int, *, partly: bool = False) -> dict[int, Field]:
    """The directory at `offset`; MalformedFile if it exceeds the file.

    With `partly`, it has the entries that are there.
    """
    return {
        tag: _field(layout, kind, values, raw)
        for tag, kind, values, raw in _entries(data, layout, offset, partly=partly)
    }


def claims_of(
    data: bytes, layout: Layout, offset: int, tables: frozenset[int] = frozenset()
) -> Claims:
    """The claims of the directory at `offset`, but for those of more bytes than there are.

    Whole numbers in the tags `tables` do not count. MalformedFile if it exceeds the file.
    """
    length = numbers = fractions = 0
    for tag, kind, values, _ in _entries(data, layout, offset):
        width = _BYTES_PER_VALUE.get(kind) or _BYTES_PER_LONG_VALUE.get(kind, 0)
        if values * width <= len(data):
            length += values * width
            numbers += values * (width > 1 and not (tag in tables and kind in _INTEGERS))
            fractions += values * (kind in _FRACTIONS)
    return Claims(length, numbers, fractions)


def content_of(
    data: bytes, layout: Layout, offset: int, tag: int, longest: int = _LONGEST_CONTENT
) -> bytes:
    """The bytes of `tag` in the directory at `offset`; empty if absent or more than `longest`.

    MalformedFile if the directory exceeds the file.
    """
    for found, kind, values, raw in _entries(data, layout, offset):
        if found == tag:
            return _content(data, layout, kind, values, raw, longest)
    return b""


def place_of(data: bytes, layout: Layout, offset: int, tag: int) -> tuple[int, int]:
    """Where the bytes of `tag` start and end that are not in the directory at `offset` itself.

    Zeros if it is absent or in the directory. MalformedFile if the directory exceeds the file.
    """
    for found, kind, values, raw in _entries(data, layout, offset):
        length = values * (_BYTES_PER_VALUE.get(kind) or _BYTES_PER_LONG_VALUE.get(kind, 0))
        if found == tag and length > len(raw):
            start: int = struct.unpack(f"{layout.order}{layout.pointer}", raw)[0]
            return start, start + length
    return 0, 0


def entries_in(data: bytes, layout: Layout, offset: int) -> int:
    """How many entries the directory at `offset` announces; MalformedFile if it has none there."""
    try:
        count: int = struct.unpack_from(f"{layout.order}{layout.counter}", data, offset)[0]
    except (struct.error, OverflowError) as reason:
        raise MalformedFile from reason
    return count


def integers_of(
    data: bytes,
    layout: Layout,
    offset: int,
    wanted: frozenset[int],
    most_values: int = _MOST_VALUES,
) -> dict[int, tuple[int, ...]]:
    """The values of the tags in `wanted` that are unsigned integers, without those of more values.

    MalformedFile if the directory at `offset` exceeds the file.
    """
    found: dict[int, tuple[int, ...]] = {}
    for tag, kind, values, raw in _entries(data, layout, offset):
        code = _INTEGERS.get(kind)
        if tag in wanted and code and values <= most_values:
            content = _content(data, layout, kind, values, raw, len(data))
            whole = len(content) // struct.calcsize(f"={code}")
            found[tag] = struct.unpack_from(f"{layout.order}{whole}{code}", content)
    return found


def numbers_of(data: bytes, layout: Layout, offset: int, tag: int) -> list[int]:
    """The whole number in `tag`, as often as the tag is in the directory at `offset`.

    libtiff takes the first of a repeated tag, Pillow the last; both accept types that the tag
    should not have.
    """
    codes, numbers = _INTEGERS | _SIGNED_INTEGERS, list[int]()
    for found, kind, values, raw in _entries(data, layout, offset):
        if found == tag and kind in codes and values:
            content = _content(data, layout, kind, 1, raw, len(data))
            whole = len(content) // struct.calcsize(f"={codes[kind]}")
            numbers += struct.unpack_from(f"{layout.order}{whole}{codes[kind]}", content)
    return numbers


def _content(
    data: bytes, layout: Layout, kind: int, values: int, raw: bytes, longest: int
) -> bytes:
    length = values * (_BYTES_PER_VALUE.get(kind) or _BYTES_PER_LONG_VALUE.get(kind, 0))
    if length <= len(raw):
        return raw[:length]
    start: int = struct.unpack(f"{layout.order}{layout.pointer}", raw)[0]
    return data[start : start + length] if length <= longest else b""


def exif_orientation(exif: bytes) -> int:
    """The orientation, 1 to 8, in an EXIF block; 1 if it has none.

    As browsers do, it reads the entries that are there if there are fewer than announced.
    """
    block = exif.removeprefix(EXIF_PREFIX)
    try:
        layout = layout_of(block)
        return orientation_of(fields(block, layout, layout.first, partly=True))
    except MalformedFile:
        return 1


def orientation_of(directory: dict[int, Field]) -> int:
    """The orientation, 1 to 8, in a directory; 1 if it has none or an invalid one."""
    field = directory.get(ORIENTATION)
    if field is None or field.first is None or not 1 <= field.first <= 8:
        return 1
    return field.first


def _entries(
    data: bytes, layout: Layout, offset: int, *, partly: bool = False
) -> Iterator[tuple[int, int, int, bytes]]:
    """Tag, type, number of values, and the values or their offset.

    MalformedFile past the end, or with `partly` only the entries before it. MalformedFile also if
    there are more than a classic TIFF can have.
    """
    counter, entry = f"{layout.order}{layout.counter}", f"{layout.order}{layout.entry}"
    start, size = offset + struct.calcsize(counter), struct.calcsize(entry)
    try:
        count = struct.unpack_from(counter, data, offset)[0]
    except (struct.error, OverflowError) as reason:
        raise MalformedFile from reason
    if count > _MOST_ENTRIES:
        raise MalformedFile
    entries = data[start : start + count * size]
    if len(entries) < count * size:
        if not partly:
            raise MalformedFile
        entries = entries[: len(entries) // size * size]
    return struct.iter_unpack(entry, entries)


def _following(data: bytes, layout: Layout, offset: int) -> int:
    counter = f"{layout.order}{layout.counter}"
    count: int = struct.unpack_from(counter, data, offset)[0]
    end = offset + struct.calcsize(counter) + count * struct.calcsize(f"={layout.entry}")
    if end > len(data):
        return 0
    following: int = struct.unpack_from(f"{layout.order}{layout.pointer}", data, end)[0]
    return following


def _field(layout: Layout, kind: int, count: int, raw: bytes) -> Field:
    width = _BYTES_PER_VALUE.get(kind) or _BYTES_PER_LONG_VALUE.get(kind, 0)
    code = {3: "H", 4: "I", 16: "Q"}.get(kind)
    inline = code is not None and count >= 1 and count * width <= len(raw)
    first = struct.unpack_from(f"{layout.order}{code}", raw)[0] if inline else None
    return Field(count, count * width, first)
