"""AV1 stream units (OBUs), which determine what a decoder allocates, whatever the boxes say."""

from typing import NamedTuple

from chalicelib.imaging.formats.file_info import MalformedFile

_SEQUENCE, _FRAME_HEADER, _FRAME = 1, 3, 6
_HIGH, _PROFESSIONAL = 1, 2  # profiles
_UNSPECIFIED, _RGB = (2, 2, 2), (1, 13, 0)  # primaries, transfer, matrix
_LAYERS = 8  # frames that a picture may consist of; the format allows four layers
# A picture consists of a few; in a grid of thousands of pictures, each has its own.
_MOST_UNITS = 256
_LONGEST_HEADER = 256  # bytes: 32 operating points with all optional fields


def area(stream: bytes) -> int:
    """The pixels that a decoder allocates for `stream`, one picture. Raises MalformedFile.

    Those of the largest frame announced; times all frames if there are too many for one picture.
    """
    pixels = start = frames = 0
    for _ in range(_MOST_UNITS):
        if start >= len(stream):
            return pixels * frames if frames > _LAYERS else pixels
        head = stream[start]
        start += 2 if head & 4 else 1
        length, start = _length(stream, start) if head & 2 else (len(stream) - start, start)
        kind = head >> 3 & 15
        frames += kind in {_FRAME_HEADER, _FRAME}
        if kind == _SEQUENCE:
            pixels = max(pixels, _pixels(stream[start : start + min(length, _LONGEST_HEADER)]))
        start += length
    raise MalformedFile


class Colours(NamedTuple):
    """CICP's code points (2 for unspecified), and whether levels use their full range."""

    primaries: int
    transfer: int
    matrix: int
    is_full_range: bool


def colours(stream: bytes) -> Colours | None:
    """The colours that the first sequence header states; None if there is none.

    Raises MalformedFile.
    """
    start = 0
    for _ in range(_MOST_UNITS):
        if start >= len(stream):
            return None
        head = stream[start]
        start += 2 if head & 4 else 1
        length, start = _length(stream, start) if head & 2 else (len(stream) - start, start)
        if head >> 3 & 15 == _SEQUENCE:
            return _colours(stream[start : start + min(length, _LONGEST_HEADER)])
        start += length
    raise MalformedFile


def _length(stream: bytes, start: int) -> tuple[int, int]:
    """A unit's length in bytes (LEB128), and where its content starts."""
    value = 0
    for index, byte in enumerate(stream[start : start + 8]):
        value |= (byte & 127) << 7 * index
        if not byte & 128:
            return value, start + index + 1
    raise MalformedFile


class _Bits:
    def __init__(self, content: bytes) -> None:
        self._value = int.from_bytes(content)
        self._left = 8 * len(content)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise MalformedFile
        return self._value >> self._left & (1 << count) - 1


def _pixels(header: bytes) -> int:
    """The largest frame of a sequence header (AV1 specification, 5.5.1)."""
    bits = _Bits(header)
    bits.take(4)  # profile, whether it is a still picture
    _, width, height = _start(bits)
    return width * height


def _start(bits: _Bits) -> tuple[bool, int, int]:
    """Whether a sequence header is a reduced one, width and height."""
    is_reduced = bool(bits.take(1))
    if is_reduced:
        bits.take(5)
    else:
        _skip_operations(bits)
    across, down = bits.take(4) + 1, bits.take(4) + 1
    return is_reduced, bits.take(across) + 1, bits.take(down) + 1


def _colours(header: bytes) -> Colours:
    """The colours in a sequence header (AV1 specification, 5.5.1 and 5.5.2)."""
    bits = _Bits(header)
    profile = bits.take(3)
    bits.take(1)  # whether it is a still picture
    is_reduced = _start(bits)[0]
    if not is_reduced and bits.take(1):  # frame ids
        bits.take(7)
    bits.take(3)  # superblocks, two filters
    if not is_reduced:
        _skip_tools(bits)
    bits.take(3)  # super-resolution, two filters
    if bits.take(1) and profile == _PROFESSIONAL:
        bits.take(1)  # twelve bits
    is_grey = profile != _HIGH and bits.take(1) == 1
    found = _UNSPECIFIED
    if bits.take(1):
        found = (bits.take(8), bits.take(8), bits.take(8))
    # RGB has no range of its own.
    return Colours(*found, (found == _RGB and not is_grey) or bits.take(1) == 1)


def _skip_tools(bits: _Bits) -> None:
    bits.take(4)
    has_order = bits.take(1)
    if has_order:
        bits.take(2)
    # The tools for screen content are chosen by frame, or by the next bit; so are whole motion
    # vectors.
    if (bits.take(1) or bits.take(1)) and not bits.take(1):
        bits.take(1)
    if has_order:
        bits.take(3)


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
