"""Files of one row of colours, with chosen statements about what they mean."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from io import BytesIO

from PIL import Image

from chalicelib.imaging.formats.cicp import CHROMATICITIES, SRGB_CURVE
from chalicelib.imaging.formats.icc import columns_of, gamma, matrix_profile
from tests.imaging.samples import chunk

Colour = tuple[int, int, int]

ADOBE = (0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
SRGB = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
# Greys, moderate colours, and two saturated ones.
COLOURS: tuple[Colour, ...] = (
    *((level, level, level) for level in range(0, 256, 15)),
    (200, 100, 50), (60, 180, 220), (90, 140, 70), (220, 190, 170), (250, 20, 20), (10, 230, 30),
)  # fmt: skip
BT2020_GAMMA_18 = matrix_profile(columns_of(CHROMATICITIES[9]), gamma(1.8))
SRGB_PROFILE = matrix_profile(columns_of(CHROMATICITIES[1]), SRGB_CURVE)


def png_of(colours: Sequence[Colour], *chunks: bytes, depth: int = 8, height: int = 1) -> bytes:
    """An RGB PNG of `depth` bits with `chunks` before its pixels; `colours` have that depth."""
    code = "H" if depth == 16 else "B"
    row = b"\0" + struct.pack(f">{3 * len(colours)}{code}", *(v for rgb in colours for v in rgb))
    header = struct.pack(">IIBBBBB", len(colours), height, depth, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(row * height))
    ends = chunk(b"IHDR", header), pixels + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + ends[0] + b"".join(chunks) + ends[1]


def wide(colours: Iterable[Colour]) -> list[Colour]:
    """The same colours in 16 bits."""
    return [(257 * red, 257 * green, 257 * blue) for red, green, blue in colours]


def cicp(primaries: int, transfer: int, matrix: int = 0, full: int = 1) -> bytes:
    return chunk(b"cICP", bytes((primaries, transfer, matrix, full)))


def iccp(profile: bytes, name: bytes = b"profile") -> bytes:
    return chunk(b"iCCP", name + b"\0\0" + zlib.compress(profile))


def gama(exponent: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", exponent))


def chrm(*numbers: float) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(100_000 * number) for number in numbers)))


def avif_of(colours: Sequence[Colour], primaries: int, transfer: int) -> bytes:
    """An AVIF of 16 x 16 pixels for each colour, with these code points."""
    image = Image.new("RGB", (len(colours), 1))
    image.putdata(colours)
    file = BytesIO()
    image.resize((16 * len(colours), 16), Image.Resampling.NEAREST).save(
        file, "avif", quality=100, subsampling="4:4:4"
    )
    data = file.getvalue()
    found = data.index(b"nclx") + 4
    return data[:found] + struct.pack(">HH", primaries, transfer) + data[found + 4 :]


def bmp_of(colours: Sequence[Colour], profile: bytes = b"", space: bytes = b"DEBM") -> bytes:
    """A BMP of version 5 in one row."""
    row = b"".join(bytes((blue, green, red)) for red, green, blue in colours)
    row += bytes(-len(row) % 4)
    size = struct.pack("<IiiHHIIiiII", 124, len(colours), 1, 1, 24, 0, len(row), 0, 0, 0, 0)
    header = size + bytes(16) + space + bytes(48)
    header += struct.pack("<IIII", 4, 124 + len(row) if profile else 0, len(profile), 0)
    length = 14 + len(header) + len(row) + len(profile)
    return b"BM" + struct.pack("<IHHI", length, 0, 0, 138) + header + row + profile


def pq_profile() -> bytes:
    """BT.2100 PQ as a table, without a `cicp` tag."""
    plain = matrix_profile(columns_of(CHROMATICITIES[9]), SRGB_CURVE)
    table = struct.pack(">4s4xI", b"curv", 1024)
    table += b"".join(struct.pack(">H", round(65535 * pq_light(n / 1023))) for n in range(1024))
    start = len(plain)
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        place = plain.index(name) + 4
        plain = plain[:place] + struct.pack(">II", start, len(table)) + plain[place + 8 :]
    return struct.pack(">I", start + len(table)) + plain[4:] + table


def pq_light(level: float) -> float:
    """Light relative to 10,000 cd/m2 by PQ's level (SMPTE ST 2084)."""
    power = level ** (1 / 78.84375)
    light: float = (max(0, power - 0.8359375) / (18.8515625 - 18.6875 * power)) ** (
        1 / 0.1593017578125
    )
    return light


def pq_level(light: float) -> float:
    """PQ's level by light in cd/m2 (SMPTE ST 2084)."""
    power = (light / 10_000) ** 0.1593017578125
    level: float = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    return level
