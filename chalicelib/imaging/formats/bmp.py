"""BMP: a header, a palette and pixels, most often as they are."""

import struct

from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo

_FILE_HEADER, _VERSION_5 = 14, 124  # bytes
_EMBEDDED = b"DEBM"  # PROFILE_EMBEDDED ("MBED") as a little-endian number


def inspect(data: bytes) -> FileInfo:
    """The structure of a BMP; its body is the whole file, and only the decoder knows its size."""
    return FileInfo(Body(data), profile=_profile(data))


def _profile(data: bytes) -> bytes:
    """The ICC profile in the header of version 5, empty if there is none.

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
