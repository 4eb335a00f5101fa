"""Locates the metadata blocks in each format."""

from collections.abc import Callable
from typing import NamedTuple

from chalicelib.imaging.attribution import iptc
from chalicelib.imaging.formats import cr3, jpeg, png, png_colours, raf, webp
from chalicelib.imaging.formats.heif_items import Items, items_of
from chalicelib.imaging.formats.heif_items import content_of as item_of
from chalicelib.imaging.formats.isobmff import boxes, inside
from chalicelib.imaging.formats.raw_tiff import as_tiff
from chalicelib.imaging.formats.tiff_ifd import EXIF_PREFIX, content_of, layout_of
from chalicelib.model.formats import InputFormat

_LONGEST = 1 << 20  # bytes of any block
_XMP, _IPTC, _PHOTOSHOP = 700, 33_723, 34_377
_JPEG_PHOTOSHOP = b"Photoshop 3.0\x00"


class MetadataBlocks(NamedTuple):
    """An EXIF block, an XMP packet and IPTC data sets; empty where there are none."""

    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""


def metadata_blocks_of(kind: InputFormat, data: bytes) -> MetadataBlocks:
    """The metadata of `data`, of `kind`; MalformedFile or struct.error if it is malformed."""
    read = _READERS.get(kind)
    return read(data) if read else MetadataBlocks()


def _in_jpeg(data: bytes) -> MetadataBlocks:
    exif, xmp, photoshop = b"", b"", bytearray()
    for marker, start, end in jpeg.segments(data):
        content = data[start + 4 : end]
        if marker == 0xE1 and content.startswith(EXIF_PREFIX):
            exif = exif or content
        elif marker == 0xE1 and content.startswith(jpeg.XMP_PREFIX):
            xmp = xmp or content.removeprefix(jpeg.XMP_PREFIX)
        elif marker == 0xED and content.startswith(_JPEG_PHOTOSHOP):
            photoshop += content.removeprefix(_JPEG_PHOTOSHOP)
    return MetadataBlocks(exif, xmp, iptc.resource_of(bytes(photoshop[:_LONGEST])))


def _in_png(data: bytes) -> MetadataBlocks:
    exif, xmp = b"", None
    for name, start, end in png.chunks(data):
        content = data[start + 8 : min(end - 4, start + 8 + _LONGEST)]
        if name == b"eXIf":
            exif = exif or content
        elif name == b"iTXt" and content.startswith(png.XMP_KEYWORD):
            # Only the first one counts, also if it is malformed or unpacks to too much.
            xmp = _text(content.removeprefix(png.XMP_KEYWORD)) if xmp is None else xmp
    return MetadataBlocks(exif, xmp or b"")


def _in_webp(data: bytes) -> MetadataBlocks:
    found: dict[bytes, bytes] = {}
    for name, start, end in webp.chunks(data):
        if name in {b"EXIF", b"XMP "}:
            found.setdefault(name, data[start : min(end, start + _LONGEST)])
    return MetadataBlocks(found.get(b"EXIF", b""), found.get(b"XMP ", b""))


def _in_tiff(data: bytes) -> MetadataBlocks:
    layout = layout_of(data)
    xmp, sets, photoshop = (
        content_of(data, layout, layout.first, tag) for tag in (_XMP, _IPTC, _PHOTOSHOP)
    )
    return MetadataBlocks(data, xmp, sets or iptc.resource_of(photoshop))


def _in_isobmff(data: bytes) -> MetadataBlocks:
    for meta in inside(data, boxes(data, 0, len(data)), b"meta"):
        found = items_of(data, meta)
        exif, xmp = (_item(data, found, kind) for kind in (b"Exif", b"application/rdf+xml"))
        return MetadataBlocks(exif[4 + int.from_bytes(exif[:4]) :], xmp)
    return MetadataBlocks()


def _in_jxl(data: bytes) -> MetadataBlocks:
    """Those that are not compressed, in a file with boxes."""
    found: dict[bytes, bytes] = {}
    for box in boxes(data, 0, len(data)) if data[:1] == b"\0" else ():
        if box.name in {b"Exif", b"xml "}:
            found.setdefault(box.name, data[box.start : min(box.end, box.start + _LONGEST)])
    exif = found.get(b"Exif", b"")
    return MetadataBlocks(exif[4 + int.from_bytes(exif[:4]) :], found.get(b"xml ", b""))


def _item(data: bytes, found: Items, kind: bytes) -> bytes:
    """The first item of `kind` that describes the primary picture; empty if there is none."""
    for item, item_kind in found.types.items():
        if item_kind == kind and found.primary in found.references.get((b"cdsc", item), []):
            return item_of(data, found, item)[:_LONGEST]
    return b""


def _text(content: bytes) -> bytes:
    """The text of an iTXt chunk after its keyword; empty if it is too long or malformed."""
    packed, method = content[0], content[1]
    text = content[2:].split(b"\x00", 2)[2]
    if not packed:
        return text
    return b"" if method else png_colours.inflated(text, _LONGEST)


def _in_tiff_like(data: bytes) -> MetadataBlocks:
    return _in_tiff(as_tiff(data))


_READERS: dict[InputFormat, Callable[[bytes], MetadataBlocks]] = {
    "jpeg": _in_jpeg,
    "png": _in_png,
    "webp": _in_webp,
    "tiff": _in_tiff,
    "avif": _in_isobmff,
    "heic": _in_isobmff,
    "jxl": _in_jxl,
    "raf": lambda data: _in_jpeg(raf.jpeg_in(data)),
    "cr3": lambda data: _in_tiff(cr3.exif_of(data)),
    "arw": _in_tiff_like,
    "cr2": _in_tiff_like,
    "dng": _in_tiff_like,
    "nef": _in_tiff_like,
    "orf": _in_tiff_like,
    "pef": _in_tiff_like,
    "rw2": _in_tiff_like,
}
