"""PNG and APNG: a signature, then chunks."""

import struct
from collections.abc import Iterator

from chalicelib.imaging.formats import apng, png_colours
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo, Frame, MalformedFile
from chalicelib.imaging.formats.tiff_ifd import EXIF_PREFIX, exif_orientation

_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_END = b"\x00\x00\x00\x00IEND\xae\x42\x60\x82"
_MOST_CHUNKS = 200_000


def inspect(data: bytes) -> FileInfo:
    """The structure of a PNG; its body is the default image, no metadata. Raises MalformedFile."""
    kept = [(0, 8)]
    size, frames, orientation = (0, 0), 0, 1
    colours: dict[bytes, bytes] = {}
    moving: list[apng.Chunk] = []
    for name, start, end in chunks(data):
        content = memoryview(data)[start + 8 : end - 4]
        if name in _PIXELS:
            kept.append((start, end))
        if name in _PIXELS | apng.CHUNKS:
            moving.append((name, start, end))
        if name == b"IHDR":
            size = _size(content)
        elif name == b"fcTL":
            frames += 1
        elif name == b"eXIf":
            orientation = exif_orientation(bytes(content))
        elif name in png_colours.CHUNKS and name not in colours:
            colours[name] = bytes(content)
    width, height = size
    plays, frames = apng.plays(data, moving), max(1, frames)
    profile = png_colours.profile_of(colours) if colours else b""
    peak = png_colours.peak_of(colours)
    return FileInfo(Body(data, kept), width, height, frames, orientation, profile, plays, peak)


def frames(data: bytes) -> Iterator[Frame]:
    """The frames of an inspected animation, each as a separate PNG."""
    return apng.frames(data, list(chunks(data)))


def strip_metadata(body: bytes) -> bytes:
    """`body`, which has no metadata left; empty if its end is missing."""
    return body if body.endswith(_END) else b""


def strip_animation_metadata(data: bytes) -> bytes:
    """An inspected animation without metadata."""
    kept = _PIXELS | apng.CHUNKS
    return data[:8] + b"".join(data[start:end] for name, start, end in chunks(data) if name in kept)


def insert_exif(data: bytes, exif: bytes) -> bytes:
    """`data`, without metadata, plus `exif` after its header."""
    return data[:33] + apng.chunk(b"eXIf", exif.removeprefix(EXIF_PREFIX)) + data[33:]


def chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk; MalformedFile if a chunk of pixels is truncated.

    What is no whole chunk after the first pixels ends the file.
    """
    position, name, count, has_pixels = 8, b"", 0, False
    while position < len(data) and name != b"IEND":
        count += 1
        if count > _MOST_CHUNKS:
            raise MalformedFile
        length, name = struct.unpack(">I4s", data[position : position + 8].ljust(8, b"\xff"))
        end = position + 12 + length
        if end > len(data):
            if name in _PIXELS - {b"IEND"} | apng.CHUNKS or not has_pixels:
                raise MalformedFile
            return
        has_pixels = has_pixels or name == b"IDAT"
        yield name, position, end
        position = end


def _size(content: memoryview) -> tuple[int, int]:
    try:
        width, height = struct.unpack_from(">II", content)
    except struct.error as reason:
        raise MalformedFile from reason
    return width, height
