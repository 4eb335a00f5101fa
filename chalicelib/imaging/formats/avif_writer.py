"""Writes AVIFs of one picture, for files that lack what the decoder or a reader needs."""

import struct
from itertools import accumulate

from chalicelib.imaging.formats.isobmff import packed

_XMP_TYPE = b"application/rdf+xml\0"

Property = tuple[bytes, bool]  # a box, and whether it is essential


def written(
    items: list[bytes],
    properties: list[list[Property]],
    *,
    has_premultiplied: bool = False,
    xmp: bytes = b"",
) -> bytes:
    """The AVIF of a picture and, if there are two items, its alpha plane; AV1 streams.

    `has_premultiplied` colours are multiplied by alpha. `xmp` describes the picture.
    """
    brands = packed(b"ftyp", b"avif\0\0\0\0mif1miafavif")
    planes = len(items)
    items = [*items, xmp] if xmp else items

    def meta(start: int) -> bytes:
        return _meta(items, planes, properties, start, has_premultiplied=has_premultiplied)

    return brands + meta(len(brands) + len(meta(0)) + 8) + packed(b"mdat", b"".join(items))


def _meta(
    items: list[bytes],
    planes: int,
    properties: list[list[Property]],
    start: int,
    *,
    has_premultiplied: bool,
) -> bytes:
    """The `meta` box of items, numbered from 1, the first of which begins at `start`.

    An item behind the `planes` is XMP.
    """
    count = len(items)
    starts = accumulate(map(len, items), initial=start)
    places = [
        struct.pack(">HHHII", number, 0, 1, at, len(item))
        for number, (item, at) in enumerate(zip(items, starts, strict=False), 1)
    ]
    infos = [
        packed(b"infe", struct.pack(">B3xHH4sx", 2, number, 0, b"av01"))
        for number in range(1, planes + 1)
    ]
    references = [packed(b"auxl", struct.pack(">HHH", 2, 1, 1))] if planes > 1 else []
    if planes > 1 and has_premultiplied:
        references.append(packed(b"prem", struct.pack(">HHH", 1, 1, 2)))
    if count > planes:
        infos.append(packed(b"infe", struct.pack(">B3xHH4sx", 2, count, 0, b"mime") + _XMP_TYPE))
        references.append(packed(b"cdsc", struct.pack(">HHH", count, 1, 1)))
    parts = [
        packed(b"hdlr", bytes(8) + b"pict" + bytes(13)),
        packed(b"pitm", bytes(4) + struct.pack(">H", 1)),
        packed(b"iloc", bytes(4) + struct.pack(">BBH", 0x44, 0, count) + b"".join(places)),
        packed(b"iinf", bytes(4) + struct.pack(">H", count) + b"".join(infos)),
        *([packed(b"iref", bytes(4) + b"".join(references))] if references else []),
        packed(b"iprp", _properties(properties)),
    ]
    return packed(b"meta", bytes(4) + b"".join(parts))


def _properties(properties: list[list[Property]]) -> bytes:
    boxes = [box for found in properties for box, _ in found]
    associations, index = b"", 0
    for number, found in enumerate(properties, 1):
        associations += struct.pack(">HB", number, len(found))
        for _, essential in found:
            index += 1
            associations += bytes([128 * essential + index])
    content = bytes(4) + struct.pack(">I", len(properties)) + associations
    return packed(b"ipco", b"".join(boxes)) + packed(b"ipma", content)
