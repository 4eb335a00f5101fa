"""Decodes a PNG strip by strip, each made smaller at once: the whole is never in memory."""

import struct
import zlib
from collections.abc import Callable

from PIL import Image

from chalicelib.imaging.alpha import premultiplied, straight

# Bytes of a pixel by mode, which is also the raw mode of 8-bit samples.
SAMPLES = {"L": 1, "RGB": 3, "RGBA": 4}
_STRIP = 4 << 20  # bytes of pixels that are decoded at once
_READ = 1 << 16
_BLOCK = 0xFFFF  # bytes, the most that a stored block has


def reduced(
    mode: str, size: tuple[int, int], factor: int, read: Callable[[int], bytes]
) -> Image.Image:
    """The pixels of a PNG of `size` whose sides are `factor` times smaller, rounded up.

    `mode` is one of `SAMPLES`; 8 bits, not interlaced. `read` returns some of the zlib stream,
    at most so many bytes, and none at its end. OSError or zlib.error if it is damaged or short.
    """
    width, height = size
    stride = 1 + width * SAMPLES[mode]
    rows = _Rows(stride, read)
    target = Image.new(mode, (-(-width // factor), -(-height // factor)))
    most = max(1, _STRIP // stride // factor) * factor
    above = bytes(stride)
    for top in range(0, height, most):
        count = min(most, height - top)
        strip = _decoded(mode, width, above + rows.read(count))
        above = b"\0" + strip.crop((0, count, width, count + 1)).tobytes()
        target.paste(_reduced(strip, factor), (0, top // factor))
    return target


def _decoded(mode: str, width: int, filtered: bytes) -> Image.Image:
    """Rows with their filters, the first of which only serves the filters of the second."""
    size = width, len(filtered) // (1 + width * SAMPLES[mode])
    return Image.frombytes(mode, size, _stored(filtered), "zip", (mode, 0))


def _stored(content: bytes) -> bytes:
    """`content` as a zlib stream, as it is: Pillow undoes filters of such streams only.

    RFC 1950 and 1951. zlib's own level 0 is several times as slow.
    """
    view = memoryview(content)
    parts: list[bytes | memoryview] = [b"\x78\x01"]
    for at in range(0, len(content), _BLOCK):
        block = view[at : at + _BLOCK]
        is_last = at + _BLOCK >= len(content)
        parts += struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF), block
    return b"".join((*parts, zlib.adler32(content).to_bytes(4)))


def _reduced(strip: Image.Image, factor: int) -> Image.Image:
    """All rows but the first, averaged; colours count as much as they are opaque."""
    box = (0, 1, *strip.size)
    if strip.mode != "RGBA":
        return strip.reduce(factor, box)
    return straight(premultiplied(strip).reduce(factor, box))


class _Rows:
    """Reads rows of `stride` bytes, each with its filter, from a zlib stream."""

    def __init__(self, stride: int, read: Callable[[int], bytes]) -> None:
        self._stride = stride
        self._source = read
        self._inflater = zlib.decompressobj()

    def read(self, count: int) -> bytes:
        """The next rows; OSError if the stream ends before."""
        parts: list[bytes] = []
        missing = count * self._stride
        while missing:
            packed = self._inflater.unconsumed_tail or self._source(_READ)
            part = self._inflater.decompress(packed, missing)
            if not part and (not packed or self._inflater.eof):
                raise OSError("image file is truncated")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)
