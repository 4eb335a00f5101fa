"""JPEG: segments up to the first scan, then entropy-coded data."""

import re
import struct

from chalicelib.imaging.containers.body import Body
from chalicelib.imaging.containers.directories import EXIF_PREFIX, exif_orientation
from chalicelib.imaging.containers.survey import Broken, Survey

# Each pass over a progressive picture costs the decoder all its blocks, however small the pass is.
# Programs write about ten, the strangest a few dozen.
_MOST_SCANS = 64

_MOST_SEGMENTS = 10_000

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DISPENSABLE = frozenset(range(0xE1, 0xF0)) - {0xEE} | {0xFE}
_SCAN = 0xDA
_UNPAIRED = frozenset({0x01, *range(0xD0, 0xD9)})
_PROFILE = b"ICC_PROFILE\x00"

# Markers between entropy-coded bytes, where a stuffed zero and the restarts are none.
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_END = 0xD9
# Huffman-coded frames of 8 bits, tables and scans; browsers show no others.
_SHOWN = frozenset({0xC0, 0xC1, 0xC2, 0xC4, _SCAN, 0xDB, 0xDC, 0xDD})
# JFIF's and Adobe's segments tell the colours; longer ones hold a preview or who knows what.
_PLAIN = {0xE0: (b"JFIF\x00", 14), 0xEE: (b"Adobe", 12)}


def survey(data: bytes) -> Survey:
    """The survey of a JPEG; its body lacks all metadata but JFIF's and Adobe's. Broken raised."""
    kept = [(0, 2)]
    exif, size = b"", (0, 0)
    pieces: dict[int, bytes] = {}
    for marker, start, end in segments(data):
        content = data[start + 4 : end]
        if marker not in _DISPENSABLE:
            kept.append((start, end))
        if marker in _FRAMES:
            size = _size(content)
        elif marker == 0xE1 and content.startswith(EXIF_PREFIX):
            exif = exif or content
        elif marker == 0xE2 and content.startswith(_PROFILE) and len(content) > 14:
            pieces[content[12]] = content
        if marker == _SCAN:
            kept.append((end, len(data)))
    if data.count(b"\xff\xda", kept[-1][0]) >= _MOST_SCANS:
        raise Broken
    width, height = size
    body = Body(data, kept)
    return Survey(body, width, height, 1, exif_orientation(exif), _assembled(pieces))


def segments(data: bytes) -> list[tuple[int, int, int]]:
    """Marker, start and end of each segment, up to and with the first scan's header."""
    found: list[tuple[int, int, int]] = []
    position = 2
    while len(found) < _MOST_SEGMENTS:
        start = data.find(b"\xff", position)
        if start < 0 or start + 4 > len(data):
            raise Broken
        marker = data[start + 1]
        if marker == 0xFF:
            position = start + 1
        elif marker == 0 or marker in _UNPAIRED:
            position = start + 2
        else:
            position = start + 2 + int.from_bytes(data[start + 2 : start + 4])
            if position > len(data) or position < start + 4:
                raise Broken
            found.append((marker, start, position))
            if marker == _SCAN:
                return found
    raise Broken


def bare(body: bytes) -> bytes:
    """A survey's `body` cut after its picture, without metadata between scans.

    Empty if that picture is cut short or of a kind that browsers do not show.
    """
    kept = [body[:2]]
    position = 2
    while (found := _MARKER.search(body, position)) and len(kept) < _MOST_SEGMENTS:
        kept.append(body[position : found.start()])
        marker, start = found[1][0], found.end()
        if marker == _END:
            return b"".join((*kept, b"\xff\xd9"))
        position = start + int.from_bytes(body[start : start + 2])
        content = body[start + 2 : position]
        if marker in _DISPENSABLE:
            continue
        if marker not in _SHOWN and not _is_plain(marker, content):
            return b""
        kept.append(body[start - 2 : position])
    return b""


def with_exif(data: bytes, exif: bytes) -> bytes:
    """A bare file with `exif`, prefix and all, behind JFIF's segment, which is the first if any."""
    start = 2
    if data[2:4] == b"\xff\xe0":
        start += 2 + int.from_bytes(data[4:6])
    segment = b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif
    return data[:start] + segment + data[start:]


def _is_plain(marker: int, content: bytes) -> bool:
    name, length = _PLAIN.get(marker, (b"", 0))
    return bool(name) and content.startswith(name) and len(content) == length


def _size(content: bytes) -> tuple[int, int]:
    try:
        height, width = struct.unpack_from(">xHH", content)
    except struct.error as reason:
        raise Broken from reason
    return width, height


def _assembled(pieces: dict[int, bytes]) -> bytes:
    """The ICC profile from its numbered pieces; empty unless all are there."""
    numbers = sorted(pieces)
    if not numbers or pieces[numbers[0]][13] != len(numbers):
        return b""
    return b"".join(pieces[number][14:] for number in numbers)
