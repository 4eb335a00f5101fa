"""PNGs: many chunks, streams that unpack to much, and large pictures of every layout."""

import struct
import zlib
from functools import cache
from random import Random

from tests.hostile.slow.profiles import PROFILES, profile
from tests.hostile.slow.recipes import Choice, Count, fitting, recipe
from tests.imaging.colour_files import cicp
from tests.imaging.samples import chunk

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP = b"XML:com.adobe.xmp\0"
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_CHUNKS = (
    "tEXt", "zTXt", "iTXt-plain", "iTXt-bomb", "iTXt-packed", "iCCP-bomb", "iCCP", "eXIf",
    "eXIf-wide", "gAMA", "cHRM", "sRGB", "cLLI", "tIME", "PLTE", "tRNS", "IDAT", "acTL", "fcTL",
    "fdAT", "sPLT", "hIST", "unKn", "iTXt-xml", "iTXt-names",
)  # fmt: skip


@cache
def _bomb(length: int) -> bytes:
    return zlib.compress(bytes(length), 9)


def _xml(length: int) -> bytes:
    return b"<a>" + b"<b c='d'/>" * (length // 10) + b"</a>"


def _names(length: int) -> bytes:
    attributes = b"".join(b" xmlns:a%d='%d'" % (n, n) for n in range(length // 20))
    return b"<a" + attributes + b"/>"


@cache
def _one(name: str, length: int) -> bytes:
    """A chunk of about `length` bytes; of text, of that many bytes when unpacked."""
    directory = b"II*\0\x08\0\0\0\xff\xff" + b"\x12\1\3\0\1\0\0\0\6\0\0\0" * (length // 12)
    large = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, length // 20)
    contents = {
        "zTXt": b"a\0\0" + _bomb(length),
        "iTXt-plain": _XMP + b"\0\0\0\0" + b"<" * length,
        "iTXt-bomb": _XMP + b"\1\0\0\0" + _bomb(length),
        "iTXt-packed": _XMP + b"\1\0\0\0" + zlib.compress(_xml(length)),
        "iTXt-xml": _XMP + b"\0\0\0\0" + _xml(length),
        "iTXt-names": _XMP + b"\0\0\0\0" + _names(min(length, 1 << 20)),
        "iCCP-bomb": b"a\0\0" + _bomb(length),
        "iCCP": b"a\0\0" + zlib.compress(profile("table", b"RGB ")),
        "eXIf": directory[:length],
        "eXIf-wide": large + b"\x12\1\3\0\1" + bytes(7) + b"\6" + bytes(7) + bytes(length),
        "gAMA": struct.pack(">I", 70_000),
        "cHRM": bytes(32),
        "sRGB": b"\0",
        "acTL": struct.pack(">II", 2, 0),
        "fcTL": struct.pack(">IIIIIHHBB", 0, 1, 1, 0, 0, 1, 1, 0, 0),
        "fdAT": bytes(4 + length),
        "PLTE": bytes(min(768, length // 3 * 3)),
    }
    return chunk(name[:4].encode(), contents.get(name, bytes(length)))


_GROUP = {"count": Count(0, 250_000), "length": Count(0, 10_000_000)}


@recipe(
    "png",
    name=Choice(_CHUNKS), count=Count(0, 250_000), length=Count(0, 10_000_000),
    is_late=Choice((True, False)),
    name2=Choice(_CHUNKS), count2=Count(0, 250_000), length2=Count(0, 10_000_000),
    is_late2=Choice((True, False)),
)  # fmt: skip
def chunks(
    name: str, count: int, length: int, is_late: bool,
    name2: str, count2: int, length2: int, is_late2: bool,
) -> bytes:  # fmt: skip
    """A small picture with two kinds of chunks, many of each."""
    first, second = _one(name, length), _one(name2, length2)
    first *= fitting(count, len(first))
    second *= fitting(count2, len(second), len(first) + 10_000)
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(200)))
    before = (first if not is_late else b"") + (second if not is_late2 else b"")
    behind = (first if is_late else b"") + (second if is_late2 else b"")
    return b"".join(
        (_SIGNATURE, chunk(b"IHDR", header), before, pixels, behind, chunk(b"IEND", b""))
    )


def stream_of(block: bytes, count: int, level: int) -> bytes:
    """A zlib stream of `block`, `count` times; it is compressed once."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(min(count, 2_000)):  # nothing that reads all pixels looks at it
        checksum = zlib.adler32(block, checksum)
    return b"\x78\x01" + packed * count + b"\x03\x00" + struct.pack(">I", checksum)


def _rows(width: int, bits: int, content: str, filtering: int, height: int) -> tuple[bytes, int]:
    """Some rows, and how often they make `height` of them or more."""
    length = (width * bits + 7) // 8
    together = max(1, min(height, (1 << 22) // max(1, length)))
    if content == "noise":
        pixels = Random(2).randbytes(min(length, 1 << 20))
    else:
        pixels = bytes(range(256)) if content == "ramp" else b"\0"
    row = bytes((filtering,)) + (pixels * (length // len(pixels) + 1))[:length]
    return row * together, -(-height // together)


def _png(header: bytes, before: bytes, stream: bytes, piece: int) -> bytes:
    starts = range(0, len(stream), piece)
    pixels = b"".join(chunk(b"IDAT", stream[start : start + piece]) for start in starts)
    return b"".join((_SIGNATURE, chunk(b"IHDR", header), before, pixels, chunk(b"IEND", b"")))


def _meaning(colours: str, colour: int) -> bytes:
    if colours in {"pq", "hlg"}:
        return cicp(9, 16 if colours == "pq" else 18)
    space = b"GRAY" if colour in (0, 4) else b"RGB "
    found = profile(colours, space)
    return chunk(b"iCCP", b"a\0\0" + zlib.compress(found)) if found else b""


@recipe(
    "png",
    width=Count(1, 200_000_000), megapixels=Count(1, 250),
    layout=Choice(((0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4),
                   (3, 8), (4, 8), (4, 16), (6, 8), (6, 16))),
    interlaced=Choice((0, 1)), filtering=Choice((0, 1, 2, 3, 4)),
    content=Choice(("zeros", "ramp", "noise")), is_clear=Choice((True, False)),
    colours=Choice((*PROFILES, "pq", "hlg")), level=Choice((0, 1, 9)),
    piece=Count(1_000, 40_000_000),
)  # fmt: skip
def pixels(
    width: int, megapixels: int, layout: tuple[int, int], interlaced: int, filtering: int,
    content: str, is_clear: bool, colours: str, level: int, piece: int,
) -> bytes:  # fmt: skip
    """A large picture of any layout."""
    colour, depth = layout
    height = max(1, megapixels * 999_999 // width)
    bits = depth * _SAMPLES[colour]
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    before = _meaning(colours, colour)
    if colour == 3:
        before += chunk(b"PLTE", bytes(range(256)) * 3)
    if is_clear and colour in (0, 2, 3):
        before += chunk(b"tRNS", bytes(256) if colour == 3 else bytes(2 if colour == 0 else 6))
    if interlaced:
        stream = _interlaced(width, height, bits, content, filtering, level)
    else:
        stream = stream_of(*_rows(width, bits, content, filtering, height), level)
    return _png(header, before, stream, piece)


def _interlaced(
    width: int, height: int, bits: int, content: str, filtering: int, level: int
) -> bytes:
    """The seven passes, each with whole blocks of rows; `_rows` may overrun the last one."""
    parts = []
    for left, top, across, down in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
                                    (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):  # fmt: skip
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            block, _ = _rows(columns, bits, content, filtering, rows)
            packer = zlib.compressobj(level, zlib.DEFLATED, -15)
            length = len(block) // max(1, len(block) // (1 + (columns * bits + 7) // 8))
            whole, rest = divmod(rows * length, len(block))
            packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
            last = zlib.compressobj(level, zlib.DEFLATED, -15)
            parts.append(packed * whole)
            parts.append(last.compress(block[:rest]) + last.flush(zlib.Z_FULL_FLUSH))
    return b"\x78\x01" + b"".join(parts) + b"\x03\x00" + bytes(4)


@recipe(
    "png",
    width=Count(1, 3_800), height=Count(1, 3_800), frames=Count(2, 1_001), part=Count(1, 100),
    layout=Choice(((2, 8), (6, 8), (3, 8), (6, 16), (0, 1))), disposal=Choice((0, 1, 2)),
    blending=Choice((0, 1)), content=Choice(("zeros", "ramp", "noise", "changing")),
    pieces=Count(1, 300), colours=Choice((*PROFILES, "pq", "hlg")),
)  # fmt: skip
def moving(
    width: int, height: int, frames: int, part: int, layout: tuple[int, int], disposal: int,
    blending: int, content: str, pieces: int, colours: str,
) -> bytes:  # fmt: skip
    """An animation whose frames cover `part` of a hundred of its height."""
    colour, depth = layout
    bits = depth * _SAMPLES[colour]
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    before = _meaning(colours, colour) + chunk(b"acTL", struct.pack(">II", frames, 0))
    if colour == 3:
        before += chunk(b"PLTE", bytes(range(256)) * 3) + chunk(b"tRNS", bytes(range(256)))
    rows = max(1, height * part // 100)
    made, number, used = [], 0, 0
    for frame in range(frames):
        high = rows if frame else height
        kind = ("noise", "ramp")[frame % 2] if content == "changing" else content
        stream = _frame_stream(width, bits, kind, high)
        place = (width, high, 0, (frame * 7) % (height - high + 1))
        made.append(
            chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, *place, 2, 100, disposal, blending))
        )
        number += 1
        step = max(1, len(stream) // pieces)
        for start in range(0, len(stream), step):
            piece = stream[start : start + step]
            made.append(
                chunk(b"fdAT", struct.pack(">I", number) + piece)
                if frame
                else chunk(b"IDAT", piece)
            )
            number += bool(frame)
        used += len(stream)
        if used > 48_000_000:
            break
    return b"".join((_SIGNATURE, chunk(b"IHDR", header), before, *made, chunk(b"IEND", b"")))


@cache
def _frame_stream(width: int, bits: int, content: str, height: int) -> bytes:
    block, count = _rows(width, bits, content, 0, height)
    return stream_of(block, count, 1)
