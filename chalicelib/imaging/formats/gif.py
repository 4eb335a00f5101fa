"""GIF: a screen descriptor, then blocks of extensions and frames."""

import struct
from collections.abc import Iterator
from fractions import Fraction

from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import Disposal, FileInfo, Frame, MalformedFile

_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL = 0xF9
# Of up to 255 bytes each; a file of 50 MB has 200,000 of them if they are full.
_MOST_BLOCKS = 1_000_000
# The two names of the extension for the number of repetitions.
_REPEATS = (b"!\xff\x0bNETSCAPE2.0\x03\x01", b"!\xff\x0bANIMEXTS1.0\x03\x01")
# Some programs write 4 for 3, and browsers treat it so.
_DISPOSALS: dict[int, Disposal] = {2: "clear", 3: "restore", 4: "restore"}


def inspect(data: bytes, most_frames: int) -> FileInfo:
    """The structure of a GIF; its body is the first frame only. MalformedFile, also if truncated.

    Counts at most `most_frames` + 1 frames. The size covers both screen and first frame. As in
    browsers, an unknown byte after a whole frame ends the file.
    """
    count, plays = 0, 1
    for start, _ in _blocks(data):
        if data[start] == _FRAME:
            count += 1
            if count > most_frames:
                break
        elif data.startswith(_REPEATS, start):
            plays = _plays(data[start + 16 : start + 18])
    first = next(frames(data), None)
    if first is None:
        raise MalformedFile
    width, height = _screen(data)
    width = max(width, first.left + first.width)
    height = max(height, first.top + first.height)
    covers = (first.width, first.height) == (width, height)
    return FileInfo(
        Body(first.body),
        width,
        height,
        count,
        plays=plays if count > 1 else None,
        offset=None if covers else (first.left, first.top),
    )


def frames(data: bytes) -> Iterator[Frame]:
    """The frames of an inspected GIF, each as a separate GIF."""
    head = _head(data)
    control = bytes(4)
    for start, end in _blocks(data):
        if data[start] == _FRAME:
            yield _frame(head, control, data[start:end])
            control = bytes(4)
        elif data[start + 1] == _GRAPHIC_CONTROL and data[start + 2] >= 4:
            control = data[start + 3 : start + 7]


def _frame(head: bytes, control: bytes, block: bytes) -> Frame:
    """The frame in `block`; `control` is its control block's content, `head` screen and colours.

    Its file has the frame's size, and of its control only the transparent colour.
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
    """A head with the colours of `block` and no others, and what follows the frame's position.

    Pillow ignores a frame's own colour table if it is a plain grey ramp.
    """
    flags = block[9]
    if not flags & 0x80:
        return head, block[9:]
    end = 10 + _table(flags)
    return bytes((flags & 0x87, 0, 0)) + block[10:end], bytes((flags & 0x40,)) + block[end:]


def _plays(count: bytes) -> int:
    """The number of plays, from that of repetitions after the first; 0 means for ever in both."""
    repeats = int.from_bytes(count, "little")
    return repeats and repeats + 1


def _screen(data: bytes) -> tuple[int, int]:
    if len(data) < 13:
        raise MalformedFile
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _place(data: bytes, start: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of the frame whose block is at `start`."""
    left, top, width, height = struct.unpack_from("<HHHH", data, start + 1)
    return left, top, width, height


def _head(data: bytes) -> bytes:
    """The rest of the screen descriptor, and the global colour table."""
    return data[10 : _first_block(data)]


def _first_block(data: bytes) -> int:
    return 13 + _table(data[10])


def _blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each block up to the trailer, or what stands in its place after a frame.

    MalformedFile if a frame is truncated, or there is none.
    """
    position, left = _first_block(data), _MOST_BLOCKS
    has_frame = False
    while position < len(data) and data[position] != _TRAILER:
        try:
            end, left = _block_end(data, position, left)
        except MalformedFile:
            if has_frame and data[position] != _FRAME:
                return
            raise
        has_frame = has_frame or data[position] == _FRAME
        yield position, end
        position = end


def _block_end(data: bytes, position: int, left: int) -> tuple[int, int]:
    """Where the block at `position` ends, and how many of `left` blocks are left after it.

    MalformedFile if it is truncated or unknown, or if there are more.
    """
    introducer = data[position]
    if introducer == _EXTENSION:
        position += 2
    elif introducer == _FRAME and position + 10 < len(data):
        position += 10 + _table(data[position + 9]) + 1
    else:
        raise MalformedFile
    while position < len(data) and left > 0:
        left -= 1
        length = data[position]
        position += 1 + length
        if not length:
            return position, left
    raise MalformedFile


def _table(flags: int) -> int:
    """The length in bytes of the colour table that `flags` announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
