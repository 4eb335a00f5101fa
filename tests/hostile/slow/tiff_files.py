"""TIFFs: large directories, chains of them, and pictures whose pieces are the same bytes."""

import lzma
import struct
import zlib
from functools import cache
from random import Random

from PIL import Image

from tests.hostile.slow.jpeg_files import scans_of
from tests.hostile.slow.noise import tiled
from tests.hostile.slow.profiles import PROFILES, profile
from tests.hostile.slow.recipes import MOST_BYTES, Choice, Count, recipe
from tests.imaging.samples import opened, saved

_SHORT, _LONG = 3, 4
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}
# Tags that readers look at, and some that no one knows.
_TAGS = (
    254, 258, 270, 273, 274, 277, 279, 282, 283, 284, 296, 305, 306, 315, 317, 320, 322, 324, 325,
    330, 338, 339, 347, 530, 532, 700, 33432, 33723, 34377, 34665, 34675, 34853, 40965, 65000,
)  # fmt: skip


def _file(
    fields: dict[int, tuple[int, list[int] | bytes]], blobs: bytes, more: bytes = b""
) -> bytes:
    """A TIFF of `fields` by tag (type and values), whose pieces are in `blobs` from 8 on."""
    start = 8 + len(blobs) + len(blobs) % 2
    after = start + 2 + 12 * len(fields) + len(more) + 4
    table, beyond = struct.pack("<H", len(fields) + len(more) // 12), []
    for tag, (kind, values) in sorted(fields.items()):
        if isinstance(values, bytes):
            content, count = values, len(values) // _WIDTHS[kind]
        else:
            code = {1: "B", 3: "H", 4: "I"}[kind]
            content, count = struct.pack(f"<{len(values)}{code}", *values), len(values)
        if len(content) > 4:
            beyond.append(content + bytes(len(content) % 2))
            content = struct.pack("<I", after)
            after += len(beyond[-1])
        table += struct.pack("<HHI4s", tag, kind, count, content.ljust(4, b"\0"))
    head = struct.pack("<2sHI", b"II", 42, start)
    return b"".join((head, blobs, bytes(len(blobs) % 2), table, more, bytes(4), *beyond))


def _plain(side: int = 8) -> dict[int, tuple[int, list[int] | bytes]]:
    return {
        256: (_LONG, [side]), 257: (_LONG, [side]), 258: (_SHORT, [8]), 259: (_SHORT, [1]),
        262: (_SHORT, [1]), 273: (_LONG, [8]), 277: (_SHORT, [1]), 278: (_LONG, [side]),
        279: (_LONG, [side * side]),
    }  # fmt: skip


@recipe(
    "tiff",
    tag=Choice(_TAGS), kind=Choice(tuple(_WIDTHS)), length=Count(1, 49_000_000),
    tag2=Choice(_TAGS), kind2=Choice(tuple(_WIDTHS)), length2=Count(1, 49_000_000),
    value=Choice((0, 1, 8, 255)), entries=Count(0, 65_000), entry=Choice(tuple(_WIDTHS)),
    first_tag=Choice((40_000, 320, 1)), orientation=Choice((1, 6)), repeats=Count(0, 60_000),
)  # fmt: skip
def tags(
    tag: int, kind: int, length: int, tag2: int, kind2: int, length2: int, value: int,
    entries: int, entry: int, first_tag: int, orientation: int, repeats: int,
) -> bytes:  # fmt: skip
    """A small picture with two tags of many values, and many other tags."""
    fields = _plain() | {274: (_SHORT, [orientation])}
    fields[tag] = (kind, bytes((value,)) * length)
    rest = max(1, min(length2, MOST_BYTES - 900_000 - length))
    fields[tag2] = (kind2, bytes((value, 0)) * (rest // 2))
    more = b"".join(
        struct.pack("<HHII", (first_tag + n) % 65_536, entry, 1, 0) for n in range(entries)
    )
    more += struct.pack("<HHII", 65_001, kind2, rest // _WIDTHS[kind2], 8) * repeats
    return _file(fields, bytes(64), more)


@recipe(
    "tiff",
    entries=Count(1, 2_400_000),
    tag=Choice((65_000, 282, 700, 274)),
    kind=Choice((1, 3, 4, 5, 16)),
    values=Choice((0, 1, 8, 100)),
    is_first=Choice((True, False)),
)
def large_directory(entries: int, tag: int, kind: int, values: int, is_first: bool) -> bytes:
    """A BigTIFF whose directory has more entries than a classic one can have."""
    own = [
        (256, 4, 8), (257, 4, 8), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8),
        (277, 3, 1), (278, 4, 8), (279, 4, 64),
    ]  # fmt: skip
    needed = b"".join(struct.pack("<HHQQ", t, k, 1, v) for t, k, v in own)
    more = struct.pack("<HHQQ", tag, kind, values, 16) * entries
    count = struct.pack("<Q", entries + len(own))
    head = b"II+\0\x08\0\0\0" + struct.pack("<Q", 16)
    return head + count + (more + needed if is_first else needed + more) + bytes(8) + bytes(64)


@recipe(
    "tiff",
    directories=Count(1, 4_000_000),
    entries=Count(0, 60_000),
    is_shared=Choice((0, 1)),
)
def chain(directories: int, entries: int, is_shared: bool) -> bytes:
    """Directories one after another, all but the first without pixels."""
    first = _file(_plain(), bytes(64))
    first = first[:-4] + struct.pack("<I", len(first))
    length = 2 + 12 * entries + 4
    directories = min(directories, (MOST_BYTES - len(first)) // length)
    body = struct.pack("<H", entries) + struct.pack("<HHII", 65_000, 3, 1, 0) * entries
    place, parts = len(first), []
    for _ in range(directories):
        place += length
        parts += [body, struct.pack("<I", len(first) if is_shared else place)]
    return first + b"".join(parts) + bytes(6)


_LAYOUTS = {
    # photometric, bits of each sample, format
    "grey1": (1, (1,), 1), "white1": (0, (1,), 1), "grey4": (1, (4,), 1), "grey8": (1, (8,), 1),
    "grey12": (1, (12,), 1), "grey16": (1, (16,), 1), "grey32": (1, (32,), 1),
    "grey64": (1, (64,), 1), "float16": (1, (16,), 3), "float32": (1, (32,), 3),
    "float64": (1, (64,), 3), "signed16": (1, (16,), 2), "palette8": (3, (8,), 1),
    "rgb8": (2, (8,) * 3, 1), "rgb5": (2, (5,) * 3, 1), "rgb16": (2, (16,) * 3, 1),
    "rgb32f": (2, (32,) * 3, 3), "rgb16f": (2, (16,) * 3, 3), "rgb64f": (2, (64,) * 3, 3),
    "rgba8": (2, (8,) * 4, 1), "rgba16": (2, (16,) * 4, 1), "cmyk8": (5, (8,) * 4, 1),
    "cmyk16": (5, (16,) * 4, 1), "cmyka8": (5, (8,) * 5, 1), "lab8": (8, (8,) * 3, 1),
    "lab16": (8, (16,) * 3, 1), "ycbcr": (6, (8,) * 3, 1), "ga16": (1, (16,) * 2, 1),
    "rgb64": (2, (64,) * 3, 1), "many": (2, (8,) * 60, 1),
}  # fmt: skip
_COMPRESSIONS = {
    "none": 1, "lzw": 5, "deflate": 8, "packbits": 32773, "lzma": 34925, "zstd": 50000,
    "jpeg": 7,
    "jpeg-plain": 7, "g3": 3, "g4": 4, "rle": 2, "old-jpeg": 6,
}  # fmt: skip


def _packed(raw: bytes, compression: str, width: int, rows: int, bits: int) -> bytes:
    """`raw` compressed; by libtiff where Python cannot."""
    match compression:
        case "none":
            return raw
        case "deflate":
            return zlib.compress(raw, 1)
        case "lzma":
            return lzma.compress(raw, lzma.FORMAT_XZ, preset=0)
        case "jpeg-plain":
            return scans_of(width, rows, bits // 8, 0x11, "baseline", "again", 1, 0, 0, 63)
        case "jpeg" | "old-jpeg":
            return scans_of(width, rows, bits // 8, 0x11, "progressive", "ac-refine", 64, 0, 0, 63)
        case "g3" | "g4" | "rle":
            names = {"g3": "group3", "g4": "group4", "rle": "tiff_ccitt"}
            return _strip(Image.frombytes("1", (width, rows), raw), names[compression])
        case _:
            names = {"lzw": "tiff_lzw", "packbits": "packbits", "zstd": "zstd"}
            length = len(raw) // rows
            return _strip(Image.frombytes("L", (length, rows), raw), names[compression])


def _strip(image: Image.Image, compression: str) -> bytes:
    data = saved(image, "tiff", compression=compression, tiffinfo={278: image.height})
    with opened(data) as file:
        start, length = file.tag_v2[273][0], file.tag_v2[279][0]
    return data[start : start + length]


@cache
def _content(name: str, length: int) -> bytes:
    pattern = {
        "zeros": b"\0", "ones": b"\xff", "stripes": b"\xaa", "ramp": bytes(range(256)),
        "noise": Random(3).randbytes(1 << 20), "half": b"\x00\x38", "steps": b"\x0f\xf0\x33",
    }[name]  # fmt: skip
    return (pattern * (length // len(pattern) + 1))[:length]


@recipe(
    "tiff",
    width=Count(1, 2_000_000), megapixels=Count(1, 130), rows=Count(1, 100_000),
    layout=Choice(tuple(_LAYOUTS)), compression=Choice(tuple(_COMPRESSIONS)),
    predictor=Choice((1, 2, 3)), is_planar=Choice((False, True)),
    tile=Choice((0, 0, 16, 64, 1024, (1, 4096), (4096, 1), (8192, 8192))),
    content=Choice(("zeros", "ones", "stripes", "ramp", "noise", "half", "steps")),
    colours=Choice(PROFILES), orientation=Choice((1, 6)), order=Choice((1, 2)),
    extra=Choice((0, 1, 2)),
)  # fmt: skip
def pixels(
    width: int, megapixels: int, rows: int, layout: str, compression: str, predictor: int,
    is_planar: bool, tile: int | tuple[int, int], content: str, colours: str, orientation: int,
    order: int, extra: int,
) -> bytes:  # fmt: skip
    """A large picture; all of its strips or tiles are the same bytes of the file."""
    photometric, bits, kind = _LAYOUTS[layout]
    height = max(1, megapixels * 999_999 // width)
    square = (tile, tile) if isinstance(tile, int) else tile
    across, down = square if tile else (width, min(rows, height))
    samples = 1 if is_planar else len(bits)
    length = (across * bits[0] * samples + 7) // 8
    down = max(1, min(down, (1 << 28) // length))
    piece = _packed(_content(content, length * down), compression, across, down, bits[0] * samples)
    count = -(-width // across) * -(-height // down) * (len(bits) if is_planar else 1)
    if count > 1_100_000 or len(piece) > 40_000_000:
        return b""
    fields: dict[int, tuple[int, list[int] | bytes]] = {
        256: (_LONG, [width]), 257: (_LONG, [height]), 258: (_SHORT, list(bits)),
        259: (_SHORT, [_COMPRESSIONS[compression]]), 262: (_SHORT, [photometric]),
        266: (_SHORT, [order]), 274: (_SHORT, [orientation]), 277: (_SHORT, [len(bits)]),
        284: (_SHORT, [2 if is_planar else 1]), 317: (_SHORT, [predictor]),
        339: (_SHORT, [kind] * len(bits)),
    }  # fmt: skip
    if tile:
        fields |= {322: (_LONG, [across]), 323: (_LONG, [down])}
    else:
        fields |= {278: (_LONG, [down])}
    fields[324 if tile else 273] = (_LONG, [8] * count)
    fields[325 if tile else 279] = (_LONG, [len(piece)] * count)
    extras = len(bits) - {0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3}[photometric]
    if extras:
        fields[338] = (_SHORT, [extra] * extras)
    if photometric == 3:
        fields[320] = (_SHORT, [n * 85 for n in range(768)])
    if photometric == 6:
        fields[530] = (_SHORT, [1, 1])
    space = {5: b"CMYK", 2: b"RGB ", 6: b"RGB ", 3: b"RGB "}.get(photometric, b"GRAY")
    if icc := profile(colours, space):
        fields[34675] = (7, icc)
    return _file(fields, piece)


@recipe(
    "tiff", width=Count(1, 49_000_000), strips=Count(1, 1_000_000), step=Count(0, 10),
)  # fmt: skip
def overlapping(width: int, strips: int, step: int) -> bytes:
    """Rows of greys that begin a few bytes after one another."""
    strips = min(strips, 126_000_000 // width, (MOST_BYTES - width) // (8 + step))
    fields = _plain() | {
        256: (_LONG, [width]), 257: (_LONG, [strips]), 278: (_LONG, [1]),
        273: (_LONG, [8 + step * n for n in range(strips)]), 279: (_LONG, [width] * strips),
    }  # fmt: skip
    return _file(fields, _content("ramp", width + step * strips))


@recipe(
    "tiff",
    width=Count(1, 65_500), megapixels=Count(1, 126), rows=Count(1, 64), tile=Choice((0, 1)),
    quality=Choice((1, 50, 100)), sampling=Choice(("4:4:4", "4:2:0")),
)  # fmt: skip
def jpegs(width: int, megapixels: int, rows: int, tile: int, quality: int, sampling: str) -> bytes:
    """Strips or tiles, each the same JPEG of noise, whose blocks may be higher than they are."""
    height = max(1, megapixels * 999_999 // width)
    across = min(width, 64) if tile else width
    shown = min(rows, height)
    image = tiled(across, -(-shown // 16) * 16, "RGB", 1)
    jpeg = saved(image, "jpeg", quality=quality, subsampling=sampling)
    start = jpeg.index(b"\xff\xc0") + 5
    jpeg = jpeg[:start] + struct.pack(">H", shown) + jpeg[start + 2 :]
    count = -(-width // across) * -(-height // shown)
    if count > 1_000_000:
        return b""
    fields = _plain() | {
        256: (_LONG, [width]), 257: (_LONG, [height]), 258: (_SHORT, [8] * 3), 259: (_SHORT, [7]),
        262: (_SHORT, [6]), 277: (_SHORT, [3]), 278: (_LONG, [shown]),
        530: (_SHORT, [1, 1] if sampling == "4:4:4" else [2, 2]),
        324 if tile else 273: (_LONG, [8] * count),
        325 if tile else 279: (_LONG, [len(jpeg)] * count),
    }  # fmt: skip
    if tile:
        del fields[273], fields[278], fields[279]
        fields |= {322: (_LONG, [across]), 323: (_LONG, [shown])}
    return _file(fields, jpeg)


@recipe(
    "tiff",
    width=Count(100, 60_000), megapixels=Count(1, 126), mode=Choice(("L", "RGB", "CMYK", "1", "P")),
    compression=Choice(("tiff_lzw", "jpeg", "group4", "group3", "tiff_adobe_deflate", "packbits",
                        "zstd", "lzma")),
    grain=Choice((1, 2, 8)), colours=Choice(PROFILES),
)  # fmt: skip
def photographs(
    width: int, megapixels: int, mode: str, compression: str, grain: int, colours: str
) -> bytes:
    """A large picture of noise, as a program would write it."""
    height = max(1, megapixels * 999_999 // width)
    mode = "1" if compression.startswith("group") else mode
    space = {"L": b"GRAY", "1": b"GRAY", "CMYK": b"CMYK"}.get(mode, b"RGB ")
    image = tiled(width, height, mode, grain)
    return saved(
        image, "tiff", compression=compression, icc_profile=profile(colours, space) or None
    )
