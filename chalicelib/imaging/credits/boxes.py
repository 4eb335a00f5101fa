"""AVIF's boxes, and where its items that are no pictures are."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.imaging.containers.survey import Broken

_MOST = 10_000
_NIBBLES = (12, 8, 4, 0)
_LONGEST = 1 << 20  # bytes of any item


class Box(NamedTuple):
    """Where a box starts, where its content does, and where it ends."""

    name: bytes
    start: int
    inner: int
    end: int


class Place(NamedTuple):
    """One item's entry in `iloc`: where the numbers stand that say where it is, and what they say.

    `offsets` are position, width and value; `extents` are starts and lengths in the file
    (`inline` ones count from the `idat` box).
    """

    item: int
    inline: bool
    offsets: list[tuple[int, int, int]]
    extents: list[tuple[int, int]]


def exif_in(data: bytes) -> bytes:
    """The EXIF block of the first item of that type; empty if there is none."""
    item = _first(data, b"Exif", b"")
    return item[4 + int.from_bytes(item[:4]) :] if item else b""


def xmp_in(data: bytes) -> bytes:
    """The XMP packet of the first item that is one; empty if there is none."""
    return _first(data, b"mime", b"application/rdf+xml\x00")


def boxes(data: bytes, start: int, end: int) -> list[Box]:
    """The boxes from `start` to `end`; Broken for any of no sound length."""
    found: list[Box] = []
    while start + 8 <= end and len(found) < _MOST:
        inner, length = start + 8, int.from_bytes(data[start : start + 4])
        if length == 1:
            inner, length = start + 16, int.from_bytes(data[start + 8 : start + 16])
        length = length or end - start
        if length < 8 or start + length > end:
            raise Broken
        found.append(Box(data[start + 4 : start + 8], start, inner, start + length))
        start += length
    return found


def named(data: bytes, outer: Box | None, name: bytes) -> Box | None:
    """The first box of `name` in `outer`, a full box, or in the file."""
    start, end = (outer.inner + 4, outer.end) if outer else (0, len(data))
    return next((box for box in boxes(data, start, end) if box.name == name), None)


def places(data: bytes, iloc: Box) -> Iterator[Place]:
    """Where each item is; struct.error past the end."""
    version = data[iloc.inner]
    sizes = struct.unpack_from(">H", data, iloc.inner + 4)[0]
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in _NIBBLES)
    reader = _Reader(data, iloc.inner + 6)
    for _ in range(min(reader.number(4 if version == 2 else 2), _MOST)):
        item = reader.number(4 if version == 2 else 2)
        inline = bool(version and reader.number(2) & 15)
        reader.number(2)
        base = reader.counted(base_size)
        offsets, extents = [base] if base_size else [], []
        for _ in range(min(reader.number(2), _MOST)):
            reader.number(index_size if version else 0)
            offset = reader.counted(offset_size)
            offsets += [] if base_size else [offset]
            extents.append((base[2] + offset[2], reader.number(length_size)))
        yield Place(item, inline, offsets, extents)


class _Reader:
    """Numbers one after another."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position

    def number(self, width: int) -> int:
        return self.counted(width)[2]

    def counted(self, width: int) -> tuple[int, int, int]:
        """The next number: where it stands, in how many bytes, and its value."""
        position = self._position
        if position + width > len(self._data):
            raise Broken
        self._position += width
        return position, width, int.from_bytes(self._data[position : self._position])


def _first(data: bytes, kind: bytes, content: bytes) -> bytes:
    meta = named(data, None, b"meta")
    iinf, iloc = (named(data, meta, name) if meta else None for name in (b"iinf", b"iloc"))
    if not meta or not iinf or not iloc:
        return b""
    wanted = next(_items(data, iinf, kind, content), None)
    idat = named(data, meta, b"idat")
    for place in places(data, iloc):
        if place.item == wanted:
            shift = idat.inner if place.inline and idat else 0
            return b"".join(
                data[start + shift : start + shift + length] for start, length in place.extents[:16]
            )[:_LONGEST]
    return b""


def _items(data: bytes, iinf: Box, kind: bytes, content: bytes) -> Iterator[int]:
    counter = 4 if data[iinf.inner] else 2
    for entry in boxes(data, iinf.inner + 4 + counter, iinf.end):
        width = 4 if data[entry.inner] >= 3 else 2
        start = entry.inner + 4
        rest = data[start + width + 2 : entry.end]
        if rest[:4] == kind and rest[4:].partition(b"\x00")[2].startswith(content):
            yield int.from_bytes(data[start : start + width])
