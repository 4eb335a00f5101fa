"""Random damage to pictures, mostly to their structure."""

import re
import struct
import zlib
from collections.abc import Callable
from random import Random

# Values at which lengths, counts and sides go wrong.
_NUMBERS = (0, 1, 2, 7, 8, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFFFFFF)
_NUMBERS += (0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_MOST_BYTES = 60_000

# Names of chunks and boxes, JPEG's markers, GIF's introducers, TIFF's tags.
_NAMES = re.compile(
    rb"[A-Za-z][A-Za-z0-9]{2}[A-Za-z0-9 ]|\xff[\xc0-\xfe]|[!,][\x00\xf9\xff]"
    rb"|[\x00\x01][\x00-\x1f]\x00[\x01-\x12]"
)


def spoilt(draw: Random, data: bytes, other: bytes) -> bytes:
    """`data` after one to four changes; some of them take bytes of `other`."""
    for _ in range(draw.choice((1, 1, 2, 3, 4))):
        data = draw.choice(_CHANGES)(draw, data or other, other)[:_MOST_BYTES]
    return _with_sums(data) if draw.random() < 0.9 else data


def _place(draw: Random, data: bytes) -> int:
    """A position to damage: near a name, in the header, or anywhere."""
    way = draw.random()
    if way < 0.5:
        names = [found.start() for found in _NAMES.finditer(data[:4096])]
        if names:
            return max(0, min(len(data) - 1, draw.choice(names) + draw.randrange(-4, 16)))
    return draw.randrange(min(len(data), 200) if way < 0.7 else len(data))


def _flip(draw: Random, data: bytes, _other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8))):
        changed[_place(draw, data)] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _number(draw: Random, data: bytes, _other: bytes) -> bytes:
    width, place = draw.choice((1, 2, 4)), _place(draw, data)
    order = draw.choice(("big", "little"))
    old = int.from_bytes(data[place : place + width], order)
    value = draw.choice((*_NUMBERS, old + 1, old - 1, old * 2, old // 2))
    new = (value % (1 << 8 * width)).to_bytes(width, order)
    return data[:place] + new + data[place + width :]


def _cut(draw: Random, data: bytes, _other: bytes) -> bytes:
    return data[: _place(draw, data)]


def _without(draw: Random, data: bytes, _other: bytes) -> bytes:
    start, end = sorted((_place(draw, data), _place(draw, data)))
    return data[:start] + data[end:]


def _twice(draw: Random, data: bytes, _other: bytes) -> bytes:
    start, end = sorted((_place(draw, data), _place(draw, data)))
    return data[:end] + data[start:end] * draw.choice((1, 1, 3, 50)) + data[end:]


def _grafted(draw: Random, data: bytes, other: bytes) -> bytes:
    start, end = sorted((_place(draw, other), _place(draw, other)))
    place = _place(draw, data)
    after = place if draw.random() < 0.5 else place + end - start
    return data[:place] + other[start:end] + data[after:]


def _crossed(draw: Random, data: bytes, other: bytes) -> bytes:
    return data[: _place(draw, data)] + other[_place(draw, other) :]


_CHANGES: tuple[Callable[[Random, bytes, bytes], bytes], ...] = (
    _flip,
    _flip,
    _number,
    _number,
    _number,
    _cut,
    _without,
    _twice,
    _grafted,
    _crossed,
)


def _with_sums(data: bytes) -> bytes:
    """A PNG with correct checksums, without which decoders would reject it at once."""
    if not data.startswith(b"\x89PNG"):
        return data
    mended, position = bytearray(data), 8
    while position + 12 <= len(data):
        end = position + 8 + int.from_bytes(data[position : position + 4])
        if end + 4 > len(data):
            break
        struct.pack_into(">I", mended, end, zlib.crc32(data[position + 4 : end]))
        position = end + 4
    return bytes(mended)
