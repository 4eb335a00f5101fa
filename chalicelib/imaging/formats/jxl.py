"""JPEG XL: a codestream (ISO/IEC 18181-1), alone or in boxes (18181-2); its header is read here."""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.errors import Reason
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo, MalformedFile
from chalicelib.imaging.formats.isobmff import boxes
from chalicelib.imaging.rejections import rejection

_CODESTREAM = b"\xff\x0a"
_LONGEST_HEADER = 1 << 15  # bytes, more than sixteen channels with the longest names need
_MOST_EXTRA = 16  # channels besides the colours
_ALPHA, _SPOT_COLOUR, _BLACK, _SENSOR = 0, 2, 4, 5  # types of them
# Width to height, by the number in a size's header.
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
# CPU nanoseconds of a pixel for each channel, and of a coded byte.
_COST_OF_CHANNEL, _COST_OF_BYTE = 45, 80
_BYTES_OF_CHANNEL = 5  # that the decoder holds for each extra channel

Choice = tuple[int, int]  # bits, and what is added to them
_SIDES: Sequence[Choice] = ((9, 1), (13, 1), (18, 1), (30, 1))
_PREVIEW_SIDES: Sequence[Choice] = ((6, 1), (8, 65), (10, 321), (12, 1345))
_PREVIEW_EIGHTHS: Sequence[Choice] = ((0, 16), (0, 32), (5, 1), (9, 33))
_INTEGER_BITS: Sequence[Choice] = ((0, 8), (0, 10), (0, 12), (6, 1))
_FLOAT_BITS: Sequence[Choice] = ((0, 32), (0, 16), (0, 24), (6, 1))
_EXTRA: Sequence[Choice] = ((0, 0), (0, 1), (4, 2), (12, 1))
_ENUMERATED: Sequence[Choice] = ((0, 0), (0, 1), (4, 2), (6, 18))
_SHIFTS: Sequence[Choice] = ((0, 0), (0, 3), (0, 4), (3, 1))
_SENSOR_CHANNELS: Sequence[Choice] = ((0, 1), (2, 0), (4, 3), (8, 19))
_NAME_LENGTHS: Sequence[Choice] = ((0, 0), (4, 0), (5, 16), (10, 48))


class _Header(NamedTuple):
    """What the header says: upright sides in pixels, and the channels besides the colours."""

    width: int
    height: int
    extra: int


class _Bits:
    """Reads a codestream's fields, the lowest bits first; MalformedFile past the end."""

    def __init__(self, data: bytes) -> None:
        self._rest = int.from_bytes(data, "little")
        self._left = 8 * len(data)

    def number(self, width: int) -> int:
        """The number in the next `width` bits."""
        self._left -= width
        if self._left < 0:
            raise MalformedFile
        found = self._rest & ((1 << width) - 1)
        self._rest >>= width
        return found

    def choice(self, choices: Sequence[Choice]) -> int:
        """The number by one of four choices (U32 in the standard)."""
        width, base = choices[self.number(2)]
        return self.number(width) + base

    def skip(self, width: int) -> None:
        """Pass over `width` bits."""
        self.number(width)


def inspect(data: bytes) -> FileInfo:
    """The structure of a JPEG XL, by its header. Raises MalformedFile.

    The decoder turns the picture, by the codestream's orientation; EXIF's does not count. Rejection
    for animations, for premultiplied alpha and for CMYK.
    """
    header = _header_of(_Bits(_codestream(data)[len(_CODESTREAM) :]))
    pixels = max(1, header.width * header.height)
    cost = _COST_OF_CHANNEL * (3 + header.extra) + _COST_OF_BYTE * len(data) / pixels
    held = _BYTES_OF_CHANNEL * header.extra
    return FileInfo(Body(data), header.width, header.height, cost=cost, held=held)


def _codestream(data: bytes) -> bytes:
    """The beginning of the codestream, which may be in parts."""
    if data.startswith(_CODESTREAM):
        return data[:_LONGEST_HEADER]
    found = b""
    for box in boxes(data, 0, len(data)):
        start = box.start + 4 * (box.name == b"jxlp")  # after its number
        if box.name in {b"jxlc", b"jxlp"}:
            found += data[start : min(box.end, start + _LONGEST_HEADER)]
        if len(found) >= _LONGEST_HEADER:
            break
    if not found.startswith(_CODESTREAM):
        raise MalformedFile
    return found


def _header_of(bits: _Bits) -> _Header:
    width, height = _size(bits)
    orientation = 1
    extra = 0
    if not bits.number(1):  # not all is the default: 8 bits, no extra channels
        if bits.number(1):
            orientation = bits.number(3) + 1
            _pass_extra_fields(bits)
        _pass_depth(bits)
        bits.skip(1)
        extra = _extra_channels(bits)
    sides = (height, width) if orientation >= 5 else (width, height)
    return _Header(*sides, extra)


def _size(bits: _Bits) -> tuple[int, int]:
    is_small = bits.number(1)
    height = 8 * (bits.number(5) + 1) if is_small else bits.choice(_SIDES)
    ratio = _RATIOS.get(bits.number(3))
    if ratio:
        return height * ratio[0] // ratio[1], height
    return (8 * (bits.number(5) + 1) if is_small else bits.choice(_SIDES)), height


def _pass_extra_fields(bits: _Bits) -> None:
    if bits.number(1):  # the size to be shown at
        _size(bits)
    if bits.number(1):  # a preview
        sides = _PREVIEW_EIGHTHS if bits.number(1) else _PREVIEW_SIDES
        bits.choice(sides)
        if not bits.number(3):
            bits.choice(sides)
    if bits.number(1):
        raise rejection(Reason.UNSUPPORTED_FORMAT, "Animated JPEG XL")


def _pass_depth(bits: _Bits) -> None:
    if bits.number(1):
        bits.choice(_FLOAT_BITS)
        bits.skip(4)  # of the exponent
    else:
        bits.choice(_INTEGER_BITS)


def _extra_channels(bits: _Bits) -> int:
    """The number of channels besides the colours. Rejection for what would be shown wrongly."""
    number = bits.choice(_EXTRA)
    if number > _MOST_EXTRA:
        raise rejection(Reason.UNSUPPORTED_FORMAT, "JPEG XL (with many channels)")
    for _ in range(number):
        if bits.number(1):  # straight alpha of 8 bits
            continue
        kind = bits.choice(_ENUMERATED)
        _pass_depth(bits)
        bits.choice(_SHIFTS)
        bits.skip(8 * bits.choice(_NAME_LENGTHS))
        if kind == _BLACK:
            raise rejection(Reason.UNSUPPORTED_FORMAT, "CMYK JPEG XL")
        if kind == _ALPHA and bits.number(1):
            raise rejection(Reason.UNSUPPORTED_FORMAT, "JPEG XL (with premultiplied alpha)")
        if kind == _SPOT_COLOUR:
            bits.skip(4 * 16)
        if kind == _SENSOR:
            bits.choice(_SENSOR_CHANNELS)
    return number
