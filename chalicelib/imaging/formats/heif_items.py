"""Parses a `meta` box: a file's items, which are pictures, tiles, alpha planes and metadata."""

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.heif_properties import associations
from chalicelib.imaging.formats.isobmff import Box, Cursor, boxes

# More than any program writes; libheif's own limit is a thousand items. A file with more is
# refused: libavif looks each one up in a list, which takes time with the square of their number.
_MOST = 10_000
_MOST_EXTENTS = 100_000  # of all items; they may take no bytes at all
_MOST_REFERENCES = 30_000  # a picture of that many tiles, its alpha plane, metadata


class Items(NamedTuple):
    """Items by their ids: type, properties, and bytes as starts and ends.

    For an item of type `mime`, the type is its content type instead.
    `references` holds the items that an item consists of or describes, by reference type
    and item. `metadata` holds the positions of the names of those references that make an
    item metadata (EXIF, XMP) of another.
    """

    primary: int
    types: dict[int, bytes]
    properties: dict[int, list[Box]]
    extents: dict[int, list[tuple[int, int]]]
    references: dict[tuple[bytes, int], list[int]]
    metadata: list[int]


def items_of(data: bytes, meta: Box) -> Items:
    """The items that `meta` lists. Raises MalformedFile."""
    inner = {box.name: box for box in reversed(boxes(data, meta.start + 4, meta.end))}
    nothing = Box(b"", 0, 0)
    if b"pitm" not in inner:
        raise MalformedFile
    idat = inner.get(b"idat", nothing)
    references, metadata = _references(data, inner.get(b"iref", nothing))
    return Items(
        _primary(data, inner[b"pitm"]),
        dict(_types(data, inner.get(b"iinf", nothing))),
        _properties(data, inner.get(b"iprp", nothing)),
        dict(_extents(data, inner.get(b"iloc", nothing), idat.start)),
        references,
        metadata,
    )


def content_of(data: bytes, items: Items, item: int) -> bytes:
    """The bytes of `item`, empty if it has none; MalformedFile if they exceed the file's."""
    extents = items.extents.get(item, [])
    if sum(end - start for start, end in extents) > len(data):
        raise MalformedFile
    return b"".join(data[start:end] for start, end in extents)


def _versioned(data: bytes, box: Box) -> tuple[int, int, Cursor]:
    """The version and flags of a full box, and a cursor after them."""
    cursor = Cursor(data, box)
    return cursor.number(1), cursor.number(3), cursor


def _primary(data: bytes, box: Box) -> int:
    version, _, cursor = _versioned(data, box)
    return cursor.number(4 if version else 2)


def _types(data: bytes, box: Box) -> Iterator[tuple[int, bytes]]:
    if not box.name:
        return
    version, _, cursor = _versioned(data, box)
    cursor.number(4 if version else 2)
    entries = boxes(data, cursor.position, box.end)
    if len(entries) > _MOST:
        raise MalformedFile
    for entry in entries:
        version, _, cursor = _versioned(data, entry)
        number = cursor.number(4 if version >= 3 else 2)
        cursor.number(2)
        kind = cursor.number(4).to_bytes(4)
        if kind == b"mime":
            # It follows the item's name, which is not needed.
            kind = data[cursor.position : entry.end].partition(b"\0")[2].partition(b"\0")[0]
        yield number, kind


def _properties(data: bytes, box: Box) -> dict[int, list[Box]]:
    """The properties of each item, each once, from all lists that name it."""
    groups = boxes(data, box.start, box.end)
    all_properties = [
        found
        for group in groups
        if group.name == b"ipco"
        for found in boxes(data, group.start, group.end)
    ]
    properties: dict[int, dict[Box, None]] = {}
    for found in associations(data, [group for group in groups if group.name == b"ipma"]):
        if 0 < found.property <= len(all_properties):
            properties.setdefault(found.item, {})[all_properties[found.property - 1]] = None
    return {item: list(found) for item, found in properties.items()}


def _extents(data: bytes, box: Box, idat: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    if not box.name:
        return
    version, _, cursor = _versioned(data, box)
    widths = cursor.number(2)
    offset, length, base, index = (widths >> shift & 15 for shift in (12, 8, 4, 0))
    count, left = cursor.number(4 if version == 2 else 2), _MOST_EXTENTS
    if count > _MOST:
        raise MalformedFile
    for _ in range(count):
        item = cursor.number(4 if version == 2 else 2)
        method = cursor.number(2) & 15 if version else 0
        cursor.number(2)
        start = cursor.number(base) + (idat if method == 1 else 0)
        pieces = []
        number = cursor.number(2)
        left -= number
        if left < 0:
            raise MalformedFile
        for _ in range(number):
            cursor.number(index if version else 0)
            at = start + cursor.number(offset)
            pieces.append((at, at + cursor.number(length) if length else len(data)))
        yield item, pieces


def _references(data: bytes, box: Box) -> tuple[dict[tuple[bytes, int], list[int]], list[int]]:
    references: dict[tuple[bytes, int], list[int]] = {}
    metadata: list[int] = []
    if box.name:
        version, _, cursor = _versioned(data, box)
        width, left = 4 if version else 2, _MOST_REFERENCES
        for entry in boxes(data, cursor.position, box.end):
            cursor = Cursor(data, entry)
            source, count = cursor.number(width), cursor.number(2)
            left -= count
            if left < 0:
                raise MalformedFile
            targets = [cursor.number(width) for _ in range(count)]
            references.setdefault((entry.name, source), []).extend(targets)
            if entry.name == b"cdsc":
                metadata.append(data.rindex(b"cdsc", 0, entry.start))
    return references, metadata
