"""ICC profiles for colour spaces that a file gives as numbers (CICP, ITU-T H.273)."""

import struct

_Primary = tuple[float, float, float]

# Red, green and blue in XYZ under D50: BT.2020 and Display P3. BT.709's are sRGB's.
_PRIMARIES: dict[int, tuple[_Primary, _Primary, _Primary]] = {
    9: ((0.67348, 0.27904, -0.00194), (0.16567, 0.67534, 0.02998), (0.12505, 0.04561, 0.79684)),
    12: ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
}
_WHITE = (0.9642, 1.0, 0.8249)
# The curves of sRGB and of standard video, which screens show alike; not PQ and HLG.
_CURVES = frozenset({1, 2, 6, 13, 14, 15})
_SRGB = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def named(primaries: int, transfer: int) -> bytes:
    """The profile of these primaries and curve; empty for those of sRGB and for unknown ones."""
    if primaries not in _PRIMARIES or transfer not in _CURVES:
        return b""
    curve = b"para\0\0\0\0\0\3\0\0" + _fixed(*_SRGB)
    contents = [b"XYZ \0\0\0\0" + _fixed(*xyz) for xyz in (_WHITE, *_PRIMARIES[primaries])]
    offset = 132 + 7 * 12
    table, body = struct.pack(">I", 7), b"".join((*contents, curve))
    for index, name in enumerate((b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ")):
        table += name + struct.pack(">II", offset + 20 * index, 20)
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        table += name + struct.pack(">II", offset + 80, len(curve))
    return _header(offset + len(body)) + table + body


def _header(length: int) -> bytes:
    head = struct.pack(">I4xI", length, 0x04300000) + b"mntrRGB XYZ "
    return (head + bytes(12) + b"acsp" + bytes(28) + _fixed(*_WHITE)).ljust(128, b"\0")


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)
