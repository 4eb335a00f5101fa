"""The part of a file that is passed to a decoder: all of it, or spans, without copying."""

import os
from bisect import bisect_right
from collections.abc import Iterable
from io import BufferedReader, BytesIO, RawIOBase
from itertools import accumulate
from typing import BinaryIO, cast

_BUFFER = 1 << 16  # bytes that Pillow reads at a time


class Body:
    """The parts of `data` in `spans`, starts and ends in rising order; by default all of it.

    `tail` follows them.
    """

    def __init__(
        self, data: bytes, spans: Iterable[tuple[int, int]] = (), tail: bytes = b""
    ) -> None:
        self._data = data
        joined = _joined(spans)
        whole = joined == [(0, len(data))] and not tail
        self._parts = [] if whole else [memoryview(data)[start:end] for start, end in joined]
        if tail:
            self._parts.append(memoryview(tail))

    def __bytes__(self) -> bytes:
        return b"".join(self._parts) if self._parts else self._data

    def opened(self) -> BinaryIO:
        """A file to read it from."""
        if not self._parts:
            return BytesIO(self._data)  # which shares the bytes
        return BufferedReader(_Reader(self._parts), _BUFFER)


class _Reader(RawIOBase):
    """Parts, read one after the other."""

    def __init__(self, parts: list[memoryview]) -> None:
        self._parts = parts
        self._starts = list(accumulate(map(len, parts), initial=0))
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._starts[-1]}
        if base[whence] + offset < 0:
            raise ValueError(offset)
        self._position = base[whence] + offset
        return self._position

    def readinto(self, buffer: object) -> int:
        if self._position >= self._starts[-1]:
            return 0
        number = bisect_right(self._starts, self._position) - 1
        target = cast(memoryview, buffer)
        start = self._position - self._starts[number]
        piece = self._parts[number][start : start + len(target)]
        target[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """`spans` without empty ones, with adjacent ones joined."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        elif start < end:
            found.append((start, end))
    return found
