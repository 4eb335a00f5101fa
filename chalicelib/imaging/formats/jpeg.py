"""JPEG: segments up to the first scan, then entropy-coded data."""

import re
import struct

from chalicelib.imaging.formats import exif_colours
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo, MalformedFile
from chalicelib.imaging.formats.tiff_ifd import EXIF_PREFIX, exif_orientation

# Each scan of a progressive picture makes the decoder process all blocks, however small the scan.
# Programs write about ten scans, the strangest a few dozen.
_MOST_SCANS = 64

_MOST_SEGMENTS = 10_000

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DISPENSABLE = frozenset(range(0xE1, 0xF0)) - {0xEE} | {0xFE}
_SCAN = 0xDA
_UNPAIRED = frozenset({0x01, *range(0xD0, 0xD9)})
_PROFILE = b"ICC_PROFILE\x00"

# Markers between entropy-coded bytes; stuffed zeros and restarts do not count.
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_END = 0xD9
# Huffman-coded 8-bit frames, tables and scans; browsers show no others.
_SHOWN = frozenset({0xC0, 0xC1, 0xC2, 0xC4, _SCAN, 0xDB, 0xDC, 0xDD})
# JFIF and Adobe segments define the colours; longer ones hold a preview or something else.
_PLAIN = {0xE0: (b"JFIF\x00", 14), 0xEE: (b"Adobe", 12)}


def inspect(data: bytes) -> FileInfo:
    """The structure of a JPEG; its body has only JFIF and Adobe metadata. Raises MalformedFile."""
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
        raise MalformedFile
    width, height = size
    body = Body(data, kept)
    profile = _assembled(pieces) or exif_colours.profile_of(exif)
    return FileInfo(body, width, height, 1, exif_orientation(exif), profile)


def segments(data: bytes) -> list[tuple[int, int, int]]:
    """Marker, start and end of each segment, up to and including the first scan's header."""
    found: list[tuple[int, int, int]] = []
    position = 2
    while len(found) < _MOST_SEGMENTS:
        start = data.find(b"\xff", position)
        if start < 0 or start + 4 > len(data):
            raise MalformedFile
        marker = data[start + 1]
        if marker == 0xFF:
            position = start + 1
        elif marker == 0 or marker in _UNPAIRED:
            position = start + 2
        else:
            position = start + 2 + int.from_bytes(data[start + 2 : start + 4])
            if position > len(data) or position < start + 4:
                raise MalformedFile
            found.append((marker, start, position))
            if marker == _SCAN:
                return found
    raise MalformedFile


def strip_metadata(body: bytes) -> bytes:
    """`body` up to the end of its picture, without metadata between scans.

    Empty if the picture is truncated or of a kind that browsers do not show.
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


def insert_exif(data: bytes, exif: bytes) -> bytes:
    """`data`, without metadata, plus `exif` with its prefix, after a leading JFIF segment."""
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
        raise MalformedFile from reason
    return width, height


def _assembled(pieces: dict[int, bytes]) -> bytes:
    """The ICC profile from its numbered pieces; empty unless all are present."""
    numbers = sorted(pieces)
    if not numbers or pieces[numbers[0]][13] != len(numbers):
        return b""
    return b"".join(pieces[number][14:] for number in numbers)
