"""TIFF's directories of tags, as TIFF files and EXIF blocks hold them."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.imaging.containers.survey import Broken

ORIENTATION = 0x0112
EXIF_PREFIX = b"Exif\x00\x00"

_LONGEST_CONTENT = 1 << 20  # bytes

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
    129: 1,  # EXIF 3's text in UTF-8
}
_BYTES_PER_LONG_VALUE = {16: 8, 17: 8, 18: 8}


class Field(NamedTuple):
    """One tag: how many values in how many bytes, and the first if it is an inline integer."""

    values: int
    length: int
    first: int | None


class Layout(NamedTuple):
    """How this file writes numbers: classic TIFF or BigTIFF, either end first."""

    order: str
    counter: str
    entry: str
    pointer: str
    first: int


def layout_of(data: bytes) -> Layout:
    """The layout that the header of `data` names; Broken if it is no TIFF."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        raise Broken
    version = struct.unpack_from(f"{order}H", data, 2)[0]
    if version == 42:
        return Layout(order, "H", "HHI4s", "I", struct.unpack_from(f"{order}I", data, 4)[0])
    if version == 43 and len(data) >= 16:
        return Layout(order, "Q", "HHQ8s", "Q", struct.unpack_from(f"{order}Q", data, 8)[0])
    raise Broken


def offsets(data: bytes, layout: Layout) -> Iterator[int]:
    """Where each directory starts, in order; ends before one that lies outside or comes again."""
    seen: set[int] = set()
    offset = layout.first
    while offset and offset not in seen:
        seen.add(offset)
        yield offset
        try:
            offset = _following(data, layout, offset)
        except struct.error:
            return


def fields(data: bytes, layout: Layout, offset: int) -> dict[int, Field]:
    """The directory at `offset`; Broken if it runs over the end."""
    return {
        tag: _field(layout, kind, values, raw)
        for tag, kind, values, raw in _entries(data, layout, offset)
    }


def content_of(data: bytes, layout: Layout, offset: int, tag: int) -> bytes:
    """The bytes of `tag` in the directory at `offset`; empty where it is not or too long.

    Broken if the directory runs over the end.
    """
    for found, kind, values, raw in _entries(data, layout, offset):
        if found == tag:
            length = values * _BYTES_PER_VALUE.get(kind, 0)
            if length <= len(raw):
                return raw[:length]
            place: int = struct.unpack(f"{layout.order}{layout.pointer}", raw)[0]
            return data[place : place + length] if length <= _LONGEST_CONTENT else b""
    return b""


def exif_orientation(exif: bytes) -> int:
    """The orientation, 1 to 8, that an EXIF block asks for; 1 if the block is broken or silent."""
    block = exif.removeprefix(EXIF_PREFIX)
    try:
        layout = layout_of(block)
        return orientation_of(fields(block, layout, layout.first))
    except Broken:
        return 1


def orientation_of(directory: dict[int, Field]) -> int:
    """The orientation, 1 to 8, that a directory asks for; 1 if it asks for none or for nonsense."""
    field = directory.get(ORIENTATION)
    if field is None or field.first is None or not 1 <= field.first <= 8:
        return 1
    return field.first


def _entries(data: bytes, layout: Layout, offset: int) -> Iterator[tuple[int, int, int, bytes]]:
    """Tag, type, number of values, and the values or where they are; Broken past the end."""
    counter, entry = f"{layout.order}{layout.counter}", f"{layout.order}{layout.entry}"
    start, size = offset + struct.calcsize(counter), struct.calcsize(entry)
    try:
        count = struct.unpack_from(counter, data, offset)[0]
    except struct.error as reason:
        raise Broken from reason
    entries = data[start : start + count * size]
    if len(entries) < count * size:
        raise Broken
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
