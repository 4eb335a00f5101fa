"""WebP: a RIFF of chunks."""

import struct
from collections.abc import Iterator
from itertools import islice

from chalicelib.imaging.containers.directories import exif_orientation
from chalicelib.imaging.containers.survey import Broken, Survey

_MOST_CHUNKS = 200_000
_PIXELS = frozenset({b"VP8X", b"ALPH", b"VP8 ", b"VP8L"})
_ALPHA = b"\x10"  # the only flag of a VP8X chunk that announces no more than pixels


def survey(data: bytes, most_frames: int) -> Survey:
    """The survey of a WebP; its body is the whole file. Broken raised.

    Counts up to one frame over `most_frames`.
    """
    size, frames, orientation, profile = (0, 0), 0, 1, b""
    for name, start, end in islice(_chunks(data), _MOST_CHUNKS):
        if not any(size):
            size = _size(name, data[start:end][:10])
        if name == b"ANMF":
            frames += 1
        elif name == b"EXIF":
            orientation = exif_orientation(data[start:end])
        elif name == b"ICCP":
            profile = data[start:end]
        if frames > most_frames:
            break
    if not all(size):
        raise Broken
    return Survey(data, *size, max(1, frames), orientation, profile)


def bare(body: bytes) -> bytes:
    """A survey's `body` if it holds nothing but one picture's pixels, else empty."""
    chunks = list(islice(_chunks(body), len(_PIXELS) + 1))
    names = {name for name, _, _ in chunks}
    flags = {body[start : start + 1] for name, start, _ in chunks if name == b"VP8X"}
    whole = len(body) == 8 + int.from_bytes(body[4:8], "little")
    plain = names <= _PIXELS and len(names) == len(chunks) and flags <= {b"\x00", _ALPHA}
    return body if whole and plain else b""


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk's content, cut to what is there."""
    position = 12
    while position + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, position)
        yield name, position + 8, min(position + 8 + length, len(data))
        position += 8 + length + length % 2


def _size(name: bytes, head: bytes) -> tuple[int, int]:
    """Width and height from the first ten bytes of the first chunk; zeros if it tells none."""
    if name == b"VP8X" and len(head) == 10:
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if name == b"VP8 " and head[3:6] == b"\x9d\x01\x2a" and len(head) == 10:
        width, height = struct.unpack_from("<HH", head, 6)
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L" and head[:1] == b"\x2f" and len(head) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0
