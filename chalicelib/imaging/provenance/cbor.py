"""Reads CBOR (RFC 8949) within limits: what C2PA manifests consist of."""

import struct
from collections.abc import Iterable, Iterator

from chalicelib.imaging.formats.file_info import MalformedFile

# The public test files of C2PA have at most 484 values.
_MOST_VALUES = 100_000
_DEEPEST = 32
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_INDEFINITE, _BREAK = 31, 0xFF


class Decoder:
    """Decodes up to 100,000 values altogether."""

    def __init__(self) -> None:
        self._numbers = iter(range(_MOST_VALUES))

    def decoded(self, data: bytes) -> object:
        """The first value in `data`; MalformedFile if it is malformed, too large or too deep.

        Tags are dropped. Keys that are no text, number or bytes are left out of maps.
        """
        return _Reader(data, self._numbers).value(0)


class _Reader:
    """Reads one value after another."""

    def __init__(self, data: bytes, numbers: Iterator[int]) -> None:
        self._data = data
        self._numbers = numbers
        self._position = 0

    def value(self, depth: int) -> object:
        if depth > _DEEPEST or next(self._numbers, None) is None:
            raise MalformedFile
        kind, detail = divmod(self._bytes(1)[0], 32)
        if kind == 7:
            return self._simple(detail)
        if detail == _INDEFINITE:
            return self._indefinite(kind, depth)
        return self._definite(kind, self._number(detail), depth)

    def _definite(self, kind: int, number: int, depth: int) -> object:
        match kind:
            case 0:
                return number
            case 1:
                return -1 - number
            case 2:
                return self._bytes(number)
            case 3:
                return self._bytes(number).decode("utf-8", "replace")
            case 4:
                return [self.value(depth + 1) for _ in range(number)]
            case 5:
                return _map((self.value(depth + 1), self.value(depth + 1)) for _ in range(number))
        return self.value(depth + 1)  # of a tag

    def _indefinite(self, kind: int, depth: int) -> object:
        if kind not in (2, 3, 4, 5):
            raise MalformedFile
        found: list[object] = []
        while self._data[self._position : self._position + 1] != bytes((_BREAK,)):
            found.append(self.value(depth + 1))
        self._position += 1
        if kind == 4:
            return found
        if kind == 5:
            if len(found) % 2:
                raise MalformedFile
            return _map(zip(found[::2], found[1::2], strict=True))
        if kind == 2:
            return b"".join(piece for piece in found if isinstance(piece, bytes))
        return "".join(piece for piece in found if isinstance(piece, str))

    def _simple(self, detail: int) -> object:
        if detail in _FLOATS:
            layout = _FLOATS[detail]
            return struct.unpack(layout, self._bytes(struct.calcsize(layout)))[0]
        if detail not in _SIMPLE:
            raise MalformedFile
        return _SIMPLE[detail]

    def _number(self, detail: int) -> int:
        if detail < 24:
            return detail
        if detail > 27:
            raise MalformedFile
        return int.from_bytes(self._bytes(1 << detail - 24))

    def _bytes(self, length: int) -> bytes:
        end = self._position + length
        if end > len(self._data):
            raise MalformedFile
        content = self._data[self._position : end]
        self._position = end
        return content


def _map(pairs: Iterable[tuple[object, object]]) -> dict[object, object]:
    return {key: value for key, value in pairs if isinstance(key, str | int | bytes)}
