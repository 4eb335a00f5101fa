"""AVIF: boxes in boxes; the decoder reads them all."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.imaging.containers.survey import Survey

_TOP = frozenset({b"ftyp", b"meta", b"mdat"})
_META = frozenset({b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat"})
# No rotation, mirror or crop, and no colours but sRGB.
_PROPERTIES = frozenset({b"ispe", b"pixi", b"av1C", b"auxC", b"colr"})
_ITEMS = frozenset({b"av01", b"grid"})
_UNSAID, _BT709, _SRGB = 2, 1, 13
_MOST_BOXES = 10_000


class _Box(NamedTuple):
    """Where a box's content starts and ends in the file."""

    name: bytes
    start: int
    end: int


def survey(data: bytes) -> Survey:
    """The survey of an AVIF; its body hides the EXIF item.

    The format's own rotation and mirror rule and EXIF's do not count, but a
    broken EXIF item would fail the decoder.
    """
    start, end = _meta(data)
    if b"Exif" not in data[start:end]:
        return Survey(data)
    hidden = data[start:end].replace(b"Exif", b"skip")
    return Survey(b"".join((data[:start], hidden, data[end:])))


def bare(body: bytes) -> bytes:
    """A survey's `body` if it holds nothing but a still sRGB picture's pixels, else empty."""
    boxes = _boxes(body, 0, len(body))
    metas = [box for box in boxes if box.name == b"meta"]
    plain = {box.name for box in boxes} <= _TOP and len(metas) == 1
    return body if plain and _is_plain(body, metas[0]) else b""


def _is_plain(body: bytes, meta: _Box) -> bool:
    boxes = _boxes(body, meta.start + 4, meta.end)
    items = {name for box in boxes if box.name == b"iinf" for name in _items(body, box)}
    properties = [
        found
        for box in boxes
        if box.name == b"iprp"
        for group in _boxes(body, box.start, box.end)
        if group.name == b"ipco"
        for found in _boxes(body, group.start, group.end)
    ]
    return (
        {box.name for box in boxes} <= _META
        and items <= _ITEMS
        and {found.name for found in properties} <= _PROPERTIES
        and all(_is_srgb(body, found) for found in properties if found.name == b"colr")
    )


def _items(body: bytes, box: _Box) -> Iterator[bytes]:
    """The type of each item that an `iinf` box lists."""
    counter = 4 if body[box.start] else 2
    for entry in _boxes(body, box.start + 4 + counter, box.end):
        identifier = 4 if body[entry.start] >= 3 else 2
        start = entry.start + 4 + identifier + 2
        yield body[start : start + 4]


def _is_srgb(body: bytes, box: _Box) -> bool:
    if body[box.start : box.start + 4] != b"nclx" or box.end - box.start < 8:
        return False
    primaries, transfer = struct.unpack_from(">HH", body, box.start + 4)
    return primaries in {_UNSAID, _BT709} and transfer in {_UNSAID, _SRGB}


def _boxes(data: bytes, start: int, end: int) -> list[_Box]:
    """The boxes from `start` to `end`; a nameless one stands for what has no plain length."""
    found: list[_Box] = []
    while start < end:
        length = int.from_bytes(data[start : start + 4])
        if not 8 < length <= end - start or len(found) == _MOST_BOXES:
            return [*found, _Box(b"", start, end)]
        found.append(_Box(data[start + 4 : start + 8], start + 8, start + length))
        start += length
    return found


def _meta(data: bytes) -> tuple[int, int]:
    """Where the `meta` box starts and ends; both 0 if there is none."""
    position = 0
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4])
        if length == 1:
            length = int.from_bytes(data[position + 8 : position + 16])
        if length < 8:
            break
        if data[position + 4 : position + 8] == b"meta":
            return position, min(position + length, len(data))
        position += length
    return 0, 0
