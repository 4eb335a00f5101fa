"""APNG: a PNG with further frames, in chunks that other viewers ignore."""

import struct
import zlib
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from chalicelib.imaging.formats.file_info import Disposal, Frame, MalformedFile

ANIMATION, CONTROL, MORE = b"acTL", b"fcTL", b"fdAT"
CHUNKS = frozenset({ANIMATION, CONTROL, MORE})

_DISPOSALS: dict[int, Disposal] = {1: "clear", 2: "restore"}
_COLOURS = frozenset({b"PLTE", b"tRNS"})
_END = b"IEND"

Chunk = tuple[bytes, int, int]


class _Control(NamedTuple):
    """The content of a frame control chunk."""

    number: int
    width: int
    height: int
    left: int
    top: int
    numerator: int
    denominator: int
    disposal: int
    blending: int


def plays(data: bytes, chunks: list[Chunk]) -> int | None:
    """How often the animation in `chunks` plays, 0 for ever; None if it is not an animation.

    Those are pictures of one frame, and animations that break the rules: as the standard
    says, the default image is shown instead. MalformedFile if it is truncated.
    """
    counted = [start for name, start, _ in chunks if name == ANIMATION]
    if not counted:
        return None
    if chunks[-1][0] != _END:
        raise MalformedFile
    count, times = struct.unpack_from(">II", data, counted[0] + 8)
    number = sum(name == CONTROL for name, _, _ in chunks)
    return int(times) if count == number > 1 and _is_valid(data, chunks) else None


def frames(data: bytes, chunks: list[Chunk]) -> Iterator[Frame]:
    """The frames of a valid animation, each as a separate PNG."""
    header = data[chunks[0][1] + 8 : chunks[0][2] - 4]
    colours = b"".join(data[start:end] for name, start, end in chunks if name in _COLOURS)
    for control, parts in _controlled(data, chunks):
        sides = struct.pack(">II", control.width, control.height)
        body = (
            data[:8],
            chunk(b"IHDR", sides + header[8:]),
            colours,
            *(chunk(b"IDAT", part) for part in parts),
            chunk(_END, b""),
        )
        yield Frame(
            b"".join(body),
            control.left,
            control.top,
            control.width,
            control.height,
            Fraction(1000 * control.numerator, control.denominator or 100),
            _DISPOSALS.get(control.disposal, "keep"),
            blended=control.blending == 1,
        )


def _is_valid(data: bytes, chunks: list[Chunk]) -> bool:
    """Whether sequence numbers are consecutive, and each frame has data and lies on the canvas.

    A first frame that is also the default image has to fill the canvas.
    """
    numbers = [
        int.from_bytes(data[start + 8 : start + 12])
        for name, start, _ in chunks
        if name in {CONTROL, MORE}
    ]
    size = struct.unpack_from(">II", data, chunks[0][1] + 8)
    found = list(_controlled(data, chunks))
    first = found[0][0]
    names = [name for name, _, _ in chunks]
    fills = names.index(CONTROL) > names.index(b"IDAT") or first[1:5] == (*size, 0, 0)
    return (
        numbers == list(range(len(numbers)))
        and all(parts and _is_inside(control, size) for control, parts in found)
        and fills
    )


def _is_inside(control: _Control, size: tuple[int, int]) -> bool:
    across, down = control.left + control.width, control.top + control.height
    return bool(control.width and control.height) and across <= size[0] and down <= size[1]


def _controlled(data: bytes, chunks: list[Chunk]) -> Iterator[tuple[_Control, list[bytes]]]:
    """Each frame's control and the pieces of its compressed pixels."""
    control: _Control | None = None
    parts: list[bytes] = []
    for name, start, end in chunks:
        if name in {CONTROL, _END}:
            if control:
                yield control, parts
            parts = []
        if name == CONTROL:
            control = _Control(*struct.unpack_from(">IIIIIHHBB", data, start + 8))
        elif name == MORE:
            parts.append(data[start + 12 : end - 4])
        elif name == b"IDAT" and control:
            parts.append(data[start + 8 : end - 4])


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk with its length and checksum."""
    checksum = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
