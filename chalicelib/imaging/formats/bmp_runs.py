"""Run-length encoded BMPs (Microsoft's documentation of BI_RLE4 and BI_RLE8)."""

import re

from chalicelib.imaging.formats.file_info import MalformedFile

_END_OF_LINE, _END, _DELTA = 0, 1, 2
_LONGEST = 255  # pixels of a run
# Runs up to the next escape, a few thousand at a time.
_RUNS = re.compile(rb"(?:[^\x00].){1,4096}", re.DOTALL)
_RUNS_OF_8 = [bytes([value]) * _LONGEST for value in range(256)]
_RUNS_OF_4 = [bytes((value >> 4, value & 15)) * (_LONGEST // 2 + 1) for value in range(256)]


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
        self._runs = _RUNS_OF_4 if halves else _RUNS_OF_8
        self._row = bytearray()
        self._rows: list[bytes] = []

    def indices(self) -> bytes:
        """The palette indices of all pixels, in stored order.

        MalformedFile if the runs end before the picture does.
        """
        while len(self._rows) < self._height and not self._is_complete():
            if encoded := _RUNS.match(self._data, self._position):
                self._expand(encoded[0])
                self._position = encoded.end()
            elif not self._escape():
                break
        if len(self._rows) < self._height:
            self._move(0, self._height)
        return b"".join(self._rows)

    def _is_complete(self) -> bool:
        """Whether all pixels are there, but nothing says that they are."""
        is_last = len(self._rows) == self._height - 1 and len(self._row) == self._width
        return is_last and self._position >= len(self._data)

    def _expand(self, encoded: bytes) -> None:
        pairs = zip(encoded[::2], encoded[1::2], strict=True)
        self._add(b"".join(self._runs[value][:count] for count, value in pairs))

    def _escape(self) -> bool:
        """Do what the next escape says; whether the picture goes on."""
        kind = self._take(2)[1]
        if kind == _END_OF_LINE:
            self._move(0, 1)
        elif kind == _DELTA:
            right, up = self._take(2)
            self._move(len(self._row) + right, up)
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
        self._row += pixels[: self._width - len(self._row)]

    def _move(self, x: int, rows: int) -> None:
        """Go on at `x`, so many `rows` further."""
        if rows:
            self._rows.append(bytes(self._row.ljust(self._width, b"\0")))
            more = min(rows - 1, self._height - len(self._rows))
            self._rows.extend([bytes(self._width)] * more)
            self._row = bytearray()
        self._row = self._row.ljust(min(x, self._width), b"\0")


def _nibbles(content: bytes) -> bytes:
    return bytes(part for byte in content for part in (byte >> 4, byte & 15))
