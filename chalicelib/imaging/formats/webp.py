"""WebP: a RIFF container of chunks."""

import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice

from chalicelib.imaging.formats import exif_colours
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo, Frame, MalformedFile, Metadata
from chalicelib.imaging.formats.tiff_ifd import EXIF_PREFIX, exif_orientation

MOST_PLAYS = 0xFFFF
LONGEST_FRAME = 0xFFFFFF  # milliseconds

_MOST_CHUNKS = 200_000
_MOST_FRAME_CHUNKS = 100  # of a frame, which may have alpha, pixels, and unknown chunks
_PIXELS = frozenset({b"VP8X", b"ALPH", b"VP8 ", b"VP8L"})
_FRAME_PIXELS = _PIXELS - {b"VP8X"}
_METADATA = frozenset({b"EXIF", b"ICCP", b"ANIM"})
_MOTION = frozenset({b"ANIM", b"ANMF"})
_STILLS = (
    [b"VP8 "], [b"VP8L"], [b"VP8X", b"VP8 "], [b"VP8X", b"VP8L"], [b"VP8X", b"ALPH", b"VP8 "],
)  # fmt: skip
_ALPHA = 0x10  # the only flag of a VP8X chunk that announces nothing but pixels
_MOVING, _HAS_XMP, _HAS_EXIF = 0x02, 0x04, 0x08
_UNBLENDED, _CLEARED = 0x02, 0x01


def inspect(data: bytes, most_frames: int) -> FileInfo:
    """The structure of a WebP; its body is the whole file. Counts at most `most_frames` + 1 frames.

    Raises MalformedFile, also for a truncated animation.
    """
    found = list(chunks(data))
    sizes = (_size(name, data[start : min(start + 10, end)]) for name, start, end in found)
    size = next(filter(any, sizes), (0, 0))
    if not all(size):
        raise MalformedFile
    frames = min(sum(name == b"ANMF" for name, _, _ in found), most_frames + 1)
    metadata = {name: data[start:end] for name, start, end in found if name in _METADATA}
    exif = metadata.get(b"EXIF", b"")
    profile = metadata.get(b"ICCP", b"") or exif_colours.profile_of(exif)
    still = FileInfo(Body(data), *size, max(1, frames), exif_orientation(exif), profile)
    if frames < 2 or frames > most_frames or not _is_moving(data):
        return still
    if _is_truncated(data):
        raise MalformedFile
    plays = int.from_bytes(metadata.get(b"ANIM", b"")[4:6], "little")
    return still._replace(plays=plays)


def frames(data: bytes) -> Iterator[Frame]:
    """The frames of an inspected animation, each as a separate WebP. Raises MalformedFile."""
    for name, start, end in chunks(data):
        if name == b"ANMF":
            yield _frame(data[start:end])


def strip_metadata(body: bytes) -> bytes:
    """One picture's pixels, empty if `body` is truncated or not a still."""
    whole = body[: 8 + int.from_bytes(body[4:8], "little")]
    found = [chunk for chunk in chunks(whole) if chunk[0] in _PIXELS | _MOTION]
    if _is_truncated(body) or [name for name, _, _ in found] not in _STILLS:
        return b""
    return _riff(
        _chunk(name, _bare_head(whole[start:end]) if name == b"VP8X" else whole[start:end])
        for name, start, end in found
    )


def _bare_head(content: bytes) -> bytes:
    """The content of a VP8X chunk that announces nothing but pixels."""
    return bytes((content[0] & _ALPHA,)) + content[1:]


def strip_animation_metadata(data: bytes) -> bytes:
    """An inspected animation with only its frames' pixels and timing."""
    kept = []
    for name, start, end in chunks(data):
        content = data[start:end]
        if name == b"VP8X":
            kept.append(_chunk(name, bytes((content[0] & (_ALPHA | _MOVING),)) + content[1:]))
        elif name == b"ANIM":
            kept.append(_chunk(name, content))
        elif name == b"ANMF":
            kept.append(_chunk(name, content[:16] + _pixels_of(content, 16)))
    return _riff(kept)


def animation(width: int, height: int, plays: int, frames: Iterable[bytes]) -> bytes:
    """The file of `frames` (from `frame`), played `plays` times, 0 for ever."""
    head = _canvas(_ALPHA | _MOVING, width, height)
    once = struct.pack("<IH", 0, min(plays, MOST_PLAYS))
    return _riff([_chunk(b"VP8X", head), _chunk(b"ANIM", once), *frames])


def frame(still: bytes, left: int, top: int, milliseconds: int, *, blended: bool) -> bytes:
    """A frame chunk of the WebP `still` at even `left` and `top`, kept after `milliseconds`."""
    name, start, _ = next(chunks(still))
    width, height = _size(name, still[start : start + 10])
    sides = (left // 2, top // 2, width - 1, height - 1, milliseconds)
    flags = bytes((0 if blended else _UNBLENDED,))
    return _chunk(b"ANMF", b"".join(map(_uint24, sides)) + flags + _pixels_of(still, 12))


def insert(data: bytes, metadata: Metadata) -> bytes:
    """A file or animation without metadata, plus `metadata`."""
    name, start, end = next(chunks(data))
    head = data[start:end]
    if name != b"VP8X":
        # A lossless picture has its alpha flag in the same bit as the canvas.
        flags = head[4] & _ALPHA if name == b"VP8L" else 0
        head, end = _canvas(flags, *_size(name, head[:10])), 12
    exif = metadata.exif.removeprefix(EXIF_PREFIX)
    announced = _HAS_EXIF * bool(exif) | _HAS_XMP * bool(metadata.xmp)
    canvas = _chunk(b"VP8X", bytes((head[0] | announced,)) + head[1:])
    found = {b"EXIF": exif, b"XMP ": metadata.xmp}
    last = (_chunk(name, content) for name, content in found.items() if content)
    return _riff([canvas, data[end:], *last])


def _frame(content: bytes) -> Frame:
    left, top, width, height, milliseconds = (
        int.from_bytes(content[offset : offset + 3], "little") for offset in range(0, 15, 3)
    )
    if len(content) < 16:
        raise MalformedFile
    width, height = width + 1, height + 1
    # With a VP8X chunk of its own, the decoder checks all other sizes against it.
    head = _canvas(_ALPHA, width, height)
    return Frame(
        _riff([_chunk(b"VP8X", head), _pixels_of(content, 16)]),
        2 * left,
        2 * top,
        width,
        height,
        Fraction(milliseconds),
        "clear" if content[15] & _CLEARED else "keep",
        blended=not content[15] & _UNBLENDED,
    )


def _pixels_of(content: bytes, position: int) -> bytes:
    """The chunks from `position` on that hold the pixels of one picture, and no others."""
    return b"".join(
        _chunk(name, content[start:end])
        for name, start, end in islice(chunks(content, position), _MOST_FRAME_CHUNKS)
        if name in _FRAME_PIXELS
    )


def _canvas(flags: int, width: int, height: int) -> bytes:
    """The content of a VP8X chunk."""
    return struct.pack("<B3x", flags) + _uint24(width - 1) + _uint24(height - 1)


def _chunk(name: bytes, content: bytes) -> bytes:
    """A chunk, padded to an even length."""
    return struct.pack("<4sI", name, len(content)) + content + bytes(len(content) % 2)


def _riff(chunks: Iterable[bytes]) -> bytes:
    return _chunk(b"RIFF", b"WEBP" + b"".join(chunks))


def _uint24(number: int) -> bytes:
    return number.to_bytes(3, "little")


def _is_moving(data: bytes) -> bool:
    return data[12:16] == b"VP8X" and bool(data[20] & _MOVING)


def _is_truncated(data: bytes) -> bool:
    return len(data) < 8 + int.from_bytes(data[4:8], "little")


def chunks(data: bytes, position: int = 12) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk's content from `position` on; the last may be truncated."""
    for _ in range(_MOST_CHUNKS):
        if position + 8 > len(data):
            return
        name, length = struct.unpack_from("<4sI", data, position)
        yield name, position + 8, min(position + 8 + length, len(data))
        position += 8 + length + length % 2


def _size(name: bytes, head: bytes) -> tuple[int, int]:
    """Width and height from the first ten bytes of the first chunk; zeros if it has none."""
    if name == b"VP8X" and len(head) == 10:
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if name == b"VP8 " and head[3:6] == b"\x9d\x01\x2a" and len(head) == 10:
        width, height = struct.unpack_from("<HH", head, 6)
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L" and head[:1] == b"\x2f" and len(head) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0
