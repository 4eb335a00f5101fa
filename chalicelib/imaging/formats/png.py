"""PNG and APNG: a signature, then chunks."""

import struct
from collections.abc import Iterator

from chalicelib.imaging.formats import apng, png_colours
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.cicp import is_hdr
from chalicelib.imaging.formats.file_info import FileInfo, Frame, MalformedFile, Metadata
from chalicelib.imaging.formats.png_conformance import SAMPLES
from chalicelib.imaging.formats.tiff_ifd import EXIF_PREFIX, exif_orientation

_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_END = b"\x00\x00\x00\x00IEND\xae\x42\x60\x82"
_BEFORE_PIXELS = png_colours.CHUNKS | {b"PLTE", b"tRNS"}
_MOST_CHUNKS = 200_000
_WITH_ALPHA = frozenset({2, 4})  # samples
_INDEXED = b"\x03"  # colour type
XMP_KEYWORD = b"XML:com.adobe.xmp\x00"


def inspect(data: bytes) -> FileInfo:
    """The structure of a PNG; its body is the default image, no metadata. Raises MalformedFile."""
    kept = [(0, 8)]
    size, frames, exif = (0, 0), 0, b""
    layout, end = b"", 0
    colours: dict[bytes, bytes] = {}
    moving: list[apng.Chunk] = []
    for name, start, end in chunks(data):
        content = memoryview(data)[start + 8 : end - 4]
        if name in _PIXELS:
            kept.append((start, end))
        if name in _PIXELS | apng.CHUNKS:
            moving.append((name, start, end))
        if name == b"IHDR":
            size, layout = _size(content), bytes(content[8:10])
        elif name == b"fcTL":
            frames += 1
        elif name == b"eXIf":
            exif = exif or bytes(content)
        elif name in png_colours.CHUNKS and name not in colours:
            colours[name] = bytes(content)
    _check_palette(layout, moving)
    tail = _rest(data, end)
    width, height = size
    plays, frames = apng.plays(data, moving), max(1, frames)
    profile = png_colours.profile_of(colours) if colours else b""
    peak = png_colours.peak_of(colours)
    has_clear = any(name == b"tRNS" for name, _, _ in moving)
    cost = _cost(layout, has_clear=has_clear, has_hdr=is_hdr(profile))
    return FileInfo(
        Body(data, kept, tail),
        width,
        height,
        frames,
        exif_orientation(exif),
        profile,
        plays,
        peak,
        cost=cost,
    )


def _check_palette(layout: bytes, found: list[apng.Chunk]) -> None:
    """MalformedFile if indices have no palette: the decoder would show them as black."""
    if layout[1:] == _INDEXED and all(name != b"PLTE" for name, _, _ in found):
        raise MalformedFile


def _rest(data: bytes, position: int) -> bytes:
    """What is there of a truncated chunk of pixels at `position`, as a whole one, and the end.

    No pixel may be missing: the decoder checks that.
    """
    if data[position + 4 : position + 8] != b"IDAT":
        return b""
    return apng.chunk(b"IDAT", data[position + 8 :]) + _END


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


def insert(data: bytes, metadata: Metadata) -> bytes:
    """`data`, without metadata, plus `metadata` after its header."""
    found = {
        b"eXIf": metadata.exif.removeprefix(EXIF_PREFIX),
        b"iTXt": metadata.xmp and XMP_KEYWORD + bytes(4) + metadata.xmp,
    }
    chunks = (apng.chunk(name, content) for name, content in found.items() if content)
    return data[:33] + b"".join(chunks) + data[33:]


def chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk; MalformedFile if one that is needed is truncated.

    What is no whole chunk after the first pixels ends the file; these may be complete without it.
    Chunks that have to precede the pixels are left out behind them, and palettes without colours.
    """
    position, name, count, has_pixels = 8, b"", 0, False
    while position < len(data) and name != b"IEND":
        count += 1
        if count > _MOST_CHUNKS:
            raise MalformedFile
        length, name = struct.unpack(">I4s", data[position : position + 8].ljust(8, b"\xff"))
        end = position + 12 + length
        has_pixels = has_pixels or name == b"IDAT"
        if end > len(data):
            if name in apng.CHUNKS or not has_pixels:
                raise MalformedFile
            return
        is_late = has_pixels and name in _BEFORE_PIXELS
        is_empty = name == b"PLTE" and not length
        if not (is_late or is_empty):
            yield name, position, end
        position = end


def _cost(layout: bytes, *, has_clear: bool, has_hdr: bool) -> float:
    """CPU nanoseconds of a pixel, by bit depth and colour type; 0 if they are invalid."""
    depth, colour = layout if len(layout) == 2 else (0, 0)
    samples = SAMPLES.get(colour, 0)
    cost = 8 + 5 * samples * depth / 8
    cost += 20 * (has_clear or samples in _WITH_ALPHA) + 40 * (has_clear and depth == 16)
    return (cost + has_hdr * (110 if depth == 16 else 30)) * (samples > 0)


def _size(content: memoryview) -> tuple[int, int]:
    try:
        width, height = struct.unpack_from(">II", content)
    except struct.error as reason:
        raise MalformedFile from reason
    return width, height
