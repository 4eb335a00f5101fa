"""Locates the metadata blocks in each format."""

from typing import NamedTuple

from chalicelib.imaging.attribution import iptc
from chalicelib.imaging.formats import jpeg, png, png_colours, webp
from chalicelib.imaging.formats.heif_items import Items, items_of
from chalicelib.imaging.formats.heif_items import content_of as item_of
from chalicelib.imaging.formats.isobmff import boxes, inside
from chalicelib.imaging.formats.tiff_ifd import EXIF_PREFIX, content_of, layout_of
from chalicelib.model.formats import InputFormat

_LONGEST = 1 << 20  # bytes of any block
_XMP, _IPTC, _PHOTOSHOP = 700, 33_723, 34_377
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_JPEG_PHOTOSHOP = b"Photoshop 3.0\x00"
_PNG_XMP = b"XML:com.adobe.xmp\x00"


class MetadataBlocks(NamedTuple):
    """An EXIF block, an XMP packet and IPTC data sets; empty where there are none."""

    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""


def metadata_blocks_of(kind: InputFormat, data: bytes) -> MetadataBlocks:
    """The metadata of `data`, of `kind`; MalformedFile or struct.error if it is malformed."""
    match kind:
        case "jpeg":
            return _in_jpeg(data)
        case "png":
            return _in_png(data)
        case "webp":
            return _in_webp(data)
        case "tiff":
            return _in_tiff(data)
        case "avif" | "heic":
            return _in_isobmff(data)
        case _:
            return MetadataBlocks()


def _in_jpeg(data: bytes) -> MetadataBlocks:
    exif, xmp, photoshop = b"", b"", bytearray()
    for marker, start, end in jpeg.segments(data):
        content = data[start + 4 : end]
        if marker == 0xE1 and content.startswith(EXIF_PREFIX):
            exif = exif or content
        elif marker == 0xE1 and content.startswith(_JPEG_XMP):
            xmp = xmp or content.removeprefix(_JPEG_XMP)
        elif marker == 0xED and content.startswith(_JPEG_PHOTOSHOP):
            photoshop += content.removeprefix(_JPEG_PHOTOSHOP)
    return MetadataBlocks(exif, xmp, iptc.resource_of(bytes(photoshop[:_LONGEST])))


def _in_png(data: bytes) -> MetadataBlocks:
    exif, xmp = b"", None
    for name, start, end in png.chunks(data):
        content = data[start + 8 : min(end - 4, start + 8 + _LONGEST)]
        if name == b"eXIf":
            exif = exif or content
        elif name == b"iTXt" and content.startswith(_PNG_XMP):
            # Only the first one counts, also if it is malformed or unpacks to too much.
            xmp = _text(content.removeprefix(_PNG_XMP)) if xmp is None else xmp
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
