"""Reads single channels of a TIFF: strips and tiles of any depth, byte order and predictor.

NumPy is not available on Lambda. Bytes are picked with slices, summed with Pillow's PNG decoder
and unpacked with translation tables, all of which run as compiled code.
"""

import struct
import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from math import ceil, lcm
from typing import NamedTuple, cast

from PIL import Image, ImageChops
from PIL.TiffImagePlugin import TiffImageFile

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.tiff_samples import (
    DEFLATE,
    FLOAT,
    FLOATING,
    HORIZONTAL,
    LZW,
    OLD_DEFLATE,
    SIGNED,
    UNCOMPRESSED,
    UNSIGNED,
    Samples,
)
from chalicelib.imaging.rejections import rejection

_PACKBITS, _LZMA, _ZSTD = 32773, 34925, 50000
COMPRESSIONS = frozenset({UNCOMPRESSED, LZW, DEFLATE, OLD_DEFLATE, _PACKBITS, _LZMA, _ZSTD})
MOST_TILES = 20_000  # of 64 x 64 pixels they make the largest pictures

_HIGHEST = 2.0  # of floats in colours; scaling with a sharp filter overshoots white by less
_BLOCK = 1 << 23  # bytes that are unpacked at once
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class _Block(NamedTuple):
    """Decompressed rows of strips, or of tiles one below the other.

    As many of the `rows` belong at each of `places`, which are left and top in the picture.
    """

    places: list[tuple[int, int]]
    width: int
    rows: int
    data: bytes


def channels(samples: Samples, data: bytes, wanted: list[int]) -> list[Image.Image]:
    """The samples numbered `wanted`, each an image as stored, not upright.

    A channel is an `L` of the upper eight bits, floats from 0 to 1 being scaled; a picture's only
    one is `I;16`, `I` or `F` if it is deeper than that. Raises MalformedFile if pieces are missing.
    """
    mode = _mode(samples, len(wanted))
    found = [Image.new(mode, (samples.width, samples.height)) for _ in wanted]
    if samples.planar:
        for image, sample in zip(found, wanted, strict=True):
            for block in _blocks(samples, data, sample):
                _paste(image, block, _channel(samples, block, 0, 1, mode))
        return _finished(samples, found)
    for block in _blocks(samples, data, 0):
        for image, sample in zip(found, wanted, strict=True):
            _paste(image, block, _channel(samples, block, sample, len(samples.bits), mode))
    return _finished(samples, found)


def _paste(image: Image.Image, block: _Block, channel: Image.Image) -> None:
    if len(block.places) == 1:
        image.paste(channel, block.places[0])
        return
    rows = block.rows // len(block.places)
    for number, place in enumerate(block.places):
        image.paste(channel.crop((0, number * rows, block.width, (number + 1) * rows)), place)


def _finished(samples: Samples, found: list[Image.Image]) -> list[Image.Image]:
    for at, image in enumerate(found):
        found[at] = _levels(samples, image)  # one by one, to hold few of both
    return found


def _levels(samples: Samples, image: Image.Image) -> Image.Image:
    """`image` as it is, but half-precision floats, which Pillow does not know, as `L`."""
    if (samples.depth, samples.format) != (16, FLOAT):
        return image
    levels = Image.new("L", image.size)
    # By bands, because a copy has four bytes per pixel.
    high = max(1, _BLOCK // image.width)
    for top in range(0, image.height, high):
        band = image.crop((0, top, image.width, min(top + high, image.height))).convert("I")
        if band.point(_half_exceeds(), "L").getbbox():
            raise _beyond_white(samples)
        levels.paste(band.point(_half_levels(), "L"), (0, top))
    return levels


def largest_piece(samples: Samples) -> int:
    """Bytes of the largest piece that can only be decompressed whole; 0 if there is none."""
    streamed = {UNCOMPRESSED, DEFLATE, OLD_DEFLATE}
    if samples.compression in streamed and not samples.tiled:
        return 0
    width, rows = samples.piece
    return _row_bytes(samples, width) * rows


def _mode(samples: Samples, count: int) -> str:
    depth, kind = samples.depth, samples.format
    if (depth, kind) == (16, FLOAT):
        return "I;16"  # their bits
    if count > 1 or depth not in {16, 32, 64} or (depth, kind) == (64, UNSIGNED):
        return "L"
    if kind == SIGNED:
        return "I"
    return "I;16" if depth == 16 else "F"


def _row_bytes(samples: Samples, width: int) -> int:
    return ceil(width * (1 if samples.planar else len(samples.bits)) * samples.depth / 8)


def _blocks(samples: Samples, data: bytes, plane: int) -> Iterator[_Block]:
    width, rows = samples.piece
    if not width or not rows:
        raise MalformedFile
    across, down = ceil(samples.width / width), ceil(samples.height / rows)
    start = plane * across * down
    offsets = samples.offsets[start : start + across * down]
    sizes = samples.sizes[start : start + across * down]
    if len(sizes) < len(offsets) and samples.compression == UNCOMPRESSED:
        sizes = (_row_bytes(samples, width) * rows,) * len(offsets)
    if len(offsets) < across * down or len(sizes) < across * down:
        raise MalformedFile
    pieces = [
        memoryview(data)[offset : offset + size]
        for offset, size in zip(offsets, sizes, strict=True)
    ]
    length = _row_bytes(samples, width)
    together = max(1, _BLOCK // max(1, length * rows))
    if samples.tiled:
        for first in range(0, len(pieces), together):
            group = pieces[first : first + together]
            numbers = range(first, first + len(group))
            places = [(at % across * width, at // across * rows) for at in numbers]
            high = rows * len(group)
            whole = next(_decompressed(samples, group, width, [rows] * len(group), high))
            yield _Block(places, width, high, whole)
        return
    for first in range(0, down, together):
        group = pieces[first : first + together]
        heights = [min(rows, samples.height - at * rows) for at in range(first, first + len(group))]
        top, most = first * rows, max(1, _BLOCK // length)
        for part in _decompressed(samples, group, width, heights, most):
            high = len(part) // length
            yield _Block([(0, top)], width, high, part)
            top += high


def _decompressed(
    samples: Samples, pieces: list[memoryview], width: int, heights: list[int], most: int
) -> Iterator[bytes]:
    """Rows of `pieces`, a whole number of them at a time, and at most `most` of a large piece."""
    length = _row_bytes(samples, width)
    if samples.compression == UNCOMPRESSED:
        parts = [piece[: length * rows] for piece, rows in zip(pieces, heights, strict=True)]
        if any(len(part) < length * rows for part, rows in zip(parts, heights, strict=True)):
            raise MalformedFile
        if len(parts) > 1:
            yield _in_order(samples, b"".join(parts))
            return
        for start in range(0, len(parts[0]), length * most):
            yield _in_order(samples, bytes(parts[0][start : start + length * most]))
    elif samples.compression in {DEFLATE, OLD_DEFLATE}:
        if len(pieces) > 1:
            yield b"".join(
                next(_inflated(samples, piece, length * rows, length * rows))
                for piece, rows in zip(pieces, heights, strict=True)
            )
            return
        yield from _inflated(samples, pieces[0], length * heights[0], length * most)
    else:
        yield _by_libtiff(samples, pieces, length, heights)


def _in_order(samples: Samples, data: bytes) -> bytes:
    return data.translate(_REVERSED) if samples.fill_order == 2 else data


def _inflated(samples: Samples, piece: memoryview, length: int, most: int) -> Iterator[bytes]:
    """The `length` bytes that `piece` decompresses to, `most` at a time."""
    inflater, packed = zlib.decompressobj(), _in_order(samples, bytes(piece))
    for start in range(0, length, most):
        needed, found = min(most, length - start), b""
        while len(found) < needed:
            part = inflater.decompress(packed, needed - len(found))
            packed = inflater.unconsumed_tail
            if not part:
                raise MalformedFile
            found = found + part if found else part
        yield found


def _by_libtiff(
    samples: Samples, pieces: list[memoryview], length: int, heights: list[int]
) -> bytes:
    """The decompressed bytes of `pieces`, of `length` bytes in a row.

    libtiff gets them as strips of an 8-bit grey picture, whose bytes it does not interpret.
    """
    fields = [
        (256, 4, (length,)), (257, 4, (sum(heights),)), (258, 3, (8,)),
        (259, 3, (samples.compression,)), (262, 3, (1,)), (266, 3, (samples.fill_order,)),
        (273, 4, _starts(pieces)), (277, 3, (1,)), (278, 4, (heights[0],)),
        (279, 4, tuple(map(len, pieces))),
    ]  # fmt: skip
    file = b"".join((b"II*\0", bytes(4), *pieces))
    file += b"\0" * (len(file) % 2)
    table, beyond = struct.pack("<H", len(fields)), b""
    after = len(file) + 2 + 12 * len(fields) + 4
    for tag, kind, values in fields:
        content = struct.pack(f"<{len(values)}{'I' if kind == 4 else 'H'}", *values)
        if len(content) > 4:
            content, beyond = struct.pack("<I", after + len(beyond)), beyond + content
        table += struct.pack("<HHI4s", tag, kind, len(values), content)
    first = struct.pack("<I", len(file))
    whole = b"".join((file[:4], first, file[8:], table, bytes(4), beyond))
    with TiffImageFile(BytesIO(whole)) as strips:
        return strips.tobytes()


def _starts(pieces: list[memoryview]) -> tuple[int, ...]:
    starts, at = [], 8
    for piece in pieces:
        starts.append(at)
        at += len(piece)
    return tuple(starts)


def _channel(samples: Samples, block: _Block, sample: int, stride: int, mode: str) -> Image.Image:
    """One channel of `block` in `mode`; `stride` is the number of samples in its pixels."""
    size = (block.width, block.rows)
    if samples.depth % 8:
        data = _unpacked(block, samples.depth, stride)
        return Image.frombytes("L", size, data[sample::stride])
    width = samples.depth // 8
    planes = _byte_planes(samples, block, sample, stride)
    if samples.format != FLOAT and mode == "L":
        return next(planes)
    ordered = bytearray(width * block.width * block.rows)
    for at, plane in enumerate(planes):
        ordered[width - 1 - at :: width] = plane.tobytes()
    if samples.format != FLOAT or width == 2:
        return Image.frombytes(mode, size, bytes(ordered), "raw", _raw_mode(mode, samples.depth))
    floats = Image.frombytes("F", size, bytes(ordered), "raw", f"F;{samples.depth}F")
    if mode == "F":
        return floats
    if cast(float, floats.getextrema()[1]) > _HIGHEST:
        raise _beyond_white(samples)
    return floats.point(lambda level: level * 255 + 0.5).convert("L")


def _beyond_white(samples: Samples) -> Rejection:
    """The error to raise for values far above white: they are light, or measurements."""
    name = f"{samples.name} (values above {_HIGHEST:g})"
    return rejection(Reason.UNSUPPORTED_FORMAT, name)


def _raw_mode(mode: str, depth: int) -> str:
    if mode == "I":
        return f"I;{depth}S"
    return "I;16" if mode == "I;16" else f"F;{depth}"


def _byte_planes(
    samples: Samples, block: _Block, sample: int, stride: int
) -> Iterator[Image.Image]:
    """The bytes of one channel, an `L` for each byte of a sample, the most significant first."""
    width, size = samples.depth // 8, (block.width, block.rows)
    predictor = 1 if samples.compression == UNCOMPRESSED else samples.predictor
    if predictor == FLOATING:
        # All first bytes of a row, then all second bytes, then differences between neighbours.
        # Adobe Photoshop TIFF Technical Note 3.
        row = Image.frombytes("L", (block.width * width, block.rows), block.data[sample::stride])
        summed = _summed(row)
        for at in range(width):
            yield summed.crop((at * block.width, 0, (at + 1) * block.width, block.rows))
        return
    places = list(range(width) if samples.order == ">" else reversed(range(width)))
    start, step = sample * width, stride * width
    if predictor != HORIZONTAL:
        for place in places:
            yield Image.frombytes("L", size, block.data[start + place :: step])
        return
    planes: list[Image.Image] = []
    carry: Image.Image | None = None
    for place in reversed(places):
        plane = Image.frombytes("L", size, block.data[start + place :: step])
        total = _summed(plane)
        # A sum is smaller than what was added last exactly where it passed 255; with a carry
        # in, the bytes to add are up to 256 and overflow in either addition.
        if carry is None:
            carry = _below(total, plane)
        else:
            more = ImageChops.add_modulo(plane, carry)
            total = _summed(more)
            carry = ImageChops.lighter(_below(more, plane), _below(total, more))
        planes.insert(0, total)
    yield from planes


def _below(first: Image.Image, second: Image.Image) -> Image.Image:
    """An `L` image: 1 where `first` is darker than `second`, else 0."""
    return ImageChops.subtract(second, first).point([0] + [1] * 255)


def _summed(differences: Image.Image) -> Image.Image:
    """Sums modulo 256 along each row: PNG's filter 1, which its decoder reverses."""
    width, height = differences.size
    filtered = Image.new("L", (width + 1, height), 1)
    filtered.paste(differences, (1, 0))
    packed = zlib.compress(filtered.tobytes(), 0)
    return Image.frombytes("L", (width, height), packed, "zip", "L", 0)


def _unpacked(block: _Block, depth: int, stride: int) -> bytes:
    """The samples of `block`, `depth` bits each and rows padded to bytes, as bytes.

    Samples of fewer than eight bits are scaled, of others the upper eight bits are kept.
    """
    count, length = block.width * stride, len(block.data) // block.rows
    group = lcm(depth, 8) // 8  # bytes, after which samples start at a byte again
    number = group * 8 // depth
    groups = ceil(count / number)
    rows = Image.frombytes("L", (length, block.rows), block.data)
    data = rows.crop((0, 0, groups * group, block.rows)).tobytes()
    found = bytearray(groups * number * block.rows)
    for at in range(number):
        place, shift = divmod(at * depth, 8)
        upper, lower = _shift_tables(shift, min(depth, 8))
        level = data[place::group].translate(upper)
        if shift + min(depth, 8) > 8:
            level = _either(level, data[place + 1 :: group].translate(lower))
        found[at::number] = level.translate(_scale(depth)) if depth < 8 else level
    padded = Image.frombytes("L", (groups * number, block.rows), bytes(found))
    return padded.crop((0, 0, count, block.rows)).tobytes()


def _either(first: bytes, second: bytes) -> bytes:
    both = int.from_bytes(first, "little") | int.from_bytes(second, "little")
    return both.to_bytes(len(first), "little")


@cache
def _shift_tables(shift: int, depth: int) -> tuple[bytes, bytes]:
    """For each byte, its part of a sample of `depth` bits that begins at bit `shift`.

    The first table is for the byte where it begins, the second for the next byte.
    """
    drop = 8 - depth
    first = bytes(((byte << shift) & 0xFF) >> drop for byte in range(256))
    second = bytes((byte >> (8 - shift)) >> drop for byte in range(256))
    return first, second


@cache
def _scale(depth: int) -> bytes:
    most = (1 << depth) - 1
    return bytes(round(min(level, most) * 255 / most) for level in range(256))


@cache
def _half_exceeds() -> list[int]:
    """255 for each half-precision float that is far above white, by its bits, else 0."""
    floats = struct.unpack("<65536e", struct.pack("<65536H", *range(65536)))
    return [255 * (x > _HIGHEST) for x in floats]


@cache
def _half_levels() -> list[int]:
    """The 8-bit level of each half-precision float, by its bits; 0 to 1 are scaled."""
    floats = struct.unpack("<65536e", struct.pack("<65536H", *range(65536)))
    return [round(min(max(x, 0.0), 1.0) * 255) if x == x else 0 for x in floats]
