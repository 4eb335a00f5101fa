"""ISO base media file format: the boxes that AVIF and HEIF files consist of."""

import struct
from typing import NamedTuple

from chalicelib.imaging.formats.file_info import MalformedFile

_MOST_BOXES = 10_000


class Box(NamedTuple):
    """Where a box's content starts and ends in the file."""

    name: bytes
    start: int
    end: int


class Cursor:
    """Reads big-endian numbers one after another from a box; MalformedFile past its end."""

    def __init__(self, data: bytes, box: Box, position: int = 0) -> None:
        self._data = data
        self._end = box.end
        self.position = box.start + position

    def number(self, width: int) -> int:
        """The number in the next `width` bytes; 0 if `width` is 0."""
        end = self.position + width
        if end > self._end:
            raise MalformedFile
        content = self._data[self.position : end]
        self.position = end
        return int.from_bytes(content)


def boxes(data: bytes, start: int, end: int) -> list[Box]:
    """The boxes from `start` to `end`; the rest after an invalid length is one nameless box."""
    found: list[Box] = []
    while start < end:
        head, length = 8, int.from_bytes(data[start : start + 4])
        if length == 1:
            head, length = 16, int.from_bytes(data[start + 8 : start + 16])
        elif length == 0:
            length = end - start
        if not head < length <= end - start or len(found) == _MOST_BOXES:
            return [*found, Box(b"", start, end)]
        found.append(Box(data[start + 4 : start + 8], start + head, start + length))
        start += length
    return found


def packed(name: bytes, content: bytes) -> bytes:
    """A box as bytes."""
    return struct.pack(">I4s", 8 + len(content), name) + content


def inside(data: bytes, outer: list[Box], *names: bytes) -> list[Box]:
    """All boxes in `outer` along the path of `names`; those on the path hold nothing but boxes."""
    for name in names[:-1]:
        outer = [
            inner for box in outer if box.name == name for inner in boxes(data, box.start, box.end)
        ]
    return [box for box in outer if box.name == names[-1]]


def numbers(data: bytes, format: str, position: int) -> tuple[int, ...]:
    """Unpack `format` at `position`; MalformedFile if the file is too short."""
    try:
        return struct.unpack_from(format, data, position)
    except struct.error as reason:
        raise MalformedFile from reason
