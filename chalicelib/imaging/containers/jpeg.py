"""JPEG: segments up to the first scan, then entropy-coded data."""

import struct

from chalicelib.imaging.containers.directories import exif_orientation
from chalicelib.imaging.containers.survey import Broken, Survey

# Each pass over a progressive picture costs the decoder all its blocks, however small the pass is.
# Programs write about ten, the strangest a few dozen.
_MOST_SCANS = 64

_MOST_SEGMENTS = 10_000

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DISPENSABLE = frozenset(range(0xE1, 0xF0)) - {0xEE} | {0xFE}
_SCAN = 0xDA
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_EXIF = b"Exif\x00\x00"
_PROFILE = b"ICC_PROFILE\x00"


def survey(data: bytes) -> Survey:
    """The survey of a JPEG; its body lacks all metadata but JFIF's and Adobe's. Broken raised."""
    kept = [data[:2]]
    exif, size = b"", (0, 0)
    pieces: dict[int, bytes] = {}
    for marker, start, end in _segments(data):
        content = data[start + 4 : end]
        if marker not in _DISPENSABLE:
            kept.append(data[start:end])
        if marker in _FRAMES:
            size = _size(content)
        elif marker == 0xE1 and content.startswith(_EXIF):
            exif = exif or content
        elif marker == 0xE2 and content.startswith(_PROFILE) and len(content) > 14:
            pieces[content[12]] = content
        if marker == _SCAN:
            kept.append(data[end:])
    if kept[-1].count(b"\xff\xda") >= _MOST_SCANS:
        raise Broken
    width, height = size
    return Survey(b"".join(kept), width, height, 1, exif_orientation(exif), _assembled(pieces))


def _segments(data: bytes) -> list[tuple[int, int, int]]:
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
        elif marker == 0 or marker in _BARE:
            position = start + 2
        else:
            position = start + 2 + int.from_bytes(data[start + 2 : start + 4])
            if position > len(data) or position < start + 4:
                raise Broken
            found.append((marker, start, position))
            if marker == _SCAN:
                return found
    raise Broken


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
