"""BMP layouts that Pillow cannot read or reads wrongly; all others are left to Pillow.

Source: Microsoft's documentation of BITMAPINFOHEADER to BITMAPV5HEADER, IBM's of OS/2 2.0.
"""

import struct
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple, cast

from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile

from chalicelib.errors import Reason
from chalicelib.imaging.formats.bmp_runs import RunReader
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.raw_reader import RawReader
from chalicelib.imaging.rejections import rejection

if TYPE_CHECKING:
    from PIL import _imaging

_FILE_HEADER = 14  # bytes
_SHORT_OS2, _WINDOWS, _OS2 = 16, 40, 64  # bytes of header
_PLAIN, _RLE8, _RLE4, _BITFIELDS, _ALPHA_BITFIELDS = 0, 1, 2, 3, 6
_RUNS = frozenset({_RLE8, _RLE4})
_OS2_COMPRESSIONS = {3: "Huffman-compressed BMP", 4: "RLE24-compressed BMP"}
_COMPRESSIONS = {
    4: "JPEG-compressed BMP", 5: "PNG-compressed BMP",
    11: "CMYK BMP", 12: "CMYK BMP", 13: "CMYK BMP",
}  # fmt: skip
_DEPTHS, _RARE_DEPTHS = {1, 4, 8, 16, 24, 32}, {2, 64}
_PALETTE = 256  # colours
_BLOCK = 1 << 23  # bytes that are unpacked at once


class _Header(NamedTuple):
    length: int
    pixels: int  # where they start
    width: int
    height: int
    bottom_up: bool
    bits: int
    compression: int
    masks: tuple[int, int, int, int]  # red, green, blue, alpha
    colours: int = 0  # of the palette; 0 for as many as there are indices

    @property
    def row_bytes(self) -> int:
        """Bytes of a row that is not run-length encoded, padded to words."""
        return (self.width * self.bits + 31) // 32 * 4


class ExactBmp(RawReader, BmpImageFile):
    """Pillow's BMP reader, with more layouts; Rejection for those that stay unreadable.

    Alpha whose values are all 0 means opaque: writers leave these bytes empty.
    """

    _header: _Header | None = None

    def _open(self) -> None:
        data = cast(BytesIO, self.fp).getvalue()
        header = _header_of(data)
        _refuse(header)
        if header.length == _SHORT_OS2:
            self.fp = BytesIO(_with_windows_header(data, header))
        elif header.colours > 1 << header.bits <= _PALETTE:
            # More colours than indices can address: Pillow would refuse them.
            fewer = struct.pack("<I", 1 << header.bits)
            self.fp = BytesIO(b"".join((data[:46], fewer, data[50:])))
        if _is_own(header):
            _check_masks(header)
            self._header = header
            self._mode = "RGBA" if header.masks[3] else "RGB"
            self._size = (header.width, header.height)
        else:
            super()._open()
            self._read_rows(header.row_bytes, header.height)
            if header.compression in _RUNS:
                self._header = header

    def load(self) -> "_imaging.PixelAccess | None":
        """Pillow's hook: decodes the pixels, once."""
        if self._header is not None:
            header, self._header = self._header, None
            data = cast(BytesIO, self.fp).getvalue()
            if header.compression in _RUNS:
                self.im = _read_runs(header, data, self.mode).im
            else:
                self.im = _read(header, data).im
            self.tile = []
            self.load_end()
        return super().load()

    def load_end(self) -> None:
        """Pillow's hook, called once after the pixels are loaded."""
        super().load_end()
        if self.mode == "RGBA" and self.getchannel("A").getextrema() == (0, 0):
            self.putalpha(255)


def _header_of(data: bytes) -> _Header:
    try:
        pixels, length = struct.unpack_from("<II", data, 10)
        if length == 12:
            width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
            return _Header(length, pixels, width, height, True, bits, _PLAIN, (0, 0, 0, 0))
        width, height, _, bits = struct.unpack_from("<iiHH", data, 18)
        compression = 0 if length == _SHORT_OS2 else struct.unpack_from("<I", data, 30)[0]
        colours = 0 if length == _SHORT_OS2 else struct.unpack_from("<I", data, 46)[0]
        masks = _masks(data, length, compression)
    except struct.error as reason:
        raise MalformedFile from reason
    if width <= 0 or not height:
        raise MalformedFile
    upwards = height > 0
    height = abs(height)
    return _Header(length, pixels, width, height, upwards, bits, compression, masks, colours)


def _masks(data: bytes, length: int, compression: int) -> tuple[int, int, int, int]:
    """The masks in, or behind, a header of Windows."""
    if length == _OS2 or compression not in {_BITFIELDS, _ALPHA_BITFIELDS}:
        return (0, 0, 0, 0)
    red, green, blue = struct.unpack_from("<III", data, 54)
    has_alpha = length >= 56 or compression == _ALPHA_BITFIELDS
    return red, green, blue, struct.unpack_from("<I", data, 66)[0] if has_alpha else 0


def _refuse(header: _Header) -> None:
    readable = {_PLAIN, _RLE8, _RLE4, _BITFIELDS, _ALPHA_BITFIELDS}
    name = None
    if header.length == _OS2 and header.compression in _OS2_COMPRESSIONS:
        name = _OS2_COMPRESSIONS[header.compression]
    elif header.compression not in readable:
        name = _COMPRESSIONS.get(header.compression, "Unusually compressed BMP")
    elif header.bits in _RARE_DEPTHS:
        name = f"{header.bits}-bit BMP"
    elif header.bits not in _DEPTHS:
        raise MalformedFile
    if name:
        raise rejection(Reason.UNSUPPORTED_FORMAT, name)


def _is_own(header: _Header) -> bool:
    """Whether Pillow has no raw mode for the masks, or one that drops their alpha."""
    if header.compression not in {_BITFIELDS, _ALPHA_BITFIELDS} or not any(header.masks):
        return False
    if header.compression == _ALPHA_BITFIELDS:
        return True
    red, green, blue, alpha = header.masks
    if header.bits == 16:
        common = {(0xF800, 0x7E0, 0x1F), (0x7C00, 0x3E0, 0x1F)}
        return alpha != 0 or (red, green, blue) not in common
    if header.bits == 24:
        return (red, green, blue) != (0xFF0000, 0xFF00, 0xFF) or alpha != 0
    return header.masks not in {
        (0xFF0000, 0xFF00, 0xFF, 0), (0xFF000000, 0xFF0000, 0xFF00, 0),
        (0xFF000000, 0xFF00, 0xFF, 0), (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
        (0xFF, 0xFF00, 0xFF0000, 0xFF000000), (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
        (0xFF000000, 0xFF00, 0xFF, 0xFF0000),
    }  # fmt: skip


def _check_masks(header: _Header) -> None:
    """Rejection if a mask has gaps, or a depth cannot have masks."""
    gaps = any(mask & (mask + (mask & -mask)) for mask in header.masks)
    if gaps or header.bits < 16 or max(header.masks) >> header.bits:
        raise rejection(Reason.UNSUPPORTED_FORMAT, f"{header.bits}-bit BMP with unusual masks")


def _with_windows_header(data: bytes, header: _Header) -> bytes:
    """`data` with OS/2's header of 16 bytes extended by zeros to that of Windows."""
    more = _WINDOWS - _SHORT_OS2
    end = _FILE_HEADER + _SHORT_OS2
    moved = struct.pack("<II", header.pixels + more, _WINDOWS)
    return b"".join((data[:10], moved, data[18:end], bytes(more), data[end:]))


def _read(header: _Header, data: bytes) -> Image.Image:
    mode = "RGBA" if header.masks[3] else "RGB"
    size = (header.width, header.height)
    bands = [Image.new("L", size) for _ in mode]
    for top, rows, words in _blocks(header, data):
        for band, mask in zip(bands, header.masks, strict=False):
            if mask:
                levels = _levels(words, header.bits // 8, mask)
                band.paste(Image.frombytes("L", (header.width, rows), levels), (0, top))
    image = Image.merge(mode, bands)
    return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if header.bottom_up else image


def _read_runs(header: _Header, data: bytes, mode: str) -> Image.Image:
    """The indices of a run-length encoded picture, in `mode`: `P`, or `L` or `1` for greys."""
    size = (header.width, header.height)
    found = RunReader(data, header.pixels, *size, halves=header.compression == _RLE4).indices()
    if mode == "1":
        found = found.translate(bytes([0] + [255] * 255))
    image = Image.frombytes("P" if mode == "P" else "L", size, found)
    image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if header.bottom_up else image
    return image.convert("1") if mode == "1" else image


def _blocks(header: _Header, data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Rows in stored order: the number of the first, how many, and their pixels unpadded."""
    length = header.row_bytes
    if len(data) < header.pixels + length * header.height:
        raise MalformedFile
    together = max(1, _BLOCK // length)
    for top in range(0, header.height, together):
        rows = min(together, header.height - top)
        start = header.pixels + top * length
        padded = Image.frombytes("L", (length, rows), data[start : start + rows * length])
        used = header.width * header.bits // 8
        yield top, rows, padded.crop((0, 0, used, rows)).tobytes()


def _levels(words: bytes, size: int, mask: int) -> bytes:
    """The channel of `mask` in little-endian `words` of `size` bytes, scaled to 8 bits.

    Of more than eight bits the upper eight are kept.
    """
    end, depth = mask.bit_length(), min(mask.bit_count(), 8)
    place, shift = divmod(end - depth, 8)
    lower, upper = _tables(shift, depth)
    levels = words[place::size].translate(lower)
    if shift + depth > 8:
        more = words[place + 1 :: size].translate(upper)
        both = int.from_bytes(levels, "little") | int.from_bytes(more, "little")
        levels = both.to_bytes(len(levels), "little")
    most = (1 << depth) - 1
    return levels.translate(bytes(round(min(at, most) * 255 / most) for at in range(256)))


@cache
def _tables(shift: int, depth: int) -> tuple[bytes, bytes]:
    """For each byte, its part of a level of `depth` bits that begins at bit `shift`.

    The first table is for the byte where it begins, the second for the next byte.
    """
    most = (1 << depth) - 1
    first = bytes(byte >> shift & most for byte in range(256))
    second = bytes(byte << (8 - shift) & most for byte in range(256))
    return first, second
