"""AVIFs and HEICs: many boxes, items and lists, repeated tiles, and tracks."""

import struct
from functools import cache

from chalicelib.imaging.formats.heif_items import content_of, items_of
from chalicelib.imaging.formats.isobmff import boxes, packed
from tests.hostile.slow.noise import tiled
from tests.hostile.slow.recipes import Choice, Count, fitting, recipe
from tests.imaging.samples import saved

_KIND = {"avif": b"av01", "heic": b"hvc1"}
_ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"


@cache
def _coded(
    kind: str, side: int, grain: int, quality: int, chroma: str, mode: str = "RGB"
) -> tuple[bytes, list[bytes]]:
    """The stream of a square of noise, and its properties as boxes."""
    image = tiled(side, side, mode, grain)
    if kind == "avif":
        data = saved(image, kind, quality=quality, speed=10, subsampling=chroma)
    else:
        data = saved(image, kind, quality=quality, chroma=int(chroma.replace(":", "")))
    meta = next(box for box in boxes(data, 0, len(data)) if box.name == b"meta")
    items = items_of(data, meta)
    stream = content_of(data, items, items.primary)
    names = (b"av1C", b"hvcC", b"pixi", b"colr", b"ispe")
    properties = [
        packed(box.name, data[box.start : box.end])
        for box in items.properties[items.primary]
        if box.name in names
    ]
    return stream, sorted(properties, key=lambda box: box[4:8] == b"ispe")


def _meta(
    types: list[bytes], places: bytes, properties: list[bytes], lists: bytes,
    references: bytes, more: bytes,
) -> bytes:  # fmt: skip
    infos = b"".join(
        packed(b"infe", struct.pack(">B3xHH4sx", 2, number, 0, name))
        for number, name in enumerate(types, 1)
    )
    return packed(
        b"meta",
        b"".join((
            bytes(4), packed(b"hdlr", bytes(8) + b"pict" + bytes(13)),
            packed(b"pitm", struct.pack(">IH", 0, 1)), places,
            packed(b"iinf", bytes(4) + struct.pack(">H", len(types)) + infos),
            packed(b"iref", bytes(4) + references) if references else b"",
            packed(b"iprp", packed(b"ipco", b"".join(properties)) + lists), more,
        )),
    )  # fmt: skip


def _brands(kind: str) -> bytes:
    return packed(b"ftyp", (b"avif" if kind == "avif" else b"heic") + bytes(4) + b"mif1miafavif")


def _list(item: int, numbers: list[int]) -> bytes:
    return struct.pack(">HB", item, len(numbers)) + bytes(numbers)


@recipe(
    "avif", "heic",
    places=Count(0, 65_534), extents=Count(0, 65_535), widths=Choice((0x4400, 0, 0x0400, 0x8888)),
    associations=Count(0, 16_000_000), of_each=Count(1, 255), lists=Count(1, 20_000),
    types=Count(1, 20_000), refs=Count(0, 65_535), ref_boxes=Count(0, 12_000),
    ref=Choice((b"dimg", b"auxl", b"cdsc", b"thmb", b"prem")), target=Choice((1, 2, 7)),
    large=Count(0, 20_000_000), large_name=Choice((b"auxC", b"pixi", b"colr", b"free", b"ispe")),
    free=Count(0, 30_000), property=Choice((1, 4, 6)),
)  # fmt: skip
def lists(
    kind: str, places: int, extents: int, widths: int, associations: int, of_each: int, lists: int,
    types: int, refs: int, ref_boxes: int, ref: bytes, target: int, large: int, large_name: bytes,
    free: int, property: int,
) -> bytes:  # fmt: skip
    """A small picture with long lists in its `meta` box."""
    stream, properties = _coded(kind, 64, 8, 50, "4:2:0")
    big = packed(large_name, bytes(4) + _ALPHA + bytes(large))
    properties = [*properties[:5], big]
    used = len(big) + 100 * types + 20 * free + 40 * lists + 10_000
    pieces = bytes({0x4400: 8, 0: 0, 0x0400: 4, 0x8888: 24}[widths]) * min(extents, 65_535)
    place = struct.pack(">HH", target, 0) + bytes(8 * (widths == 0x8888))
    place += struct.pack(">H", min(extents, 65_535)) + pieces
    count = fitting(places, len(place), used)
    start = len(_brands(kind)) + 8
    items = struct.pack(">HHHII", 1, 0, 1, start, len(stream)) if widths == 0x4400 else b""
    iloc = bytes(4) + struct.pack(">HH", widths, count + bool(items)) + items + place * count
    used += len(iloc)
    entry = struct.pack(">HB", target, of_each) + bytes((property,)) * of_each
    many = fitting(associations, len(entry), used)
    each = max(1, many // lists)
    ipma = packed(b"ipma", bytes(4) + struct.pack(">I", each) + entry * each)
    ipma = packed(b"ipma", bytes(4) + struct.pack(">I", 1) + _list(1, [*range(1, 6)])) + ipma * (
        many // each
    )
    used += len(ipma)
    box = packed(ref, struct.pack(">HH", target, refs) + struct.pack(">H", 1) * refs)
    references = box * fitting(ref_boxes, len(box), used)
    names = [_KIND[kind], *[b"mime" if n % 2 else b"Exif" for n in range(types - 1)]]
    meta = _meta(
        names,
        packed(b"iloc", iloc),
        properties,
        ipma,
        references,
        packed(b"free", b"a") * free,
    )
    return _brands(kind) + packed(b"mdat", stream) + meta


@recipe(
    "avif", "heic",
    across=Count(1, 100), down=Count(1, 100), side=Choice((64, 256, 1024)),
    grain=Choice((1, 4, 32)),
    quality=Choice((1, 50, 100)), chroma=Choice(("4:2:0", "4:4:4")), alpha=Choice((0, 1)),
    units=Count(0, 12_000), extents=Count(1, 12_000), shown=Choice((1, 2)),
)  # fmt: skip
def tiles(
    kind: str, across: int, down: int, side: int, grain: int, quality: int, chroma: str, alpha: int,
    units: int, extents: int, shown: int,
) -> bytes:  # fmt: skip
    """A grid of tiles that are all the same bytes, in many extents or after many empty units."""
    down = max(1, min(down, 255, 93_000_000 // (across * side * side) or 1))
    count = across * down
    planes = [
        _coded(kind, side, grain, quality, chroma, mode) for mode in ("RGB", "L")[: 1 + alpha]
    ]
    streams = [b"\x7a\0" * units * (kind == "avif") + stream for stream, _ in planes]
    width, height = across * side // shown, down * side // shown
    boxes, entries, tiles = [], [], []
    for number, (_, properties) in enumerate(planes):
        first, extra = len(boxes) + 1, [packed(b"auxC", bytes(4) + _ALPHA)] * number
        boxes += [*properties, packed(b"ispe", struct.pack(">4xII", width, height)), *extra]
        own = [*range(first, first + len(properties))]
        entries.append(_list(number + 1, [*own[:-1], *range(own[-1] + 1, len(boxes) + 1)]))
        start = len(planes) + 1 + number * count
        tiles.append(range(start, start + count))
        entries += [_list(tile, own) for tile in tiles[-1]]
    references = [
        packed(b"dimg", struct.pack(f">HH{count}H", grid, count, *tiles[grid - 1]))
        for grid in range(1, len(planes) + 1)
    ]
    if alpha:
        references.append(packed(b"auxl", struct.pack(">HHH", 2, 1, 1)))
    ipma = packed(b"ipma", struct.pack(">II", 0, len(entries)) + b"".join(sorted(entries)))
    grid = struct.pack(">BBBBHH", 0, 0, down - 1, across - 1, width, height)
    at = len(_brands(kind)) + 8
    iloc = _places(at, grid, streams, count, extents)
    names = [b"grid"] * len(planes) + [_KIND[kind]] * count * len(planes)
    meta = _meta(names, packed(b"iloc", iloc), boxes, ipma, b"".join(references), b"")
    return _brands(kind) + packed(b"mdat", grid + b"".join(streams)) + meta


def _places(at: int, grid: bytes, streams: list[bytes], count: int, extents: int) -> bytes:
    """The content of an `iloc` box: grids at `at`, then `count` tiles for each of `streams`."""
    number = len(streams)
    found = [struct.pack(">HHHII", item + 1, 0, 1, at, len(grid)) for item in range(number)]
    start = at + len(grid)
    for stream in streams:
        pieces = max(1, min(extents, len(stream) // 4, 30_000_000 // (count * 8)))
        step = len(stream) // pieces
        last = struct.pack(">II", start + (pieces - 1) * step, len(stream) - (pieces - 1) * step)
        spans = b"".join(struct.pack(">II", start + n * step, step) for n in range(pieces - 1))
        for _ in range(count):
            number += 1
            found.append(struct.pack(">HHH", number, 0, pieces) + spans + last)
        start += len(stream)
    return bytes(4) + struct.pack(">HH", 0x4400, len(found)) + b"".join(found)


@recipe(
    "avif",
    tracks=Count(1, 10_000), headers=Count(1, 10_000), sizes=Count(1, 10_000),
    chunks=Count(1, 10_000), units=Count(0, 11_000), depth=Count(0, 1_000),
)  # fmt: skip
def track(tracks: int, headers: int, sizes: int, chunks: int, units: int, depth: int) -> bytes:
    """An image sequence with many tables for its samples."""
    stream, _ = _coded("avif", 64, 8, 50, "4:2:0")
    stream = b"\x7a\0" * units + stream
    brands = packed(b"ftyp", b"avis\0\0\0\0avismif1miaf")
    start = len(brands) + 8
    stsz = packed(b"stsz", bytes(4) + struct.pack(">III", 0, 1, len(stream)))
    stco = packed(b"stco", bytes(4) + struct.pack(">II", 1, start))
    table = packed(b"stbl", stsz * sizes + stco * chunks)
    tkhd = packed(b"tkhd", bytes(76) + struct.pack(">II", 64 << 16, 64 << 16))
    trak = packed(b"trak", tkhd * headers + packed(b"mdia", packed(b"minf", table)))
    moov = packed(b"moov", trak * fitting(tracks, len(trak), 100_000))
    for _ in range(depth):
        moov = packed(b"moov", moov)
    return brands + packed(b"mdat", stream) + moov


@recipe(
    "avif", "heic",
    width=Count(64, 16_384), megapixels=Count(1, 90), mode=Choice(("L", "RGB", "RGBA")),
    grain=Choice((2, 8, 32)), quality=Choice((1, 30, 60)), chroma=Choice(("4:2:0", "4:4:4")),
)  # fmt: skip
def photographs(
    kind: str, width: int, megapixels: int, mode: str, grain: int, quality: int, chroma: str
) -> bytes:
    """A large picture of noise. Encoding it takes longer than decoding."""
    height = max(64, min(16_384, megapixels * 999_999 // width))
    image = tiled(width, height, mode, grain)
    if kind == "avif":
        return saved(image, kind, quality=quality, speed=10, subsampling=chroma)
    return saved(image, kind, quality=quality, chroma=int(chroma.replace(":", "")))
