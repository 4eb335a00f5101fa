"""GIF: a screen, then blocks of extensions and frames."""

import struct
from collections.abc import Iterator
from fractions import Fraction

from chalicelib.imaging.containers.body import Body
from chalicelib.imaging.containers.survey import Broken, Disposal, Frame, Survey

_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL = 0xF9
# The two names of the extension that says how often to repeat.
_REPEATS = (b"!\xff\x0bNETSCAPE2.0\x03\x01", b"!\xff\x0bANIMEXTS1.0\x03\x01")
# 4 is what some programs write for 3; browsers take it so.
_DISPOSALS: dict[int, Disposal] = {2: "clear", 3: "restore", 4: "restore"}


def survey(data: bytes, most_frames: int) -> Survey:
    """The survey of a GIF; its body is the first frame alone. Broken raised, for a cut file too.

    Counts up to one frame over `most_frames`. The size is that of screen and first frame together.
    """
    width, height = _screen(data)
    control, first, frames, plays = b"", b"", 0, 1
    for start, end in _blocks(data):
        if data[start] == _FRAME:
            frames += 1
            left, top, wide, high = _place(data, start)
            if not first:
                width, height = max(width, left + wide), max(height, top + high)
                colours, pixels = _own_colours(_head(data), data[start:end])
                first = b"".join((colours, control, data[start : start + 9], pixels))
        elif data[start + 1] == _GRAPHIC_CONTROL:
            control = data[start:end]
        elif data.startswith(_REPEATS, start):
            plays = _plays(data[start + 16 : start + 18])
        if frames > most_frames:
            break
    if not first:
        raise Broken
    body = b"".join((data[:10], first, b";"))
    return Survey(Body(body), width, height, frames, plays=plays if frames > 1 else None)


def frames(data: bytes) -> Iterator[Frame]:
    """The frames of a surveyed GIF, each a GIF of its own."""
    head = _head(data)
    control = bytes(4)
    for start, end in _blocks(data):
        if data[start] == _FRAME:
            yield _frame(head, control, data[start:end])
            control = bytes(4)
        elif data[start + 1] == _GRAPHIC_CONTROL and data[start + 2] >= 4:
            control = data[start + 3 : start + 7]


def _frame(head: bytes, control: bytes, block: bytes) -> Frame:
    """The frame in `block`, with the content of its control block; `head` has screen and colours.

    Its own file is as large as itself, and says only which colour is transparent.
    """
    flags, hundredths, transparent = struct.unpack("<BHB", control)
    left, top, width, height = _place(block, 0)
    size = struct.pack("<HH", width, height)
    colours, pixels = _own_colours(head, block)
    clear = b"!\xf9\x04" + bytes((flags & 1, 0, 0, transparent, 0))
    body = b"".join((b"GIF89a", size, colours, clear, b",", bytes(4), size, pixels, b";"))
    disposal = _DISPOSALS.get(flags >> 2 & 7, "keep")
    return Frame(body, left, top, width, height, Fraction(10 * hundredths), disposal)


def _own_colours(head: bytes, block: bytes) -> tuple[bytes, bytes]:
    """The head that has the colours of `block` and no others, and what follows the frame's place.

    Pillow mistakes a table of plain greys in a frame for none.
    """
    flags = block[9]
    if not flags & 0x80:
        return head, block[9:]
    end = 10 + _table(flags)
    return bytes((flags & 0x87, 0, 0)) + block[10:end], bytes((flags & 0x40,)) + block[end:]


def _plays(count: bytes) -> int:
    """The number of plays from that of repeats after the first one; 0 of both is for ever."""
    repeats = int.from_bytes(count, "little")
    return repeats and repeats + 1


def _screen(data: bytes) -> tuple[int, int]:
    if len(data) < 13:
        raise Broken
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _place(data: bytes, start: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of the frame whose block is at `start`."""
    left, top, width, height = struct.unpack_from("<HHHH", data, start + 1)
    return left, top, width, height


def _head(data: bytes) -> bytes:
    """The rest of the screen's description, and its colours."""
    return data[10 : _first_block(data)]


def _first_block(data: bytes) -> int:
    return 13 + _table(data[10])


def _blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each block up to the trailer, or to the end where there is none."""
    position = _first_block(data)
    while position < len(data) and data[position] != _TRAILER:
        end = _block_end(data, position)
        yield position, end
        position = end


def _block_end(data: bytes, position: int) -> int:
    """Where the block at `position` ends; Broken if it is cut or unknown."""
    introducer = data[position]
    if introducer == _EXTENSION:
        position += 2
    elif introducer == _FRAME and position + 10 < len(data):
        position += 10 + _table(data[position + 9]) + 1
    else:
        raise Broken
    while position < len(data):
        length = data[position]
        position += 1 + length
        if not length:
            return position
    raise Broken


def _table(flags: int) -> int:
    """The bytes of the colour table that `flags` announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
