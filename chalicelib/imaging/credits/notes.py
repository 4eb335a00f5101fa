"""Where each kind of file keeps its metadata."""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.imaging.containers import jpeg
from chalicelib.imaging.containers.directories import content_of, layout_of
from chalicelib.imaging.credits import boxes, iptc
from chalicelib.imaging.signatures import Kind

_MOST_CHUNKS = 200_000
_LONGEST = 1 << 20  # bytes of any note
_XMP, _IPTC, _PHOTOSHOP = 700, 33_723, 34_377
_JPEG_EXIF, _JPEG_XMP = b"Exif\x00\x00", b"http://ns.adobe.com/xap/1.0/\x00"
_JPEG_PHOTOSHOP = b"Photoshop 3.0\x00"
_PNG_XMP = b"XML:com.adobe.xmp\x00"


class Notes(NamedTuple):
    """An EXIF block, an XMP packet and IPTC's data sets; empty where there are none."""

    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""


def notes_of(kind: Kind, data: bytes) -> Notes:
    """The metadata of `data`, of `kind`; Broken or struct.error where it does not hold together."""
    match kind:
        case "jpeg":
            return _in_jpeg(data)
        case "png":
            return _in_png(data)
        case "webp":
            return _in_webp(data)
        case "tiff":
            return _in_tiff(data)
        case "avif":
            return Notes(boxes.exif_in(data), boxes.xmp_in(data))
        case _:
            return Notes()


def _in_jpeg(data: bytes) -> Notes:
    exif, xmp, photoshop = b"", b"", b""
    for marker, start, end in jpeg.segments(data):
        content = data[start + 4 : end]
        if marker == 0xE1 and content.startswith(_JPEG_EXIF):
            exif = exif or content
        elif marker == 0xE1 and content.startswith(_JPEG_XMP):
            xmp = xmp or content.removeprefix(_JPEG_XMP)
        elif marker == 0xED and content.startswith(_JPEG_PHOTOSHOP):
            photoshop += content.removeprefix(_JPEG_PHOTOSHOP)
    return Notes(exif, xmp, iptc.resource_of(photoshop))


def _in_png(data: bytes) -> Notes:
    exif, xmp = b"", b""
    for name, content in _chunks(data, 8, ">I4s", padding=4):
        if name == b"eXIf":
            exif = exif or bytes(content)
        elif name == b"iTXt" and content[: len(_PNG_XMP)] == _PNG_XMP:
            xmp = xmp or _text(bytes(content[len(_PNG_XMP) :]))
    return Notes(exif, xmp)


def _in_webp(data: bytes) -> Notes:
    found: dict[bytes, bytes] = {}
    for name, content in _chunks(data, 12, "<4sI", padding=0):
        if name in {b"EXIF", b"XMP "}:
            found.setdefault(name, bytes(content))
    return Notes(found.get(b"EXIF", b""), found.get(b"XMP ", b""))


def _in_tiff(data: bytes) -> Notes:
    layout = layout_of(data)
    xmp, sets, photoshop = (
        content_of(data, layout, layout.first, tag) for tag in (_XMP, _IPTC, _PHOTOSHOP)
    )
    return Notes(data, xmp, sets or iptc.resource_of(photoshop))


def _chunks(
    data: bytes, position: int, head: str, *, padding: int
) -> Iterator[tuple[bytes, memoryview]]:
    """Name and content of each chunk; ends where the file does."""
    for _ in range(_MOST_CHUNKS):
        if position + 8 > len(data):
            return
        first, second = struct.unpack_from(head, data, position)
        name, length = (second, first) if padding else (first, second)
        yield name, memoryview(data)[position + 8 : position + 8 + min(length, _LONGEST)]
        position += 8 + length + (padding or length % 2)


def _text(content: bytes) -> bytes:
    """The text of an iTXt chunk after its keyword; empty if it is too long or broken."""
    packed, method = content[0], content[1]
    text = content[2:].split(b"\x00", 2)[2]
    if not packed:
        return text
    inflater = zlib.decompressobj()
    try:
        unpacked = inflater.decompress(text, _LONGEST)
    except zlib.error:
        return b""
    return unpacked if inflater.eof and not method else b""
