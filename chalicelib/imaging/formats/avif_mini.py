"""Minimized AVIF (`mif3`, ISO/IEC 23008-12): a `mini` box, which decoders need not know.

It packs into a few bits what a `meta` box says at length.
"""

import struct
from itertools import accumulate, pairwise
from typing import NamedTuple

from chalicelib.errors import Reason
from chalicelib.imaging.formats.avif_writer import Property, written
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.isobmff import Box, packed
from chalicelib.imaging.rejections import rejection

_ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
_MONOCHROME = 0  # chroma subsampling
_UNSPECIFIED, _BT709, _BT601, _SRGB = 2, 1, 6, 13  # CICP
# EXIF's orientation as anticlockwise quarter turns, and then the axis to mirror at.
_TURNS = {3: 2, 5: 1, 6: 3, 7: 3, 8: 1}
_MIRRORS = {2: 1, 4: 0, 5: 0, 7: 0}
# Bits of the HDR properties that are not needed, by the order of their flags: mastering display,
# content colour volume (0: it varies), ambient and reference viewing environment, diffuse white.
_HDR_PROPERTIES = (192, 0, 64, 128, 32)
_CODEC = (int.from_bytes(b"av01"), int.from_bytes(b"av1C"))


class _Header(NamedTuple):
    """What a `mini` box says of its picture; the last five are lengths in bytes."""

    orientation: int
    size: tuple[int, int]
    planes: int
    depth: int
    has_premultiplied: bool
    cicp: tuple[int, int, int, int]  # primaries, transfer, matrix, 128 for full range
    light_level: bytes
    profile: int
    configuration: int
    alpha_configuration: int
    alpha: int
    picture: int


class _Bits:
    """Reads big-endian numbers of any width; MalformedFile past the end."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0

    def take(self, count: int) -> int:
        start, end = self._position, self._position + count
        if end > 8 * len(self._content):
            raise MalformedFile
        self._position = end
        part = int.from_bytes(self._content[start // 8 : -(-end // 8)])
        return part >> -end % 8 & (1 << count) - 1

    def flag(self) -> bool:
        return self.take(1) == 1

    def rest(self) -> bytes:
        return self._content[-(-self._position // 8) :]


def expanded(data: bytes, box: Box) -> bytes:
    """The picture of the `mini` box `box` as a common AVIF, without metadata.

    Raises MalformedFile; Rejection for other codecs and for gain maps.
    """
    bits = _Bits(data[box.start : box.end])
    header = _header(bits)
    ends = accumulate(
        (header.configuration, header.alpha_configuration, header.profile, header.alpha,
         header.picture),
        initial=0,
    )  # fmt: skip
    content, bounds = bits.rest(), list(ends)
    if bounds[-1] > len(content):
        raise MalformedFile
    setup, alpha_setup, profile, alpha, picture = (
        content[start:end] for start, end in pairwise(bounds)
    )
    properties = [_shown(header, setup, profile)]
    if alpha:
        properties.append(_hidden(header, alpha_setup or setup))
    items = [item for item in (picture, alpha) if item]
    return written(items, properties, has_premultiplied=header.has_premultiplied)


def _header(bits: _Bits) -> _Header:
    if bits.take(2):  # version
        raise MalformedFile
    has_codec, is_float, is_full, has_alpha, has_cicp, has_hdr, has_icc, has_exif, has_xmp = (
        bits.flag() for _ in range(9)
    )
    chroma, orientation = bits.take(2), bits.take(3) + 1
    side = 15 if bits.flag() else 7
    size = (bits.take(side) + 1, bits.take(side) + 1)
    bits.take((0, 2, 1, 0)[chroma])  # where chroma samples lie
    if is_float:
        raise rejection(Reason.UNSUPPORTED_FORMAT, "HEIF (other than HEIC)")
    depth = bits.take(3) + 9 if bits.flag() else 8
    has_premultiplied = has_alpha and bits.flag()
    colours = (_UNSPECIFIED, _UNSPECIFIED) if has_icc else (_BT709, _SRGB)
    matrix = _UNSPECIFIED if chroma == _MONOCHROME else _BT601
    if has_cicp:
        colours = (bits.take(8), bits.take(8))
        matrix = matrix if chroma == _MONOCHROME else bits.take(8)
    if has_codec and (bits.take(32), bits.take(32)) != _CODEC:
        raise rejection(Reason.UNSUPPORTED_FORMAT, "HEIF (other than HEIC)")
    light_level = _light_level(bits) if has_hdr else b""
    metadata = 20 if (has_icc or has_exif or has_xmp) and bits.flag() else 10
    setup = 12 if bits.flag() else 3
    item = 28 if bits.flag() else 15
    profile = bits.take(metadata) + 1 if has_icc else 0
    configuration, picture = bits.take(setup), bits.take(item) + 1
    alpha = bits.take(item) if has_alpha else 0
    alpha_configuration = bits.take(setup) if alpha else 0
    if has_exif or has_xmp:
        bits.take(1 + metadata * (has_exif + has_xmp))
    return _Header(
        orientation, size, 1 if chroma == _MONOCHROME else 3, depth, has_premultiplied,
        (*colours, matrix, 128 * is_full), light_level,
        profile, configuration, alpha_configuration, alpha, picture,
    )  # fmt: skip


def _light_level(bits: _Bits) -> bytes:
    """The content of the content light level box, empty if there is none."""
    if bits.flag():
        raise rejection(Reason.UNSUPPORTED_FORMAT, "Minimized AVIF with a gain map")
    has_level, *others = (bits.flag() for _ in range(6))
    level = bits.take(32).to_bytes(4) if has_level else b""
    for present, length in zip(others, _HDR_PROPERTIES, strict=True):
        if present:
            bits.take(length or _volume_bits(bits.take(8)))
    return level


def _volume_bits(flags: int) -> int:
    """Bits of a content colour volume after its `flags`."""
    return 192 * (flags >> 5 & 1) + 32 * (flags >> 2 & 7).bit_count()


def _shown(header: _Header, setup: bytes, profile: bytes) -> list[Property]:
    depths = [header.depth] * header.planes
    found = [
        (packed(b"ispe", struct.pack(">4xII", *header.size)), False),
        (packed(b"av1C", setup), True),
        (packed(b"pixi", bytes((0, 0, 0, 0, header.planes, *depths))), False),
        (packed(b"colr", b"nclx" + struct.pack(">HHHB", *header.cicp)), False),
    ]
    if profile:
        found.append((packed(b"colr", b"prof" + profile), False))
    if header.light_level:
        found.append((packed(b"clli", header.light_level), False))
    if turn := _TURNS.get(header.orientation):
        found.append((packed(b"irot", bytes([turn])), True))
    if (mirror := _MIRRORS.get(header.orientation)) is not None:
        found.append((packed(b"imir", bytes([mirror])), True))
    return found


def _hidden(header: _Header, setup: bytes) -> list[Property]:
    """The properties of the alpha plane."""
    return [
        (packed(b"ispe", struct.pack(">4xII", *header.size)), False),
        (packed(b"av1C", setup), True),
        (packed(b"pixi", bytes((0, 0, 0, 0, 1, header.depth))), False),
        (packed(b"auxC", bytes(4) + _ALPHA), True),
    ]
