"""Cameras' raw files, with the structure of real ones and nothing in them but a preview."""

import struct
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from chalicelib.imaging.formats.isobmff import packed
from chalicelib.model.formats import RawFormat

Value = int | bytes | Sequence[int]

CFA, YCBCR = 32803, 6
_METADATA = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_PREVIEW = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")


class Directory(NamedTuple):
    """Tags, the directories that some of them point to, and the directory that follows."""

    tags: Mapping[int, Value]
    below: "Mapping[int, Sequence[Directory]]" = MappingProxyType({})
    following: "Directory | None" = None


def tiff(first: Directory, *, order: str = "<", number: int = 42, extra: bytes = b"") -> bytes:
    """A TIFF file; `extra` is between its header and its first directory."""
    name = b"II" if order == "<" else b"MM"
    head = name + struct.pack(f"{order}HI", number, 8 + len(extra)) + extra
    return head + written(first, len(head), order)


def written(directory: Directory, start: int, order: str = "<") -> bytes:
    """A directory that starts at `start`, and all that belongs to it."""
    tags = dict(directory.tags) | dict.fromkeys(directory.below, 0)
    position = start + 2 + 12 * len(tags) + 4
    entries, contents = b"", b""
    for tag, value in sorted(tags.items()):
        kind, count, content = _encoded(value, order)
        if tag in directory.below:
            kind, count, content = 4, len(directory.below[tag]), b""
            for inner in directory.below[tag]:
                content += struct.pack(f"{order}I", position + len(contents))
                contents += written(inner, position + len(contents), order)
        if len(content) > 4:
            place = struct.pack(f"{order}I", position + len(contents))
            contents += content + bytes(len(content) % 2)
            content = place
        entries += struct.pack(f"{order}HHI", tag, kind, count) + content.ljust(4, b"\0")
    following = position + len(contents) if directory.following else 0
    if directory.following:
        contents += written(directory.following, following, order)
    head = struct.pack(f"{order}H", len(tags)) + entries + struct.pack(f"{order}I", following)
    return head + contents


def _encoded(value: Value, order: str) -> tuple[int, int, bytes]:
    if isinstance(value, bytes):
        return 7, len(value), value
    numbers = [value] if isinstance(value, int) else list(value)
    return 4, len(numbers), struct.pack(f"{order}{len(numbers)}I", *numbers)


def with_jpeg(make: Callable[[int, int], bytes], jpeg: bytes) -> bytes:
    """The file that `make` writes of the JPEG's offset and length, followed by the JPEG."""
    length = len(make(0xFFFFFFF, len(jpeg)))
    return make(length, len(jpeg)) + jpeg


def raw(kind: RawFormat, jpeg: bytes, *, orientation: int = 1, artist: bytes = b"") -> bytes:
    """A raw file of `kind` with `jpeg` where cameras put their largest preview."""
    common: dict[int, Value] = {0x112: orientation}
    if artist:
        common[315] = artist.ljust(5, b"\0")
    return _WRITERS[kind](jpeg, common)


def _cr2(jpeg: bytes, tags: dict[int, Value]) -> bytes:
    def make(start: int, length: int) -> bytes:
        shown: dict[int, Value] = {259: 6, 271: b"Canon\0", 273: start, 279: length}
        return tiff(Directory(tags | shown), extra=b"CR\2\0\0\0\0\0")

    return with_jpeg(make, jpeg)


def _nef(jpeg: bytes, tags: dict[int, Value]) -> bytes:
    def make(start: int, length: int) -> bytes:
        sub = [Directory({259: 6, 513: start, 514: length}), Directory({262: CFA, 273: 8, 279: 9})]
        head: dict[int, Value] = {
            254: 1,
            256: 160,
            257: 120,
            259: 1,
            262: 2,
            271: b"NIKON CORPORATION\0",
        }
        return tiff(Directory(tags | head, {330: sub}), order=">")

    return with_jpeg(make, jpeg)


def _arw(jpeg: bytes, tags: dict[int, Value]) -> bytes:
    def make(start: int, length: int) -> bytes:
        head: dict[int, Value] = {254: 1, 259: 6, 271: b"SONY  \0", 513: start, 514: length}
        return tiff(Directory(tags | head, {330: [Directory({259: 32767, 262: CFA})]}))

    return with_jpeg(make, jpeg)


def dng(jpeg: bytes, tags: Mapping[int, Value], preview: Mapping[int, Value] = {}) -> bytes:
    """A DNG whose preview's directory has the tags `preview`, too."""

    def make(start: int, length: int) -> bytes:
        shown = {254: 1, 259: 7, 262: YCBCR, 273: start, 279: length, **preview}
        sub = [Directory({254: 0, 259: 7, 262: CFA, 273: start, 279: length}), Directory(shown)]
        head: dict[int, Value] = {254: 1, 256: 256, 257: 171, 259: 1, 262: 2, 50706: 0x401}
        return tiff(Directory({**tags, **head}, {330: sub}))

    return with_jpeg(make, jpeg)


class Note(NamedTuple):
    """A maker's note: its beginning, where its directory is, and what its offsets count from.

    That is so many bytes into the note, or with None the file. Without `below` the offset and the
    length of the JPEG are in its first directory, otherwise in the one below that tag.
    """

    head: bytes
    directory: int
    base: int | None
    pair: tuple[int, int]
    below: int | None = None
    make: bytes = b"OLYMPUS"


NOTES = {
    "Olympus": Note(b"OLYMPUS\0II\3\0", 12, 0, (0x101, 0x102), 0x2020),
    "OM System": Note(b"OM SYSTEM\0\0\0II\4\0", 16, 0, (0x101, 0x102), 0x2020),
    "old Olympus": Note(b"OLYMP\0\1\0", 8, None, (0x88, 0x89)),
    "Nikon": Note(b"Nikon\0\2\x10\0\0II*\0\x08\0\0\0", 18, 10, (513, 514), 0x11, b"NIKON"),
    "Pentax": Note(b"AOC\0II", 6, None, (4, 3), make=b"PENTAX"),
    "newer Pentax": Note(b"PENTAX \0II", 10, 0, (4, 3), make=b"PENTAX"),
}


def with_note(name: str, jpeg: bytes, tags: Mapping[int, Value] = {}) -> bytes:
    """A raw file with `jpeg` where only the maker's note describes it."""
    note = NOTES[name]
    head = {254: 1, 262: CFA, 271: note.make.ljust(8, b"\0"), **tags}
    number = 0x4F52 if note.make == b"OLYMPUS" else 42

    def make(start: int, length: int) -> bytes:
        # Where the note starts follows from the tags before it.
        def file(at: int) -> bytes:
            base = 0 if note.base is None else at + note.base
            pair = dict(zip(note.pair, (start - base, length), strict=True))
            inner = Directory(pair)
            if note.below:
                inner = Directory({}, {note.below: [inner]})
            content = note.head + written(inner, note.directory - (note.base or 0))
            return tiff(Directory(head, {34665: [Directory({37500: content})]}), number=number)

        return file(file(0).index(note.head))

    return with_jpeg(make, jpeg)


def _orf(jpeg: bytes, tags: dict[int, Value]) -> bytes:
    return with_note("Olympus", jpeg, tags)


def _pef(jpeg: bytes, tags: dict[int, Value]) -> bytes:
    def make(start: int, length: int) -> bytes:
        head: dict[int, Value] = {259: 65535, 262: CFA, 271: b"PENTAX Corporation\0"}
        following = Directory({259: 6, 513: start, 514: length})
        return tiff(Directory(tags | head, following=following), order=">")

    return with_jpeg(make, jpeg)


def _rw2(jpeg: bytes, tags: dict[int, Value]) -> bytes:
    return tiff(Directory(tags | {271: b"Panasonic\0", 0x2E: jpeg}), number=0x55, extra=bytes(16))


def _raf(jpeg: bytes, _tags: dict[int, Value]) -> bytes:
    head = b"FUJIFILMCCD-RAW 0201FF389501".ljust(84, b"\0") + struct.pack(">II", 148, len(jpeg))
    return head.ljust(148, b"\0") + jpeg


def _cr3(jpeg: bytes, tags: dict[int, Value]) -> bytes:
    def make(start: int, length: int) -> bytes:
        size = packed(b"stsz", struct.pack(">IIII", 0, 0, 1, length))
        offset = packed(b"co64", struct.pack(">IIQ", 0, 1, start))
        inner = packed(b"stbl", size + offset)
        track = packed(b"trak", packed(b"mdia", packed(b"minf", inner)))
        metadata = packed(b"uuid", _METADATA + packed(b"CMT1", tiff(Directory(tags))))
        file = packed(b"ftyp", b"crx \0\0\0\1crx isom") + packed(b"moov", metadata + track)
        return file + struct.pack(">I4s", 8 + length, b"mdat")

    return with_jpeg(make, jpeg)


def cr3_with_small(jpeg: bytes, name: bytes) -> bytes:
    """A CR3 with `jpeg` in its box `PRVW` or `THMB` only."""
    sizes = struct.pack(">IHHI", 0, 160, 120, len(jpeg))
    box = packed(name, sizes + bytes(4) + jpeg)
    file = packed(b"ftyp", b"crx \0\0\0\1crx isom")
    if name == b"THMB":
        return file + packed(b"moov", packed(b"uuid", _METADATA + box))
    return file + packed(b"uuid", _PREVIEW + bytes(8) + box)


_WRITERS: dict[RawFormat, Callable[[bytes, dict[int, Value]], bytes]] = {
    "arw": _arw,
    "cr2": _cr2,
    "cr3": _cr3,
    "dng": dng,
    "nef": _nef,
    "orf": _orf,
    "pef": _pef,
    "raf": _raf,
    "rw2": _rw2,
}

KINDS = frozenset(_WRITERS)
