"""Whether a PNG follows the rules that browsers insist on, but Pillow does not."""

import struct
import zlib
from collections.abc import Iterator

_BIT_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PALETTE, _GREYS = 3, (0, 4)
# Adam7: first column and row of each pass, and the steps between its columns and rows.
_PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
_PIECE = 1 << 20  # bytes

_Chunk = tuple[bytes, memoryview]


def is_conformant(data: bytes) -> bool:
    """Whether `data`, a PNG without metadata, is one that browsers show (PNG, 3rd edition).

    Its chunks have to be in order, none of them twice, with the right checksums; its pixels have
    to be one compressed stream of exactly the announced length. Takes as long as decompressing it.
    """
    try:
        chunks = list(_chunks(data))
        header = _header(chunks)
        return _are_in_order(chunks, header[3]) and _has_all_pixels(chunks, *header)
    except (ValueError, struct.error, zlib.error):
        return False


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """Names and contents; ValueError for a wrong checksum, or bytes that are no chunk."""
    view, position = memoryview(data), 8
    while position < len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        end = position + 8 + length
        (checksum,) = struct.unpack_from(">I", data, end)
        if zlib.crc32(view[position + 4 : end]) != checksum:
            raise ValueError
        yield name, view[position + 8 : end]
        position = end + 4


def _header(chunks: list[_Chunk]) -> tuple[int, int, int, int, int]:
    """Width, height, bit depth, colour type and interlacing; ValueError if they are not allowed."""
    if [name for name, _ in chunks].index(b"IHDR") or len(chunks[0][1]) != 13:
        raise ValueError
    width, height, depth, colour, compression, filtering, interlacing = struct.unpack(
        ">IIBBBBB", chunks[0][1]
    )
    if depth not in _BIT_DEPTHS.get(colour, ()) or compression or filtering or interlacing > 1:
        raise ValueError
    return width, height, depth, colour, interlacing


def _are_in_order(chunks: list[_Chunk], colour: int) -> bool:
    names = [name for name, _ in chunks]
    single = [name for name in names if name != b"IDAT"]
    palette = len(chunks[names.index(b"PLTE")][1]) if b"PLTE" in names else 0
    wanted = [b"IHDR", *(n for n in (b"PLTE", b"tRNS") if n in names), b"IEND"]
    first, last = names.index(b"IDAT"), len(names) - 2
    return (
        single == wanted
        and names[first : last + 1] == [b"IDAT"] * (last + 1 - first)
        and not len(chunks[-1][1])
        and palette % 3 == 0
        and palette <= 3 * 256
        and bool(palette) >= (colour == _PALETTE)
        and not (palette and colour in _GREYS)
    )


def _has_all_pixels(
    chunks: list[_Chunk], width: int, height: int, depth: int, colour: int, interlacing: int
) -> bool:
    left = sum(
        rows * (1 + (columns * depth * SAMPLES[colour] + 7) // 8)
        for columns, rows in _passes(width, height, interlacing)
        if columns
    )
    stream = zlib.decompressobj()
    for name, content in chunks:
        pending = bytes(content) if name == b"IDAT" else b""
        while pending and left >= 0:
            if stream.eof:
                return False
            left -= len(stream.decompress(pending, _PIECE))
            pending = stream.unconsumed_tail
    return stream.eof and not stream.unused_data and left == 0


def _passes(width: int, height: int, interlacing: int) -> Iterator[tuple[int, int]]:
    """The columns and rows of each pass."""
    if not interlacing:
        yield width, height
        return
    for left, top, across, down in _PASSES:
        yield (
            -(-(width - left) // across) if width > left else 0,
            -(-(height - top) // down) if height > top else 0,
        )
