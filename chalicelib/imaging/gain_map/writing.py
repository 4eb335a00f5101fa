"""Writes a JPEG with a gain map, by ISO 21496-1 and in the earlier XMP form."""

import struct

from chalicelib.imaging.attribution.xmp import attributes_of
from chalicelib.imaging.formats import jpeg
from chalicelib.imaging.gain_map import mpf, xmp
from chalicelib.imaging.gain_map.metadata import URN, VERSION, Metadata, write_iso

_APP1, _APP2 = 0xE1, 0xE2


def with_gain_map(picture: bytes, gain_map: bytes, metadata: Metadata, ai_label: str = "") -> bytes:
    """The JPEG `picture` followed by the JPEG `gain_map`, which have no such metadata yet.

    `ai_label` is a term of IPTC's digital source types for the picture; empty for none.
    """
    second = _inserted(
        gain_map,
        _segment(_APP1, xmp.of_gain_map(metadata)),
        _segment(_APP2, URN + write_iso(metadata)),
    )
    described = _inserted(
        picture,
        _segment(_APP1, xmp.of_picture(len(second), attributes_of(ai_label))),
        _segment(_APP2, URN + VERSION),
    )
    index = _segment(_APP2, bytes(mpf.LENGTH))
    place = _place(described)
    whole = len(described) + len(index)
    index = _segment(_APP2, mpf.index_of(whole, len(second), place + 4))
    return described[:place] + index + described[place:] + second


def overhead(metadata: Metadata) -> int:
    """The bytes that `with_gain_map` adds to both JPEGs, but for digits of a length."""
    blocks = (xmp.of_gain_map(metadata), xmp.of_picture(100_000), bytes(mpf.LENGTH))
    iso = (URN + write_iso(metadata), URN + VERSION)
    return sum(4 + len(block) for block in (*blocks, *iso))


def _inserted(data: bytes, *segments: bytes) -> bytes:
    place = _place(data)
    return b"".join((data[:place], *segments, data[place:]))


def _place(data: bytes) -> int:
    """After the metadata at the start: JFIF and EXIF have to be first."""
    for marker, start, _ in jpeg.segments(data):
        if marker not in {0xE0, _APP1, _APP2}:
            return start
    return len(data)


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content
