"""BMPs: run-length encoding, bit fields, and profiles."""

import struct

from tests.hostile.slow.profiles import PROFILES, profile
from tests.hostile.slow.recipes import Choice, Count, fitting, recipe

_PALETTE = b"".join(bytes((level, level, 255 - level, 0)) for level in range(256))
_CODES = {
    "run": b"\5\7", "short": b"\1\7", "long": b"\xff\7", "line": b"\0\0", "stay": b"\0\2\0\0",
    "right": b"\0\2\1\0", "up": b"\0\2\0\1", "far": b"\0\2\xff\xff", "three": b"\0\3abc\0",
    "absolute": b"\0\xff" + bytes(range(255)) + b"\0", "nothing": b"\0\7" * 1,
}  # fmt: skip
_ANY = Choice(tuple(_CODES))


@recipe(
    "bmp",
    width=Count(1, 190_000_000), megapixels=Count(1, 190), bits=Choice((4, 8)),
    first=_ANY, times=Count(0, 5_000), second=_ANY, times2=Count(0, 5_000), third=_ANY,
    times3=Count(0, 5_000), amount=Count(1, 49_000_000), is_grey=Choice((True, False)),
)  # fmt: skip
def runs(
    width: int, megapixels: int, bits: int, first: str, times: int, second: str, times2: int,
    third: str, times3: int, amount: int, is_grey: bool,
) -> bytes:  # fmt: skip
    """Three codes in turn, again and again."""
    height = max(1, megapixels * 999_999 // width)
    unit = _CODES[first] * times + _CODES[second] * times2 + _CODES[third] * times3 or b"\0\0"
    body = unit * fitting(max(1, amount // len(unit)), len(unit)) + b"\0\1"
    palette = bytes(1024) if is_grey else _PALETTE
    palette = palette[: 4 << bits]
    start = 54 + len(palette)
    header = struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, bits, 1 if bits == 8 else 2, len(body), 0, 0,
        1 << bits, 0,
    )  # fmt: skip
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + header + palette + body


@recipe(
    "bmp",
    width=Count(1, 190_000_000), megapixels=Count(1, 190),
    bits=Choice((1, 4, 8, 16, 24, 32)), colours=Choice(PROFILES),
    masks=Choice(((0, 0, 0, 0), (0xF800, 0x7E0, 0x1F, 0), (0x7C00, 0x3E0, 0x1F, 0x8000),
                  (0xF000, 0xF00, 0xF0, 0xF), (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
                  (0x3FF, 0xFFC00, 0x3FF00000, 0xC0000000), (0x700, 0x38, 7, 0))),
    is_upside_down=Choice((True, False)), content=Choice(("zeros", "ramp")),
)  # fmt: skip
def stills(
    width: int, megapixels: int, bits: int, colours: str, masks: tuple[int, int, int, int],
    is_upside_down: bool, content: str,
) -> bytes:  # fmt: skip
    """Pixels as they are, which count against the largest file."""
    height = max(1, megapixels * 999_999 // width)
    length = (width * bits + 31) // 32 * 4
    icc = profile(colours, b"RGB ")
    height = min(height, fitting(height, length, 10_000 + len(icc)))
    body = (bytes(range(256)) if content == "ramp" else bytes(256)) * (length * height // 256 + 1)
    body = body[: length * height]
    palette = _PALETTE[: 4 << bits] if bits <= 8 else b""
    start = 138 + len(palette)
    compression = 3 if any(masks) and bits in (16, 32) else 0
    header = struct.pack(
        "<IiiHHIIiiII", 124, width, -height if is_upside_down else height, 1, bits, compression,
        len(body), 0, 0, 0, 0,
    )  # fmt: skip
    header += struct.pack("<4I", *masks) + (b"DEBM" if icc else b"BGRs") + bytes(48)
    header += struct.pack("<IIII", 4, start - 14 + len(body), len(icc), 0)
    size = start + len(body) + len(icc)
    return b"".join((b"BM", struct.pack("<IHHI", size, 0, 0, start), header, palette, body, icc))
