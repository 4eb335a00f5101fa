"""Repairs the lists of properties that older encoders split, and today's decoders refuse."""

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.isobmff import Box, Cursor, boxes, packed

_MOST = 10_000  # items in a list, as in heif_items
_MOST_ASSOCIATIONS = 100_000  # in all lists
_MOST_OF_ITEM = 255
_HEAD = 8  # bytes of a box before its content


class Association(NamedTuple):
    """An item, the number (from 1) of one of its properties, and that as stored with its flag."""

    item: int
    property: int
    stored: bytes


def associations(data: bytes, lists: Iterable[Box]) -> Iterator[Association]:
    """The associations in `ipma` boxes; MalformedFile if they exceed them, or are too many."""
    left = _MOST_ASSOCIATIONS
    for box in lists:
        for found in _associations(data, box):
            left -= 1
            if left < 0:
                raise MalformedFile
            yield found


def _associations(data: bytes, box: Box) -> Iterator[Association]:
    cursor = Cursor(data, box)
    version, flags = cursor.number(1), cursor.number(3)
    width, count = 2 if flags & 1 else 1, cursor.number(4)
    if count > _MOST:
        raise MalformedFile
    for _ in range(count):
        item = cursor.number(4 if version else 2)
        for _ in range(cursor.number(1)):
            stored = cursor.number(width)
            number = stored & (1 << 8 * width - 1) - 1
            yield Association(item, number, stored.to_bytes(width))


def with_joined_lists(data: bytes, meta: Box) -> bytes:
    """`data` with at most one `ipma` box of a kind (ISO/IEC 23008-12, 9.3.1) in `meta`.

    cavif wrote one for each item. The bytes that are left over become a `free` box behind the
    lists, so that nothing else moves. Raises MalformedFile.
    """
    found = next(
        (box for box in boxes(data, meta.start + 4, meta.end) if box.name == b"iprp"), None
    )
    if found is None:
        return data
    inner = boxes(data, found.start, found.end)
    lists = [box for box in inner if box.name == b"ipma"]
    kinds = dict.fromkeys(data[box.start : box.start + 4] for box in lists)
    if len(lists) == len(kinds):
        return data
    others = [data[box.start - _HEAD : box.end] for box in inner if box.name != b"ipma"]
    joined = [
        _joined(data, kind, [box for box in lists if data.startswith(kind, box.start)])
        for kind in kinds
    ]
    content = b"".join([*others, *joined])
    left = found.end - found.start - len(content)
    if left < _HEAD or data[found.start - _HEAD + 4 : found.start] != b"iprp":
        return data
    start = found.start - _HEAD
    whole = packed(b"iprp", content) + packed(b"free", bytes(left - _HEAD))
    return b"".join((data[:start], whole, data[found.end :]))


def _joined(data: bytes, kind: bytes, lists: list[Box]) -> bytes:
    """One `ipma` box for all of `lists`; `kind` is their version and flags."""
    by_item: dict[int, dict[bytes, None]] = {}
    for found in associations(data, lists):
        by_item.setdefault(found.item, {})[found.stored] = None
    content = kind + struct.pack(">I", len(by_item))
    for item in sorted(by_item):
        stored = list(by_item[item])[:_MOST_OF_ITEM]
        content += struct.pack(">I" if kind[0] else ">H", item) + bytes([len(stored)])
        content += b"".join(stored)
    return packed(b"ipma", content)
