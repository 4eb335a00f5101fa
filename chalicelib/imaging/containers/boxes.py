"""ISO's boxes, as AVIF and HEIF files are made of them."""

import struct
from typing import NamedTuple

from chalicelib.imaging.containers.survey import Broken

_MOST_BOXES = 10_000


class Box(NamedTuple):
    """Where a box's content starts and ends in the file."""

    name: bytes
    start: int
    end: int


class Cursor:
    """Numbers read one after another from one box, most significant byte first; Broken past it."""

    def __init__(self, data: bytes, box: Box, position: int = 0) -> None:
        self._data = data
        self._end = box.end
        self.position = box.start + position

    def number(self, width: int) -> int:
        """The next `width` bytes, which may be none."""
        end = self.position + width
        if end > self._end:
            raise Broken
        taken = self._data[self.position : end]
        self.position = end
        return int.from_bytes(taken)


def boxes(data: bytes, start: int, end: int) -> list[Box]:
    """The boxes from `start` to `end`; a nameless one stands for what has no sound length."""
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


def inside(data: bytes, outer: list[Box], *names: bytes) -> list[Box]:
    """All boxes under `outer` along the path of `names`, each of which holds nothing but boxes."""
    for name in names[:-1]:
        outer = [
            inner for box in outer if box.name == name for inner in boxes(data, box.start, box.end)
        ]
    return [box for box in outer if box.name == names[-1]]


def numbers(data: bytes, format: str, position: int) -> tuple[int, ...]:
    """What `struct` reads at `position`; Broken if the file ends before it."""
    try:
        return struct.unpack_from(format, data, position)
    except struct.error as reason:
        raise Broken from reason
