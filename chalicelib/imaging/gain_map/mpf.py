"""The index of a JPEG with several pictures (CIPA DC-007, Multi-Picture Format)."""

import struct
from collections.abc import Iterator

from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.tiff_ifd import content_of, layout_of

PREFIX = b"MPF\x00"
LENGTH = 4 + 8 + 2 + 3 * 12 + 4 + 2 * 16  # of the index that is written

_VERSION, _NUMBER, _ENTRIES = 0xB000, 0xB001, 0xB002
_ENTRY = 16  # bytes
_PRIMARY = 0x030000  # the type of the picture that is shown; a gain map has none
_MOST_PICTURES = 8


def places(index: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Where the pictures after the first one start and end in a file, at most eight of them.

    `start` is the place of `index`, which has its prefix. Nothing if the index is malformed.
    """
    block = index.removeprefix(PREFIX)
    base = start + len(PREFIX)
    try:
        layout = layout_of(block)
        entries = content_of(block, layout, layout.first, _ENTRIES)
    except MalformedFile:
        return
    whole = len(entries) // _ENTRY * _ENTRY
    records = list(struct.iter_unpack(f"{layout.order}IIII", entries[:whole]))
    for _, length, offset, _ in records[1 : 1 + _MOST_PICTURES]:
        yield base + offset, base + offset + length


def index_of(first: int, second: int, start: int) -> bytes:
    """The index, with its prefix, at `start` of a file of two pictures of these lengths."""
    table = 8 + 2 + 3 * 12 + 4
    directory = struct.pack(
        ">H" + "HHI4s" + "HHII" * 2 + "I",
        3,
        *(_VERSION, 7, 4, b"0100"),
        *(_NUMBER, 4, 1, 2),
        *(_ENTRIES, 7, 2 * _ENTRY, table),
        0,
    )
    pictures = struct.pack(
        ">" + "IIII" * 2, _PRIMARY, first, 0, 0, 0, second, first - start - len(PREFIX), 0
    )
    return PREFIX + struct.pack(">2sHI", b"MM", 42, 8) + directory + pictures
