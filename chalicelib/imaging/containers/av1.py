"""AV1's own header, which tells the size that a decoder makes room for, whatever the boxes say."""

from chalicelib.imaging.containers.survey import Broken

_SEQUENCE = 1
_MOST_UNITS = 10_000
_LONGEST_HEADER = 256  # bytes; 32 operating points with all that may be said of them


def largest(stream: bytes) -> int:
    """The pixels of the largest frame that `stream` announces, 0 if none; Broken raised."""
    pixels = start = 0
    for _ in range(_MOST_UNITS):
        if start >= len(stream):
            return pixels
        head = stream[start]
        start += 2 if head & 4 else 1
        length, start = _length(stream, start) if head & 2 else (len(stream) - start, start)
        if head >> 3 & 15 == _SEQUENCE:
            pixels = max(pixels, _pixels(stream[start : start + min(length, _LONGEST_HEADER)]))
        start += length
    raise Broken


def _length(stream: bytes, start: int) -> tuple[int, int]:
    """A unit's length in bytes, seven bits a byte from the lowest, and where its content starts."""
    value = 0
    for place, byte in enumerate(stream[start : start + 8]):
        value |= (byte & 127) << 7 * place
        if not byte & 128:
            return value, start + place + 1
    raise Broken


class _Bits:
    def __init__(self, content: bytes) -> None:
        self._value = int.from_bytes(content)
        self._left = 8 * len(content)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise Broken
        return self._value >> self._left & (1 << count) - 1


def _pixels(header: bytes) -> int:
    """The largest frame of a sequence header (AV1 specification, 5.5.1)."""
    bits = _Bits(header)
    bits.take(4)  # profile, whether it is a still picture
    if bits.take(1):  # a reduced header
        bits.take(5)
    else:
        _skip_operations(bits)
    across, down = bits.take(4) + 1, bits.take(4) + 1
    return (bits.take(across) + 1) * (bits.take(down) + 1)


def _skip_operations(bits: _Bits) -> None:
    delays = 0
    decodes = False
    if bits.take(1):  # timing
        bits.take(64)
        if bits.take(1):
            _skip_exponential(bits)
        decodes = bool(bits.take(1))
        if decodes:
            delays = bits.take(5) + 1
            bits.take(42)
    shown = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if decodes and bits.take(1):
            bits.take(2 * delays + 1)
        if shown and bits.take(1):
            bits.take(4)


def _skip_exponential(bits: _Bits) -> None:
    zeros = 0
    while not bits.take(1):
        zeros += 1
    bits.take(zeros)
