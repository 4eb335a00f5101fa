"""ICC profiles whose conversion takes long."""

import struct
from functools import cache

from chalicelib.imaging.formats.cicp import CHROMATICITIES
from chalicelib.imaging.formats.icc import columns_of, gamma, matrix_profile
from tests.imaging.samples import DISPLAY_P3

PROFILES = ("none", "matrix", "table", "large")


@cache
def profile(name: str, space: bytes) -> bytes:
    """No profile, one of a matrix, or one of a table with few or many nodes, for `space`."""
    if name == "none":
        return b""
    if name == "matrix":
        return (
            DISPLAY_P3
            if space == b"RGB "
            else matrix_profile(columns_of(CHROMATICITIES[9]), gamma(1.8)).replace(
                b"RGB ", space, 1
            )
        )
    inputs = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}[space]
    most = {1: 255, 3: 33, 4: 17}[inputs]
    return _table(space, inputs, 9 if name == "table" else most)


def _table(space: bytes, inputs: int, nodes: int) -> bytes:
    """A profile with `lut16` (ICC.1:2022, 10.10) from `space` to Lab."""
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    curve = struct.pack(">4096H", *(n * 16 for n in range(4096)))
    table = struct.pack(">3H", 30000, 32768, 32700) * (nodes**inputs)
    head = struct.pack(">4s4xBBBx", b"mft2", inputs, 3, nodes)
    lut = head + matrix + struct.pack(">HH", 4096, 4096) + curve * (inputs + 3) + table
    tags = [(b"A2B0", lut), (b"wtpt", b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061))]
    start, index, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for tag, content in tags:
        index += tag + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = struct.pack(">I4xI", start + len(body), 0x02400000)
    front = (size + b"scnr" + space + b"Lab " + bytes(12) + b"acsp" + bytes(28)).ljust(68, b"\0")
    return (front + struct.pack(">3i", 63190, 65536, 54061)).ljust(128, b"\0") + index + body
