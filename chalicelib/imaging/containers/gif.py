"""GIF: a screen, then blocks of extensions and frames."""

import struct

from chalicelib.imaging.containers.survey import Broken, Survey

_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL = 0xF9


def survey(data: bytes, most_frames: int) -> Survey:
    """The survey of a GIF; its body is the first frame alone. Broken raised.

    Counts up to one frame over `most_frames`. The size is that of screen and first frame together.
    """
    if len(data) < 13:
        raise Broken
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    screen = position = 13 + _table(flags)
    control, first, frames = b"", b"", 0
    while position < len(data) and data[position] != _TRAILER and frames <= most_frames:
        end = _block_end(data, position)
        if data[position] == _FRAME:
            frames += 1
            first = first or data[position:end]
        elif not frames and data[position + 1] == _GRAPHIC_CONTROL:
            control = data[position:end]
        position = end
    if not first:
        raise Broken
    left, top, wide, high = struct.unpack_from("<HHHH", first, 1)
    body = b"".join((data[:screen], control, first, b";"))
    return Survey(body, max(width, left + wide), max(height, top + high), frames)


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
