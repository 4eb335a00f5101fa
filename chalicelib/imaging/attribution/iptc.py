"""IPTC's older format, IIM: data sets, each with a record and a number."""

import struct

_BY_LINE, _COPYRIGHT = (2, 80), (2, 116)
_MOST_SETS = 10_000
_RESOURCE = b"8BIM"
_IPTC_RESOURCE = 0x0404


def read(block: bytes) -> tuple[str, str]:
    """Creators and copyright notice in `block`."""
    creators, notices = [], []
    position = 0
    for _ in range(_MOST_SETS):
        if block[position : position + 1] != b"\x1c" or position + 5 > len(block):
            break
        record, number, length = struct.unpack_from(">BBH", block, position + 1)
        content = block[position + 5 : position + 5 + length]
        if (record, number) == _BY_LINE:
            creators.append(text_of(content))
        elif (record, number) == _COPYRIGHT:
            notices.append(text_of(content))
        position += 5 + length
    return "; ".join(creators), "; ".join(notices)


def text_of(content: bytes) -> str:
    """Text of unknown encoding: UTF-8 if valid, else Latin-1; NUL separates texts."""
    parts = [part.strip() for part in content.split(b"\x00") if part.strip()]
    joined = b"; ".join(parts)
    try:
        return joined.decode()
    except UnicodeDecodeError:
        return joined.decode("latin-1")


def resource_of(photoshop: bytes) -> bytes:
    """The IIM block among Photoshop's resources; empty if there is none."""
    position = 0
    while photoshop[position : position + 4] == _RESOURCE and position + 12 <= len(photoshop):
        number, name = struct.unpack_from(">HB", photoshop, position + 4)
        size = position + 6 + (name + 2) // 2 * 2
        (length,) = struct.unpack_from(">I", photoshop, size)
        if number == _IPTC_RESOURCE:
            return photoshop[size + 4 : size + 4 + length]
        position = size + 4 + (length + 1) // 2 * 2
    return b""
