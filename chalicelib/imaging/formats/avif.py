"""AVIF: nested boxes, all of which the decoder reads."""

import struct
from collections.abc import Iterator, Sequence

from chalicelib.imaging.formats import av1
from chalicelib.imaging.formats.avif_mini import expanded
from chalicelib.imaging.formats.avif_writer import Property, written
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.cicp import is_hdr
from chalicelib.imaging.formats.file_info import FileInfo, MalformedFile, Metadata
from chalicelib.imaging.formats.heif import (
    alpha_items,
    check_area,
    check_parts,
    cost_of,
    has_colours,
    peak_of,
    profile_of,
    size_of,
    without_metadata,
)
from chalicelib.imaging.formats.heif_items import Items, content_of, items_of
from chalicelib.imaging.formats.heif_properties import with_joined_lists
from chalicelib.imaging.formats.isobmff import Box, boxes, inside, numbers, packed

_TOP = frozenset({b"ftyp", b"meta", b"mdat"})
_META = frozenset({b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat"})
# No crop, which decoders treat differently, and no colours but sRGB.
_PROPERTIES = frozenset({b"ispe", b"pixi", b"av1C", b"auxC", b"colr", b"irot", b"imir", b"pasp"})
_ITEMS = frozenset({b"av01", b"grid"})
_MOST_TRACKS = 16  # pictures and alpha; sound and depth may be there as well
_COST = 40  # CPU nanoseconds of a pixel
_UNSPECIFIED, _BT709, _SRGB = 2, 1, 13
_LIKE_SRGB = frozenset({(_UNSPECIFIED, _UNSPECIFIED), (_BT709, _SRGB)})
_ESSENTIAL = frozenset({b"av1C", b"auxC", b"irot", b"imir", b"clap", b"lsel", b"a1op"})
_TABLES = (b"mdia", b"minf", b"stbl")


def inspect(data: bytes) -> FileInfo:
    """The structure of an AVIF; its body hides EXIF and XMP. Raises MalformedFile.

    The format's own rotation and mirroring apply, and EXIF's orientation does not.
    """
    top = boxes(data, 0, len(data))
    tracks = inside(data, top, b"moov", b"trak")
    if len(tracks) > _MOST_TRACKS:
        raise MalformedFile
    for track in tracks:
        _check_track(data, boxes(data, track.start, track.end))
    metas = [box for box in top if box.name == b"meta"]
    if minimized := [box for box in top if box.name == b"mini"]:
        return inspect(expanded(data, minimized[0]))
    if not metas or (tracks and not _has_primary(data, metas[0])):
        return FileInfo(Body(data))
    data = with_joined_lists(data, metas[0])
    items = items_of(data, metas[0])
    check_parts(data, items, lambda item: av1.area(content_of(data, items, item)))
    width, height = size_of(data, items, items.primary)
    if not has_colours(items) and (named := _with_colours(data, items)):
        return inspect(named)
    profile = profile_of(data, items)
    peak = peak_of(data, items)
    hidden = _without_groups(without_metadata(data, items), metas[0])
    body = Body(hidden)
    cost = cost_of(data, items, _COST, is_hdr=is_hdr(profile))
    return FileInfo(body, width, height, profile=profile, peak=peak, cost=cost)


def _with_colours(data: bytes, items: Items) -> bytes:
    """The picture with the colours of its stream as a property, which the decoder needs.

    Without it sRGB in full range is assumed. Empty if the stream says that too, or nothing, or if
    the picture consists of several.
    """
    if items.types.get(items.primary) != b"av01":
        return b""
    found = av1.colours(content_of(data, items, items.primary))
    if found is None or (found.is_full_range and found[:2] in _LIKE_SRGB):
        return b""
    content = struct.pack(">HHHB", *found[:3], 128 * found.is_full_range)
    return _rewritten(data, items, [(packed(b"colr", b"nclx" + content), False)])


def _rewritten(data: bytes, items: Items, more: Sequence[Property] = (), xmp: bytes = b"") -> bytes:
    """The single picture in `data` and its alpha plane, with `more` properties, and `xmp`."""
    found = [items.primary, *alpha_items(data, items)[:1]]
    streams = [content_of(data, items, item) for item in found]
    properties = [_properties(data, items, item) for item in found]
    properties[0] += more
    is_premultiplied = len(found) > 1 and (b"prem", items.primary) in items.references
    return written(streams, properties, has_premultiplied=is_premultiplied, xmp=xmp)


def _properties(data: bytes, items: Items, item: int) -> list[Property]:
    return [
        (packed(found.name, data[found.start : found.end]), found.name in _ESSENTIAL)
        for found in items.properties.get(item, [])
    ]


def _without_groups(data: bytes, meta: Box) -> bytes:
    """`data` without groups of items (gain maps, pyramids), some of which the decoder refuses."""
    groups = [box for box in boxes(data, meta.start + 4, meta.end) if box.name == b"grpl"]
    if not groups:
        return data
    hidden = bytearray(data)
    for box in groups:
        name = data.rindex(b"grpl", 0, box.start)
        hidden[name : name + 4] = b"skip"
    return bytes(hidden)


def _has_primary(data: bytes, meta: Box) -> bool:
    return any(box.name == b"pitm" for box in boxes(data, meta.start + 4, meta.end))


def _check_track(data: bytes, track: list[Box]) -> None:
    """MalformedFile if the first frame of `track` is far larger than the track header says."""
    # A track has one of each; decoders take the first.
    headers, sizes = inside(data, track, b"tkhd")[:1], inside(data, track, *_TABLES, b"stsz")[:1]
    for header, samples in zip(headers, sizes, strict=False):
        sides = numbers(data, ">II", header.start + (88 if data[header.start] else 76))
        same, _, first = numbers(data, ">III", samples.start + 4)
        for start in _first_chunks(data, track):
            stream = data[start : start + (same or first)]
            check_area((sides[0] >> 16) * (sides[1] >> 16), av1.area(stream))


def _first_chunks(data: bytes, track: list[Box]) -> Iterator[int]:
    """Where the first chunk of samples begins, by either kind of table."""
    for name, layout in ((b"stco", ">I"), (b"co64", ">Q")):
        for table in inside(data, track, *_TABLES, name)[:1]:
            yield numbers(data, layout, table.start + 8)[0]


def strip_metadata(body: bytes) -> bytes:
    """`body` with zeros instead of its metadata, if it is an sRGB still; else empty."""
    top = boxes(body, 0, len(body))
    metas = [box for box in top if box.name == b"meta"]
    if len(metas) != 1 or not {box.name for box in top} <= _TOP:
        return b""
    try:
        return _erased(body, top, items_of(body, metas[0])) if _is_plain(body, metas[0]) else b""
    except MalformedFile:
        return b""


def insert(data: bytes, metadata: Metadata) -> bytes:
    """`data`, from `strip_metadata`, plus XMP; empty with EXIF, or if it consists of tiles."""
    metas = [box for box in boxes(data, 0, len(data)) if box.name == b"meta"]
    items = items_of(data, metas[0])
    if metadata.exif or items.types.get(items.primary) != b"av01":
        return b""
    return _rewritten(data, items, xmp=metadata.xmp)


def _erased(body: bytes, top: list[Box], items: Items) -> bytes:
    """`body` with zeros as the content of metadata; empty if other content would be lost."""
    erased = bytearray(body)
    shown: list[tuple[int, int]] = []
    for item, kind in items.types.items():
        spans = items.extents.get(item, [])
        if kind in _ITEMS:
            shown += spans
            continue
        for start, end in spans:
            if not any(box.name == b"mdat" and box.start <= start <= end <= box.end for box in top):
                return b""
            erased[start:end] = bytes(end - start)
    unchanged = all(erased[start:end] == body[start:end] for start, end in shown)
    return bytes(erased) if unchanged else b""


def _is_shown_or_metadata(kind: bytes) -> bool:
    """Whether an item is a picture, EXIF or XMP, by its type or content type."""
    return kind in _ITEMS or kind == b"Exif" or b"/" in kind


def _is_plain(body: bytes, meta: Box) -> bool:
    inner = boxes(body, meta.start + 4, meta.end)
    names = {box.name for box in inner}
    groups = inside(body, inner, b"iprp", b"ipco")
    properties = [found for group in groups for found in boxes(body, group.start, group.end)]
    return (
        names <= _META
        and len(names) == len(inner)
        and all(map(_is_shown_or_metadata, items_of(body, meta).types.values()))
        and {found.name for found in properties} <= _PROPERTIES
        and all(_is_srgb(body, found) for found in properties if found.name == b"colr")
    )


def _is_srgb(body: bytes, box: Box) -> bool:
    if body[box.start : box.start + 4] != b"nclx" or box.end - box.start < 8:
        return False
    primaries, transfer = struct.unpack_from(">HH", body, box.start + 4)
    return primaries in {_UNSPECIFIED, _BT709} and transfer in {_UNSPECIFIED, _SRGB}
