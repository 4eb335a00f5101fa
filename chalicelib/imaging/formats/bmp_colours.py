"""The colour profile that a BMP of version 5 embeds."""

import struct

_FILE_HEADER, _VERSION_5 = 14, 124  # bytes
_EMBEDDED = b"DEBM"  # PROFILE_EMBEDDED ("MBED") as a little-endian number


def profile_of(data: bytes) -> bytes:
    """The ICC profile in the BMP `data`, empty if it has none.

    Linked profiles are files on the writer's disk. Calibrated RGB does not count: programs leave
    its fields unset, and browsers ignore it.
    """
    header = data[_FILE_HEADER : _FILE_HEADER + _VERSION_5]
    if len(header) < _VERSION_5 or int.from_bytes(header[:4], "little") != _VERSION_5:
        return b""
    space, start, length = struct.unpack("<56x4s52xII4x", header)
    start += _FILE_HEADER
    inside = space == _EMBEDDED and start + length <= len(data)
    return data[start : start + length] if inside else b""
