"""Cameras' raw files: many directories, maker's notes, boxes and JPEGs to look at."""

import struct

from chalicelib.imaging.formats.isobmff import packed
from tests.hostile.slow.recipes import Choice, Count, fitting, recipe
from tests.imaging import raws
from tests.imaging.raws import Directory, Value
from tests.imaging.samples import saved, scene

_JPEG = saved(scene(640, 480), "jpeg", quality=60)
_NAMES = {
    "arw": b"SONY\0", "cr2": b"Canon\0", "dng": b"Maker\0", "nef": b"NIKON\0", "orf": b"OLYMPUS\0",
    "pef": b"PENTAX\0", "rw2": b"Panasonic\0",
}  # fmt: skip
_NUMBERS = {"orf": 0x4F52, "rw2": 0x55}


@recipe(
    *_NAMES,
    chained=Count(0, 60), below=Count(0, 60), tags=Count(0, 20_000), values=Count(1, 2_000_000),
    note=Choice((b"", *(note.head for note in raws.NOTES.values()))), note_length=Count(0, 1 << 21),
    segments=Count(0, 20_000), behind=Count(0, 49_000_000), filling=Choice((b"\0", b"\xff", b"x")),
)  # fmt: skip
def directories(
    kind: str, chained: int, below: int, tags: int, values: int, note: bytes, note_length: int,
    segments: int, behind: int, filling: bytes,
) -> bytes:  # fmt: skip
    """Directories that all lead to JPEGs of many segments, and to a maker's note."""
    jpeg = b"\xff\xd8" + b"\xff\xe1\0\2" * segments + _JPEG[2:]
    most = fitting(1 + chained * (1 + below), 40 + 12 * tags, 3_000_000)
    first = Directory({})
    for _ in range(min(1 + chained, max(1, most))):
        first = _directory(kind, first, below, tags, values, note[:note_length])
    extra = b"CR\2\0\0\0\0\0" if kind == "cr2" else b""
    file = raws.tiff(first, number=_NUMBERS.get(kind, 42), extra=extra)
    return (file + jpeg).ljust(behind, filling)


def _directory(
    kind: str, following: Directory, below: int, tags: int, values: int, note: bytes
) -> Directory:
    shown: dict[int, Value] = {254: 1, 259: 6, 262: raws.CFA, 271: _NAMES[kind], 513: 4096}
    shown |= {514: 1 << 25, 273: [4096] * min(values, 1000), 37500: note.ljust(8, b"\0")}
    shown |= {20_000 + number: 1 for number in range(tags)}
    if kind == "dng":
        shown[50706] = 0x401
    inner = [Directory({513: 4097 + number, 514: 1 << 25}) for number in range(below)]
    exif = Directory({37500: note.ljust(8, b"\0")})
    return Directory(shown, {330: inner or [exif], 34665: [exif]}, following)


@recipe(
    "cr3",
    tracks=Count(0, 20_000), boxes=Count(0, 20_000), entries=Count(0, 100_000),
    segments=Count(0, 20_000), behind=Count(0, 49_000_000),
)  # fmt: skip
def tracks(tracks: int, boxes: int, entries: int, segments: int, behind: int) -> bytes:
    """Tracks of many boxes."""
    empty = packed(b"free", b"x") * boxes
    size = packed(b"stsz", struct.pack(">IIII", 0, 0, 1, 1 << 25) + bytes(4 * entries))
    offset = packed(b"co64", struct.pack(">IIQ", 0, 1, 60))
    inner = packed(b"stbl", empty + size + offset)
    track = packed(b"trak", empty + packed(b"mdia", empty + packed(b"minf", empty + inner)))
    movie = packed(b"moov", track * fitting(tracks, len(track), 3_000_000))
    file = packed(b"ftyp", b"crx \0\0\0\1crx isom") + movie
    return (file + b"\xff\xd8" + b"\xff\xe1\0\2" * segments + _JPEG[2:]).ljust(behind, b"\xff")


@recipe(
    "raf", segments=Count(0, 20_000), start=Count(84, 49_000_000), filling=Choice((b"\0", b"\xff"))
)
def headers(segments: int, start: int, filling: bytes) -> bytes:
    """A JPEG of many segments anywhere in the file."""
    head = b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0") + struct.pack(">II", start, 1 << 25)
    return head.ljust(start, filling) + b"\xff\xd8" + b"\xff\xe1\0\2" * segments + _JPEG[2:]
