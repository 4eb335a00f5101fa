"""Run-length encoded BMPs (Microsoft's documentation of BI_RLE4 and BI_RLE8)."""

import re
import struct
from functools import lru_cache

from chalicelib.imaging.formats.file_info import MalformedFile

_END_OF_LINE, _END, _DELTA = 0, 1, 2
# Runs up to the next escape, a few thousand at a time.
_RUNS = re.compile(rb"(?:[^\x00].){1,4096}", re.DOTALL)
_LONGEST = 255  # pixels of a run
_DIGITS = bytes(int(chr(code), 16) if chr(code) in "0123456789abcdef" else 0 for code in range(256))
# Each takes a microsecond or two, however few pixels it sets. Even a dithered picture has one for a
# dozen pixels or more.
_MOST_ESCAPES = 1_000_000


class RunReader:
    """Reads the runs of `data` from `position` on; `halves` for indices of four bits.

    What no run sets is 0, and what exceeds a row is dropped.
    """

    def __init__(
        self, data: bytes, position: int, width: int, height: int, *, halves: bool
    ) -> None:
        self._data = data
        self._position = position
        self._width = width
        self._height = height
        self._halves = halves
        self._pixels = bytearray(width * height)
        self._x = self._y = 0
        self._escapes = 0

    def indices(self) -> bytearray:
        """The palette indices of all pixels, in stored order.

        MalformedFile if the runs end before the picture does, or have too many escapes.
        """
        while self._y < self._height and not self._is_complete():
            if encoded := _RUNS.match(self._data, self._position):
                self._expand(encoded[0])
                self._position = encoded.end()
            elif not self._escape():
                break
        return self._pixels

    def _is_complete(self) -> bool:
        """Whether all pixels are there, but nothing says that they are."""
        is_last = self._y == self._height - 1 and self._x == self._width
        return is_last and self._position >= len(self._data)

    def _expand(self, encoded: bytes) -> None:
        if self._x < self._width:
            runs = struct.unpack(f">{len(encoded) // 2}H", encoded)
            self._add(b"".join(map(_run_of_4 if self._halves else _run_of_8, runs)))

    def _escape(self) -> bool:
        """Do what the next escape says; whether the picture goes on."""
        self._escapes += 1
        if self._escapes > _MOST_ESCAPES:
            raise MalformedFile
        kind = self._take(2)[1]
        if kind == _END_OF_LINE:
            self._move(0, 1)
        elif kind == _DELTA:
            right, up = self._take(2)
            self._move(self._x + right, up)
        elif kind != _END:
            length = (kind + 1) // 2 if self._halves else kind
            content = self._take(length)
            self._position += length % 2
            self._add(_nibbles(content)[:kind] if self._halves else content)
        return kind != _END

    def _take(self, length: int) -> bytes:
        found = self._data[self._position : self._position + length]
        if len(found) < length:
            raise MalformedFile
        self._position += length
        return found

    def _add(self, pixels: bytes) -> None:
        start, count = self._y * self._width + self._x, min(len(pixels), self._width - self._x)
        self._pixels[start : start + count] = pixels[:count]
        self._x += count

    def _move(self, x: int, rows: int) -> None:
        """Go on at `x`, so many `rows` further."""
        self._x = min(x, self._width)
        self._y += rows


# By count and value in one number; equal runs are common.
@lru_cache(maxsize=1 << 16)
def _run_of_8(run: int) -> bytes:
    return bytes((run & 255,)) * (run >> 8)


@lru_cache(maxsize=1 << 16)
def _run_of_4(run: int) -> bytes:
    count, value = divmod(run, 256)
    return (bytes((value >> 4, value & 15)) * (_LONGEST // 2 + 1))[:count]


def _nibbles(content: bytes) -> bytes:
    return content.hex().encode().translate(_DIGITS)
