"""JPEGs: many segments, junk in the pixels, and scans that cost few bytes."""

import struct
from functools import cache
from random import Random

from chalicelib.imaging.attribution import exif_of
from tests.hostile.slow.noise import tiled
from tests.hostile.slow.profiles import PROFILES, profile
from tests.hostile.slow.recipes import Choice, Count, fitting, recipe
from tests.imaging.samples import saved, scene

_START, _END = b"\xff\xd8", b"\xff\xd9"
_FILLINGS = (
    "zeros", "fill", "stuffed", "restarts", "random", "exif", "exif-loop", "xmp", "icc", "iptc",
    "c2pa", "resources", "markers",
)  # fmt: skip
_MARKERS = (0x01, 0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDF, *range(0xE0, 0xF0), 0xF0, 0xFE)


@cache
def filling(name: str, length: int) -> bytes:
    """`length` bytes that something may take an interest in."""
    patterns = {
        "zeros": b"\0", "fill": b"\xff", "stuffed": b"\xff\0", "markers": b"\xff\xd8\xff\xda",
        "restarts": b"".join(bytes((0xFF, 0xD0 + n)) for n in range(8)),
        "exif": exif_of("creator", "notice", 6) + b"II*\0\x08\0\0\0\xff\xff" + b"R03\0" * 9,
        "exif-loop": b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x69\x87\4\0\1\0\0\0\x08\0\0\0R03\0",
        "xmp": b"http://ns.adobe.com/xap/1.0/\0<a xmlns:b='c'>",
        "icc": b"ICC_PROFILE\0\1\1",
        "iptc": b"Photoshop 3.0\x008BIM\4\4\0\0\0\0\1\0" + b"\x1c\2\x50\0\1a",
        "c2pa": b"JP\0\1\0\0\0\1\0\0\0\x2ejumb\0\0\0\x1ejumdc2pa" + bytes(12) + b"\3c2pa\0",
        "resources": b"Photoshop 3.0\x008BIM\4\5\0\0\0\0\0\0",
    }  # fmt: skip
    if name == "random":
        return Random(1).randbytes(length)
    return (patterns[name] * (length // len(patterns[name]) + 1))[:length]


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", 2 + len(content)) + content


@cache
def _small(progressive: bool) -> bytes:
    return saved(scene(64, 48), "jpeg", progressive=progressive)


def _inserted(data: bytes, place: str, more: bytes) -> bytes:
    at = {
        "header": 2,
        "frame": data.rindex(b"\xff\xc4", 0, data.index(b"\xff\xda")),
        "pixels": data.index(b"\xff\xda") + 20,
        "between": data.rindex(b"\xff\xda"),
        "end": len(data) - 2,
        "behind": len(data),
    }[place]
    return data[:at] + more + data[at:]


_PLACES = Choice(("header", "frame", "pixels", "between", "end", "behind"))


@recipe(
    "jpeg",
    marker=Choice(_MARKERS), content=Choice(_FILLINGS), length=Count(0, 65_533),
    count=Count(0, 200_000), place=_PLACES,
    marker2=Choice(_MARKERS), content2=Choice(_FILLINGS), length2=Count(0, 65_533),
    count2=Count(0, 200_000), place2=_PLACES, progressive=Choice((True, False)),
)  # fmt: skip
def segments(
    marker: int, content: str, length: int, count: int, place: str,
    marker2: int, content2: str, length2: int, count2: int, place2: str, progressive: bool,
) -> bytes:  # fmt: skip
    """A small picture with two kinds of segments, many of each."""
    first, second = (
        _segment(m, filling(c, n))
        for m, c, n in ((marker, content, length), (marker2, content2, length2))
    )
    first *= fitting(count, len(first))
    second *= fitting(count2, len(second), len(first) + 10_000)
    return _inserted(_inserted(_small(progressive), place, first), place2, second)


@recipe(
    "jpeg",
    content=Choice(("fill", "zeros", "stuffed", "restarts", "random", "markers")),
    amount=Count(1, 49_000_000), place=_PLACES, every=Count(1, 1_000_000),
    separator=Choice(("", "00", "ff", "ffd9", "ffda", "ffd8", "ff00", "ffe10002", "ffd0")),
    has_end=Choice((True, False)), progressive=Choice((True, False)),
)  # fmt: skip
def junk(
    content: str, amount: int, place: str, every: int, separator: str, has_end: bool,
    progressive: bool,
) -> bytes:  # fmt: skip
    """A small picture with megabytes of bytes that are no segments."""
    unit = filling(content, min(every, amount)) + bytes.fromhex(separator)
    more = unit * fitting(max(1, amount // len(unit)), len(unit), 20_000)
    data = _inserted(_small(progressive), place, more)
    return data if has_end else data.removesuffix(_END)


def scans_of(
    width: int, height: int, components: int, factor: int, coding: str, kind: str, scans: int,
    fill: int, restart: int, spectrum: int,
) -> bytes:  # fmt: skip
    """A JPEG of `scans` scans, most of them alike, with a bit or less for each block or sample."""
    is_arithmetic, is_progressive = "arithmetic" in coding, "progressive" in coding
    start = 0xC0 + 2 * is_progressive if not is_arithmetic else 0xC9 + is_progressive
    if coding == "lossless":
        start = 0xC3
    sampling = [factor, *[0x11] * (components - 1)]
    frame = struct.pack(">BHHB", 8, height, width, components)
    frame += b"".join(bytes((n + 1, sampling[n], 0)) for n in range(components))
    parts = [_START, _segment(0xDB, b"\0" + b"\1" * 64), _segment(start, frame)]
    if not is_arithmetic:
        parts += _tables(kind)
    if restart:
        parts.append(_segment(0xDD, struct.pack(">H", restart)))
    everything = tuple(range(1, components + 1))
    if coding == "lossless":
        parts.append(_scan(everything, (1, 0, 0)))
    elif kind == "separate":
        parts.append(_scan((1,), (0, 0 if is_progressive else 63, 0)))
    elif is_progressive:
        parts.append(_scan(everything, (0, 0, 1 if kind == "dc-refine" else 0)))
    else:
        parts.append(_scan(everything, (0, 63, 0)))
    parts.append(bytes((fill,)) * _entropy(width, height, components, coding))
    for number in range(scans - 1):
        parts.append(_scan(*_repeated(kind, number, components, everything, spectrum)))
        length = width * height // 64 // 8 if kind in {"dc-refine", "ac-bits"} else 4096
        parts.append(bytes((fill,)) * min(length, 45_000_000 // scans))
    return b"".join((*parts, _END))


def _entropy(width: int, height: int, components: int, coding: str) -> int:
    if "progressive" in coding:
        return min(45_000_000, width * height * components // 64 // 8 + 64)
    if coding == "lossless":
        return min(48_000_000, width * height * components // 8 + 64)
    return min(48_000_000, width * height * components // 64 // 4 + 64)


def _tables(kind: str) -> list[bytes]:
    """Huffman tables whose shortest code, 0, means no difference, or the longest run of blocks."""
    dc = bytes((0, 1)) + bytes(15) + b"\0"
    symbol = {"ac-run": 0xE0, "ac-bits": 0x00, "ac-ones": 0x01, "ac-refine": 0xE0}.get(kind, 0)
    ac = bytes((0x10, 1)) + bytes(15) + bytes((symbol,))
    return [_segment(0xC4, dc), _segment(0xC4, ac)]


def _scan(components: tuple[int, ...], selection: tuple[int, int, int]) -> bytes:
    chosen = b"".join(bytes((number, 0)) for number in components)
    return _segment(0xDA, bytes((len(components),)) + chosen + bytes(selection))


def _repeated(
    kind: str, number: int, components: int, everything: tuple[int, ...], spectrum: int
) -> tuple[tuple[int, ...], tuple[int, int, int]]:
    one = (number % components + 1,)
    match kind:
        case "dc-refine":
            return everything, (0, 0, 0x10)
        case "ac-refine":
            return one, (1, spectrum, 0x10 if number >= components else 0x01)
        case "ac-run" | "ac-bits" | "ac-ones":
            return one, (1, spectrum, 0)
        case "separate":
            return one, (0, 63, 0)
        case _:
            return everything, (0, 63, 0)


@recipe(
    "jpeg",
    width=Count(1, 65_500), megapixels=Count(1, 250), components=Choice((1, 3, 4)),
    factor=Choice((0x11, 0x22, 0x21, 0x12, 0x41, 0x14, 0x44, 0x42)),
    coding=Choice(("progressive", "progressive", "baseline", "arithmetic-progressive", "arithmetic",
                   "lossless")),
    kind=Choice(("dc-refine", "ac-refine", "ac-run", "ac-bits", "ac-ones", "again", "separate")),
    scans=Count(1, 64), fill=Choice((0, 0x55, 0xAA, 0x80, 0xFE)), restart=Choice((0, 0, 1, 100)),
    spectrum=Choice((63, 63, 1, 5)), has_end=Choice((True, True, False)),
)  # fmt: skip
def scans(
    width: int, megapixels: int, components: int, factor: int, coding: str, kind: str, scans: int,
    fill: int, restart: int, spectrum: int, has_end: bool,
) -> bytes:  # fmt: skip
    """A large picture of many cheap scans."""
    height = max(1, min(65_500, megapixels * 999_999 // width))
    data = scans_of(width, height, components, factor, coding, kind, scans, fill, restart, spectrum)
    return data if has_end else data.removesuffix(_END)


@recipe(
    "jpeg",
    width=Count(200, 65_500), megapixels=Count(1, 250), mode=Choice(("L", "RGB", "CMYK")),
    sampling=Choice(("4:4:4", "4:2:0", "4:2:2")), progressive=Choice((True, False)),
    quality=Choice((1, 10, 30, 50, 80, 100)), grain=Choice((1, 2, 8)), rows=Choice((0, 1)),
    colours=Choice(PROFILES), has_end=Choice((True, True, False)),
)  # fmt: skip
def photographs(
    width: int, megapixels: int, mode: str, sampling: str, progressive: bool, quality: int,
    grain: int, rows: int, colours: str, has_end: bool,
) -> bytes:  # fmt: skip
    """A large picture of noise, as a program would write it."""
    height = max(1, min(65_500, megapixels * 999_999 // width))
    space = {"L": b"GRAY", "RGB": b"RGB ", "CMYK": b"CMYK"}[mode]
    data = saved(
        tiled(width, height, mode, grain), "jpeg", progressive=progressive, quality=quality,
        subsampling=sampling, restart_marker_rows=rows, icc_profile=profile(colours, space),
    )  # fmt: skip
    return data if has_end else data.removesuffix(_END)
