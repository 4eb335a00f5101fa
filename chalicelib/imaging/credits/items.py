"""An EXIF item added to a finished AVIF."""

import struct

from chalicelib.imaging.containers.survey import Broken
from chalicelib.imaging.credits.boxes import Box, boxes, named, places


def with_exif(data: bytes, exif: bytes) -> bytes:
    """`data` with one more item, at its end; Broken or struct.error for an unusual structure."""
    meta = _needed(data, None, b"meta")
    iloc, iinf, pitm = (_needed(data, meta, name) for name in (b"iloc", b"iinf", b"pitm"))
    iref = named(data, meta, b"iref")
    if not int.from_bytes(data[boxes(data, 0, len(data))[-1].start :][:4]):
        raise Broken  # the last box goes on to the file's end, so nothing can follow it
    item = 1 + max((place.item for place in places(data, iloc)), default=0)
    note = bytes(4) + exif
    names = _with_name(data, iinf, item)
    references = _with_reference(data, iref, item, int.from_bytes(data[pitm.inner + 4 : pitm.end]))
    entry = _entry(data, iloc, item, 0, len(note))
    # By so much the meta box grows, and all that lies behind it moves.
    shift = (
        len(names)
        + len(references)
        + len(entry)
        - sum(box.end - box.start for box in (iinf, iref) if box)
    )
    entry = _entry(data, iloc, item, len(data) + shift + 8, len(note))
    moved = _moved(data, iloc, meta.end, shift)
    inner = [_box(b"iloc", moved, entry), names, references]
    inner += [
        data[box.start : box.end]
        for box in boxes(data, meta.inner + 4, meta.end)
        if box not in (iloc, iinf, iref)
    ]
    # A reader wants the handler first, and does not mind the order of the others.
    inner.sort(key=lambda box: box[4:8] != b"hdlr")
    whole = _box(b"meta", data[meta.inner : meta.inner + 4], *inner)
    if len(whole) - (meta.end - meta.start) != shift:
        raise Broken
    return b"".join((data[: meta.start], whole, data[meta.end :], _box(b"mdat", note)))


def _needed(data: bytes, outer: Box | None, name: bytes) -> Box:
    found = named(data, outer, name)
    if found is None:
        raise Broken
    return found


def _box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), name) + body


def _with_name(data: bytes, iinf: Box, item: int) -> bytes:
    """The `iinf` box with an entry for `item`."""
    entry = _box(b"infe", b"\x02\x00\x00\x00", struct.pack(">HH4sx", item, 0, b"Exif"))
    start = iinf.inner + 4
    width = 4 if data[iinf.inner] else 2
    count = int.from_bytes(data[start : start + width]) + 1
    counter = count.to_bytes(width)
    return _box(b"iinf", data[iinf.inner : start], counter, data[start + width : iinf.end], entry)


def _with_reference(data: bytes, iref: Box | None, item: int, primary: int) -> bytes:
    """The `iref` box, old or new, with the line that `item` describes the picture."""
    old = data[iref.inner : iref.end] if iref else bytes(4)
    width = "I" if old[0] else "H"
    return _box(b"iref", old, _box(b"cdsc", struct.pack(f">{width}H{width}", item, 1, primary)))


def _entry(data: bytes, iloc: Box, item: int, start: int, length: int) -> bytes:
    """What `iloc` says of one item in one piece, in the widths of this `iloc`."""
    version = data[iloc.inner]
    sizes = struct.unpack_from(">H", data, iloc.inner + 4)[0]
    widths = [sizes >> shift & 15 for shift in (12, 8, 4, 0)]
    if widths[0] < 4 or widths[1] < 2:
        raise Broken
    fields = [
        (item, 4 if version == 2 else 2),
        (0, 2 if version else 0),  # counted from the file's start
        (0, 2),  # in this file
        (0, widths[2]),
        (1, 2),
        (0, widths[3] if version else 0),
        (start, widths[0]),
        (length, widths[1]),
    ]
    return b"".join(number.to_bytes(width) for number, width in fields)


def _moved(data: bytes, iloc: Box, end: int, shift: int) -> bytes:
    """The content of `iloc` for one more item, and with all that lies behind `end` moved."""
    content = bytearray(data[iloc.inner : iloc.end])
    for place in places(data, iloc):
        if place.inline or min((start for start, _ in place.extents), default=0) < end:
            continue
        for position, width, offset in place.offsets:
            at = position - iloc.inner
            content[at : at + width] = (offset + shift).to_bytes(width)
    width = 4 if content[0] == 2 else 2
    count = int.from_bytes(content[6 : 6 + width]) + 1
    content[6 : 6 + width] = count.to_bytes(width)
    return bytes(content)
